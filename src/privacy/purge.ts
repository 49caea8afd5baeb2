import { createHash, randomUUID } from "node:crypto";
import type { Knex } from "knex";
import type { Config } from "../base/config";
import { dayStartMs, localDay } from "../base/days";
import { bind, selectRows } from "../db/sql";
import { takeTurn } from "../db/turns";
import { waitToWrite, writeTransaction } from "../db/write";
import { noteKeysRemoved } from "./keys";
import { type Group, keptFrom, noteEventsKeptFrom } from "./limits";
import { chooseEntities, chooseSessions, closeSets, openSets } from "./purgeable";
import { PURGED_TABLES, type PurgedTable } from "./tables";

/** What became of one table; days are local, null where nothing was removed or is left, or a row has no time. */
export interface Purged {
  group_name: Group;
  table_name: string;
  kept_from_day: string;
  before_count: number;
  removed_count: number;
  after_count: number;
  first_day: string | null;
  last_day: string | null;
  oldest_kept_day: string | null;
  sha256: string;
}

export interface PurgeReceipt {
  purged_at_ms: number;
  is_dry_run: boolean;
  removed_count: number;
  tables: Purged[];
}

/**
 * Removes what the configuration keeps no longer, whole contacts and whole runs of an agent's sessions, and writes down
 * what was removed. Everything happens in one transaction; a dry run takes it back.
 *
 * @param today the local day limits are counted back from
 */
export async function purge(
  db: Knex,
  config: Config,
  when: { today: string; now_ms: number },
  isDryRun = false,
): Promise<PurgeReceipt> {
  const limits = keptFrom(config.retention, when.today);
  const tables: Purged[] = [];
  const begin = async (trx: Knex.Transaction): Promise<void> => {
    await takeTurn(trx, "loads");
    await waitToWrite(trx);
  };
  const work = async (trx: Knex.Transaction): Promise<void> => {
    tables.push(...(await purgeGroups(trx, config.zone, limits)));
    if (isDryRun) throw new TakenBack();
    await note(trx, tables, when.now_ms);
  };
  await writeTransaction(db, begin, work).catch((error: unknown) => {
    if (!(error instanceof TakenBack)) throw error;
  });
  const removed_count = tables.reduce((sum, each) => sum + each.removed_count, 0);
  return { purged_at_ms: when.now_ms, is_dry_run: isDryRun, removed_count, tables };
}

/** Ends the transaction of a dry run. */
class TakenBack extends Error {}

async function purgeGroups(
  trx: Knex.Transaction,
  zone: string,
  limits: readonly [group: Group, day: string][],
): Promise<Purged[]> {
  await openSets(trx);
  const purged: Purged[] = [];
  for (const [group, day] of limits) {
    const limit = { before_ms: dayStartMs(zone, day), before_day: day };
    if (group === "events") await chooseEntities(trx, limit.before_ms);
    if (group === "sessions") await chooseSessions(trx, limit.before_ms);
    for (const table of PURGED_TABLES.filter((each) => each.group === group)) {
      purged.push(await purgeTable(trx, zone, table, limit));
    }
    if (group === "events") {
      await noteEventsKeptFrom(trx, day);
      await removeContexts(trx);
    }
    if (group === "sessions") await removeOwners(trx);
  }
  await closeSets(trx);
  return purged;
}

async function purgeTable(
  trx: Knex.Transaction,
  zone: string,
  { group, table, owner, at, where }: PurgedTable,
  limit: { before_ms: number; before_day: string },
): Promise<Purged> {
  const scope = owner === null ? "1 = 1" : `${owner}_key is not null`;
  const before_count = await countOf(trx, table, scope);
  const id =
    owner === null ? "''" : `(select ${owner}_id from ${owner}s where ${owner}s.${owner}_key = ${table}.${owner}_key)`;
  const removed = await selectRows<{ owner: string; row_count: number; oldest: number | null; newest: number | null }>(
    trx,
    `select ${id} as owner, count(*) as row_count, min(${at}) as oldest, max(${at}) as newest
    from ${table} where ${where} group by 1`,
    limit,
  );
  const removed_count = removed.reduce((sum, row) => sum + Number(row.row_count), 0);
  const times = removed.flatMap(({ oldest, newest }) => [oldest, newest]).filter((time) => time !== null);
  if (removed_count > 0) await bind(trx, `delete from ${table} where ${where}`, limit);
  const [kept] = await selectRows<{ oldest: number | null }>(
    trx,
    `select min(${at}) as oldest from ${table} where ${scope}`,
  );
  const dayOf = (time: number | null | undefined): string | null =>
    time === null || time === undefined || !Number.isFinite(time) ? null : localDay(zone, Number(time));
  return {
    group_name: group,
    table_name: table,
    kept_from_day: limit.before_day,
    before_count,
    removed_count,
    after_count: await countOf(trx, table, scope),
    first_day: dayOf(times.reduce((a, b) => (b < a ? b : a), Number.POSITIVE_INFINITY)),
    last_day: dayOf(times.reduce((a, b) => (b > a ? b : a), Number.NEGATIVE_INFINITY)),
    oldest_kept_day: dayOf(kept?.oldest),
    sha256: digestOf(removed),
  };
}

/** One SHA-256 over what was removed; the same for the same rows in whatever order they lay. */
function digestOf(
  removed: readonly { owner: string; row_count: number; oldest: number | null; newest: number | null }[],
): string {
  const lines = removed.map(
    ({ owner, row_count, oldest, newest }) => `${owner}\t${row_count}\t${oldest ?? ""}\t${newest ?? ""}\n`,
  );
  return createHash("sha256").update(lines.sort(asBytes).join("")).digest("hex");
}

function asBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

async function countOf(trx: Knex.Transaction, table: string, scope: string): Promise<number> {
  const [row] = await selectRows<{ row_count: number }>(
    trx,
    `select count(*) as row_count from ${table} where ${scope}`,
  );
  return Number(row?.row_count ?? 0);
}

/** Names and places that no event speaks of any more. */
async function removeContexts(trx: Knex.Transaction): Promise<void> {
  const readers = [
    "contact_events",
    "contact_event_copies",
    "agent_events",
    "agent_event_copies",
    "customer_activities",
    "agent_activities",
  ];
  const used = readers.map((table) => `select context_key from ${table} where context_key is not null`).join(" union ");
  await trx.raw(`delete from event_contexts where context_key not in (${used})`);
}

/** The ids of contacts and agents of whom nothing is left. */
async function removeOwners(trx: Knex.Transaction): Promise<void> {
  await trx.raw("delete from sealed_contacts where contact_key in (select contact_key from sessions_to_purge)");
  await trx.raw("delete from contacts where contact_key in (select contact_key from sessions_to_purge)");
  const readers = ["agent_sessions", "agent_events", "reported_agent_sessions", "person_stays", "agents_to_rebuild"];
  const gone = readers.map((table) => `agent_key not in (select agent_key from ${table})`).join(" and ");
  await trx.raw(`delete from agents where ${gone}`);
  await trx.raw("delete from sealed_agents where agent_key not in (select agent_key from agents)");
}

/** A row for each table of which something went. A load that remembers keys must forget them. */
async function note(trx: Knex.Transaction, tables: readonly Purged[], nowMs: number): Promise<void> {
  const run_id = randomUUID();
  for (const row of tables.filter(({ removed_count }) => removed_count > 0)) {
    await trx("purges").insert({ run_id, purged_at_ms: nowMs, ...row });
  }
  await noteKeysRemoved(trx);
}
