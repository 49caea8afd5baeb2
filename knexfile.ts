import { resolve } from "node:path";
import type { Knex } from "knex";
import { NightdeskError } from "./src/base/errors";
import { withoutPassword } from "./src/base/text";
import { migrationSource } from "./src/db/migrations";

/** The only file that names a database driver: another driver, or another database, is another branch here. */
export function knexConfig(url: string): Knex.Config {
  if (!url.startsWith("sqlite:")) {
    throw new NightdeskError(
      "database-url",
      `DATABASE_URL is "${withoutPassword(url)}". Expected sqlite:FILE, for example sqlite:data/nightdesk.sqlite. Correct it, or unset it to use the file in NIGHTDESK_DATA.`,
    );
  }
  const filename = resolve(url.slice("sqlite:".length));
  return {
    client: "sqlite3",
    connection: { filename },
    useNullAsDefault: true,
    migrations: { migrationSource },
    log: QUIET,
    pool: { min: 1, max: 1, afterCreate: setPragmas },
  };
}

/** Knex would print to standard output, which belongs to the data; what it has to say it also throws. */
const QUIET = { warn: () => {}, error: () => {}, debug: () => {}, deprecate: () => {} };

interface SqliteConnection {
  exec(sql: string, done: (error: Error | null) => void): void;
}

function setPragmas(connection: SqliteConnection, done: (error: Error | null, connection: unknown) => void): void {
  const pragmas = `
    pragma busy_timeout = 60000;
    pragma journal_mode = wal;
    pragma synchronous = normal;
    pragma temp_store = file;
    pragma cache_size = -65536;
  `;
  connection.exec(pragmas, (error) => done(error, connection));
}

/** For knex's own command line; a function, so that nothing is read or refused before it is asked for. */
export default function configOfEnvironment(): Knex.Config {
  return knexConfig(process.env.DATABASE_URL || `sqlite:${process.env.NIGHTDESK_DATA || "data"}/nightdesk.sqlite`);
}
