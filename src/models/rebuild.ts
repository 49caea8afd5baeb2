import { createHash } from "node:crypto";
import type { Knex } from "knex";
import type { Config } from "../base/config";
import type { Log } from "../base/log";
import { beside, type Scratch, withScratch } from "../db/beside";
import { type Materialization, materialize } from "../db/materialize";
import { bind, selectRows } from "../db/sql";
import { waitToWrite, writeTransaction } from "../db/write";
import { agentTables } from "./agents";
import { fillCalendar } from "./calendar";
import { customerTables } from "./customers";
import { add, addOpenSessions, addPending, type Period } from "./pending";
import { noteSetting } from "./settings";
import { hold, type Slice, slices, type WorkingTable } from "./slices";

export type { Period } from "./pending";

/** Slices are cut to hold about as many events, of agents as of contacts, however many of them a contact or agent has. */
const SLICE_EVENTS = 200_000;
const LARGEST_SLICE = 20_000;

/** Fewer of either are rebuilt sooner than a second connection is opened and its rows are taken over. */
const WORTH_A_SECOND = { contact: 1_000, agent: 50 } as const;

/**
 * Makes the customer and agent tables anew for every pending contact and agent, in one transaction: all events of each
 * are read again, so calls over midnight, late events and second runs need no special case. The rules must be loaded.
 *
 * @param rulesVersion version of the reference data; where it, the zone or a threshold changed, everything is pending
 * @returns rows made per table, and contacts and agents rebuilt
 */
export async function rebuildTables(
  db: Knex,
  config: Config,
  log: Log,
  period: Period,
  rulesVersion: string,
): Promise<Record<string, number>> {
  return withScratch(db, (scratch) =>
    writeTransaction(db, waitToWrite, async (trx) => {
      const isUnderNewRules = await noteRules(trx, config, rulesVersion);
      if (isUnderNewRules) await trx("calendar_days").del();
      await fillCalendar(trx, config.zone);
      await addPending(trx, config.zone, isUnderNewRules ? { ...period, all: true } : period);
      await addOpenSessions(trx);
      const counts = await rebuildBoth(trx, scratch, progressOf(log));
      await add(trx, "contacts_to_check", "contact", "select contact_key from contacts_to_rebuild");
      await trx("contacts_to_rebuild").del();
      await trx("agents_to_rebuild").del();
      log.progress("");
      return counts;
    }),
  );
}

/**
 * Whether the tables were made under the zone, thresholds and reference data in force: figures of a report made after a
 * change and before a rebuild would be neither the old nor the new ones. True where nothing was ever rebuilt.
 */
export async function isUnderRules(db: Knex, config: Config, rulesVersion: string): Promise<boolean> {
  const made: { value: string } | undefined = await db("settings").where({ name: "rebuilt_under" }).first("value");
  return made === undefined || made.value === rulesMark(config, rulesVersion);
}

/** Remembers what the tables are made under; true where that is not what they were made under before. */
async function noteRules(trx: Knex.Transaction, config: Config, rulesVersion: string): Promise<boolean> {
  return noteSetting(trx, "rebuilt_under", rulesMark(config, rulesVersion));
}

function rulesMark(config: Config, rulesVersion: string): string {
  const rules = JSON.stringify([config.zone, config.thresholds, config.queues, config.stale_after_ms, rulesVersion]);
  return createHash("sha256").update(rules).digest("hex").slice(0, 12);
}

/** Agents and contacts never read each other's tables: where there are many of both, they are rebuilt at once. */
async function rebuildBoth(
  trx: Knex.Transaction,
  scratch: Scratch,
  progress: Progress,
): Promise<Record<string, number>> {
  const [contacts, agents] = [await extentOf(trx, "contact"), await extentOf(trx, "agent")];
  const isWorthIt = contacts.pending >= WORTH_A_SECOND.contact && agents.pending >= WORTH_A_SECOND.agent;
  const [ofContacts, ofAgents] = await beside(
    trx,
    isWorthIt ? scratch : null,
    (own) => runSlices(own, progress, contacts, customerTables),
    {
      reads: ["agents_to_rebuild", "calendar_days"],
      makes: agentTables.filter(isKept).map(({ table }) => table),
      work: (side) => runSlices(side, progress, agents, agentTables),
      clear: (own) => clear(own, agents, agentTables.filter(isKept)),
    },
  );
  return { ...ofContacts, ...ofAgents };
}

/** How many of all there are wait to be rebuilt. */
interface Extent {
  entity: "contact" | "agent";
  pending: number;
  known: number;
  slice_size: number;
}

async function extentOf(trx: Knex.Transaction, entity: Extent["entity"]): Promise<Extent> {
  const [total] = await selectRows<{ pending: number; known: number; events: number | null }>(
    trx,
    `select
        (select count(*) from ${entity}s_to_rebuild) as pending,
        (select count(*) from ${entity}s) as known,
        (select max(event_key) from ${entity}_events) as events`,
  );
  const known = Number(total?.known ?? 0);
  const eventsEach = Number(total?.events ?? 0) / Math.max(known, 1);
  const slice_size = Math.ceil(Math.min(LARGEST_SLICE, SLICE_EVENTS / Math.max(eventsEach, 1)));
  return { entity, pending: Number(total?.pending ?? 0), known, slice_size };
}

async function runSlices(
  trx: Knex.Transaction,
  progress: Progress,
  extent: Extent,
  tables: readonly (Materialization | WorkingTable)[],
): Promise<Record<string, number>> {
  const { entity, pending, known, slice_size } = extent;
  const kept = tables.filter(isKept);
  if (pending === known) await clear(trx, extent, kept);
  const counts: Record<string, number> = { [`${entity}s`]: 0, ...Object.fromEntries(kept.map((k) => [k.table, 0])) };
  for await (const slice of slices(trx, `${entity}s_to_rebuild`, `${entity}_key`, slice_size)) {
    for (const table of tables) await make(trx, table, slice);
    for (const { table, scope } of kept)
      counts[table] = (counts[table] ?? 0) + (await countRows(trx, table, scope, slice));
    counts[`${entity}s`] = (counts[`${entity}s`] ?? 0) + slice.entity_count;
    progress(entity, `${counts[`${entity}s`]} of ${pending} ${entity}s`);
  }
  return counts;
}

/** Takes out the rows of everything pending; emptying a whole table is far cheaper than deleting all its rows. */
async function clear(trx: Knex.Transaction, extent: Extent, kept: readonly Materialization[]): Promise<void> {
  const { entity, pending, known, slice_size } = extent;
  if (pending === known) {
    for (const { table } of kept) await trx(table).del();
    return;
  }
  for await (const { from_key, to_key } of slices(trx, `${entity}s_to_rebuild`, `${entity}_key`, slice_size)) {
    for (const { table, scope } of kept) await bind(trx, `delete from ${table} where ${scope}`, { from_key, to_key });
  }
}

function isKept(made: Materialization | WorkingTable): made is Materialization {
  return "scope" in made;
}

type Progress = (entity: Extent["entity"], text: string) => void;

/** One line for both, since they may be under way at once. */
function progressOf(log: Log): Progress {
  const parts: Partial<Record<Extent["entity"], string>> = {};
  return (entity, text) => {
    parts[entity] = text;
    log.progress(`rebuilding ${[parts.contact, parts.agent].filter((part) => part !== undefined).join(", ")}`);
  };
}

async function make(trx: Knex.Transaction, made: Materialization | WorkingTable, slice: Slice): Promise<void> {
  const range = { from_key: slice.from_key, to_key: slice.to_key };
  if (isKept(made)) await materialize(trx, made, range);
  else await hold(trx, made, range);
}

async function countRows(trx: Knex.Transaction, table: string, scope: string, slice: Slice): Promise<number> {
  const [row] = await selectRows<{ made: number }>(trx, `select count(*) as made from ${table} where ${scope}`, {
    from_key: slice.from_key,
    to_key: slice.to_key,
  });
  return Number(row?.made ?? 0);
}
