import { DelayedError, type Job, UnrecoverableError, WaitingError } from "bullmq";
import { mayPass, messageOf, UsageError } from "../src/base/errors";
import type { Log } from "../src/base/log";
import { type Batch, type Failure, parseBatch } from "../src/batch";
import type { Context } from "../src/context";
import { identityOf } from "../src/db/identity";
import { type AfterFailure, endRun, type Receipt, takeStep } from "../src/runner";
import { workflows } from "../src/workflows";
import type { StepJob, StepReturn } from "./flow";
import { refuseForeign } from "./foreign";
import type { NightQueue, StepWorker } from "./queue";

/** Told once a run came to its end, for whoever watches that runs do; also of one that could write no receipt of it. */
export type OnRunEnd = (batch: Batch, isDone: boolean) => Promise<void>;

type StepQueueJob = Job<StepJob, StepReturn>;

/** A worker that takes steps from the queue and runs them. */
export interface RunningWorker {
  worker: StepWorker;
  concurrency: number;
  /**
   * Takes no further step, and gives the running ones time to end; what is not done by then goes back to the queue.
   *
   * @returns whether a step was handed back: its work may go on until the process ends
   */
  stop(withinMs: number): Promise<boolean>;
}

/**
 * How often a step may be taken from a worker that fell silent: a worker that is killed is no fault of the step, one that
 * kills every worker is.
 */
const MOST_TAKEOVERS = 10;

/**
 * Starts a worker on the queue.
 *
 * @param concurrency steps at once; SQLite bears one
 * @param onError     told of every fault of its connection, as often as it happens; the worker goes on
 */
export function startWorker(
  context: Context,
  night: NightQueue,
  concurrency: number,
  onRunEnd: OnRunEnd = () => Promise.resolve(),
  onError: (error: Error) => void = () => {},
): RunningWorker {
  const { lock_ms } = context.config.queue;
  const handBack = new AbortController();
  const running = new Set<Promise<StepReturn>>();
  const ends: RunEnds = { told: new WeakSet(), tell: onRunEnd };
  const process = async (job: StepQueueJob, token?: string): Promise<StepReturn> => {
    const work = runJob(context, job, token ?? "", handBack.signal, ends);
    running.add(work);
    try {
      return await work;
    } finally {
      running.delete(work);
    }
  };
  const worker = night.openWorker(process, {
    concurrency,
    lockDuration: lock_ms,
    stalledInterval: Math.max(100, lock_ms / 2),
    maxStalledCount: MOST_TAKEOVERS,
    runRetryDelay: 2_000,
  });
  worker.on("error", onError);
  worker.on("failed", (job, error) => void closeRun(context, night, job, error, ends));
  worker.on("stalled", (id) => context.log.warn(`${id}: the worker that ran it fell silent; it is run again.`));
  return { worker, concurrency, stop: (withinMs) => stop(worker, running, handBack, withinMs) };
}

async function stop(
  worker: StepWorker,
  running: ReadonlySet<Promise<unknown>>,
  handBack: AbortController,
  withinMs: number,
): Promise<boolean> {
  await worker.pause(true);
  // Also waits for a step that was on its way from the queue when it was told to take no more.
  const closed = worker.close();
  if (await isOverWithin(closed, withinMs)) return false;
  const isRunning = running.size > 0;
  handBack.abort();
  // A queue that does not answer can take nothing back: the step's lock runs out, and it is run again.
  await isOverWithin(closed, HAND_BACK_WITHIN_MS);
  return isRunning;
}

/** Time for the queue to take back what is handed to it. */
const HAND_BACK_WITHIN_MS = 5_000;

/** Waits for something, but no longer than so many ms. @returns whether it is over, well or not */
export async function isOverWithin(work: Promise<unknown>, ms: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), ms);
  });
  const over = work.then(
    () => true,
    () => true,
  );
  try {
    return await Promise.race([over, late]);
  } finally {
    clearTimeout(timer);
  }
}

interface RunEnds {
  /** Jobs whose run's end was told. */
  told: WeakSet<StepQueueJob>;
  tell: OnRunEnd;
}

/** Runs the step of a job, unless the run came to its end before it. */
async function runJob(
  context: Context,
  job: StepQueueJob,
  token: string,
  handBack: AbortSignal,
  ends: RunEnds,
): Promise<StepReturn> {
  const { step, run_id } = job.data;
  const before = Object.values(await job.getChildrenValues<StepReturn>());
  if (before.some(({ was_done }) => was_done)) return { run_id, was_done: true };
  const own = await identityOf(context.db, context.config.database_url).catch(explained);
  if (job.data.database.id !== own.id) return await refuseForeign(context.log, job, token, own);
  const work = { ...context, log: logOf(context.log, job) };
  const taken = takeStep(work, { batch: parseJob(job), step, run_id }, (failure) => afterFailure(job, failure));
  const outcome = await orAborted(taken.catch(explained), handBack);
  if (outcome === "aborted") {
    taken.catch(() => {});
    await job.moveToWait(token);
    context.log.info(`${job.id}: handed back to the queue; it is run again.`);
    throw new WaitingError();
  }
  const { receipt, was_done, ends_run } = outcome;
  tell(work.log, receipt, was_done);
  if (ends_run) {
    ends.told.add(job);
    await ends.tell(job.data.batch, receipt.status === "done");
  }
  if (receipt.status === "done") return { run_id, was_done };
  if (receipt.status === "waiting") {
    await job.moveToDelayed(Date.now() + (receipt.failure?.retry_after_ms ?? 0), token);
    throw new DelayedError();
  }
  const message = receipt.failure?.message ?? "The step failed.";
  throw receipt.failure?.can_retry === true ? new Error(message) : new UnrecoverableError(message);
}

function parseJob(job: StepQueueJob): StepJob["batch"] {
  try {
    return parseBatch(job.data.batch);
  } catch (error) {
    throw new UnrecoverableError(messageOf(error));
  }
}

/** What was thrown past the receipt: a command called wrongly, or a database that took no receipt. */
function explained(error: unknown): never {
  if (error instanceof UsageError || !mayPass(error)) throw new UnrecoverableError(messageOf(error));
  throw error;
}

/** What comes first: the work's end, or the wish to have the step back. */
async function orAborted<Result>(work: Promise<Result>, signal: AbortSignal): Promise<Result | "aborted"> {
  let onAbort = (): void => {};
  const abort = new Promise<"aborted">((resolve) => {
    onAbort = (): void => resolve("aborted");
  });
  signal.addEventListener("abort", onAbort, { once: true });
  if (signal.aborted) onAbort();
  try {
    return await Promise.race([work, abort]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}

function afterFailure(job: StepQueueJob, failure: Failure): AfterFailure {
  if (failure.retry_after_ms !== undefined) return "wait";
  return failure.can_retry === true && job.attemptsMade + 1 < (job.opts.attempts ?? 1) ? "again" : "end";
}

/** The step's progress goes to its job, where the console and other processes see it, and its other words to the log. */
function logOf(log: Log, job: StepQueueJob): Log {
  const { run_id, step, batch } = job.data;
  const { workflow, from, to } = batch;
  const day = from === to ? from : `${from} to ${to}`;
  const own = log.bound?.({ run_id, workflow, step, day }) ?? log;
  const named = (message: string): string => `${job.id}: ${message}`;
  let isSending = false;
  const progress = (message: string): void => {
    own.progress(message);
    // A report that is overtaken by the next is not worth waiting for, nor worth a fault.
    if (isSending || message === "") return;
    isSending = true;
    const sent = (): void => void (isSending = false);
    job.updateProgress({ text: message }).then(sent, sent);
  };
  return {
    info: (message) => own.info(named(message)),
    warn: (message) => own.warn(named(message)),
    error: (message) => own.error(named(message)),
    progress,
  };
}

function tell(log: Log, receipt: Receipt, was_done: boolean): void {
  const seconds = ((receipt.finished_at_ms - receipt.started_at_ms) / 1000).toFixed(1);
  if (receipt.status === "done") {
    log.info(`done in ${seconds} s${was_done ? "; nothing new has come, the night is left as it is" : ""}`);
  } else if (receipt.status === "waiting") {
    log.info(`waits. ${receipt.failure?.message ?? ""}`);
  } else {
    log.error(`failed. ${receipt.failure?.message ?? ""}`);
  }
}

/**
 * A job that failed for good without a receipt that says so: it was taken from silent workers too often, could not be read,
 * or the database was gone for as long as it was tried. Without a receipt the scheduler asks for the night again.
 */
async function closeRun(
  context: Context,
  night: NightQueue,
  job: StepQueueJob | undefined,
  error: Error,
  ends: RunEnds,
): Promise<void> {
  if (job === undefined || job.finishedOn === undefined) return;
  try {
    if (!ends.told.has(job) && (await isFirstToFail(night, job))) await ends.tell(job.data.batch, false);
    await endRun(context, job.data.run_id, `job-failed: ${error.message}`);
  } catch (fault) {
    context.log.warn(`${job.id}: its receipt could not be closed: ${messageOf(fault)}`);
  }
}

/** The steps that wait for one that failed fail after it. */
async function isFirstToFail(night: NightQueue, { id, data }: StepQueueJob): Promise<boolean> {
  const steps = workflows[data.batch.workflow];
  const before = steps[steps.indexOf(data.step) - 1];
  const run = id?.slice(0, -data.step.length);
  return before === undefined || (await night.queue.getJobState(`${run}${before}`)) !== "failed";
}
