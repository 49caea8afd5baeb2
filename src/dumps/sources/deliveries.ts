import type { Knex } from "knex";
import type { Log } from "../../base/log";
import { writeTransaction } from "../../db/write";
import type { Gathered } from "./gather";

/** What a source came to for a day, as `deliveries` holds it and `--json` prints it. */
export interface Delivery {
  source: string;
  day: string;
  status: "delivered" | "missing";
  file_count: number;
  byte_count: number;
  error: string | null;
}

export function deliveryOf({ source, day, files, byte_count, absent }: Gathered): Delivery {
  const status = absent === null ? "delivered" : "missing";
  return { source: source.name, day, status, file_count: files.length, byte_count, error: absent };
}

/** What deliveries are settled with. */
export interface Settling {
  db: Knex;
  log: Log;
  now: () => number;
  /** Until then what is not here is waited for; null: it is missing now. */
  deadline_at_ms: number | null;
  /** Whether somebody runs the night, and sees what comes of it. */
  is_by_hand: boolean;
}

/**
 * Notes what was delivered and, once nobody waits any more, what is missing.
 *
 * @returns what is still waited for, how many deliveries are missing for good, and how many of those noted are missing now
 *          and were not, or were and are no more: what reports say of them has to change
 */
export async function settleDeliveries(
  settling: Settling,
  gathered: readonly Gathered[],
): Promise<{ late: Gathered[]; missing: number; changed: number }> {
  const { db, log, now, deadline_at_ms } = settling;
  const isWaiting = deadline_at_ms !== null && now() < deadline_at_ms;
  const late: Gathered[] = [];
  let missing = 0;
  let changed = 0;
  for (const one of gathered) {
    if (one.absent !== null && isOfNoMatter(settling, one)) continue;
    if (one.absent !== null && (await wasDelivered(db, one.source.name, one.day))) {
      log.warn(
        `The source ${one.source.name} gives nothing new for ${one.day}: ${one.absent}. What it delivered stays.`,
      );
      continue;
    }
    if (one.absent !== null && isWaiting) {
      late.push(one);
      continue;
    }
    if (await noteDelivery(db, deliveryOf(one), now())) changed += 1;
    if (one.absent === null) continue;
    missing += 1;
    log.warn(
      `The source ${one.source.name} has not delivered ${one.day}: ${one.absent}. The night goes on without it.`,
    );
  }
  return { late, missing, changed };
}

/**
 * How long to wait until the sources that have not delivered are asked again, ms: as long as the first of them says, never
 * sooner than one of them has asked for, and not beyond the deadline, when all are asked for the last time.
 */
export function waitMs(late: readonly Gathered[], deadlineMs: number, nowMs: number): number {
  const soonest = Math.min(...late.map(({ source }) => source.retry_after_ms));
  const asked = Math.max(0, ...late.map(({ retry_after_ms }) => retry_after_ms ?? 0));
  return Math.max(0, Math.min(deadlineMs - nowMs, Math.max(soonest, asked)));
}

export function waitingLines(late: readonly Gathered[]): string {
  return late.map(({ source, day, absent }) => `  - ${source.name}, ${day}: ${absent}`).join("\n");
}

/** On days a source does not deliver, or in a folder somebody looks into by hand. */
function isOfNoMatter({ is_by_hand }: Settling, { source, is_expected }: Gathered): boolean {
  return !is_expected || (source.type === "folder" && source.is_plain && is_by_hand);
}

/**
 * Notes what became of a delivery. What has been delivered stays delivered, whatever the source says later; a missing one
 * becomes delivered once it comes.
 *
 * @returns whether it was missing and is no more, or is now
 */
export async function noteDelivery(db: Knex, delivery: Delivery, nowMs: number): Promise<boolean> {
  const { source, day, status } = delivery;
  return await writeTransaction(
    db,
    (trx) => trx("deliveries").where({ source, day, status: "missing" }).del(),
    async (trx, wasMissing) => {
      const stored = await trx("deliveries").where({ source, day }).first("delivered_at_ms");
      if (stored !== undefined && status === "missing") return false;
      const delivered_at_ms = stored?.delivered_at_ms ?? (status === "delivered" ? nowMs : null);
      await trx("deliveries").where({ source, day }).del();
      const row = { ...delivery, checked_at_ms: nowMs, delivered_at_ms };
      await trx("deliveries").insert(row).onConflict(["source", "day"]).ignore();
      return wasMissing > 0 !== (status === "missing");
    },
  );
}

/** Whether a source has delivered a day before. */
async function wasDelivered(db: Knex, source: string, day: string): Promise<boolean> {
  return (await db("deliveries").where({ source, day, status: "delivered" }).first("source")) !== undefined;
}
