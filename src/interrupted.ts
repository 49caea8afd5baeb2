import type { Knex } from "knex";
import { HOUR } from "./base/days";
import { fateOf, parseProcess } from "./base/process";
import type { Batch } from "./batch";
import type { StepName } from "./workflows";

/** Of a process on another machine only its silence speaks: no step of a night takes a day. */
const SILENT_AFTER_MS = 24 * HOUR;

/**
 * Closes what earlier tries of a step left open. A step of the same run that is run again was interrupted, or waited: the
 * first is said, of the second the last receipt is enough. Another run of the same days may have been left by a process
 * that is gone and that nobody followed; one that still runs is left alone.
 */
export async function closeInterrupted(
  trx: Knex,
  { batch, step, run_id }: { batch: Batch; step: StepName; run_id: string },
  at: number,
): Promise<void> {
  await trx("receipts").where({ run_id, step, status: "running" }).update({
    status: "failed",
    finished_at_ms: at,
    error: "interrupted: The process that ran this step came to its end before the step did; it is run again.",
  });
  await trx("receipts").where({ run_id, step, status: "waiting" }).del();
  const same = { workflow: batch.workflow, from_day: batch.from, to_day: batch.to, step, status: "running" };
  const others: OpenReceipt[] = await trx("receipts").where(same).select("receipt_key", "process", "started_at_ms");
  for (const { receipt_key } of others.filter((one) => isLeft(one, at))) {
    const error = `abandoned: The process that ran this step came to its end before the step did, and nobody took the run up; run ${run_id} does the step.`;
    await trx("receipts").where({ receipt_key }).update({ status: "failed", finished_at_ms: at, error });
  }
}

interface OpenReceipt {
  receipt_key: number;
  process: string | null;
  started_at_ms: number;
}

function isLeft({ process, started_at_ms }: OpenReceipt, at: number): boolean {
  const ran = process === null ? null : parseProcess(process);
  const fate = ran === null ? "elsewhere" : fateOf(ran);
  return fate === "gone" || (fate === "elsewhere" && at - Number(started_at_ms) >= SILENT_AFTER_MS);
}
