import type { Knex } from "knex";
import { dayStartMs } from "../base/days";
import { bind } from "../db/sql";
import { waitToWrite, writeTransaction } from "../db/write";
import { noteKeysRemoved } from "./keys";
import { eventsKeptFrom } from "./limits";

/** Contacts and agents whose events of purged days came with another dump and were taken out again. */
export interface Returned {
  contacts: number;
  agents: number;
}

/**
 * Takes out what a load brought of days that were purged, before a rebuild would make half a day of it: events of sealed
 * contacts, contacts nobody knew that lie wholly before the limit, and what agents did before theirs.
 */
export async function dropReturned(db: Knex, zone: string): Promise<Returned> {
  const day = await eventsKeptFrom(db);
  if (day === null) return { contacts: 0, agents: 0 };
  return await writeTransaction(db, waitToWrite, async (trx) => {
    const contacts = await dropContacts(trx, dayStartMs(zone, day));
    const agents = await dropAgents(trx, dayStartMs(zone, day));
    if (contacts + agents > 0) await noteKeysRemoved(trx);
    return { contacts, agents };
  });
}

async function dropContacts(trx: Knex.Transaction, beforeMs: number): Promise<number> {
  await trx.raw("drop table if exists returned_contacts");
  await trx.raw("create temporary table returned_contacts (contact_key bigint not null primary key, is_sealed bigint)");
  await bind(trx, RETURNED_CONTACTS, { before_ms: beforeMs });
  const where = "contact_key in (select contact_key from returned_contacts)";
  for (const table of [
    "contact_events",
    "contact_event_copies",
    "reported_contacts",
    "reported_legs",
    "delivered_lists",
  ]) {
    await trx.raw(`delete from ${table} where ${where}`);
  }
  await trx.raw(`delete from contacts_to_rebuild where ${where}`);
  await trx.raw(
    "delete from contacts where contact_key in (select contact_key from returned_contacts where is_sealed = 0)",
  );
  const [row] = (await trx("returned_contacts").count({ count: "*" })) as { count: number | string }[];
  await trx.raw("drop table returned_contacts");
  return Number(row?.count ?? 0);
}

/** What has a session and was not sealed was kept on purpose: it was open, or reaches over the limit. */
const RETURNED_CONTACTS = `
  insert into returned_contacts (contact_key, is_sealed)
  select pending.contact_key, case when sealed.contact_key is null then 0 else 1 end
  from contacts_to_rebuild as pending
  left join sealed_contacts as sealed on sealed.contact_key = pending.contact_key
  where (
      sealed.contact_key is not null
      and (
        exists (select 1 from contact_events as events where events.contact_key = pending.contact_key)
        or exists (select 1 from reported_contacts as reported where reported.contact_key = pending.contact_key)
      )
    )
    or (
      sealed.contact_key is null
      and not exists (select 1 from customer_sessions as sessions where sessions.contact_key = pending.contact_key)
      and not exists (
        select 1 from contact_events as events
        where events.contact_key = pending.contact_key and (events.at_ms >= :before_ms or events.ended_at_ms >= :before_ms)
      )
      and not exists (
        select 1 from reported_contacts as reported
        where reported.contact_key = pending.contact_key
          and coalesce(reported.ended_at_ms, reported.started_at_ms, :before_ms) >= :before_ms
      )
    )`;

async function dropAgents(trx: Knex.Transaction, beforeMs: number): Promise<number> {
  await trx.raw("drop table if exists returned_agents");
  await trx.raw(
    "create temporary table returned_agents (agent_key bigint not null primary key, before_ms bigint not null)",
  );
  await bind(trx, RETURNED_AGENTS, { before_ms: beforeMs });
  const dropped = (table: string, at: string): string =>
    `${at} < (select before_ms from returned_agents where returned_agents.agent_key = ${table}.agent_key)`;
  const [row] = (await trx("returned_agents").count({ count: "*" })) as { count: number | string }[];
  await trx.raw(`delete from agent_events where ${dropped("agent_events", "at_ms")}`);
  await trx.raw(`delete from agent_event_copies where ${dropped("agent_event_copies", "at_ms")}`);
  await trx.raw(`delete from reported_agent_sessions where ${dropped("reported_agent_sessions", "started_at_ms")}`);
  await trx.raw(`delete from delivered_lists where ${dropped("delivered_lists", "newest_at_ms")}`);
  await trx.raw("drop table returned_agents");
  return Number(row?.count ?? 0);
}

/** An agent that is known has a limit of its own; of one nobody knew everything before the general one is too old. */
const RETURNED_AGENTS = `
  insert into returned_agents (agent_key, before_ms)
  select limits.agent_key, limits.before_ms
  from (
    select
      pending.agent_key,
      case
        when sealed.agent_key is not null then sealed.before_ms
        when exists (select 1 from agent_sessions as sessions where sessions.agent_key = pending.agent_key) then 0
        else :before_ms
      end as before_ms
    from agents_to_rebuild as pending
    left join sealed_agents as sealed on sealed.agent_key = pending.agent_key
  ) as limits
  where exists (
      select 1 from agent_events as events
      where events.agent_key = limits.agent_key and events.at_ms < limits.before_ms
    )
    or exists (
      select 1 from reported_agent_sessions as reported
      where reported.agent_key = limits.agent_key and reported.started_at_ms < limits.before_ms
    )`;
