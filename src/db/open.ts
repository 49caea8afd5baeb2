import knex, { type Knex } from "knex";
import { knexConfig } from "../../knexfile";

/** Opens the database and brings its tables up to date. */
export async function openDatabase(url: string): Promise<Knex> {
  const db = knex(knexConfig(url));
  try {
    await db.migrate.latest();
    return db;
  } catch (error) {
    await db.destroy();
    throw error;
  }
}

/** What is wrong with the database file, as the database says it; null where it is sound. */
export async function databaseFault(db: Knex): Promise<string | null> {
  if (db.client.config.client !== "sqlite3") return null;
  const rows = (await db.raw("pragma quick_check(1)")) as { quick_check: string }[];
  const found = rows[0]?.quick_check ?? "no answer";
  return found === "ok" ? null : found;
}
