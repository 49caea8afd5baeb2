import knex, { type Knex } from "knex";
import { sharedFile } from "./file";

/** Small caches, for what is read once: large ones would be most of what a process may take. */
const READER_PRAGMAS = ["busy_timeout = 60000", "query_only = on", "temp_store = file", "cache_size = -16384"];

/**
 * Runs work with several connections to read by. A connection to a file answers one select at a time, so further ones
 * are opened, for as long as the work lasts; elsewhere the database has several connections itself.
 */
export async function withReaders<Result>(
  db: Knex,
  count: number,
  work: (readers: readonly Knex[]) => Promise<Result>,
): Promise<Result> {
  const filename = await sharedFile(db);
  if (filename === null) return await work(Array.from({ length: count }, () => db));
  const open = (): Knex => knex({ ...db.client.config, connection: { filename }, pool: { min: 1, max: 1 } });
  const readers = Array.from({ length: count }, open);
  try {
    // What writing has filled is not read by.
    await db.raw("pragma shrink_memory");
    for (const reader of readers) for (const pragma of READER_PRAGMAS) await reader.raw(`pragma ${pragma}`);
    return await work(readers);
  } finally {
    for (const reader of readers) await reader.destroy();
  }
}
