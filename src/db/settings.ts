import type { Knex } from "knex";
import { bulkInsertNew } from "./bulk";
import { writeTransaction } from "./write";

/**
 * What a setting says. Where none stands there yet it says the value from now on; of two processes that ask at the same
 * moment one is the first, and both are told what it said.
 */
export async function settledValue(db: Knex, name: string, value: string): Promise<string> {
  const known = await valueOf(db, name);
  if (known !== null) return known;
  await writeTransaction(
    db,
    (trx) => bulkInsertNew(trx, "settings", ["name", "value"], Buffer.from(JSON.stringify([[name, value]]))),
    () => Promise.resolve(),
  );
  return (await valueOf(db, name)) ?? value;
}

async function valueOf(db: Knex, name: string): Promise<string | null> {
  const row: { value: string } | undefined = await db("settings").where({ name }).first("value");
  return row?.value ?? null;
}
