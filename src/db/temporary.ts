import type { Knex } from "knex";
import { isPostgres } from "./dialect";
import { isReader } from "./readers";
import { type Bindings, bind } from "./sql";

/** A table made by a select and gone with the transaction, or with the connection at the latest. */
export interface TemporaryTable {
  table: string;
  /** The columns no two rows agree in, none of them null. */
  key: readonly string[];
  select: string;
}

/** Makes a temporary table anew. */
export async function holdTemporary(trx: Knex.Transaction, made: TemporaryTable, bindings: Bindings): Promise<void> {
  const { table, key, select } = made;
  await trx.raw(`drop table if exists ${table}`);
  await bind(trx, `create temporary table ${table}${isPostgres(trx) ? " on commit drop" : ""} as\n${select}`, bindings);
  await trx.raw(`create unique index ${table}_key on ${table} (${key.join(", ")})`);
  await describeTemporary(trx, table);
}

/**
 * Makes a table of what a reader asks for again and again, gone with the reader. A server lets nothing be made in a transaction
 * that only reads, so there is no such table.
 *
 * @param reader one of `withReaders`
 * @returns whether there is one now
 */
export async function holdForReader(reader: Knex, table: string, select: string, bindings: Bindings): Promise<boolean> {
  if (!isReader(reader)) return false;
  await reader.raw("pragma query_only = off");
  try {
    await bind(reader, `create temporary table ${table} as\n${select}`, bindings);
  } finally {
    await reader.raw("pragma query_only = on");
  }
  return true;
}

/** An index on a temporary table that is filled. */
export async function indexTemporary(trx: Knex.Transaction, table: string, column: string): Promise<void> {
  await trx.raw(`create index ${table}_${column} on ${table} (${column})`);
  await describeTemporary(trx, table);
}

/** PostgreSQL looks at tables by itself, but not at temporary ones: unasked it takes them for small or for huge. */
export async function describeTemporary(trx: Knex.Transaction, table: string): Promise<void> {
  if (isPostgres(trx)) await trx.raw(`analyze ${table}`);
}
