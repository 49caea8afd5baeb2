import type { Knex } from "knex";
import type { Config } from "../base/config";
import type { Log } from "../base/log";
import { beside, type Scratch, withScratch } from "../db/beside";
import { canShare } from "../db/claim";
import type { Materialization } from "../db/materialize";
import { bind, selectRows } from "../db/sql";
import { waitToWrite, writeTransaction } from "../db/write";
import { agentTables } from "./agents";
import { fillCalendar } from "./calendar";
import { customerTables } from "./customers";
import { add, addOpenSessions, addPending, type Period } from "./pending";
import { type Progress, type Rebuild, rebuildTogether } from "./rebuild-together";
import { beginUnder, endUnder, rulesMark } from "./rules";
import { addUp, isKept, makeSlice } from "./make";
import { slices, type WorkingTable } from "./slices";

export type { Period } from "./pending";
export { isUnderRules, requireRules } from "./rules";

/** Slices are cut to hold about as many events, of agents as of contacts, however many of them a contact or agent has. */
const SLICE_EVENTS = 200_000;
const LARGEST_SLICE = 20_000;

/** What this transaction has written by the time agents are rebuilt, and their selects read: pending set, days and rules. */
export const WRITTEN_BEFORE = [
  "agents_to_rebuild",
  "calendar_days",
  "agent_state_names",
  "state_kinds",
  "channel_thresholds",
];

/** Fewer of either are rebuilt sooner than a second connection is opened and its rows are taken over. */
const WORTH_A_SECOND = { contact: 1_000, agent: 50 } as const;

/**
 * Makes the customer and agent tables anew for every pending contact and agent: all events of each are read again, so
 * calls over midnight, late events and second runs need no special case.
 *
 * @param rulesVersion version of the reference data; where it, the zone or a threshold changed, everything is pending
 * @param writeRules   writes the rules and describes the names of events; without it the rules must be loaded
 * @returns rows made per table, and contacts and agents rebuilt
 */
export async function rebuildTables(
  db: Knex,
  config: Config,
  log: Log,
  period: Period,
  rulesVersion: string,
  writeRules: (trx: Knex.Transaction) => Promise<void> = () => Promise.resolve(),
): Promise<Record<string, number>> {
  const progress = progressOf(log);
  const rules_mark = rulesMark(config, rulesVersion);
  const rebuild = { config, period, rules_mark, writeRules, progress };
  const counts = canShare(db)
    ? await rebuildTogether(db, { ...rebuild, slice_sizes: await sliceSizes(db) })
    : await rebuildAlone(db, rebuild);
  return { ...NOTHING, ...counts };
}

/** Rebuilds everything pending in one transaction, the only one that writes. */
async function rebuildAlone(db: Knex, rebuild: Omit<Rebuild, "slice_sizes">): Promise<Record<string, number>> {
  const { config, period, rules_mark, progress } = rebuild;
  return withScratch(db, (scratch) =>
    writeTransaction(db, waitToWrite, async (trx) => {
      await rebuild.writeRules(trx);
      const isUnderNewRules = await beginUnder(trx, rules_mark);
      if (isUnderNewRules) await trx("calendar_days").del();
      await fillCalendar(trx, config.zone);
      await addPending(trx, config.zone, isUnderNewRules ? { ...period, all: true } : period);
      await addOpenSessions(trx);
      const counts = await rebuildBoth(trx, scratch, progress);
      await add(trx, "contacts_to_check", "contact", "select contact_key from contacts_to_rebuild");
      await trx("contacts_to_rebuild").del();
      await trx("agents_to_rebuild").del();
      await endUnder(trx, rules_mark);
      progress(null);
      return counts;
    }),
  );
}

/** What a run that finds nothing pending has made. */
const NOTHING = {
  contacts: 0,
  ...Object.fromEntries(customerTables.filter(isKept).map(({ table }) => [table, 0])),
  agents: 0,
  ...Object.fromEntries(agentTables.filter(isKept).map(({ table }) => [table, 0])),
};

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
      reads: WRITTEN_BEFORE,
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
  /** Whether rows are left of entities whose events were removed. */
  has_sealed: boolean;
  slice_size: number;
}

async function sliceSizes(db: Knex): Promise<Rebuild["slice_sizes"]> {
  const [contacts, agents] = [await extentOf(db, "contact"), await extentOf(db, "agent")];
  return { contact: contacts.slice_size, agent: agents.slice_size };
}

async function extentOf(db: Knex, entity: Extent["entity"]): Promise<Extent> {
  const [total] = await selectRows<{ pending: number; known: number; events: number | null; sealed: number }>(
    db,
    `select
        (select count(*) from ${entity}s_to_rebuild) as pending,
        (select count(*) from ${entity}s) as known,
        (select max(event_key) from ${entity}_events) as events,
        (select count(*) from sealed_${entity}s) as sealed`,
  );
  const known = Number(total?.known ?? 0);
  const eventsEach = Number(total?.events ?? 0) / Math.max(known, 1);
  const slice_size = Math.ceil(Math.min(LARGEST_SLICE, SLICE_EVENTS / Math.max(eventsEach, 1)));
  const has_sealed = Number(total?.sealed ?? 0) > 0;
  return { entity, pending: Number(total?.pending ?? 0), known, has_sealed, slice_size };
}

async function runSlices(
  trx: Knex.Transaction,
  progress: Progress,
  extent: Extent,
  tables: readonly (Materialization | WorkingTable)[],
): Promise<Record<string, number>> {
  const { entity, pending, known, slice_size } = extent;
  const kept = tables.filter(isKept);
  if (pending === known && !extent.has_sealed) await clear(trx, extent, kept);
  const counts: Record<string, number> = {};
  for await (const slice of slices(trx, `${entity}s_to_rebuild`, `${entity}_key`, slice_size)) {
    addUp(counts, await makeSlice(trx, entity, tables, slice));
    progress(entity, `${counts[`${entity}s`]} of ${pending} ${entity}s`);
  }
  return counts;
}

/** Takes out the rows of everything pending; emptying a whole table is far cheaper than deleting all its rows. */
async function clear(trx: Knex.Transaction, extent: Extent, kept: readonly Materialization[]): Promise<void> {
  const { entity, pending, known, slice_size } = extent;
  if (pending === known && !extent.has_sealed) {
    for (const { table } of kept) await trx(table).del();
    return;
  }
  for await (const { from_key, to_key } of slices(trx, `${entity}s_to_rebuild`, `${entity}_key`, slice_size)) {
    for (const { table, scope } of kept) await bind(trx, `delete from ${table} where ${scope}`, { from_key, to_key });
  }
}

/** One line for both, since they may be under way at once. */
function progressOf(log: Log): Progress {
  const parts: Partial<Record<Extent["entity"], string>> = {};
  return (entity, text = "") => {
    if (entity === null) return log.progress("");
    parts[entity] = text;
    log.progress(`rebuilding ${[parts.contact, parts.agent].filter((part) => part !== undefined).join(", ")}`);
  };
}
