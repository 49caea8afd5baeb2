import type { Knex } from "knex";
import { copyRows } from "./copy";
import { isPostgres } from "./dialect";
import { type Bindings, bind, selectRows } from "./sql";

export type Cell = string | number | null;

/**
 * Inserts many rows in one statement. To SQLite they travel as one JSON array, which it takes apart faster than it takes
 * bindings; `jsonb_each` spares it to write every row out as text and to parse it again for each cell. To PostgreSQL
 * they travel by COPY.
 *
 * @param rows cells in the order of the columns; a few thousand at a time
 */
export async function bulkInsert(
  db: Knex,
  table: string,
  columns: readonly string[],
  rows: readonly (readonly Cell[])[],
): Promise<void> {
  if (rows.length === 0) return;
  if (isPostgres(db)) await copyRows(db, table, columns, rows);
  else await insertJson(db, table, columns, JSON.stringify(rows));
}

async function insertJson(db: Knex, table: string, columns: readonly string[], rowsJson: string): Promise<void> {
  const picked = columns.map((_, index) => `value ->> ${index}`);
  await bind(
    db,
    `insert into ${table} (${columns.join(", ")}) select ${picked.join(", ")} from jsonb_each(:rows_json)`,
    { rows_json: rowsJson },
  );
}

/**
 * Inserts the rows whose key is not there yet, and passes over the others; within a transaction.
 *
 * @param rowsJson  a JSON array of rows as UTF-8, cells in the order of the columns
 * @param constants further columns with one value for all rows
 * @returns how many rows were inserted
 */
export async function bulkInsertNew(
  db: Knex,
  table: string,
  columns: readonly string[],
  rowsJson: Buffer,
  constants: Readonly<Record<string, number>> = {},
): Promise<number> {
  const sent = await sendRows(db, table, columns, rowsJson);
  const names = [...columns, ...Object.keys(constants)];
  const values = [...columns, ...Object.values(constants)];
  return await countChanges(
    db,
    `${table} (${names.join(", ")})`,
    `select ${values.join(", ")} from ${sent.from} as sent where 1 = 1 on conflict do nothing`,
    sent.bindings,
  );
}

/** Asked of the statement itself: another one may run on the connection before it could be asked afterwards. */
async function countChanges(db: Knex, into: string, select: string, bindings: Bindings): Promise<number> {
  let count = 0;
  await db(db.raw(into))
    .insert(bind(db, select, bindings))
    .on("query-response", (_response: unknown, query: { context?: { changes: number }; response: unknown }) => {
      count = query.context?.changes ?? (query.response as { rowCount: number }).rowCount;
    });
  return count;
}

/** Rows that were sent to the database, for a statement that reads them: what stands after `from`, to be named there, and its bindings. */
export interface SentRows {
  from: string;
  bindings: Bindings;
}

/**
 * Sends rows for the next statements of a transaction to read, as a table with the columns named.
 *
 * @param table    a table that has the columns: they get its types. Another call for the same table takes its place
 * @param rowsJson a JSON array of rows, cells in the order of the columns; bytes are UTF-8, and spare the driver making them so
 */
export async function sendRows(
  db: Knex,
  table: string,
  columns: readonly string[],
  rowsJson: string | Buffer,
): Promise<SentRows> {
  const sent = `sent_${table}`;
  if (!isPostgres(db)) {
    const picked = columns.map((column, index) => `value ->> ${index} as ${column}`);
    const json = typeof rowsJson === "string" ? ":sent_json" : "cast(:sent_json as text)";
    return { from: `(select ${picked.join(", ")} from jsonb_each(${json}))`, bindings: { sent_json: rowsJson } };
  }
  await db.raw(`drop table if exists ${sent}`);
  await db.raw(`create temporary table ${sent} on commit drop as select ${columns.join(", ")} from ${table} limit 0`);
  await copyRows(db, sent, columns, JSON.parse(rowsJson.toString()) as Cell[][]);
  return { from: sent, bindings: {} };
}

/** A row as the text of a JSON array, for an expression of a select. */
export function rowAsJson(db: Knex, cells: readonly string[]): string {
  const list = cells.join(", ");
  return isPostgres(db) ? `cast(json_build_array(${list}) as text)` : `json_array(${list})`;
}

/** Rows of a table in which a column holds one of many texts. */
export async function selectByTexts<Row>(
  db: Knex,
  table: string,
  columns: readonly string[],
  column: string,
  texts: readonly string[],
): Promise<Row[]> {
  const wanted = isPostgres(db)
    ? "select json_array_elements_text(cast(:texts_json as json))"
    : "select value from json_each(:texts_json)";
  const sql = `select ${columns.join(", ")} from ${table} where ${column} in (${wanted})`;
  return await selectRows<Row>(db, sql, { texts_json: JSON.stringify(texts) });
}
