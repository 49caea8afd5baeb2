import { HOUR } from "../base/days";

/** How long after it was first read a dump's instants may lie: clocks differ, and zones do. */
const FUTURE_MS = 48 * HOUR;

/** The last instant that a dump first read at `nowMs` can speak of. */
export function latestMsOf(nowMs: number): number {
  return nowMs + FUTURE_MS;
}
