import type { Words } from "../i18n/words";
import { shareOf } from "./units";

/** Counted queue visits, by how they ended; `in_time` within the service level's threshold. */
export interface VisitCounts {
  offered_count: number;
  answered_count: number;
  answered_in_time_count: number;
  abandoned_count: number;
  abandoned_in_time_count: number;
  short_abandon_count: number;
  callback_count: number;
  callback_in_time_count: number;
  breakout_count: number;
}

interface Formula {
  words: string;
  parts(visits: VisitCounts): [part: number, whole: number];
}

/** The formulas of the service level people compare with each other; on one day they lie five points apart. */
const FORMULAS: Record<string, Formula> = {
  answered_only: {
    words: "answered in time / answered",
    parts: (v) => [v.answered_in_time_count, v.answered_count],
  },
  abandon_positive: {
    words: "(answered in time + abandoned in time) / (answered + abandoned)",
    parts: (v) => [v.answered_in_time_count + v.abandoned_in_time_count, v.answered_count + v.abandoned_count],
  },
  connect: {
    words: "(answered + abandoned + callbacks taken, each in time) / offered",
    parts: (v) => [v.answered_in_time_count + v.abandoned_in_time_count + v.callback_in_time_count, v.offered_count],
  },
  abandon_negative: {
    words: "answered in time / (answered + abandoned)",
    parts: (v) => [v.answered_in_time_count, v.answered_count + v.abandoned_count],
  },
  abandon_ignored: {
    words: "answered in time / (answered + abandoned − abandoned in time)",
    parts: (v) => [v.answered_in_time_count, v.answered_count + v.abandoned_count - v.abandoned_in_time_count],
  },
  short_credited: {
    words: "(answered in time + short abandons) / (answered + abandoned)",
    parts: (v) => [v.answered_in_time_count + v.short_abandon_count, v.answered_count + v.abandoned_count],
  },
  short_excluded: {
    words: "answered in time / (answered + abandoned − short abandons)",
    parts: (v) => [v.answered_in_time_count, v.answered_count + v.abandoned_count - v.short_abandon_count],
  },
  with_breakouts: {
    words: "answered in time / (answered + abandoned + breakouts)",
    parts: (v) => [v.answered_in_time_count, v.answered_count + v.abandoned_count + v.breakout_count],
  },
};

/**
 * @param formula  one of the presets, such as `abandon_ignored`
 * @returns        0…1; null where the denominator is empty or the formula unknown
 */
export function serviceLevel(formula: string, visits: VisitCounts): number | null {
  const found = FORMULAS[formula];
  return found === undefined ? null : shareOf(...found.parts(visits));
}

/** A formula in words, for the definitions at the end of a report. */
export function formulaWords(formula: string): string {
  return FORMULAS[formula]?.words ?? "unknown formula";
}

/** A formula as a page names it: by its id, by which it is looked up and compared. */
export function formulaName({ t }: Words, formula: string): string {
  return formula === "mixed" ? t("mixed") : formula;
}

export function formulaNames(): string[] {
  return Object.keys(FORMULAS);
}

/** Share of offered visits that were abandoned, short ones left out above and below; null where nothing was offered. */
export function abandonRate(visits: VisitCounts): number | null {
  return shareOf(
    visits.abandoned_count - visits.short_abandon_count,
    visits.offered_count - visits.short_abandon_count,
  );
}
