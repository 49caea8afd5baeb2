import type { Alert } from "../base/alert-keys";
import { addDays, daysBetween, dayStartMs } from "../base/days";
import { metricOf } from "../metrics/catalogue";
import type { Figure } from "../metrics/figure";
import { measure } from "../metrics/measure";
import { scopeWords, type SummaryAsk } from "./management-summary-ask";
import { LOOK_BACK_DAYS } from "./management-summary-kinds";
import { basicAsk, isHeadline } from "./management-summary-tracks";
import { figureText, unitLevel } from "./management-summary-words";

/** How an alert stands at the end of a day. */
export interface AlertState {
  is_raised: boolean;
  /** The day it was raised on; null while it is not. */
  since: string | null;
}

/** What a day changed about an alert; told once, on that day. */
export interface AlertChange {
  alert: Alert;
  day: string;
  change: "raised" | "resolved";
  /** Share 0…1, count or ms. */
  value: number;
}

export interface AlertTold {
  change: "raised" | "resolved" | "standing";
  day: string;
  /** Names the alert and the change, so that it is told once. */
  about: string;
  text: string;
}

export const AT_REST: AlertState = { is_raised: false, since: null };

/**
 * One day's step of an alert. Between the two levels everything stays as it was, and so it does on a day without a figure or
 * with too few contacts to judge by.
 *
 * @param value share 0…1, count or ms; null is no data
 * @param count rows the figure was made of
 */
export function judgeDay(
  alert: Pick<Alert, "raise" | "clear" | "at_least">,
  before: AlertState,
  { day, value, count }: { day: string; value: number | null; count: number },
): { state: AlertState; change: "raised" | "resolved" | null } {
  if (value === null || count < alert.at_least) return { state: before, change: null };
  const isUpward = alert.raise > alert.clear;
  const isOver = isUpward ? value >= alert.raise : value <= alert.raise;
  const isBack = isUpward ? value <= alert.clear : value >= alert.clear;
  if (!before.is_raised && isOver) return { state: { is_raised: true, since: day }, change: "raised" };
  if (before.is_raised && isBack) return { state: AT_REST, change: "resolved" };
  return { state: before, change: null };
}

/**
 * The configured alerts a reader may see: what the days of the period changed, and what stands since before. The state of a
 * day is that of the days before and its figures, so that the same data always give the same notices, however often they are
 * asked for.
 */
export async function readAlerts(ask: SummaryAsk): Promise<AlertTold[]> {
  const told: AlertTold[] = [];
  for (const alert of ask.config.alerts.filter(({ place }) => isVisible(ask, place))) {
    told.push(...(await readAlert(ask, alert)));
  }
  return told;
}

/** Whoever sees a part of the centre sees the alerts of its parts. */
function isVisible({ places }: SummaryAsk, place: Alert["place"]): boolean {
  if (places.length === 0) return true;
  return place !== null && places.some(({ kind, name }) => kind === place.kind && name === place.name);
}

async function readAlert(ask: SummaryAsk, given: Alert): Promise<AlertTold[]> {
  const { config, period } = ask;
  const metric = metricOf(given.metric);
  const alert = { ...given, raise: unitLevel(metric.unit, given.raise), clear: unitLevel(metric.unit, given.clear) };
  const from = addDays(period.from, -LOOK_BACK_DAYS);
  const asked = { ...basicAsk(ask, alert.place === null ? [] : [alert.place]), from, slot: "day" } as const;
  const figures = (await measure(ask.db, [metric], asked)).filter(isHeadline);
  let state = AT_REST;
  const changes: AlertTold[] = [];
  let last: Figure | null = null;
  for (const day of daysBetween(from, period.to)) {
    const figure = figures.find(({ slot_at_ms }) => slot_at_ms === dayStartMs(config.zone, day)) ?? null;
    const judged = judgeDay(alert, state, { day, value: figure?.value ?? null, count: figure?.entered_count ?? 0 });
    state = judged.state;
    last = figure ?? last;
    if (judged.change !== null && day >= period.from && figure?.value != null)
      changes.push(toldChange(ask, { alert, day, change: judged.change, value: figure.value }));
  }
  const stands = state.is_raised && state.since !== null && state.since < period.from;
  return stands ? [...changes, standing(ask, alert, state.since ?? from, last)] : changes;
}

function toldChange(ask: SummaryAsk, { alert, day, change, value }: AlertChange): AlertTold {
  const { words } = ask;
  const metric = metricOf(alert.metric);
  const isRaised = change === "raised";
  const said = {
    day: words.day(day),
    figure: metric.names[words.language],
    scope: scopeWords(words, alert.place === null ? [] : [alert.place]),
    value: figureText(words, metric.unit, value),
    level: figureText(words, metric.unit, isRaised ? alert.raise : alert.clear),
  };
  const text = isRaised
    ? words.t("RAISED on {day}: {figure}, {scope}: {value}, level {level}", said)
    : words.t("RESOLVED on {day}: {figure}, {scope}: {value}, clear at {level}", said);
  return { change, day, about: aboutOf(alert, change, day), text };
}

function standing(ask: SummaryAsk, alert: Alert, since: string, last: Figure | null): AlertTold {
  const { words } = ask;
  const metric = metricOf(alert.metric);
  const text = words.t("STILL RAISED since {day}: {figure}, {scope}: {value}", {
    day: words.day(since),
    figure: metric.names[words.language],
    scope: scopeWords(words, alert.place === null ? [] : [alert.place]),
    value: figureText(words, metric.unit, last?.value ?? null),
  });
  return { change: "standing", day: since, about: aboutOf(alert, "standing", since), text };
}

function aboutOf({ metric, place }: Alert, change: string, day: string): string {
  return ["alert", metric, place === null ? "all" : `${place.kind}-${place.name}`, change, day].join("-");
}
