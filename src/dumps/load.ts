import { basename } from "node:path";
import type { Knex } from "knex";
import type { Config } from "../base/config";
import { localDay } from "../base/days";
import { NightdeskError } from "../base/errors";
import type { Log } from "../base/log";
import { bulkInsert } from "../db/bulk";
import { describeTable } from "../db/tables";
import { takeTurn } from "../db/turns";
import { writeTransaction } from "../db/write";
import { openGathered, partsOf } from "./aside";
import { fingerprint } from "./bytes";
import { readErased } from "./erased";
import { findFiles, type FoundFile, namedDay } from "./files";
import { latestMsOf } from "./first-read";
import { isMappedBy } from "./formats/mapped/mapping";
import { forget, type Interners, openInterners, refresh } from "./intern";
import { knownAgain, storedDump } from "./known";
import { openProgress, type Progress } from "./progress";
import { type Dump, openDump, readDump } from "./read";
import { emptyReceipt, type FileReceipt, type LoadReceipt, sumReceipts } from "./receipts";
import { storeReported } from "./reported";
import { settle } from "./settle";
import { flush, openStore, type Store } from "./store";

export type { FileReceipt, LoadReceipt } from "./receipts";

/**
 * Loads dumps: files, or folders with all dumps below them. Each file is one transaction; a file that fails leaves
 * nothing behind, is told in its receipt, and the others are loaded.
 *
 * @param nowMs the instant the files are read: later decides for every dump read the first time now which instants are
 *              impossible
 * @throws whatever is wrong with the database; never because of a file
 */
export async function loadDumps(
  db: Knex,
  config: Config,
  log: Log,
  paths: readonly string[],
  nowMs: number,
): Promise<LoadReceipt> {
  return await loadFiles(db, config, log, await findFiles(paths, isMappedBy(config)), nowMs);
}

/** Loads files that were found, as `loadDumps` does. */
export async function loadFiles(
  db: Knex,
  config: Config,
  log: Log,
  files: readonly FoundFile[],
  nowMs: number,
): Promise<LoadReceipt> {
  const interners = openInterners();
  const receipts: FileReceipt[] = [];
  for (const file of files) {
    receipts.push(await loadFile({ db, config, log, interners, nowMs }, file));
  }
  const sum = sumReceipts(receipts);
  if (sum.new >= MANY_EVENTS) for (const table of FILLED) await describeTable(db, table);
  return sum;
}

/** So many new events change what a database must know of its tables to go the shortest way through them. */
const MANY_EVENTS = 10_000;
const FILLED = ["contacts", "agents", "event_contexts", "contact_events", "agent_events"];

interface Loading {
  db: Knex;
  config: Config;
  log: Log;
  interners: Interners;
  nowMs: number;
}

async function loadFile(loading: Loading, file: FoundFile): Promise<FileReceipt> {
  const receipt = emptyReceipt(file.path, file.delivered?.name ?? basename(file.path));
  try {
    if (file.error !== null) throw file.error;
    const dump = await openDump(file, loading.config);
    try {
      receipt.format = dump.format;
      if (dump.format === "truth") return { ...receipt, status: "skipped", format: null };
      return await loadOpened(loading, dump, receipt);
    } finally {
      dump.content.close();
    }
  } catch (error) {
    if (!isOfFile(error)) throw error;
    const { code, message, canRetry } = error;
    return { ...receipt, status: "failed", error: { code, message, can_retry: canRetry } };
  }
}

/** Whether a file, or the mapping it is read under, is at fault. All else would fail the next file just the same. */
function isOfFile(error: unknown): error is NightdeskError {
  return error instanceof NightdeskError && /^(dump|page|mapping)/.test(error.code);
}

async function loadOpened(loading: Loading, dump: Dump, receipt: FileReceipt): Promise<FileReceipt> {
  const { db, interners } = loading;
  const print = dump.print ?? (await fingerprint(dump.path));
  receipt.sha256 = print.sha256;
  const stored = await storedDump(db, print.sha256, dump);
  if (stored !== undefined) return await knownAgain(db, loading.config.zone, stored, receipt);
  const progress = openProgress(loading.log, dump.name, print.byte_count, dump.content.readBytes);
  try {
    const work = { ...print, receipt, progress };
    const loaded = await writeTransaction(
      db,
      (trx) => addDump(trx, loading, dump, work),
      async (trx, key) => (key === null ? null : await loadInto(trx, loading, dump, { ...work, dump_key: key })),
    );
    return loaded ?? (await loadOpened(loading, dump, receipt));
  } catch (error) {
    forget(interners);
    throw error;
  } finally {
    progress.close();
  }
}

interface Work {
  sha256: string;
  byte_count: number;
  receipt: FileReceipt;
  progress: Progress;
}

/**
 * The first step of a load, which waits for its turn: keys are given out from memory, so one load runs at a time.
 *
 * @returns the key of a new dump; null where another process has loaded the same bytes while this one waited
 */
async function addDump(trx: Knex.Transaction, loading: Loading, dump: Dump, work: Work): Promise<number | null> {
  await takeTurn(trx, "loads");
  const [row] = await trx("dumps")
    .insert({
      sha256: work.sha256,
      name: dump.name,
      format: dump.format,
      byte_count: work.byte_count,
      first_read_at_ms: loading.nowMs,
      named_day: namedDay(dump.name),
      mapping: dump.mapping?.name ?? null,
      mapping_sha256: dump.mapping?.sha256 ?? null,
    })
    .onConflict("sha256")
    .ignore()
    .returning("dump_key");
  return row === undefined ? null : Number(row.dump_key);
}

async function loadInto(
  trx: Knex.Transaction,
  loading: Loading,
  dump: Dump,
  work: Work & { dump_key: number },
): Promise<FileReceipt> {
  const { config, interners, nowMs } = loading;
  const named = namedDay(dump.name);
  await refresh(trx, interners);
  const store = openStore(trx, interners, work.dump_key, await readErased(trx));
  const reported = openGathered(store.erased);
  let truncated = 0;
  try {
    truncated = await readDump(dump, store, reported, { config, latestMs: latestMsOf(nowMs), progress: work.progress });
    await flush(store);
  } catch (error) {
    await Promise.allSettled([store.prepared, store.stored]);
    throw error;
  }
  const newest = store.newest_at_ms ?? reported.newest_at_ms;
  const stampDay = newest === null ? null : (named ?? localDay(config.zone, newest));
  await describeDump(store, stampDay);
  const stamp = { stamp_day: stampDay ?? "", sha256: work.sha256 };
  for await (const part of partsOf(store, reported)) await storeReported(store, part, stamp);
  const settled = await settle(store, stamp);
  const { read, new: added, rejected } = store.counts;
  return { ...work.receipt, status: "loaded", read, new: added, rejected, truncated, ...settled };
}

async function describeDump(store: Store, stampDay: string | null): Promise<void> {
  const { trx, dump_key, counts, oldest_at_ms, newest_at_ms } = store;
  await trx("dumps").where({ dump_key }).update({
    stamp_day: stampDay,
    oldest_at_ms,
    newest_at_ms,
    read_count: counts.read,
    event_count: counts.event,
    rejected_count: counts.rejected,
  });
  const columns = ["dump_key", "quarter_at_ms", "contact_event_count", "agent_event_count"];
  const rows = Array.from(store.quarters, ([quarter, events]) => [dump_key, quarter, ...events]);
  for (let from = 0; from < rows.length; from += 10_000) {
    await bulkInsert(trx, "dump_quarters", columns, rows.slice(from, from + 10_000));
  }
}
