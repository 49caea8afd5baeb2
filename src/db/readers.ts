import knex, { type Knex } from "knex";
import { isPostgres } from "./dialect";
import { sharedFile } from "./file";
import { selectRows } from "./sql";

/** Connections that all see the database as it was at one instant, whatever is written until they are closed. */
export interface Readers {
  readers: readonly Knex[];
  close: () => Promise<void>;
}

/** Small caches, for what is read once: large ones would be most of what a process may take. */
const READER_PRAGMAS = ["busy_timeout = 60000", "query_only = on", "temp_store = file", "cache_size = -16384"];

/** Runs work with several connections to read one state of the database by. */
export async function withReaders<Result>(
  db: Knex,
  count: number,
  work: (readers: readonly Knex[]) => Promise<Result>,
): Promise<Result> {
  const { readers, close } = await openReaders(db, count);
  try {
    return await work(readers);
  } finally {
    await close();
  }
}

/**
 * Opens several connections to read one state of the database by. A connection to a file answers one select at a time, so
 * further ones are opened; a server has several itself.
 */
export async function openReaders(db: Knex, count: number): Promise<Readers> {
  if (isPostgres(db)) return await openOnServer(db, count);
  const filename = await sharedFile(db);
  if (filename !== null) return await openOnFile(db, filename, count);
  const trx = await db.transaction();
  return { readers: Array.from({ length: count }, () => trx), close: () => endAll([trx]) };
}

/** For each pool of connections the last who takes some out of it. */
const takers = new WeakMap<object, Promise<unknown>>();

/**
 * One after the other in a process: a pool is limited, and if each of many held one connection and waited for a second, all of
 * them would wait for ever. Who has all of his comes to his end, and the next gets them.
 */
async function openOnServer(db: Knex, count: number): Promise<Readers> {
  const pool = db.client.pool as object;
  const opened = (takers.get(pool) ?? Promise.resolve()).then(() => openAtOnce(db, count));
  takers.set(
    pool,
    opened.catch(() => {}),
  );
  return await opened;
}

/** The first transaction's snapshot is handed to the others. */
async function openAtOnce(db: Knex, count: number): Promise<Readers> {
  const readers: Knex.Transaction[] = [];
  try {
    let snapshot: string | null = null;
    while (readers.length < count) {
      const trx = await db.transaction();
      readers.push(trx);
      await trx.raw("set transaction isolation level repeatable read, read only");
      if (snapshot !== null) await trx.raw(`set transaction snapshot '${snapshot}'`);
      const [exported] = await selectRows<{ snapshot: string }>(trx, "select pg_export_snapshot() as snapshot");
      snapshot ??= exported?.snapshot ?? null;
    }
  } catch (error) {
    await endAll(readers);
    throw error;
  }
  return { readers, close: () => endAll(readers) };
}

async function openOnFile(db: Knex, filename: string, count: number): Promise<Readers> {
  const open = (): Knex => knex({ ...db.client.config, connection: { filename }, pool: { min: 1, max: 1 } });
  const connections = Array.from({ length: count }, open);
  const destroy = async (): Promise<void> => {
    for (const connection of connections) await connection.destroy();
  };
  try {
    // What writing has filled is not read by.
    await db.raw("pragma shrink_memory");
    for (const one of connections) for (const pragma of READER_PRAGMAS) await one.raw(`pragma ${pragma}`);
    const readers = await beginTogether(db, connections);
    const close = async (): Promise<void> => {
      await endAll(readers);
      await destroy();
    };
    return { readers, close };
  } catch (error) {
    await destroy();
    throw error;
  }
}

/** Begins to read on every connection, again where somebody has written between the first and the last of them. */
async function beginTogether(db: Knex, connections: readonly Knex[]): Promise<Knex.Transaction[]> {
  for (;;) {
    const before = await dataVersion(db);
    const readers: Knex.Transaction[] = [];
    for (const connection of connections) readers.push(await beginReading(connection));
    if ((await dataVersion(db)) === before) return readers;
    await endAll(readers);
  }
}

/** What a transaction sees is what there is when it first reads. */
async function beginReading(connection: Knex): Promise<Knex.Transaction> {
  const trx = await connection.transaction();
  await selectRows(trx, "select count(*) as tables from sqlite_master");
  own.add(trx);
  return trx;
}

/** Connections to a file that nobody else has: what is made on them goes with them. */
const own = new WeakSet<Knex>();

/** Whether this is a reader's connection to a file, of its own. */
export function isReader(db: Knex): boolean {
  return own.has(db);
}

/** A number that changes whenever another connection has written. */
async function dataVersion(db: Knex): Promise<number> {
  const [row] = await selectRows<{ data_version: number }>(db, "pragma data_version");
  return row?.data_version ?? 0;
}

/** They have read only: there is nothing to keep, nor to lose where a connection is gone. */
async function endAll(readers: readonly Knex.Transaction[]): Promise<void> {
  for (const reader of readers) await reader.rollback().catch(() => {});
}
