import type { Knex } from "knex";
import { type Bindings, selectRows } from "../db/sql";
import { holdTemporary } from "../db/temporary";

/** Entities worked on at a time: memory and temporary space stay the same for a thousand contacts and for millions. */
export const SLICE_SIZE = 20_000;

/** A range of keys and how many entities of the set it was cut from lie in it. */
export interface Slice {
  from_key: number;
  to_key: number;
  entity_count: number;
}

/** A select whose rows are held only while one slice is worked on: a thought that several tables share. */
export interface WorkingTable {
  table: string;
  key: readonly string[];
  select: string;
}

/** The keys of a set, in ranges that hold a bounded number of them. */
export async function* slices(
  trx: Knex.Transaction,
  table: string,
  key: string,
  size = SLICE_SIZE,
): AsyncGenerator<Slice> {
  let after = 0;
  for (;;) {
    const [slice] = await selectRows<Slice>(
      trx,
      `select min(${key}) as from_key, max(${key}) as to_key, count(*) as entity_count
      from (select ${key} from ${table} where ${key} > :after order by ${key} limit :slice_size) as slice`,
      { after, slice_size: size },
    );
    if (slice === undefined || Number(slice.entity_count) === 0) return;
    after = Number(slice.to_key);
    yield { from_key: Number(slice.from_key), to_key: after, entity_count: Number(slice.entity_count) };
  }
}

/** Makes a working table anew; it is temporary and gone with the connection at the latest. */
export async function hold(trx: Knex.Transaction, made: WorkingTable, bindings: Bindings): Promise<void> {
  await holdTemporary(trx, made, bindings);
}
