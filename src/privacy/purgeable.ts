import type { Knex } from "knex";
import { bind } from "../db/sql";

/** Temporary tables that say what goes, as `tables.ts` asks for it. */
const SETS = [
  "contacts_to_purge (contact_key bigint not null primary key)",
  "agents_to_purge (agent_key bigint not null primary key, before_ms bigint not null)",
  "sessions_to_purge (contact_key bigint not null primary key)",
];

/** Makes the sets, empty. */
export async function openSets(trx: Knex.Transaction): Promise<void> {
  for (const set of SETS) {
    await trx.raw(`drop table if exists ${set.split(" ")[0]}`);
    await trx.raw(`create temporary table ${set}`);
  }
}

export async function closeSets(trx: Knex.Transaction): Promise<void> {
  for (const set of SETS) await trx.raw(`drop table if exists ${set.split(" ")[0]}`);
}

/** Chooses the contacts and agents whose events go, and seals what stays of them. @param beforeMs the limit of events */
export async function chooseEntities(trx: Knex.Transaction, beforeMs: number): Promise<void> {
  await bind(trx, CONTACTS, { before_ms: beforeMs });
  await bind(trx, AGENTS, { before_ms: beforeMs });
  await trx.raw("insert into sealed_contacts (contact_key) select contact_key from contacts_to_purge");
  await trx.raw("delete from sealed_agents where agent_key in (select agent_key from agents_to_purge)");
  await trx.raw("insert into sealed_agents (agent_key, before_ms) select agent_key, before_ms from agents_to_purge");
}

/** Of contacts without events those whose session goes too. */
export async function chooseSessions(trx: Knex.Transaction, beforeMs: number): Promise<void> {
  await bind(
    trx,
    `insert into sessions_to_purge (contact_key)
    select sessions.contact_key
    from sealed_contacts as sealed
    join customer_sessions as sessions on sessions.contact_key = sealed.contact_key
    where sessions.started_at_ms < :before_ms and coalesce(sessions.ended_at_ms, sessions.started_at_ms) < :before_ms`,
    { before_ms: beforeMs },
  );
}

/** Closed or given up, nothing waits, and all of it lies before the limit. */
const CONTACTS = `
  insert into contacts_to_purge (contact_key)
  select sessions.contact_key
  from customer_sessions as sessions
  where sessions.started_at_ms < :before_ms
    and (sessions.is_open = 0 or sessions.is_stale = 1)
    and coalesce(sessions.ended_at_ms, 0) < :before_ms
    and sessions.contact_key not in (select contact_key from sealed_contacts)
    and sessions.contact_key not in (select contact_key from contacts_to_rebuild)
    and sessions.contact_key not in (select contact_key from contacts_to_check)
    and not exists (
      select 1 from contact_events as events
      where events.contact_key = sessions.contact_key and (events.at_ms >= :before_ms or events.ended_at_ms >= :before_ms)
    )
    and not exists (
      select 1 from reported_contacts as reported
      where reported.contact_key = sessions.contact_key and reported.ended_at_ms >= :before_ms
    )`;

/** Where an agent's sessions leave a gap, all before it may go: the limit is the start of the first run that reaches over it. */
const AGENTS = `
  insert into agents_to_purge (agent_key, before_ms)
  with spans as (
    select
      agent_key,
      agent_session_id,
      min(started_at_ms) as started_at_ms,
      max(case when is_open = 1 and is_stale = 0 then 9000000000000000 else known_until_ms end) as until_ms
    from agent_sessions
    group by agent_key, agent_session_id
  ),
  ordered as (
    select
      spans.*,
      max(until_ms) over (
        partition by agent_key order by started_at_ms, agent_session_id rows between unbounded preceding and 1 preceding
      ) as earlier_until_ms
    from spans
  ),
  runs as (
    select
      ordered.*,
      sum(case when started_at_ms <= earlier_until_ms then 0 else 1 end) over (
        partition by agent_key order by started_at_ms, agent_session_id
      ) as run_number
    from ordered
  ),
  whole as (
    select agent_key, run_number, min(started_at_ms) as started_at_ms, max(until_ms) as until_ms
    from runs
    group by agent_key, run_number
  )
  select whole.agent_key, coalesce(min(started_at_ms) filter (where until_ms >= :before_ms), :before_ms) as before_ms
  from whole
  where whole.agent_key not in (select agent_key from agents_to_rebuild)
  group by whole.agent_key`;
