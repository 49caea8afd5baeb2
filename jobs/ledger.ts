import { HOUR, localDay } from "../src/base/days";
import type { Context } from "../src/context";
import { settledValue } from "../src/db/settings";
import { lateDays } from "../src/late-days";
import type { EndedRun, Ledger, Plan } from "./due";

const DAY = 24 * HOUR;

/** The plan of the configuration: all of it that says what is run when. */
export function planOf(config: Context["config"]): Plan {
  return config;
}

/** What the database remembers of the plan's schedules; a schedule that is seen for the first time is noted. */
export async function readLedger(context: Context, plan: Plan): Promise<Ledger> {
  const { db, now } = context;
  // A day more than is caught up: a night begins some time after it fell due.
  const since = now() - (plan.catch_up_days + 1) * DAY;
  const ended = await db("receipts")
    .where("ends_run", 1)
    .andWhere("started_at_ms", ">=", since)
    // One that somebody ran by hand stands in for the scheduled one only where it was done, and was the same.
    .andWhere((run) => run.whereNotNull("schedule").orWhere({ status: "done", is_plain: 1 }))
    .select<EndedRun[]>("workflow", "schedule", "from_day as from", "to_day as to", "started_at_ms");
  return {
    first_seen_at_ms: await firstSeen(context, plan),
    ended: ended.map((run) => ({ ...run, started_at_ms: Number(run.started_at_ms) })),
  };
}

async function firstSeen({ db, now }: Context, plan: Plan): Promise<Map<string, number>> {
  const seen = new Map<string, number>();
  for (const { name } of plan.schedules)
    seen.set(name, Number(await settledValue(db, `schedule ${name} since`, String(now()))));
  return seen;
}

/**
 * Days whose night is to be run once more, of those that are not too old to be caught up: a source has not delivered them, or
 * something of them was loaded after their night.
 */
export async function daysToRepeat({ db, now, config }: Context, plan: Plan): Promise<string[]> {
  const oldest = localDay(config.zone, now() - (plan.catch_up_days + 1) * DAY);
  const missing = await db("deliveries").where("status", "missing").andWhere("day", ">=", oldest).distinct("day");
  return [...missing.map(({ day }: { day: string }) => day), ...(await lateDays(db, oldest))];
}
