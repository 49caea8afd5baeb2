import type { Knex } from "knex";
import { bulkInsert, bulkInsertNew, type Cell } from "../db/bulk";
import { addKeyList } from "../db/keys";
import type { Context } from "./contexts";
import { type Erased, withoutErased } from "./erased";
import { joinContext, type LoadedEvent } from "./event";
import { createRepeats, noteRepeats } from "./repeats";
import { EVENT_TABLES, eventColumns } from "./tables";
import { giveKeys, type Interner, type Interners, keyOf, nameText, type NewTexts, storeTexts } from "./intern";
import { addWaiting, type Keyed, openWaiting, orderByOwner, ownersOf, rowsJson, type Waiting } from "./waiting";

/** What waits to be stored. */
interface Pending {
  contact: Waiting;
  agent: Waiting;
  rejected: Cell[][];
  rejected_bytes: number;
}

/** What one dump has brought so far, and the way of its events into their tables. */
export interface Store {
  trx: Knex.Transaction;
  interners: Interners;
  /** Who is only taken under a pseudonym; null where nobody was erased. */
  erased: Erased | null;
  dump_key: number;
  counts: { read: number; new: number; event: number; rejected: number };
  oldest_at_ms: number | null;
  newest_at_ms: number | null;
  /** By quarter-hour: contact events and agent events. */
  quarters: Map<number, [number, number]>;
  pending: Pending;
  /** Owners already noted for the rebuild. */
  touched: { contact: Set<number>; agent: Set<number> };
  /** Kinds of event of which the dump repeats some that are stored; `settle` ends their story. */
  has_repeats: { contact: boolean; agent: boolean };
  /** The last batch on its way: settled when it has been prepared, and when it is stored. */
  prepared: Promise<unknown>;
  stored: Promise<unknown>;
  /** What batches before were held in, to be used again: memory that is always new is what makes the garbage collector run. */
  spare: { pending: Pending | null; rows: Buffer[] };
}

const BATCH_EVENTS = 20_000;
const BATCH_REJECTED_BYTES = 4_000_000;
const QUARTER_MS = 900_000;
const TOUCHED_LIMIT = 200_000;

export function openStore(
  trx: Knex.Transaction,
  interners: Interners,
  dumpKey: number,
  erased: Erased | null = null,
): Store {
  return {
    trx,
    interners,
    erased,
    dump_key: dumpKey,
    counts: { read: 0, new: 0, event: 0, rejected: 0 },
    oldest_at_ms: null,
    newest_at_ms: null,
    quarters: new Map(),
    pending: openPending(),
    touched: { contact: new Set(), agent: new Set() },
    has_repeats: { contact: false, agent: false },
    prepared: Promise.resolve(),
    stored: Promise.resolve(),
    spare: { pending: null, rows: [] },
  };
}

/** Takes an event; true where enough are waiting for `sendBatch`. */
export function addEvent(store: Store, given: LoadedEvent): boolean {
  const event = store.erased === null ? given : withoutErased(store.erased, given, store.interners.cache);
  addWaiting(store.pending[event.kind], event, nameText(event.spelling, event.shown_as));
  return noteEvent(store, event.kind, event.at_ms);
}

/** Counts an event that has been put among those that wait; true where enough are waiting for `sendBatch`. */
export function noteEvent(store: Store, kind: "contact" | "agent", atMs: number): boolean {
  const { pending, counts } = store;
  counts.event += 1;
  const quarter = atMs - (atMs % QUARTER_MS);
  const column = kind === "contact" ? 0 : 1;
  const cell = store.quarters.get(quarter);
  if (cell === undefined) store.quarters.set(quarter, column === 0 ? [1, 0] : [0, 1]);
  else cell[column] += 1;
  if (store.oldest_at_ms === null || atMs < store.oldest_at_ms) store.oldest_at_ms = atMs;
  if (store.newest_at_ms === null || atMs > store.newest_at_ms) store.newest_at_ms = atMs;
  return pending.contact.owners.length + pending.agent.owners.length >= BATCH_EVENTS;
}

/** @param sent a batch that has been prepared, whose buffers are used again */
function openPending(sent: Pending | null = null): Pending {
  return { contact: openWaiting(sent?.contact), agent: openWaiting(sent?.agent), rejected: [], rejected_bytes: 0 };
}

/** Takes a rejected line as a row of `rejected_lines` without its dump; true where enough are waiting. */
export function addRejected(store: Store, cells: Cell[], size: number): boolean {
  store.counts.rejected += 1;
  store.pending.rejected.push([store.dump_key, ...cells]);
  store.pending.rejected_bytes += size + 200;
  return store.pending.rejected_bytes >= BATCH_REJECTED_BYTES;
}

/**
 * Sends what is waiting on its way. While the database stores one batch the next is prepared; this waits until the one
 * before is stored, so that no more than two are in memory.
 */
export async function sendBatch(store: Store): Promise<void> {
  const { pending, spare } = store;
  store.pending = openPending(spare.pending);
  spare.pending = null;
  const before = store.stored;
  await store.prepared;
  const prepared = prepareBoth(store, pending);
  store.prepared = prepared;
  store.stored = Promise.all([prepared, before]).then(async ([[contact, agent]]: [[Prepared, Prepared], unknown]) => {
    await storeEvents(store, "contact", contact);
    await storeEvents(store, "agent", agent);
    await bulkInsert(store.trx, "rejected_lines", REJECTED_COLUMNS, pending.rejected);
  });
  store.stored.catch(() => {});
  prepared.catch(() => {});
  await before;
}

/** Sends what is left and waits for all of it. */
export async function flush(store: Store): Promise<void> {
  await sendBatch(store);
  await store.stored;
}

const REJECTED_COLUMNS = ["dump_key", "line_number", "reason", "message", "byte_count", "sha256", "text"];

/** Rows of events as a JSON array, in the order of `eventColumns`, and whose they are. */
interface Prepared {
  count: number;
  json: Buffer;
  owners: number[];
  /** Owners, names and contexts the events brought, to be stored with them. */
  texts: NewTexts[];
}

/** One after the other, since both give out keys of contexts. */
async function prepareBoth(store: Store, pending: Store["pending"]): Promise<[Prepared, Prepared]> {
  const contact = await prepare(store, "contact", pending.contact);
  const agent = await prepare(store, "agent", pending.agent);
  store.spare.pending = pending;
  return [contact, agent];
}

async function prepare(store: Store, kind: "contact" | "agent", waiting: Waiting): Promise<Prepared> {
  const { trx, interners } = store;
  const count = waiting.owners.length;
  if (count === 0) return { count, json: NO_ROWS, owners: [], texts: [] };
  const tables = EVENT_TABLES[kind];
  const texts = [
    await giveTextKeys(trx, interners[tables.owners], waiting.owners),
    await giveTextKeys(trx, interners[tables.names], waiting.names),
    await giveContextKeys(store, new Set(waiting.contexts.filter(({ key }) => key === null))),
  ];
  const order = orderByOwner(waiting);
  return { count, json: rowsJson(waiting, order, store.spare.rows.pop()), owners: ownersOf(waiting, order), texts };
}

const NO_ROWS = Buffer.from("[]");

async function giveTextKeys(trx: Knex.Transaction, interner: Interner, texts: readonly Keyed[]): Promise<NewTexts> {
  const open = texts.filter(({ key }) => key === null);
  const unseen = new Set<string>();
  for (const one of open) {
    one.key = keyOf(interner, one.text) ?? null;
    if (one.key === null) unseen.add(one.text);
  }
  const fresh = await giveKeys(trx, interner, unseen);
  for (const one of open) one.key ??= known(interner, one.text);
  return fresh;
}

async function giveContextKeys(store: Store, contexts: Set<Context>): Promise<NewTexts> {
  const texts = new Map(Array.from(contexts, (context) => [context, joinContext(context.values)]));
  const fresh = await giveKeys(store.trx, store.interners.contexts, texts.values());
  for (const [context, text] of texts) context.key = known(store.interners.contexts, text);
  return fresh;
}

function known(interner: Interner, text: string): number {
  const key = keyOf(interner, text);
  if (key === undefined) throw new Error(`${interner.source.table} lost a text it had just been given`);
  return key;
}

async function storeEvents(store: Store, kind: "contact" | "agent", prepared: Prepared): Promise<void> {
  if (prepared.count === 0) return;
  for (const texts of prepared.texts) await storeTexts(store.trx, texts);
  const tables = EVENT_TABLES[kind];
  const constants = { dump_key: store.dump_key, first_dump_key: store.dump_key };
  const count = await bulkInsertNew(store.trx, tables.events, eventColumns(tables), prepared.json, constants);
  store.counts.new += count;
  if (count === prepared.count) await touch(store, kind, prepared.owners);
  else {
    if (!store.has_repeats[kind]) await createRepeats(store.trx, tables);
    store.has_repeats[kind] = true;
    await noteRepeats(store.trx, tables, store.dump_key, prepared.json);
  }
  store.spare.rows.push(Buffer.from(prepared.json.buffer));
}

/** Notes owners of events for the rebuild. */
export async function touch(store: Store, kind: "contact" | "agent", owners: Iterable<number>): Promise<void> {
  const touched = store.touched[kind];
  const unseen = [...owners].filter((owner) => !touched.has(owner));
  if (unseen.length === 0) return;
  if (touched.size > TOUCHED_LIMIT) touched.clear();
  for (const owner of unseen) touched.add(owner);
  const { to_rebuild, owner } = EVENT_TABLES[kind];
  await addKeyList(store.trx, to_rebuild, owner, unseen);
}
