import { dirname } from "node:path";
import { setTimeout } from "node:timers/promises";
import knex, { type Knex } from "knex";
import { knexConfig } from "../../knexfile";
import { messageOf, NightdeskError } from "../base/errors";
import { ensureFolder } from "../base/folders";
import { withoutPassword } from "../base/text";

/**
 * Opens the database, made where it is missing, and brings its tables up to date.
 *
 * @throws NightdeskError `database` where it cannot be opened, `folder` where its folder cannot be made
 */
export async function openDatabase(url: string): Promise<Knex> {
  const config = knexConfig(url);
  if (url.startsWith("sqlite:")) await ensureFolder(dirname((config.connection as { filename: string }).filename));
  const db = knex(config);
  try {
    await migrate(db);
    return db;
  } catch (error) {
    await db.destroy();
    throw new NightdeskError(
      "database",
      `The database ${withoutPassword(url)} cannot be opened: ${messageOf(error)}. Correct the path, its rights or the disk; if the file is no database, put it aside or restore it from a backup.`,
      { canRetry: true, cause: error },
    );
  }
}

/** Two commands may begin at once on a new database: the one that comes second finds tables half made, and waits. */
async function migrate(db: Knex, attempt = 1): Promise<void> {
  try {
    await db.migrate.latest();
  } catch (error) {
    const isRace = /already exists|migration table is already locked|UNIQUE constraint failed: knex_/i.test(
      messageOf(error),
    );
    if (!isRace || attempt === MIGRATION_ATTEMPTS) throw error;
    await setTimeout(MIGRATION_PAUSE_MS);
    await migrate(db, attempt + 1);
  }
}

const MIGRATION_ATTEMPTS = 20;
const MIGRATION_PAUSE_MS = 250;

/** What is wrong with the database file, as the database says it; null where it is sound. */
export async function databaseFault(db: Knex): Promise<string | null> {
  if (db.client.config.client !== "sqlite3") return null;
  const rows = (await db.raw("pragma quick_check(1)")) as { quick_check: string }[];
  const found = rows[0]?.quick_check ?? "no answer";
  return found === "ok" ? null : found;
}
