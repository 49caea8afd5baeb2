import type { Knex } from "knex";
import { bind, type Bindings } from "./sql";

/** One table made by one select, for one scope of entities. */
export interface Materialization {
  table: string;
  /** Columns in the order of the select. */
  columns: readonly string[];
  select: string;
  /** A condition on the table, with the same bindings, that says which rows the select makes anew. */
  scope: string;
}

/** Deletes the rows of the scope and inserts what the select gives. The caller holds the transaction. */
export async function materialize(trx: Knex.Transaction, made: Materialization, bindings: Bindings): Promise<void> {
  await bind(trx, `delete from ${made.table} where ${made.scope}`, bindings);
  await bind(trx, `insert into ${made.table} (${made.columns.join(", ")})\n${made.select}`, bindings);
}
