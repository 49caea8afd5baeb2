import type { Config } from "../src/base/config";
import type { Upcoming } from "../src/status";
import { nextRuns } from "./due";
import { planOf } from "./ledger";

/** What the schedules will begin next, one run of each. */
export function upcomingRuns(config: Config, nowMs: number): Upcoming[] {
  return nextRuns(planOf(config), nowMs).map(({ schedule, from, to, due_at_ms }) => ({
    schedule: schedule.name,
    days: from === to ? from : `${from} to ${to}`,
    at_ms: due_at_ms,
  }));
}
