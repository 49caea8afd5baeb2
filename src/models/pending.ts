import type { Knex } from "knex";
import { calendarDay } from "../base/days";
import { addKeys } from "../db/keys";

/** Which contacts and agents a run is for; days are local and inclusive. */
export interface Period {
  from: string | null;
  to: string | null;
  /** Everything there is. */
  all: boolean;
}

type Entity = "contact" | "agent";
type Range = Record<string, number>;

/** Puts into the pending sets what the period asks for, beside what loading has put there. */
export async function addPending(trx: Knex.Transaction, zone: string, period: Period): Promise<void> {
  if (period.all) {
    await add(trx, "contacts_to_rebuild", "contact", "select contact_key from contacts");
    await add(trx, "agents_to_rebuild", "agent", "select agent_key from agents");
    return;
  }
  if (period.from === null && period.to === null) return;
  const range = instantsOf(zone, period);
  for (const entity of ["contact", "agent"] as const) {
    const reported = entity === "contact" ? "reported_contacts" : "reported_agent_sessions";
    await add(
      trx,
      `${entity}s_to_rebuild`,
      entity,
      `select ${entity}_key from ${entity}_events where at_ms >= :from_ms and at_ms < :to_ms
      union select ${entity}_key from ${reported} where started_at_ms >= :from_ms and started_at_ms < :to_ms`,
      range,
    );
  }
}

/** Sessions that were open when last looked at: whether they are stale depends on the newest event loaded. */
export async function addOpenSessions(trx: Knex.Transaction): Promise<void> {
  await add(trx, "contacts_to_rebuild", "contact", "select contact_key from customer_sessions where is_open = 1");
  await add(trx, "agents_to_rebuild", "agent", "select agent_key from agent_sessions where is_open = 1");
}

/** Puts into the set to be checked what the period asks for, beside what was rebuilt since the last check. */
export async function addUnchecked(trx: Knex.Transaction, zone: string, period: Period): Promise<void> {
  if (!period.all && period.from === null && period.to === null) return;
  await add(trx, "contacts_to_check", "contact", ...contactsOf(zone, period));
}

/** A select of the contacts with events in a period, and its bindings. */
export function contactsOf(zone: string, period: Period): [select: string, range: Range] {
  if (period.all || (period.from === null && period.to === null)) return ["select contact_key from contacts", {}];
  const select = "select distinct contact_key from contact_events where at_ms >= :from_ms and at_ms < :to_ms";
  return [select, instantsOf(zone, period)];
}

/** The instants a period of local days lies between; an open side reaches to the end of time. */
function instantsOf(zone: string, period: Period): Range {
  return {
    from_ms: period.from === null ? 0 : calendarDay(zone, period.from).starts_at_ms,
    to_ms: period.to === null ? Number.MAX_SAFE_INTEGER : calendarDay(zone, period.to).ends_at_ms,
  };
}

/** Adds keys to a pending set that are not in it yet. */
export async function add(
  trx: Knex.Transaction,
  pending: string,
  entity: Entity,
  select: string,
  range: Range = {},
): Promise<void> {
  await addKeys(trx, pending, `${entity}_key`, select, range);
}

/** How many contacts and agents wait for the rebuild, and how many contacts for the check. */
export async function pendingCounts(
  db: Knex,
): Promise<{ contacts_to_rebuild: number; agents_to_rebuild: number; contacts_to_check: number }> {
  const count = async (table: string): Promise<number> =>
    Number((await db(table).count({ count: "*" }).first())?.count ?? 0);
  return {
    contacts_to_rebuild: await count("contacts_to_rebuild"),
    agents_to_rebuild: await count("agents_to_rebuild"),
    contacts_to_check: await count("contacts_to_check"),
  };
}
