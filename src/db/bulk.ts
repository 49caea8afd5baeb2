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
  const picked = columns.map((_, index) => `value ->> ${index}`).join(", ");
  await db.raw(`insert into ${table} (${columns.join(", ")}) select ${picked} from json_each(?)`, [
    JSON.stringify(rows),
  ]);
}
