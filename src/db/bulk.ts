import type { Knex } from "knex";

export type Cell = string | number | null;

/**
 * Inserts many rows in one statement: the rows travel as one JSON array, which SQLite takes apart faster than it takes
 * bindings; `jsonb_each` spares it to write every row out as text and to parse it again for each cell.
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
  await db.raw(`insert into ${table} (${columns.join(", ")}) ${selectText(columns, {})}`, [JSON.stringify(rows)]);
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
  const names = [...columns, ...Object.keys(constants)].join(", ");
  const rows = db.raw(`${selectText(columns, constants)} where true on conflict do nothing`, [rowsJson]);
  let count = 0;
  // Asked of the statement itself: another one may run on the connection before `changes()` could be asked for.
  await db(db.raw(`${table} (${names})`))
    .insert(rows)
    .on("query-response", (_response: unknown, query: { context: { changes: number } }) => {
      count = query.context.changes;
    });
  return count;
}

/**
 * A JSON array of rows as a derived table, with one `?` for the array: the columns named, and `row_json`, the row itself
 * as a JSON array.
 */
export function jsonRows(columns: readonly string[]): string {
  const picked = columns.map((column, index) => `value ->> ${index} as ${column}`);
  return `(select ${picked.join(", ")}, json(value) as row_json from jsonb_each(?))`;
}

function selectText(columns: readonly string[], constants: Readonly<Record<string, number>>): string {
  const picked = [...columns.map((_, index) => `value ->> ${index}`), ...Object.values(constants)];
  return `select ${picked.join(", ")} from jsonb_each(?)`;
}
