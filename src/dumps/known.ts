import type { Knex } from "knex";
import { localDay } from "../base/days";
import { NightdeskError } from "../base/errors";
import { addKeys } from "../db/keys";
import { takeTurn } from "../db/turns";
import { waitToWrite, writeTransaction } from "../db/write";
import { namedDay, namedType } from "./files";
import type { Dump } from "./read";
import type { FileReceipt } from "./receipts";
import { EVENT_TABLES } from "./tables";

/** A dump as its table holds it. */
export interface DumpRow {
  dump_key: number;
  name: string;
  format: string;
  newest_at_ms: number | null;
  stamp_day: string | null;
  read_count: number;
  event_count: number;
  rejected_count: number;
  /** Base name of the mapping it was read under and hash of what that meant; null where there was none. */
  mapping: string | null;
  mapping_sha256: string | null;
}

/**
 * The dump of these bytes, where they were loaded before. One of which nothing could be taken, since neither its lines nor
 * its name said whose events they are, is forgotten once a name says it: under that name it is another dump. So is one
 * that gave nothing under another mapping.
 *
 * @throws NightdeskError `dump-mapping` where it gave events under another mapping: two readings of one table would
 *         count everything twice
 */
export async function storedDump(db: Knex, sha256: string, dump: Dump): Promise<DumpRow | undefined> {
  const { name, mapping } = dump;
  const stored: DumpRow | undefined = await db("dumps").where({ sha256 }).first();
  if (stored === undefined) return stored;
  const isSameMapping = stored.mapping_sha256 === (mapping?.sha256 ?? null);
  if (stored.event_count > 0 && !isSameMapping) throw otherMapping(dump, stored);
  if (stored.event_count > 0) return stored;
  if (isSameMapping && (namedType(stored.name) !== null || namedType(name) === null)) return stored;
  const { dump_key } = stored;
  await writeTransaction(
    db,
    async (trx) => {
      await takeTurn(trx, "loads");
      await trx("dumps").where({ dump_key }).del();
    },
    async (trx) => {
      for (const table of ["rejected_lines", "dump_quarters", "dump_sources"])
        await trx(table).where({ dump_key }).del();
    },
  );
  return undefined;
}

function otherMapping({ path, mapping }: Dump, stored: DumpRow): NightdeskError {
  const told = (name: string | null): string => (name === null ? "no mapping" : `the mapping ${name}`);
  const then = stored.mapping === mapping?.name ? "the mapping as it was then" : told(stored.mapping);
  const now =
    stored.mapping === mapping?.name
      ? `${told(stored.mapping)} has changed`
      : `now it comes under ${told(mapping?.name ?? null)}`;
  return new NightdeskError(
    "dump-mapping",
    `${path} was loaded before, under ${then}, and ${now}. What it gave then stays, and nothing was changed. Expected the mapping it was loaded under: two readings of one table would count every contact twice. Put that mapping back, or read all dumps anew into another database (NIGHTDESK_DATA or DATABASE_URL).`,
  );
}

/**
 * The receipt of bytes that were loaded before: all its events are duplicates. Of two names the first in byte order
 * stays, with the day it carries, so that the order of loads never shows.
 */
export async function knownAgain(db: Knex, zone: string, stored: DumpRow, receipt: FileReceipt): Promise<FileReceipt> {
  if (comesBefore(receipt.name, stored.name)) await rename(db, zone, stored.dump_key, receipt.name);
  const { read_count, event_count, rejected_count, format } = stored;
  return { ...receipt, status: "known", format, read: read_count, duplicate: event_count, rejected: rejected_count };
}

function comesBefore(name: string, other: string): boolean {
  return Buffer.compare(Buffer.from(name), Buffer.from(other)) < 0;
}

/** Which events came late depends on the day in the name of the dump that first held them. */
async function rename(db: Knex, zone: string, dump_key: number, name: string): Promise<void> {
  const begin = async (trx: Knex.Transaction): Promise<void> => {
    await takeTurn(trx, "loads");
    await waitToWrite(trx);
  };
  await writeTransaction(db, begin, async (trx) => {
    // Asked again: while this one waited, another may have given it an earlier name, or forgotten it.
    const stored: DumpRow | undefined = await trx("dumps").where({ dump_key }).first();
    if (stored === undefined || !comesBefore(name, stored.name)) return;
    const day = namedDay(name);
    const newest = stored.newest_at_ms === null ? stored.stamp_day : localDay(zone, Number(stored.newest_at_ms));
    await trx("dumps")
      .where({ dump_key })
      .update({ name, named_day: day, stamp_day: day ?? newest });
    if (day === namedDay(stored.name)) return;
    for (const { events, owner, to_rebuild } of Object.values(EVENT_TABLES)) {
      const select = `select distinct ${owner} from ${events} where first_dump_key = :dump_key`;
      await addKeys(trx, to_rebuild, owner, select, { dump_key });
    }
  });
}
