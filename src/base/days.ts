import { DateTime, IANAZone } from "luxon";

export const SECOND = 1000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;

const DAY_MS = 24 * HOUR;

/** A local day and the instants at which it begins and ends: 23, 24 or 25 hours. */
export interface CalendarDay {
  day: string;
  starts_at_ms: number;
  ends_at_ms: number;
}

export function isZone(zone: string): boolean {
  return IANAZone.isValidZone(zone);
}

export function isDay(text: string): boolean {
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && DateTime.fromISO(text, { zone: "UTC" }).isValid;
}

/** The local day of an instant. */
export function localDay(zone: string, atMs: number): string {
  return localTime(zone, atMs).slice(0, 10);
}

export function addDays(day: string, count: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + count * 24 * HOUR).toISOString().slice(0, 10);
}

/** All days from the first to the last, both included; empty where the last is before the first. */
export function daysBetween(from: string, to: string): string[] {
  const days: string[] = [];
  for (let day = from; day <= to; day = addDays(day, 1)) days.push(day);
  return days;
}

/** The instant at which a local day begins; not always midnight: some zones skip it when the clock springs forward. */
export function dayStartMs(zone: string, day: string): number {
  return DateTime.fromISO(day, { zone }).startOf("day").toMillis();
}

export function calendarDay(zone: string, day: string): CalendarDay {
  return { day, starts_at_ms: dayStartMs(zone, day), ends_at_ms: dayStartMs(zone, addDays(day, 1)) };
}

/** Instants that cut a period of days into intervals of the given minutes, counted from the beginning of each local day; first and last included. */
export function intervalMarks(zone: string, from: string, to: string, minutes: number): number[] {
  const marks: number[] = [];
  for (const day of daysBetween(from, to)) {
    const { starts_at_ms, ends_at_ms } = calendarDay(zone, day);
    for (let at = starts_at_ms; at < ends_at_ms; at += minutes * MINUTE) marks.push(at);
  }
  marks.push(dayStartMs(zone, addDays(to, 1)));
  return marks;
}

/** A local time such as `2026-03-02 09:30:05`, in another format where one is asked for. */
export function localTime(zone: string, atMs: number, format?: string): string {
  if (format !== undefined) return DateTime.fromMillis(atMs, { zone }).toFormat(format);
  return new Date(atMs + offsetMs(zone, atMs)).toISOString().slice(0, 19).replace("T", " ");
}

/** Offsets by zone and minute: within one they never change, and a table of a hundred thousand times asks often. */
const offsets = new Map<string, Map<number, number>>();

function offsetMs(zone: string, atMs: number): number {
  const minute = Math.floor(atMs / MINUTE);
  const known = offsets.get(zone) ?? new Map<number, number>();
  offsets.set(zone, known);
  const offset = known.get(minute) ?? DateTime.fromMillis(atMs, { zone }).offset * MINUTE;
  known.set(minute, offset);
  return offset;
}

/** The local day before the one `nowMs` lies in. */
export function yesterday(zone: string, nowMs: number): string {
  return addDays(localDay(zone, nowMs), -1);
}

/** ISO number of a day's weekday, 1 is Monday. */
export function weekdayOf(day: string): number {
  return new Date(`${day}T00:00:00Z`).getUTCDay() || 7;
}

/**
 * The instant at which the clock on the wall of a zone shows a time of a day for the first time. Where the clock jumps over
 * that time it is the first instant after the jump.
 *
 * @param minutes after midnight as the clock shows them, 0 … 1439
 */
export function wallInstant(zone: string, day: string, minutes: number): number {
  const shown = Date.parse(`${day}T00:00:00Z`) + minutes * MINUTE;
  const [first] = instantsAt(zone, shown);
  if (first + offsetMs(zone, first) === shown) return first;
  const [before, after] = [offsetMs(zone, shown - DAY_MS), offsetMs(zone, shown + DAY_MS)];
  return changeBetween(zone, shown - after, shown - before, after);
}

/** The first instant at which a zone's clock has the later of two offsets. */
function changeBetween(zone: string, fromMs: number, toMs: number, after: number): number {
  let [low, high] = [fromMs, toMs];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (offsetMs(zone, middle) === after) high = middle;
    else low = middle;
  }
  return high;
}

/**
 * The instants at which the clocks of a zone show a time: one; two where they are put back, the earlier first; where they
 * are put forward over it the one of a clock that nobody has put forward yet.
 *
 * @param wallMs the time shown, as if it were UTC, epoch ms
 */
export function instantsAt(zone: string, wallMs: number): [number] | [number, number] {
  const before = offsetMs(zone, wallMs - DAY_MS);
  const after = offsetMs(zone, wallMs + DAY_MS);
  const early = wallMs - before;
  if (before === after || offsetMs(zone, wallMs - after) !== after) return [early];
  if (offsetMs(zone, early) !== before) return [wallMs - after];
  return early < wallMs - after ? [early, wallMs - after] : [wallMs - after, early];
}
