import { bulkInsert, type Cell, sendRows } from "../db/bulk";
import { bind, selectRows } from "../db/sql";
import { CONTEXT_COLUMNS, joinContext } from "./event";
import { intern, type Interner, keyOf, nameText } from "./intern";
import { compareStamps, type Copy, mergeCopies, type Stamp } from "./merge";
import { type Store, touch } from "./store";
import { contentColumns, eventColumns, type EventTables } from "./tables";

/** Events settled at a time. */
const PAGE = 2_000;

type Row = Record<string, Cell>;

/** One event of the page: what is stored of it, and every copy of it with its dump and line. */
interface Conflict {
  event: Row;
  /** Copies stored before this dump, then those the dump brought. */
  stored: Row[];
  brought: Row[];
}

/**
 * Merges the events of which a dump brought other content than was stored, and keeps every distinct copy.
 *
 * @returns how many copies with new content there were
 */
export async function settleConflicts(store: Store, tables: EventTables): Promise<number> {
  let revised = 0;
  let keys: number[] = [];
  do {
    keys = await nextConflicts(store, tables, keys.at(-1) ?? 0);
    if (keys.length > 0) revised += await settlePage(store, tables, await conflictsOf(store, tables, keys));
  } while (keys.length === PAGE);
  return revised;
}

async function nextConflicts(store: Store, tables: EventTables, after: number): Promise<number[]> {
  const rows = await selectRows<{ event_key: number }>(
    store.trx,
    `select event_key from ${tables.repeats} where event_key > :after group by event_key having min(is_same) = 0 order by event_key limit ${PAGE}`,
    { after },
  );
  return rows.map((row) => row.event_key);
}

async function conflictsOf(store: Store, tables: EventTables, keys: number[]): Promise<Conflict[]> {
  const { trx } = store;
  const found = new Map<Cell, Conflict>();
  for (const event of (await trx(tables.events).whereIn("event_key", keys)) as Row[]) {
    found.set(event.event_key as Cell, { event, stored: event.is_revised === 1 ? [] : [event], brought: [] });
  }
  const copies = (await trx(`${tables.copies} as copy`)
    .join(`${tables.events} as event`, (join) =>
      join.on(`event.${tables.owner}`, `copy.${tables.owner}`).andOn("event.identity", "copy.identity"),
    )
    .whereIn("event.event_key", keys)
    .select("copy.*", "event.event_key")) as Row[];
  for (const copy of copies) found.get(copy.event_key as Cell)?.stored.push(copy);
  for (const repeat of (await trx(tables.repeats).whereIn("event_key", keys)) as Row[]) {
    const conflict = found.get(repeat.event_key as Cell);
    const content = repeat.content === null ? conflict?.event : contentOf(tables, String(repeat.content));
    conflict?.brought.push({ ...content, dump_key: store.dump_key, dump_line: repeat.line as Cell });
  }
  return [...found.values()];
}

function contentOf(tables: EventTables, json: string): Row {
  const cells = JSON.parse(json) as Cell[];
  return Object.fromEntries(eventColumns(tables).map((column, index) => [column, cells[index] ?? null]));
}

async function settlePage(store: Store, tables: EventTables, conflicts: Conflict[]): Promise<number> {
  const toCopy = await copyReader(store, tables, conflicts);
  let revised = 0;
  const merged: { event: Row; copies: Row[]; result: Copy }[] = [];
  for (const { event, stored, brought } of conflicts) {
    const byContent = new Map<string, { row: Row; copy: Copy }>();
    for (const row of [...stored, ...brought]) {
      const content = JSON.stringify(contentColumns(tables).map((column) => row[column]));
      const copy = toCopy(row);
      const known = byContent.get(content);
      if (known === undefined || compareStamps(known.copy.stamp, copy.stamp) < 0) byContent.set(content, { row, copy });
    }
    const distinct = [...byContent.values()];
    revised += distinct.length - stored.length;
    merged.push({
      event,
      copies: distinct.map(({ row }) => row),
      result: mergeCopies(distinct.map(({ copy }) => copy)),
    });
  }
  await writeCopies(store, tables, merged);
  await writeEvents(store, tables, merged);
  await touch(
    store,
    tables.kind,
    merged.map(({ event }) => Number(event[tables.owner])),
  );
  return revised;
}

/** A function that gives a row the texts behind its keys, and its stamp. */
async function copyReader(store: Store, tables: EventTables, conflicts: Conflict[]): Promise<(row: Row) => Copy> {
  const rows = conflicts.flatMap(({ stored, brought }) => [...stored, ...brought]);
  const keysOf = (column: string): Cell[] => [...new Set(rows.map((row) => row[column] as Cell))];
  const { trx, interners } = store;
  const names = (await trx(interners[tables.names].source.table).whereIn("name_key", keysOf("name_key"))) as Row[];
  const contexts = (await trx("event_contexts").whereIn("context_key", keysOf("context_key"))) as Row[];
  const dumps = (await trx("dumps").whereIn("dump_key", keysOf("dump_key"))) as Row[];
  const nameByKey = new Map(names.map((row) => [row.name_key, row]));
  const contextByKey = new Map(contexts.map((row) => [row.context_key, contextText(row)]));
  const dumpByKey = new Map(dumps.map((row) => [row.dump_key, row]));
  const [own1, own2] = tables.own;
  return (row) => ({
    stamp: stampOf(dumpByKey.get(row.dump_key), Number(row.dump_line)),
    at_ms: Number(row.at_ms),
    ended_at_ms: row.ended_at_ms as number | null,
    sequence: row.sequence as number | null,
    spelling: String(nameByKey.get(row.name_key)?.spelling),
    shown_as: String(nameByKey.get(row.name_key)?.shown_as),
    context: contextByKey.get(row.context_key) ?? "",
    own_1: (row[own1 ?? ""] ?? null) as string | null,
    own_2: (row[own2 ?? ""] ?? null) as string | null,
    attributes: row.attributes as string | null,
  });
}

function contextText(row: Row): string {
  return joinContext(CONTEXT_COLUMNS.map((column) => (row[column] === null ? null : String(row[column]))));
}

function stampOf(dump: Row | undefined, line: number): Stamp {
  return { day: String(dump?.stamp_day), sha256: String(dump?.sha256), line };
}

async function writeCopies(
  store: Store,
  tables: EventTables,
  merged: readonly { event: Row; copies: Row[] }[],
): Promise<void> {
  const { trx } = store;
  const keys = JSON.stringify(merged.map(({ event }) => [event.event_key]));
  const page = await sendRows(trx, tables.events, ["event_key"], keys);
  const old = `select copy_key from ${tables.copies} as copy join ${tables.events} as event
    on event.${tables.owner} = copy.${tables.owner} and event.identity = copy.identity
    where event.event_key in (select event_key from ${page.from} as page)`;
  await bind(trx, `delete from ${tables.copies} where copy_key in (${old})`, page.bindings);
  const columns = [...eventColumns(tables), "dump_key"];
  const rows = merged.flatMap(({ event, copies }) =>
    copies.map((copy) => columns.map((column) => (column in copy ? copy[column] : event[column]) ?? null)),
  );
  await bulkInsert(trx, tables.copies, columns, rows);
}

async function writeEvents(
  store: Store,
  tables: EventTables,
  merged: readonly { event: Row; result: Copy }[],
): Promise<void> {
  const { trx, interners } = store;
  const names = interners[tables.names];
  const nameOf = ({ spelling, shown_as }: Copy): string => nameText(spelling, shown_as);
  await intern(trx, names, new Set(merged.map(({ result }) => nameOf(result))));
  await intern(trx, interners.contexts, new Set(merged.map(({ result }) => result.context)));
  const dumpKeys = await dumpKeysOf(
    store,
    merged.map(({ result }) => result.stamp.sha256),
  );
  const columns = ["event_key", ...contentColumns(tables), "dump_key", "dump_line"];
  const rows = merged.map(({ event, result }) => {
    const own = [result.own_1, result.own_2].slice(0, tables.own.length);
    const head = [event.event_key, result.at_ms, result.ended_at_ms, result.sequence];
    const keys = [key(names, nameOf(result)), key(interners.contexts, result.context)];
    return [...head, ...keys, ...own, result.attributes, dumpKeys.get(result.stamp.sha256), result.stamp.line];
  });
  const set = columns.slice(1).map((column) => `${column} = page.${column}`);
  const page = await sendRows(trx, tables.events, columns, JSON.stringify(rows));
  await bind(
    trx,
    `update ${tables.events} set ${set.join(", ")}, is_revised = 1 from ${page.from} as page
     where ${tables.events}.event_key = page.event_key`,
    page.bindings,
  );
}

function key(interner: Interner, text: string): number {
  return keyOf(interner, text) ?? 0;
}

async function dumpKeysOf(store: Store, hashes: string[]): Promise<Map<string, number>> {
  const rows = (await store.trx("dumps").whereIn("sha256", [...new Set(hashes)])) as Row[];
  return new Map(rows.map((row) => [String(row.sha256), Number(row.dump_key)]));
}
