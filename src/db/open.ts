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
