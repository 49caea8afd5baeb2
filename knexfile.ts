import { resolve } from "node:path";
import type { Knex } from "knex";
import { types } from "pg";
import { NightdeskError } from "./src/base/errors";
import { withoutPassword } from "./src/base/text";
import { migrationSource } from "./src/db/migrations";

/** The only file that names a database driver: another driver, or another database, is another branch here. */
export function knexConfig(url: string): Knex.Config {
  if (url.startsWith("sqlite:")) return sqliteConfig(url);
  if (/^postgres(ql)?:\/\//.test(url)) return postgresConfig(url);
  throw new NightdeskError(
    "database-url",
    `DATABASE_URL is "${withoutPassword(url)}". Expected sqlite:FILE, for example sqlite:data/nightdesk.sqlite, or postgres://USER:PASSWORD@HOST/DATABASE. Correct it, or unset it to use the file in NIGHTDESK_DATA.`,
  );
}

/** Knex would print to standard output, which belongs to the data; what it has to say it also throws. */
const QUIET = { warn: () => {}, error: () => {}, debug: () => {}, deprecate: () => {} };

function sqliteConfig(url: string): Knex.Config {
  const filename = resolve(url.slice("sqlite:".length));
  return {
    client: "sqlite3",
    connection: { filename },
    useNullAsDefault: true,
    migrations: { migrationSource },
    log: QUIET,
    ...WITHOUT_VALUES,
    pool: { min: 1, max: 1, afterCreate: setPragmas },
  };
}

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

/** Messages go into receipts, jobs and logs: they say the statement with its question marks, never the customers' data in them. */
const WITHOUT_VALUES = { compileSqlOnError: false };

/** As many connections as a rebuild and a few requests beside it can use; a server allows 100 unless told otherwise. */
const POSTGRES_CONNECTIONS = 8;

function postgresConfig(url: string): Knex.Config {
  return {
    client: "pg",
    connection: { connectionString: url, types: NUMBERS, application_name: "nightdesk" } as Knex.PgConnectionConfig,
    migrations: { migrationSource },
    log: QUIET,
    ...WITHOUT_VALUES,
    pool: { min: 0, max: POSTGRES_CONNECTIONS, afterCreate: setSession },
  };
}

/** How PostgreSQL numbers its type `bigint`, for all time. */
const INT8 = 20;

/** Whole numbers come as numbers, as from SQLite: none of ours is beyond 2^53. */
const NUMBERS = {
  getTypeParser: (oid: number, format?: "text" | "binary"): unknown =>
    oid === INT8 && format !== "binary" ? Number : types.getTypeParser(oid, format),
};

interface PostgresConnection {
  query(sql: string, done: (error: Error | null) => void): void;
}

/** Compiling a statement takes longer than the slices it would speed up; sorts of a slice stay in memory. */
function setSession(connection: PostgresConnection, done: (error: Error | null, connection: unknown) => void): void {
  connection.query("set jit = off; set work_mem = '64MB'; set temp_buffers = '64MB'", (error) =>
    done(error, connection),
  );
}

/** For knex's own command line; a function, so that nothing is read or refused before it is asked for. */
export default function configOfEnvironment(): Knex.Config {
  return knexConfig(process.env.DATABASE_URL || `sqlite:${process.env.NIGHTDESK_DATA || "data"}/nightdesk.sqlite`);
}
