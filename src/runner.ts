import { createHash, randomUUID } from "node:crypto";
import { messageOf, NightdeskError, UsageError } from "./base/errors";
import { type Batch, parseBatch, type StepResult } from "./batch";
import type { Context } from "./context";
import { codeVersion } from "./base/version";
import { pendingCounts } from "./models/pending";
import { rulesVersion } from "./reference/load";
import { type StepName, steps, workflows } from "./workflows";

/** What one step left behind, as stored and as printed by `--json`. */
export interface Receipt extends StepResult {
  step: StepName;
  status: "done" | "failed";
  started_at_ms: number;
  finished_at_ms: number;
}

export interface RunReceipt {
  run_id: string;
  workflow: Batch["workflow"];
  from: string | null;
  to: string | null;
  status: "done" | "failed";
  /** True where this very night was done before and pulling brought nothing new: nothing more was done. */
  was_done: boolean;
  steps: Receipt[];
}

/**
 * Runs a workflow's steps in this process, one after the other, and stops at the first that fails.
 *
 * @returns the receipts of the steps that ran; `failed` where the last of them did
 */
export async function runWorkflow(context: Context, work: Batch): Promise<RunReceipt> {
  const batch = parseBatch(work);
  const run: RunReceipt = {
    run_id: randomUUID(),
    workflow: batch.workflow,
    from: batch.from,
    to: batch.to,
    status: "done",
    was_done: false,
    steps: [],
  };
  for (const step of workflows[batch.workflow]) {
    const receipt = await runStep(context, batch, step, run.run_id);
    run.steps.push(receipt);
    if (receipt.status === "failed") return { ...run, status: "failed" };
    if (step === "pull" && (await nothingToDo(context, batch, receipt))) return { ...run, was_done: true };
  }
  return run;
}

/**
 * A night that was rendered before, under the same rules, needs nothing more while no dump brought anything: neither to
 * this run nor, with late events of these days, to one since; nor became a missing delivery whole, or a whole one missing.
 */
async function nothingToDo({ db, config }: Context, batch: Batch, { counts }: Receipt): Promise<boolean> {
  if (batch.workflow !== "nightly" || batch.again || (counts.loaded ?? 0) + (counts.deliveries_changed ?? 0) > 0)
    return false;
  const pending = await pendingCounts(db);
  if (Object.values(pending).some((count) => count > 0)) return false;
  const last = await db("receipts")
    .where({ workflow: "nightly", step: "render", from_day: batch.from, to_day: batch.to })
    .orderBy("receipt_key", "desc")
    .first("receipt_key", "status", "work_hash");
  if (last?.status !== "done" || last.work_hash !== workHash(config, batch)) return false;
  const rebuilds = await db("receipts")
    .where({ step: "rebuild", status: "done" })
    .andWhere("receipt_key", ">", last.receipt_key)
    .select("counts");
  return rebuilds.every((rebuild) => {
    const made = JSON.parse(rebuild.counts) as Record<string, number>;
    return (made.contacts ?? 0) + (made.agents ?? 0) === 0;
  });
}

function workHash(config: Context["config"], batch: Batch): string {
  const { key: _secret, ...masking } = config.masking;
  const work = {
    ...config,
    masking,
    batch: { ...batch, again: false, schedule: null, deadline_at_ms: null },
    code: codeVersion(),
    rules: rulesVersion(config),
  };
  return createHash("sha256").update(JSON.stringify(work)).digest("hex").slice(0, 16);
}

/**
 * Runs one step and writes its receipt, whatever becomes of it.
 *
 * @throws UsageError where the step finds that it was asked for what does not exist
 */
export async function runStep(context: Context, batch: Batch, step: StepName, runId: string): Promise<Receipt> {
  const started = context.now();
  const receiptKey = await openReceipt(context, batch, step, runId, started);
  const result = await attempt(() => steps[step](context, batch));
  const receipt: Receipt = {
    step,
    status: result.failure === undefined ? "done" : "failed",
    started_at_ms: started,
    finished_at_ms: context.now(),
    ...result,
  };
  await context
    .db("receipts")
    .where({ receipt_key: receiptKey })
    .update({
      status: receipt.status,
      finished_at_ms: receipt.finished_at_ms,
      counts: JSON.stringify(receipt.counts),
      error: receipt.failure === undefined ? null : `${receipt.failure.code}: ${receipt.failure.message}`,
    });
  if (receipt.failure?.code === "usage") throw new UsageError(receipt.failure.message);
  return receipt;
}

async function openReceipt(
  { db, config }: Context,
  batch: Batch,
  step: StepName,
  runId: string,
  started: number,
): Promise<number> {
  const row = {
    run_id: runId,
    workflow: batch.workflow,
    step,
    from_day: batch.from,
    to_day: batch.to,
    started_at_ms: started,
    status: "running",
    code_version: codeVersion(),
    rules_version: rulesVersion(config),
    work_hash: workHash(config, batch),
    schedule: batch.schedule,
  };
  const [inserted] = await db("receipts").insert(row).returning<{ receipt_key: number }[]>("receipt_key");
  return inserted?.receipt_key ?? 0;
}

async function attempt(work: () => Promise<StepResult>): Promise<StepResult> {
  try {
    return await work();
  } catch (error) {
    const code = error instanceof NightdeskError ? error.code : "unexpected";
    const message = code === "unexpected" && error instanceof Error ? (error.stack ?? error.message) : messageOf(error);
    const can_retry = error instanceof NightdeskError && error.canRetry;
    return { counts: {}, failure: { code, message, can_retry } };
  }
}
