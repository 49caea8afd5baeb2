import { dirname } from "node:path";
import { setTimeout } from "node:timers/promises";
import knex, { type Knex } from "knex";
import { knexConfig } from "../../knexfile";
import { messageOf, NightdeskError } from "../base/errors";
import { ensureFolder } from "../base/folders";
import { withoutPassword } from "../base/text";
import { isPostgres } from "./dialect";
import { migrationSource } from "./migrations";
import { selectRows } from "./sql";
import { takeTurn } from "./turns";

/**
 * Opens the database, made where it is missing (a file; not a PostgreSQL database), and brings its tables up to date.
 *
 * @throws NightdeskError `database` where it cannot be opened, `folder` where its folder cannot be made
 */
export async function openDatabase(url: string): Promise<Knex> {
  const config = knexConfig(url);
  if (config.client === "sqlite3") await ensureFolder(dirname((config.connection as { filename: string }).filename));
  const db = knex(config);
  try {
    if (isPostgres(db)) await migrateInTurn(db);
    else await migrate(db);
    return db;
  } catch (error) {
    await db.destroy();
    if (error instanceof NightdeskError) throw error;
    const advice = config.client === "pg" ? serverAdvice(error) : FILE_ADVICE;
    throw new NightdeskError(
      "database",
      `The database ${withoutPassword(url)} cannot be opened: ${reasonOf(error)}. ${advice}`,
      { canRetry: true, cause: error },
    );
  }
}

const FILE_ADVICE =
  "Correct the path, its rights or the disk; if the file is no database, put it aside or restore it from a backup.";

/** A host with several addresses fails with one error for each, and no message of its own. */
function reasonOf(error: unknown): string {
  if (!(error instanceof AggregateError)) return messageOf(error);
  return [...new Set(error.errors.map(messageOf))].join("; ");
}

/** What to do about what the server, or the way to it, says: codes of PostgreSQL and of the network. */
function serverAdvice(error: unknown): string {
  const code = String((error as { code?: unknown }).code);
  return (
    ADVICE[code] ??
    "Expected a PostgreSQL server at that address. Correct DATABASE_URL, or see to it that the server runs and can be reached."
  );
}

const ADVICE: Record<string, string> = {
  "3D000": 'Make it with "createdb --encoding UTF8 NAME", or correct its name in DATABASE_URL.',
  "28P01": "Correct user and password in DATABASE_URL.",
  "28000": "Correct user and password in DATABASE_URL, or let the server's pg_hba.conf admit them.",
  "42501": "Give the user of DATABASE_URL the right to make tables in that database, best by making it the owner.",
  "53300": "The server has no connection left: end other programs' connections, or raise its max_connections.",
};

/** The oldest PostgreSQL that is still looked after, and has all that the statements here ask for. */
const OLDEST_VERSION = 13;

/** One process at a time; a lock that knex finds then is one that a killed process left. */
async function migrateInTurn(db: Knex): Promise<void> {
  await requireServer(db);
  if (await isUpToDate(db)) return;
  await db.transaction(async (trx) => {
    await takeTurn(trx, "migrations");
    try {
      await db.migrate.latest();
    } catch (error) {
      if (!/already locked/i.test(messageOf(error))) throw error;
      await db.migrate.forceFreeMigrationsLock();
      await db.migrate.latest();
    }
  });
}

/** Asked of every command, and without knex, which would make its own tables first: two at once would collide. */
async function isUpToDate(db: Knex): Promise<boolean> {
  const [table] = await selectRows<{ name: string | null }>(db, "select to_regclass('knex_migrations') as name");
  if (table === undefined || table.name === null) return false;
  const done: string[] = await db("knex_migrations").pluck("name");
  return (await migrationSource.getMigrations()).every((name) => done.includes(name));
}

async function requireServer(db: Knex): Promise<void> {
  const { version, encoding } = await serverOf(db);
  if (Number.parseInt(version, 10) < OLDEST_VERSION) {
    throw new NightdeskError(
      "database-version",
      `The server is PostgreSQL ${version}. Expected ${OLDEST_VERSION} or later. Upgrade it, or name another in DATABASE_URL.`,
    );
  }
  if (encoding !== "UTF8") {
    throw new NightdeskError(
      "database-encoding",
      `The database is encoded in ${encoding}, which cannot hold every name. Expected UTF8. Make it anew with "createdb --encoding UTF8 --template template0 NAME".`,
    );
  }
}

async function serverOf(db: Knex): Promise<{ version: string; encoding: string }> {
  const [server] = await selectRows<{ version: string; encoding: string }>(
    db,
    "select current_setting('server_version') as version, current_setting('server_encoding') as encoding",
  );
  return server ?? { version: "unknown", encoding: "unknown" };
}

/** Two commands may begin at once on a new file: the one that comes second finds tables half made, and waits. */
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

/** What the database is, for the doctor: "PostgreSQL 15.18", "SQLite 3.52.0". */
export async function databaseVersion(db: Knex): Promise<string> {
  if (isPostgres(db)) return `PostgreSQL ${(await serverOf(db)).version.split(" ")[0]}`;
  const [row] = await selectRows<{ version: string }>(db, "select sqlite_version() as version");
  return `SQLite ${row?.version}`;
}

/** What is wrong with the database file, as the database says it; null where it is sound. A server sees to itself. */
export async function databaseFault(db: Knex): Promise<string | null> {
  if (isPostgres(db)) return null;
  const rows = await selectRows<{ quick_check: string }>(db, "pragma quick_check(1)");
  const found = rows[0]?.quick_check ?? "no answer";
  return found === "ok" ? null : found;
}
