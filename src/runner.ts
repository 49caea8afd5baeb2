import { createHash, randomUUID } from "node:crypto";
import type { Knex } from "knex";
import type { Config } from "./base/config";
import { isError, mayPass, messageOf, NightdeskError, UsageError } from "./base/errors";
import { type Batch, type Failure, isPlain, parseBatch, type StepResult } from "./batch";
import type { Context } from "./context";
import { maskOf } from "./base/mask";
import { ownProcess } from "./base/process";
import { readable } from "./base/text";
import { codeVersion } from "./base/version";
import { writeTransaction } from "./db/write";
import { closeInterrupted } from "./interrupted";
import { missingDeliveries } from "./metrics/completeness";
import { pendingCounts } from "./models/pending";
import { rulesVersion } from "./reference/load";
import { type StepName, steps, workflows } from "./workflows";

/** What one step left behind, as stored and as printed by `--json`. */
export interface Receipt extends StepResult {
  step: StepName;
  /** `waiting`: for something that is not there yet; the step is run again and has not failed. */
  status: "done" | "failed" | "waiting";
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
    const { receipt, was_done } = await takeStep(context, { batch, step, run_id: run.run_id });
    run.steps.push(receipt);
    if (receipt.status !== "done") return { ...run, status: "failed" };
    if (was_done) return { ...run, was_done };
  }
  return run;
}

/** One step of a run. */
export interface RunStep {
  batch: Batch;
  step: StepName;
  run_id: string;
}

/** What may follow a failure: the step is tried again, waits for what is not there yet, or the run ends with it. */
export type AfterFailure = "again" | "wait" | "end";

/**
 * Runs one step and writes its receipt, whatever becomes of it. This process, and each worker, runs all steps through here.
 *
 * @param afterFailure what whoever runs the steps makes of a failure
 * @returns the receipt, and whether the run is at its end because this very night was done before and pulling brought
 *          nothing new
 * @throws UsageError where the step finds that it was asked for what does not exist
 */
export async function takeStep(
  context: Context,
  run: RunStep,
  afterFailure: (failure: Failure) => AfterFailure = () => "end",
): Promise<{ receipt: Receipt; was_done: boolean; ends_run: boolean }> {
  const { batch, step } = run;
  const started = context.now();
  const key = await openReceipt(context, run, started);
  const result = await attempt(context, () => steps[step](context, batch));
  const after = result.failure === undefined ? null : afterFailure(result.failure);
  const status = after === null ? "done" : after === "wait" ? "waiting" : "failed";
  const receipt: Receipt = { step, status, started_at_ms: started, finished_at_ms: context.now(), ...result };
  const was_done = status === "done" && step === "pull" && (await nothingToDo(context, batch, receipt));
  const isLast = status === "done" && (was_done || workflows[batch.workflow].at(-1) === step);
  const ends_run = isLast || after === "end";
  await closeReceipt(context, key, receipt, ends_run);
  if (receipt.failure?.code === "usage") throw new UsageError(receipt.failure.message);
  return { receipt, was_done, ends_run };
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
    .first("receipt_key", "run_id", "status", "work_hash", "started_at_ms");
  if (!(await wasMailed(db, batch, last?.receipt_key ?? 0))) return false;
  if (last?.status !== "done" || last.work_hash !== (await workHash({ db, config }, batch))) return false;
  return !(await wasRebuiltSince(db, last));
}

/** Whether the mails of a night went out after it was rendered: one whose server was gone, or that is held, has something to do still. */
async function wasMailed(db: Knex, { from, to }: Batch, render: number): Promise<boolean> {
  const last = await db("receipts")
    .where({ step: "mail", from_day: from, to_day: to })
    .andWhere("receipt_key", ">", render)
    .orderBy("receipt_key", "desc")
    .first("status");
  const held = await db("mail_holds").where({ from_day: from, to_day: to }).first("until_ms");
  return last?.status === "done" && held === undefined;
}

/**
 * Whether a rebuild of another run has made anything that a render may not have seen. It may have begun before the render
 * and ended after it began; where it failed, the slices it had done by then stay.
 */
async function wasRebuiltSince(
  db: Knex,
  render: { receipt_key: number; run_id: string; started_at_ms: number },
): Promise<boolean> {
  const rebuilds: { status: string; counts: string | null }[] = await db("receipts")
    .where({ step: "rebuild" })
    .whereNot({ run_id: render.run_id })
    .whereNotNull("finished_at_ms")
    .andWhere((since) =>
      since.where("receipt_key", ">", render.receipt_key).orWhere("finished_at_ms", ">", render.started_at_ms),
    )
    .select("status", "counts");
  return rebuilds.some(({ status, counts }) => {
    const made = JSON.parse(counts ?? "{}") as Record<string, number>;
    return status !== "done" || (made.contacts ?? 0) + (made.agents ?? 0) > 0;
  });
}

/** What a render rests on beside the tables: its pages also say which deliveries are missing. */
async function workHash({ db, config }: Pick<Context, "db" | "config">, batch: Batch): Promise<string> {
  const { key: _secret, ...masking } = config.masking;
  // When and where a night is run makes no figure another.
  const {
    queue_url: _url,
    queue: _queue,
    http: _http,
    schedules: _schedules,
    catch_up_days: _days,
    retention: _kept,
    mail: _mail,
    ...rest
  } = config;
  const work = {
    ...rest,
    masking,
    batch: { ...batch, again: false, schedule: null, deadline_at_ms: null },
    code: codeVersion(),
    rules: rulesVersion(config),
    missing: batch.from === null || batch.to === null ? [] : await missingDeliveries(db, batch.from, batch.to),
  };
  return createHash("sha256").update(JSON.stringify(work)).digest("hex").slice(0, 16);
}

async function openReceipt(context: Context, { batch, step, run_id }: RunStep, started: number): Promise<number> {
  const { db, config } = context;
  const row = {
    run_id,
    workflow: batch.workflow,
    step,
    from_day: batch.from,
    to_day: batch.to,
    started_at_ms: started,
    status: "running",
    code_version: codeVersion(),
    rules_version: rulesVersion(config),
    work_hash: await workHash(context, batch),
    schedule: batch.schedule,
    is_plain: isPlain(batch) ? 1 : 0,
    process: JSON.stringify(ownProcess()),
  };
  return await writeTransaction(
    db,
    (trx) => closeInterrupted(trx, { batch, step, run_id }, started),
    async (trx) => {
      const [inserted] = await trx("receipts").insert(row).returning<{ receipt_key: number }[]>("receipt_key");
      return Number(inserted?.receipt_key ?? 0);
    },
  );
}

async function closeReceipt({ db }: Context, key: number, receipt: Receipt, endsRun: boolean): Promise<void> {
  const { status, finished_at_ms, counts, failure } = receipt;
  const row = {
    status,
    finished_at_ms,
    counts: JSON.stringify(counts),
    error: failure === undefined ? null : `${failure.code}: ${failure.message}`,
    ends_run: endsRun ? 1 : 0,
  };
  await writeTransaction(
    db,
    (trx) => trx("receipts").where({ receipt_key: key }).update(row),
    () => Promise.resolve(),
  );
}

/**
 * Ends a run whose step nobody runs any more, such as one that killed every worker it was given to.
 *
 * @param why what the receipt says, with its code
 */
export async function endRun({ db, now }: Context, run_id: string, why: string): Promise<void> {
  const row = { status: "failed", finished_at_ms: now(), error: why, ends_run: 1 };
  await writeTransaction(
    db,
    (trx) => trx("receipts").where({ run_id, status: "running" }).update(row),
    () => Promise.resolve(),
  );
}

async function attempt({ config }: Context, work: () => Promise<StepResult>): Promise<StepResult> {
  const shown = (failure: Failure): Failure => ({ ...failure, message: showable(config, failure.message) });
  try {
    const result = await work();
    return result.failure === undefined ? result : { ...result, failure: shown(result.failure) };
  } catch (error) {
    const code = error instanceof NightdeskError ? error.code : "unexpected";
    const failure = shown({ code, message: messageOf(error), can_retry: mayPass(error) });
    const calls = code === "unexpected" && isError(error) ? callsOf(error) : "";
    return { counts: {}, failure: { ...failure, message: `${failure.message}${calls}` } };
  }
}

/** More than this of a message nobody reads. */
const MOST_LETTERS = 4_000;

/** A message as receipts, jobs and logs may hold it. Masked before it is cut: half a number is one all the same. */
function showable(config: Config, message: string): string {
  return readable(maskOf(config.masking).text(message), MOST_LETTERS);
}

/** Where it was thrown, without the message before it. */
function callsOf({ stack = "" }: Error): string {
  const calls = stack.split("\n").filter((line) => /^ {4}at /.test(line));
  return calls.map((line) => `\n${line}`).join("");
}
