import { randomUUID } from "node:crypto";
import { readdir, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import knex, { type Knex } from "knex";
import { bulkInsert, type Cell } from "./bulk";
import { selectCells } from "./cells";
import { sharedFile } from "./file";
import { selectRows } from "./sql";

/** Work of a transaction that makes tables of its own, out of tables that its other work leaves alone. */
export interface SideWork<Result> {
  /** Small tables that the transaction has changed already and the work reads. */
  reads: readonly string[];
  /** The tables the work fills: nobody else reads or writes them before it has ended. */
  makes: readonly string[];
  work: (trx: Knex.Transaction) => Promise<Result>;
  /** Takes the rows out of those tables that the work makes anew. */
  clear: (trx: Knex.Transaction) => Promise<void>;
}

/** The file in which work on the side is done, until the transaction is over; null while there is none. */
export interface Scratch {
  file: string | null;
}

const SUFFIX = "-scratch-";

const SCRATCH_PRAGMAS = [
  "busy_timeout = 60000",
  "journal_mode = off",
  "synchronous = off",
  "temp_store = file",
  "cache_size = -32768",
];

/** Runs a transaction that may do a part of its work on the side, and tidies up after it, whatever becomes of it. */
export async function withScratch<Result>(db: Knex, run: (scratch: Scratch) => Promise<Result>): Promise<Result> {
  const scratch: Scratch = { file: null };
  try {
    return await run(scratch);
  } finally {
    if (scratch.file !== null) {
      // Not within the transaction: what that has read stays locked until its end.
      await db.raw("detach database scratch").catch(() => {});
      await removeFile(scratch.file);
    }
  }
}

/**
 * Does two works of one transaction, at once where the database is a file. A file lets one connection write: so the work
 * on the side reads it over a second connection and writes to a scratch file, whose rows the transaction takes over at
 * the end. Elsewhere, and without a scratch, one work follows the other. Either way all rows change together or not at all.
 *
 * @param trx has written already: nobody else can, and the second connection sees the same rows
 * @throws what either work throws, once both have come to an end
 */
export async function beside<Own, Side>(
  trx: Knex.Transaction,
  scratch: Scratch | null,
  own: (trx: Knex.Transaction) => Promise<Own>,
  side: SideWork<Side>,
): Promise<[Own, Side]> {
  const house = await sharedFile(trx);
  if (house !== null) await removeLeftovers(house);
  if (house === null || scratch === null) return [await own(trx), await side.work(trx)];
  scratch.file = `${house}${SUFFIX}${randomUUID()}`;
  const helper = knex({ ...trx.client.config, connection: { filename: scratch.file }, pool: { min: 1, max: 1 } });
  try {
    await prepare(trx, helper, house, side);
    const [owned, made] = await Promise.allSettled([own(trx), helper.transaction(side.work)]);
    if (owned.status === "rejected") throw owned.reason;
    if (made.status === "rejected") throw made.reason;
    await helper.destroy();
    await side.clear(trx);
    await takeOver(trx, scratch.file, side.makes);
    return [owned.value, made.value];
  } finally {
    await helper.destroy();
  }
}

/** Only who may write has a scratch file, so all others were left by a process that was killed, or are done with. */
async function removeLeftovers(house: string): Promise<void> {
  const folder = dirname(house);
  const prefix = `${basename(house)}${SUFFIX}`;
  for (const name of await readdir(folder)) if (name.startsWith(prefix)) await removeFile(join(folder, name));
}

/** What cannot be removed because somebody has it open is removed by the next run. */
async function removeFile(file: string): Promise<void> {
  await rm(file, { force: true }).catch(() => {});
}

/**
 * The scratch file is the second connection's own database and the house is attached to it: by their plain names the
 * tables made are found in the scratch file, and all others in the house.
 */
async function prepare(trx: Knex.Transaction, helper: Knex, house: string, side: SideWork<unknown>): Promise<void> {
  for (const pragma of SCRATCH_PRAGMAS) await helper.raw(`pragma ${pragma}`);
  await helper.raw("attach database ? as house", [house]);
  await helper.raw("pragma house.cache_size = -32768");
  for (const table of [...side.makes, ...side.reads]) {
    const parts = await selectRows<{ sql: string }>(
      trx,
      "select sql from main.sqlite_master where tbl_name = :table and sql is not null order by type desc",
      { table },
    );
    for (const { sql } of parts) await helper.raw(sql);
  }
  for (const table of side.reads) {
    const columns = Object.keys(await trx(table).columnInfo());
    await bulkInsert(helper, table, columns, await selectCells<Cell[]>(trx, `select * from ${table}`, columns));
  }
}

/** Said without columns and into an empty table, such an insert copies whole pages. */
async function takeOver(trx: Knex.Transaction, file: string, tables: readonly string[]): Promise<void> {
  await trx.raw("attach database ? as scratch", [file]);
  for (const table of tables) await trx.raw(`insert into main.${table} select * from scratch.${table}`);
}
