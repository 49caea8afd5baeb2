import { createHash, randomUUID } from "node:crypto";
import { type Batch, isPlain, parseBatch } from "../src/batch";
import type { Context } from "../src/context";
import { identityOf } from "../src/db/identity";
import { workflows } from "../src/workflows";
import { flowOf, runNameOf } from "./flow";
import type { NightQueue } from "./queue";

/** What became of a wish to run something. */
export interface Enqueued {
  /** The run's name in job ids. */
  run: string;
  /** The run of that name which the queue holds; null where it is not known. */
  run_id: string | null;
  /** `added`, or where the same run is in the queue already, what it does there. */
  state: "added" | "waiting" | "running";
}

/**
 * Puts a run that somebody asks for on the queue, once: while the same one, or the scheduled one of the same night, waits or
 * runs, nothing is added unless it is wanted again. One that is over is followed by another, which has its number in its
 * name. Two processes that ask at the same moment add one run, and the later of the two is told so.
 */
export async function enqueue(context: Context, night: NightQueue, work: Batch): Promise<Enqueued> {
  const batch = parseBatch(work);
  const scheduled = batch.again ? null : await scheduledRun(context, night, batch);
  if (scheduled !== null) return scheduled;
  const mark = markOf(batch);
  for (let number = 1; number <= MOST_RUNS; number++) {
    const run = runNameOf(batch, mark, number);
    const state = await stateOf(night, batch, run);
    if (state === "waiting" || state === "running") {
      if (!batch.again) return { run, run_id: await runIdOf(night, batch, run), state };
    } else if (state === "unknown") {
      return await addRun(context, night, batch, run);
    }
  }
  throw new Error(`${runNameOf(batch, mark)} was asked for ${MOST_RUNS} times.`);
}

/** Of one night, while the queue remembers them. */
const MOST_RUNS = 10_000;

/** The run by which a schedule does this very night, where it waits or runs. */
async function scheduledRun({ config }: Context, night: NightQueue, batch: Batch): Promise<Enqueued | null> {
  if (batch.workflow !== "nightly" || !isPlain(batch)) return null;
  for (const { name, workflow } of config.schedules) {
    if (workflow !== "nightly") continue;
    const run = runNameOf({ ...batch, schedule: name }, "");
    const state = await stateOf(night, batch, run);
    if (state === "waiting" || state === "running") return { run, run_id: await runIdOf(night, batch, run), state };
  }
  return null;
}

/** Whether somebody has asked for a scheduled run by hand, and the queue still has it. */
export async function isAskedByHand(night: NightQueue, scheduled: Batch): Promise<boolean> {
  const batch = { ...scheduled, schedule: null };
  for (let number = 1; ; number++) {
    const state = await stateOf(night, batch, runNameOf(batch, BY_HAND, number));
    if (state !== "over") return state !== "unknown";
  }
}

/**
 * Adds a run under a name of its own. Where the name is there already nothing changes, and the run that has it is told of: of
 * several processes that add one at the same moment only one is told `added`.
 */
export async function addRun(context: Context, night: NightQueue, batch: Batch, run: string): Promise<Enqueued> {
  const { db, config } = context;
  const database = await identityOf(db, config.database_url);
  const run_id = randomUUID();
  await night.flows.add(flowOf(workflows[batch.workflow], batch, { name: run, run_id, database }, config.queue));
  const standing = await runIdOf(night, batch, run);
  if (standing === null || standing === run_id) return { run, run_id, state: "added" };
  const state = (await stateOf(night, batch, run)) === "running" ? "running" : "waiting";
  return { run, run_id: standing, state };
}

/** What a run does in the queue, seen from its last step, which is there from the first moment to the end. */
export async function stateOf(
  night: NightQueue,
  batch: Batch,
  run: string,
): Promise<"unknown" | "waiting" | "running" | "over"> {
  const state = await night.queue.getJobState(lastStepOf(batch, run));
  if (state === "unknown") return "unknown";
  if (state === "completed" || state === "failed") return "over";
  return state === "active" ? "running" : "waiting";
}

async function runIdOf(night: NightQueue, batch: Batch, run: string): Promise<string | null> {
  return (await night.queue.getJob(lastStepOf(batch, run)))?.data.run_id ?? null;
}

function lastStepOf({ workflow }: Batch, run: string): string {
  return `${run}_${workflows[workflow].at(-1) ?? ""}`;
}

/** A night asked for by hand is not the scheduled one of the same days: before that falls due the day is not over. */
const BY_HAND = "by-hand";

/** Nights and whole rebuilds are told apart by their days; what has wishes of its own by a hash of them. */
function markOf(batch: Batch): string {
  if (isPlain(batch)) return BY_HAND;
  const { sources, reports, formats, out, all, options } = batch;
  const { bom, mapping, replay, view } = options;
  const wishes = { all, formats, options: { bom, mapping, replay, view }, out, reports, sources };
  return createHash("sha256").update(JSON.stringify(wishes)).digest("hex").slice(0, 8);
}

/** Writes a wish into the database, for the service that owns the embedded queue to take up. */
export async function request({ db, now }: Context, work: Batch): Promise<number> {
  const row = { requested_at_ms: now(), batch: JSON.stringify(parseBatch(work)) };
  const [inserted] = await db("requested_runs").insert(row).returning<{ request_key: number }[]>("request_key");
  return Number(inserted?.request_key ?? 0);
}
