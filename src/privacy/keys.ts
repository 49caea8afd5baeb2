import { randomUUID } from "node:crypto";
import type { Knex } from "knex";

/** Tells every load, in whatever process, that keys it may remember are gone or mean something else. */
export async function noteKeysRemoved(trx: Knex.Transaction): Promise<void> {
  await trx("settings").where({ name: "keys_removed" }).del();
  await trx("settings").insert({ name: "keys_removed", value: randomUUID() });
}
