import { addDays, calendarDay, daysBetween, dayStartMs, MINUTE, wallInstant, weekdayOf } from "../base/days";
import { UsageError } from "../base/errors";
import { type Calendar, isClosedDay, type OpeningHours } from "../base/schedules";

/** Minutes counted from the beginning of each local day, or whole days, weeks and months; null is the period as one. */
export type SlotLength = 15 | 30 | 60 | "day" | "week" | "month" | null;

export interface SlotAsk {
  /** Any IANA zone: days, weeks and months are its. */
  zone: string;
  /** First and last local day of that zone. */
  from: string;
  to: string;
  slot: SlotLength;
  /** ISO number of the weekday a week begins with, 1 is Monday. */
  week_starts_on: number;
  /** Only what lies within them counts; null: everything. Days the calendar closes have none. */
  opening_hours: OpeningHours | null;
  calendar: Calendar;
}

/** A stretch of time that belongs to one slot. */
export interface SlotSpan {
  slot_at_ms: number;
  starts_at_ms: number;
  ends_at_ms: number;
}

/** Slots cut so that an instant finds its own by a division: grains of one length from the first instant on. */
export interface Grains {
  grain_from_ms: number;
  grain_ms: number;
  rows: [grain: number, slot_at_ms: number][];
}

const MOST_GRAINS = 100_000;

/** The stretches of a period in the order of time, those that touch and belong together as one. */
export function slotSpans(ask: SlotAsk): SlotSpan[] {
  const spans: SlotSpan[] = [];
  for (const day of daysBetween(ask.from, ask.to)) {
    for (const open of openSpans(ask, day)) {
      for (const span of cut(ask, day, open)) {
        const last = spans.at(-1);
        if (last !== undefined && last.slot_at_ms === span.slot_at_ms && last.ends_at_ms === span.starts_at_ms) {
          last.ends_at_ms = span.ends_at_ms;
        } else spans.push(span);
      }
    }
  }
  return spans;
}

/** @throws UsageError where the slots are too many to be asked for at once */
export function grainsOf(spans: readonly SlotSpan[]): Grains {
  const from = spans[0]?.starts_at_ms ?? 0;
  const marks = spans.flatMap(({ starts_at_ms, ends_at_ms }) => [starts_at_ms - from, ends_at_ms - from]);
  const grain = marks.reduce(commonDivisor, 0) || MINUTE;
  const count = spans.reduce((sum, { starts_at_ms, ends_at_ms }) => sum + (ends_at_ms - starts_at_ms) / grain, 0);
  if (count > MOST_GRAINS) {
    throw new UsageError(`The period has ${count} slots. Ask for at most ${MOST_GRAINS}: longer slots, or fewer days.`);
  }
  const rows: Grains["rows"] = [];
  for (const { slot_at_ms, starts_at_ms, ends_at_ms } of spans) {
    for (let at = starts_at_ms; at < ends_at_ms; at += grain) rows.push([(at - from) / grain, slot_at_ms]);
  }
  return { grain_from_ms: from, grain_ms: grain, rows };
}

function openSpans({ zone, opening_hours, calendar }: SlotAsk, day: string): { from: number; to: number }[] {
  const { starts_at_ms, ends_at_ms } = calendarDay(zone, day);
  if (opening_hours === null) return [{ from: starts_at_ms, to: ends_at_ms }];
  if (isClosedDay(calendar, day)) return [];
  const instant = (minutes: number): number => (minutes >= 1440 ? ends_at_ms : wallInstant(zone, day, minutes));
  return (opening_hours[weekdayOf(day)] ?? [])
    .map(({ from_min, to_min }) => ({ from: instant(from_min), to: instant(to_min) }))
    .filter(({ from, to }) => from < to);
}

function cut(ask: SlotAsk, day: string, { from, to }: { from: number; to: number }): SlotSpan[] {
  if (typeof ask.slot !== "number") {
    return [{ slot_at_ms: dayStartMs(ask.zone, firstDay(ask, day)), starts_at_ms: from, ends_at_ms: to }];
  }
  const length = ask.slot * MINUTE;
  const midnight = dayStartMs(ask.zone, day);
  const spans: SlotSpan[] = [];
  for (let at = midnight + Math.floor((from - midnight) / length) * length; at < to; at += length) {
    spans.push({ slot_at_ms: at, starts_at_ms: Math.max(at, from), ends_at_ms: Math.min(at + length, to) });
  }
  return spans;
}

/** The day a slot of days begins with: of a week or month also where it lies before the period. */
function firstDay({ slot, from, week_starts_on }: SlotAsk, day: string): string {
  if (slot === "day") return day;
  if (slot === "week") return addDays(day, -((weekdayOf(day) - week_starts_on + 7) % 7));
  return slot === "month" ? `${day.slice(0, 8)}01` : from;
}

function commonDivisor(a: number, b: number): number {
  return b === 0 ? a : commonDivisor(b, a % b);
}
