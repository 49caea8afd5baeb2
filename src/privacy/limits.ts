import type { Knex } from "knex";
import { type Retention, RETENTION_GROUPS } from "../base/retention";
import { addDays } from "../base/days";
import { NightdeskError } from "../base/errors";

export type Group = (typeof RETENTION_GROUPS)[number];

/** The setting that says from which local day on events are there; days before were purged. */
const EVENTS_KEPT_FROM = "events_kept_from";

/** The first local day that is kept of each group that has a limit. @param today the day the limits are counted back from */
export function keptFrom(retention: Retention, today: string): [group: Group, day: string][] {
  return RETENTION_GROUPS.flatMap((group): [Group, string][] => {
    const days = retention[group];
    return days === null ? [] : [[group, addDays(today, -days)]];
  });
}

/** The first local day whose events no purge has touched; null where nothing was ever purged. */
export async function eventsKeptFrom(db: Knex): Promise<string | null> {
  const row: { value: string } | undefined = await db("settings").where({ name: EVENTS_KEPT_FROM }).first("value");
  return row?.value ?? null;
}

/** Notes a limit; a later one stays, though the configuration was loosened since: what is gone is gone. */
export async function noteEventsKeptFrom(trx: Knex.Transaction, day: string): Promise<void> {
  const known = await eventsKeptFrom(trx);
  if (known !== null && known >= day) return;
  await trx("settings").where({ name: EVENTS_KEPT_FROM }).del();
  await trx("settings").insert({ name: EVENTS_KEPT_FROM, value: day });
}

/** Whether the events of a day were purged. */
export async function isPurgedDay(db: Knex, day: string): Promise<boolean> {
  const kept = await eventsKeptFrom(db);
  return kept !== null && day < kept;
}

/**
 * Refuses figures of days whose events were removed: they would be made of what happens to be left.
 *
 * @param from first local day asked for
 * @throws NightdeskError `purged`
 */
export async function requireKept(db: Knex, from: string): Promise<void> {
  const kept = await eventsKeptFrom(db);
  if (kept === null || from >= kept) return;
  throw new NightdeskError(
    "purged",
    `The events of days before ${kept} were removed, as "retention" asks for, and figures of ${from} cannot be made again. Expected days from ${kept} on. What was issued of that day is kept: "nightdesk editions" lists it.`,
  );
}
