import type { Knex } from "knex";
import { claimKeys, waitForClaims } from "../db/claim";
import { addUp } from "./make";
import type { Slice } from "./slices";

/** A set of contacts or agents that runs empty together, in slices each of which is a transaction. */
export interface SharedSet {
  set: string;
  key: string;
  slice_size: number;
  /** Works on the slice, of which the set alone consists as far as this transaction sees; returns what it counted. */
  work: (trx: Knex.Transaction, slice: Slice) => Promise<Record<string, number>>;
}

/**
 * Empties sets beside other runs that do the same; see the README. A contact or agent is in the hands of one of them at
 * a time.
 *
 * @param prepare makes ready what every slice reads, at first and whenever something came that changes it
 * @param mark    what tells a slice that something came: another value than when it was prepared
 * @returns what this run's slices counted
 */
export async function emptyTogether(
  db: Knex,
  sets: readonly SharedSet[],
  prepare: (trx: Knex.Transaction, isFirst: boolean) => Promise<void>,
  mark: (trx: Knex.Transaction) => Promise<string>,
): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (let isFirst = true; ; isFirst = false) {
    const prepared = await db.transaction(async (trx) => {
      await prepare(trx, isFirst);
      return await mark(trx);
    });
    const isCurrent = async (trx: Knex.Transaction): Promise<boolean> => (await mark(trx)) === prepared;
    const runs = await Promise.allSettled(sets.map((set) => workThrough(db, set, isCurrent, counts)));
    for (const run of runs) if (run.status === "rejected") throw run.reason;
    const left: boolean[] = [];
    for (const { set, key } of sets) left.push(!(await waitForClaims(db, set, key)));
    if (!left.includes(true)) return counts;
  }
}

/** Slice after slice until no key is to be had, or something came that must be prepared for. */
async function workThrough(
  db: Knex,
  { set, key, slice_size, work }: SharedSet,
  isCurrent: (trx: Knex.Transaction) => Promise<boolean>,
  counts: Record<string, number>,
): Promise<void> {
  const runSlice = async (trx: Knex.Transaction): Promise<Record<string, number> | null> => {
    const claimed = await claimKeys(trx, set, key, slice_size);
    if (claimed === null) return null;
    // Asked after the claim: who brought something to these contacts has come to an end by now, and it can be seen.
    if (!(await isCurrent(trx))) throw SOMETHING_CAME;
    return await work(trx, { from_key: claimed.from_key, to_key: claimed.to_key, entity_count: claimed.key_count });
  };
  try {
    for (;;) {
      const counted = await db.transaction(runSlice);
      if (counted === null) return;
      addUp(counts, counted);
    }
  } catch (error) {
    if (error !== SOMETHING_CAME) throw error;
  }
}

/** Undoes a claim; nobody but `workThrough` ever sees it. */
const SOMETHING_CAME = new Error("something came that must be prepared for");
