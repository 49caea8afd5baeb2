import { addDays, weekdayOf } from "../base/days";

/** Which of the usual periods some days are. */
export type PeriodKind = "day" | "week" | "month" | "other";

/** A period and those it is compared with. */
export interface Comparison {
  kind: PeriodKind;
  /** How long one of them is; null where the period is none of the usual ones and compared with nothing. */
  slot: "day" | "week" | "month" | null;
  /** First day of the earliest. */
  from: string;
  /** First days: of the period itself, then of those before, the newest first. */
  starts: string[];
  week_starts_on: number;
}

const WEEKS = 4;
const MONTHS = 3;

/** A day is compared with the same weekday of the four weeks before, a week with four weeks, a month with three months. */
export function comparisonOf(from: string, to: string): Comparison {
  const kind = kindOf(from, to);
  const starts = startsOf(kind, from);
  const slot = kind === "other" ? null : kind;
  return { kind, slot, from: starts.at(-1) ?? from, starts, week_starts_on: weekdayOf(from) };
}

function kindOf(from: string, to: string): PeriodKind {
  if (from === to) return "day";
  if (addDays(from, 6) === to) return "week";
  return from.endsWith("-01") && addDays(to, 1) === monthLater(from, 1) ? "month" : "other";
}

function startsOf(kind: PeriodKind, from: string): string[] {
  if (kind === "other") return [from];
  if (kind === "month") return Array.from({ length: MONTHS + 1 }, (_, index) => monthLater(from, -index));
  return Array.from({ length: WEEKS + 1 }, (_, index) => addDays(from, -7 * index));
}

/** The first of the month so many months later. */
function monthLater(first: string, count: number): string {
  const [year = 0, month = 1] = first.split("-").map(Number);
  return new Date(Date.UTC(year, month - 1 + count, 1)).toISOString().slice(0, 10);
}
