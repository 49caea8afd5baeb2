import { existsSync } from "node:fs";
import type { Knex } from "knex";
import { NightdeskError } from "../base/errors";
import type { Log } from "../base/log";
import { withoutPassword } from "../base/text";
import { bulkInsert, type Cell } from "./bulk";
import { selectCells } from "./cells";
import { isPostgres } from "./dialect";
import { openDatabase } from "./open";
import { type Bindings, selectRows } from "./sql";
import { describeTable, moveCounter, type TableShape, tableShapes } from "./tables";

/** How many rows of a table were copied. */
export interface CopiedTable {
  table: string;
  row_count: number;
}

const PAGE_ROWS = 5_000;
/** Of a table whose rows hold files. */
const PAGE_FILES = 8;

/**
 * Copies a database into an empty one, of the same kind or the other, as it was at one instant: all of it or nothing.
 *
 * @param from, to addresses as `DATABASE_URL` has them; both get today's tables first
 * @throws NightdeskError `copy-source` where there is no file to copy, `copy-target` where the other holds data,
 *         `copy-count` where a table came out with other rows than it has
 */
export async function copyDatabase(from: string, to: string, log: Log): Promise<CopiedTable[]> {
  requireSource(from);
  const source = await openDatabase(from);
  try {
    const target = await openDatabase(to);
    try {
      // What others write to the source meanwhile is not in the copy.
      return await source.transaction(
        (reading) => target.transaction((writing) => copyTables(reading, writing, to, log)),
        isPostgres(source) ? { isolationLevel: "repeatable read" } : {},
      );
    } finally {
      await target.destroy();
    }
  } finally {
    await source.destroy();
  }
}

function requireSource(url: string): void {
  const file = url.startsWith("sqlite:") ? url.slice("sqlite:".length) : null;
  if (file === null || existsSync(file)) return;
  throw new NightdeskError(
    "copy-source",
    `There is no file ${file} to copy. Expected a database that nightdesk has made. Name it as sqlite:FILE.`,
  );
}

async function copyTables(
  source: Knex.Transaction,
  target: Knex.Transaction,
  to: string,
  log: Log,
): Promise<CopiedTable[]> {
  const shapes = await tableShapes(target);
  await requireEmpty(target, shapes, to);
  const copied: CopiedTable[] = [];
  for (const shape of shapes) copied.push(await copyTable(source, target, shape, log));
  log.progress("");
  return copied;
}

async function requireEmpty(target: Knex.Transaction, shapes: readonly TableShape[], to: string): Promise<void> {
  const filled: string[] = [];
  for (const { table } of shapes) if ((await target(table).first(target.raw("1"))) !== undefined) filled.push(table);
  if (filled.length === 0) return;
  throw new NightdeskError(
    "copy-target",
    `The database ${withoutPassword(to)} holds data already, in ${filled.join(", ")}. Expected an empty one: nothing is overwritten. Name another, or make this one anew.`,
  );
}

async function copyTable(
  source: Knex.Transaction,
  target: Knex.Transaction,
  shape: TableShape,
  log: Log,
): Promise<CopiedTable> {
  const { table } = shape;
  let rowCount = 0;
  for await (const rows of pagesOf(source, shape)) {
    await insertPage(target, shape, rows);
    rowCount += rows.length;
    log.progress(`copying ${table}: ${rowCount.toLocaleString("en-US")}`);
  }
  await moveCounter(target, shape);
  await describeTable(target, table);
  const counts = [await countRows(source, table), await countRows(target, table)];
  if (counts.every((count) => count === rowCount)) return { table, row_count: rowCount };
  throw new NightdeskError(
    "copy-count",
    `The table ${table} has ${counts[0]} rows and its copy ${counts[1]}. Expected as many; nothing was copied. Please report it.`,
  );
}

/** Bytes travel as the driver has them: neither JSON nor COPY's text takes them as they are. */
async function insertPage(target: Knex, { table, columns, holds_bytes }: TableShape, rows: Cell[][]): Promise<void> {
  if (!holds_bytes) return await bulkInsert(target, table, columns, rows);
  for (const row of rows) {
    await target(table).insert(Object.fromEntries(columns.map((column, index) => [column, row[index]])));
  }
}

async function selectPage(
  db: Knex,
  { columns, holds_bytes }: TableShape,
  sql: string,
  after: Bindings,
): Promise<Cell[][]> {
  if (!holds_bytes) return await selectCells<Cell[]>(db, sql, columns, after);
  const rows = await selectRows<Record<string, Cell>>(db, sql, after);
  return rows.map((row) => columns.map((column) => row[column] ?? null));
}

/** The rows of a table in the order of its key, from each page on behind the last key of the one before. */
async function* pagesOf(db: Knex, shape: TableShape): AsyncGenerator<Cell[][]> {
  const { table, columns, key, holds_bytes } = shape;
  const limit = holds_bytes ? PAGE_FILES : PAGE_ROWS;
  const places = key.map((column) => columns.indexOf(column));
  const names = key.join(", ");
  const behind = `where (${names}) > (${key.map((_, index) => `:after_${index}`).join(", ")})`;
  let after: Bindings | null = null;
  for (;;) {
    const sql: string = `select ${columns.join(", ")} from ${table} ${after === null ? "" : behind} order by ${names} limit ${limit}`;
    const rows: Cell[][] = await selectPage(db, shape, sql, after ?? {});
    const last = rows.at(-1);
    if (last === undefined) return;
    yield rows;
    if (rows.length < limit) return;
    after = Object.fromEntries(places.map((place, index) => [`after_${index}`, last[place] ?? null]));
  }
}

async function countRows(db: Knex, table: string): Promise<number> {
  const [row] = await selectRows<{ row_count: number }>(db, `select count(*) as row_count from ${table}`);
  return Number(row?.row_count);
}
