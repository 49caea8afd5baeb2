import { addDays, type CalendarDay, calendarDay, HOUR, MINUTE } from "../base/days";
import type { Queue } from "./centre";
import type { Random } from "./random";

/** Monday first; the mean is 1. */
const WEEKDAYS = [1.24, 1.14, 1.08, 1.06, 1.12, 0.8, 0.56];

const OPENS_H = 8;
const CLOSES_H = 20;
export const SLOT = 15 * MINUTE;

/** A day to be lived through. `busyness` is its share of the mean day of the request. */
export interface SimulatedDay extends CalendarDay {
  number: number;
  busyness: number;
}

export function simulatedDays(zone: string, first: string, count: number): SimulatedDay[] {
  const days = Array.from({ length: count }, (_, index) => addDays(first, index));
  const factors = days.map((day) => WEEKDAYS[(new Date(`${day}T00:00Z`).getUTCDay() + 6) % 7] as number);
  const mean = factors.reduce((sum, factor) => sum + factor, 0) / count;
  return days.map((day, index) => ({
    ...calendarDay(zone, day),
    number: index,
    busyness: (factors[index] as number) / mean,
  }));
}

/** The instant of a local hour of a day; where the clocks change they do so before four in the morning. */
export function instantOf(day: CalendarDay, hour: number): number {
  const shift = day.ends_at_ms - day.starts_at_ms - 24 * HOUR;
  return Math.round(day.starts_at_ms + hour * HOUR + (hour >= 4 ? shift : 0));
}

/** How many arrivals to expect in a slot of the day, of `total` a day: two hills, a dip at lunch, next to nothing at night. */
export function expectedArrivals(queue: Pick<Queue, "peak_h">, day: SimulatedDay, atMs: number, total: number): number {
  const hour = (atMs - instantOf(day, 12)) / HOUR + 12 + SLOT / HOUR / 2;
  return (total * density(hour, queue.peak_h)) / mass(queue.peak_h);
}

function density(hour: number, peak: number): number {
  if (hour < OPENS_H || hour > CLOSES_H) return 0.006;
  return 0.18 + hill(hour, peak, 1.5) + 0.85 * hill(hour, 15.3, 2.1) - 0.3 * hill(hour, 12.6, 0.5);
}

function hill(hour: number, top: number, width: number): number {
  return Math.exp(-(((hour - top) / width) ** 2) / 2);
}

const masses = new Map<number, number>();

/** The sum of the density over a day's slots. */
function mass(peak: number): number {
  const known = masses.get(peak);
  if (known !== undefined) return known;
  const step = SLOT / HOUR;
  let sum = 0;
  for (let hour = step / 2; hour < 24; hour += step) sum += density(hour, peak);
  masses.set(peak, sum);
  return sum;
}

/** A whole number of arrivals about a mean (Poisson; a normal draw for large means). */
export function drawCount(mean: number, random: Random): number {
  if (mean > 50) return Math.max(0, Math.round(mean + Math.sqrt(mean) * 1.7 * (random.share() + random.share() - 1)));
  const floor = Math.exp(-mean);
  let count = 0;
  for (let product = random.share(); product > floor; product *= random.share()) count++;
  return count;
}

/** Whether a day's half-hour is the one in which something broke: the second day of the request, 10:30. */
export function isOutage(day: SimulatedDay, days: number, atMs: number): boolean {
  const begins = instantOf(day, 10.5);
  return day.number === Math.min(1, days - 1) && atMs >= begins && atMs < begins + 30 * MINUTE;
}
