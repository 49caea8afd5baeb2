import { createHash } from "node:crypto";
import type { Knex } from "knex";
import { bulkInsert, type Cell, selectByTexts } from "../db/bulk";
import { type ContextCache, openContexts } from "./contexts";
import { CONTEXT_COLUMNS, joinContext, splitContext } from "./event";
import { openPlainTexts, type PlainTexts } from "./formats/plain";

/**
 * A table of texts that events name by key: contacts, agents, names, contexts. Keys are given out here, in the order
 * the texts come; the newest texts are remembered, all others are looked up in the table.
 */
export interface Interner {
  source: Source;
  recent: Map<string, number>;
  older: Map<string, number>;
  last_key: number;
  /** Whether every text of the table is remembered, so that one that is not is new. */
  is_complete: boolean;
}

/** How a text becomes a row of its table, and by which column it is found again. */
interface Source {
  table: string;
  key: string;
  columns: readonly string[];
  /** The columns that tell its rows apart, the first of them indexed, and what they hold for a text. */
  found_by: readonly string[];
  handle: (text: string) => string[];
  cells: (text: string) => Cell[];
  /** Texts to remember in each of two generations. */
  limit: number;
}

export interface Interners {
  /** Changes whenever rows of these tables were removed: what is remembered may be among them. */
  removed_mark: string;
  cache: ContextCache;
  plain: PlainTexts;
  contacts: Interner;
  agents: Interner;
  contexts: Interner;
  contact_names: Interner;
  agent_names: Interner;
}

export function openInterners(): Interners {
  const id = (table: string, key: string, column: string): Source => ({
    table,
    key,
    columns: [column],
    found_by: [column],
    handle: (text) => [text],
    cells: (text) => [text],
    limit: 100_000,
  });
  return {
    removed_mark: "",
    cache: openContexts(),
    plain: openPlainTexts(),
    contacts: fresh(id("contacts", "contact_key", "contact_id")),
    agents: fresh(id("agents", "agent_key", "agent_id")),
    contexts: fresh({
      table: "event_contexts",
      key: "context_key",
      columns: ["fingerprint", ...CONTEXT_COLUMNS],
      found_by: ["fingerprint"],
      handle: (text) => [contextFingerprint(text)],
      cells: (text) => [contextFingerprint(text), ...contextCells(text)],
      limit: 30_000,
    }),
    contact_names: fresh(nameSource("contact_event_names")),
    agent_names: fresh(nameSource("agent_state_names")),
  };
}

/** One text for a raw name and the name it is shown under. */
export function nameText(spelling: string, shownAs: string): string {
  return shownAs === "" ? spelling : `${spelling}\u0000${shownAs}`;
}

/** Makes the interners ready for a new transaction: which keys are taken, and whether anything is there unseen. */
export async function refresh(db: Knex, interners: Interners): Promise<void> {
  const removed = (await db("settings").where({ name: "keys_removed" }).first("value")) as
    | { value: string }
    | undefined;
  if ((removed?.value ?? "") !== interners.removed_mark) forget(interners);
  interners.removed_mark = removed?.value ?? "";
  for (const interner of tablesOf(interners)) {
    const { table, key } = interner.source;
    const rows = (await db(table).max({ last: key })) as { last: number | null }[];
    const last = rows[0]?.last ?? 0;
    interner.is_complete = last === 0 || (interner.is_complete && last === interner.last_key);
    interner.last_key = last;
  }
}

/** Forgets everything, after a transaction was rolled back. */
export function forget(interners: Interners): void {
  interners.cache = openContexts();
  interners.plain = openPlainTexts();
  for (const interner of tablesOf(interners)) Object.assign(interner, fresh(interner.source));
}

/** Rows of texts that have been given a key and wait to be stored. */
export interface NewTexts {
  interner: Interner;
  rows: Cell[][];
}

/** Sees to it that every text has a key, is stored and remembered with it. */
export async function intern(db: Knex, interner: Interner, texts: Iterable<string>): Promise<void> {
  await storeTexts(db, await giveKeys(db, interner, texts));
}

/** Sees to it that every text has a key and is remembered with it; the new ones are to be stored by `storeTexts`. */
export async function giveKeys(db: Knex, interner: Interner, texts: Iterable<string>): Promise<NewTexts> {
  const unseen = new Set<string>();
  for (const text of texts) if (keyOf(interner, text) === undefined) unseen.add(text);
  if (unseen.size > 0 && !interner.is_complete) await lookUp(db, interner, unseen);
  const rows = Array.from(unseen, (text) => {
    interner.last_key += 1;
    remember(interner, text, interner.last_key);
    return [interner.last_key, ...interner.source.cells(text)];
  });
  return { interner, rows };
}

export async function storeTexts(db: Knex, { interner, rows }: NewTexts): Promise<void> {
  const { table, key, columns } = interner.source;
  await bulkInsert(db, table, [key, ...columns], rows);
}

/** The key of a text, if it is remembered. */
export function keyOf(interner: Interner, text: string): number | undefined {
  const key = interner.recent.get(text);
  if (key !== undefined) return key;
  const older = interner.older.get(text);
  if (older !== undefined) remember(interner, text, older);
  return older;
}

function tablesOf({ contacts, agents, contexts, contact_names, agent_names }: Interners): Interner[] {
  return [contacts, agents, contexts, contact_names, agent_names];
}

function fresh(source: Source): Interner {
  return { source, recent: new Map(), older: new Map(), last_key: 0, is_complete: false };
}

function remember(interner: Interner, text: string, key: number): void {
  interner.recent.set(text, key);
  if (interner.recent.size < interner.source.limit) return;
  if (interner.older.size > 0) interner.is_complete = false;
  interner.older = interner.recent;
  interner.recent = new Map();
}

async function lookUp(db: Knex, interner: Interner, unseen: Set<string>): Promise<void> {
  const { table, key, found_by: columns, handle } = interner.source;
  const handles = Array.from(unseen, (text) => ({ text, handle: handle(text) }));
  const byHandle = new Map(handles.map(({ text, handle: cells }) => [cells.join("\u0000"), text]));
  const firsts = handles.map(({ handle: cells }) => cells[0] ?? "");
  const picked = [`${key} as found_key`, ...columns];
  for (const row of await selectByTexts<Record<string, Cell>>(db, table, picked, columns[0] ?? "", firsts)) {
    const text = byHandle.get(columns.map((column) => row[column]).join("\u0000"));
    if (text === undefined) continue;
    remember(interner, text, Number(row.found_key));
    unseen.delete(text);
  }
}

function nameSource(table: string): Source {
  return {
    table,
    key: "name_key",
    columns: ["spelling", "shown_as"],
    found_by: ["spelling", "shown_as"],
    handle: nameCells,
    cells: nameCells,
    limit: 10_000,
  };
}

function nameCells(text: string): string[] {
  const [spelling = "", shownAs = ""] = text.split("\u0000");
  return [spelling, shownAs];
}

/** The fingerprint of a row of `event_contexts` by what it says. */
export function fingerprintOfContext(row: Readonly<Record<string, Cell>>): string {
  return contextFingerprint(
    joinContext(CONTEXT_COLUMNS.map((column) => (row[column] === null ? null : String(row[column])))),
  );
}

function contextFingerprint(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 32);
}

function contextCells(text: string): Cell[] {
  return splitContext(text).map((value, index) =>
    CONTEXT_COLUMNS[index] === "is_outdial" && value ? Number(value) : value,
  );
}
