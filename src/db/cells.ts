import type { Knex } from "knex";
import type { Cell } from "./bulk";
import { type Bindings, selectRows } from "./sql";

/**
 * The rows of a select as arrays of cells: they travel as one JSON text, which is made and taken apart in a third of the
 * time that the driver takes for its objects. For thousands of rows at a time, not for millions.
 *
 * @param columns the columns wanted, in the order of the cells; the rows keep the order of the select
 */
export async function selectCells<Row extends readonly Cell[]>(
  db: Knex,
  sql: string,
  columns: readonly string[],
  bindings: Bindings = {},
): Promise<Row[]> {
  const packed = `select json_group_array(json_array(${columns.join(", ")})) as rows_json from (\n${sql}\n) as packed`;
  const [row] = await selectRows<{ rows_json: string }>(db, packed, bindings);
  return JSON.parse(row?.rows_json ?? "[]") as Row[];
}
