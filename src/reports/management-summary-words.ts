import type { Words } from "../i18n/words";
import type { Unit } from "../metrics/figure";
import type { Change } from "./management-summary-tracks";
import type { PeriodKind } from "./management-summary-periods";

/** A figure as it is shown wherever it is shown; null is no data. */
export function figureText(words: Words, unit: Unit, value: number | null): string {
  if (unit === "share") return words.share(value);
  return unit === "duration" ? words.duration(value) : words.count(value === null ? null : Math.round(value));
}

/** A level of the configuration in the unit of its metric: seconds become ms. */
export function unitLevel(unit: Unit, level: number): number {
  return unit === "duration" ? level * 1000 : level;
}

/** A difference of shares as points: `10.0 points`, `10.0%p`. */
export function pointsText({ t }: Words, share: number): string {
  return t("{points} points", { points: Math.abs(share * 100).toFixed(1) });
}

/** `▲ +1.2 points`, `▼ −0:00:12`, `±0.0 points`: the direction by sign and arrow, never by colour alone. */
export function changeText(words: Words, unit: Unit, { by }: Change): string {
  const size = sizeText(words, unit, by);
  if (isNothing(unit, by)) return `±${size}`;
  return by > 0 ? `▲ +${size}` : `▼ −${size}`;
}

function sizeText(words: Words, unit: Unit, by: number): string {
  if (unit === "share") return pointsText(words, by);
  return unit === "duration" ? words.duration(Math.abs(by)) : words.share(Math.abs(by));
}

function isNothing(unit: Unit, by: number): boolean {
  return unit === "duration" ? Math.abs(by) < 500 : Math.abs(by) < 0.0005;
}

/** What a figure is compared with, in words: the median of some periods, or the one before. */
export function againstWords(words: Words, kind: PeriodKind, unit: Unit, change: Change, isMedian: boolean): string {
  const said = {
    change: changeText(words, unit, change),
    value: figureText(words, unit, change.from),
    count: change.of,
  };
  if (isMedian) {
    if (kind === "day") return words.t("{change} against the median of {count} same weekdays, {value}", said);
    if (kind === "week") return words.t("{change} against the median of {count} weeks before, {value}", said);
    return words.t("{change} against the median of {count} months before, {value}", said);
  }
  if (kind === "day") return words.t("{change} against the same weekday last week, {value}", said);
  if (kind === "week") return words.t("{change} against the week before, {value}", said);
  return words.t("{change} against the month before, {value}", said);
}

/** `20 s`, or where queues differ `the threshold of each queue`. */
export function thresholdOr(words: Words, ms: number | null): string {
  return ms === null ? words.t("the threshold of each queue") : words.threshold(ms);
}
