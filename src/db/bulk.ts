import type { Knex } from "knex";

export type Cell = string | number | null;

/**
 * Inserts many rows in one statement: the rows travel as one JSON array, which SQLite takes apart faster than it takes
 * bindings.
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
  await db.raw(insertText(table, columns), [JSON.stringify(rows)]);
}

/**
 * Inserts the rows whose key is not there yet, and passes over the others.
 *
 * @param rowsJson  a JSON array of rows, cells in the order of the columns
 * @param constants further columns with one value for all rows
 * @returns how many rows were inserted
 */
export async function bulkInsertNew(
  db: Knex,
  table: string,
  columns: readonly string[],
  rowsJson: string,
  constants: Readonly<Record<string, number>> = {},
): Promise<number> {
  await db.raw(`${insertText(table, columns, constants)} where true on conflict do nothing`, [rowsJson]);
  const rows = (await db.raw("select changes() as row_count")) as { row_count: number }[];
  return rows[0]?.row_count ?? 0;
}

function insertText(
  table: string,
  columns: readonly string[],
  constants: Readonly<Record<string, number>> = {},
): string {
  const names = [...columns, ...Object.keys(constants)];
  const picked = [...columns.map((_, index) => `value ->> ${index}`), ...Object.values(constants)];
  return `insert into ${table} (${names.join(", ")}) select ${picked.join(", ")} from json_each(?)`;
}
