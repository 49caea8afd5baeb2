import type { Knex } from "knex";

/** Stores a setting; true where it had another value, or none. */
export async function noteSetting(trx: Knex, name: string, value: string): Promise<boolean> {
  const before: { value: string } | undefined = await trx("settings").where({ name }).first("value");
  if (before?.value === value) return false;
  await trx("settings").insert({ name, value }).onConflict("name").merge();
  return true;
}
