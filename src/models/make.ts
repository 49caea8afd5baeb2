import type { Knex } from "knex";
import { type Materialization, materialize } from "../db/materialize";
import { selectRows } from "../db/sql";
import { hold, type Slice, type WorkingTable } from "./slices";

/**
 * Makes the tables of one entity for a slice, each from those before it.
 *
 * @returns rows made per table, and how many entities they are of
 */
export async function makeSlice(
  trx: Knex.Transaction,
  entity: "contact" | "agent",
  tables: readonly (Materialization | WorkingTable)[],
  slice: Slice,
): Promise<Record<string, number>> {
  for (const table of tables) await make(trx, table, slice);
  const counts: Record<string, number> = { [`${entity}s`]: slice.entity_count };
  for (const { table, scope } of tables.filter(isKept)) counts[table] = await countRows(trx, table, scope, slice);
  return counts;
}

export function isKept(made: Materialization | WorkingTable): made is Materialization {
  return "scope" in made;
}

/** Adds counts to others of the same names. */
export function addUp(counts: Record<string, number>, more: Record<string, number>): void {
  for (const [name, count] of Object.entries(more)) counts[name] = (counts[name] ?? 0) + count;
}

async function make(trx: Knex.Transaction, made: Materialization | WorkingTable, slice: Slice): Promise<void> {
  const range = { from_key: slice.from_key, to_key: slice.to_key };
  if (isKept(made)) await materialize(trx, made, range);
  else await hold(trx, made, range);
}

async function countRows(trx: Knex.Transaction, table: string, scope: string, slice: Slice): Promise<number> {
  const [row] = await selectRows<{ made: number }>(trx, `select count(*) as made from ${table} where ${scope}`, {
    from_key: slice.from_key,
    to_key: slice.to_key,
  });
  return Number(row?.made ?? 0);
}
