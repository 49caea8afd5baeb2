import { createHash, randomUUID } from "node:crypto";
import type { Config } from "../src/base/config";
import { type Batch, parseBatch } from "../src/batch";
import type { Context } from "../src/context";
import { workflows } from "../src/workflows";
import { flowOf, runNameOf } from "./flow";
import type { NightQueue } from "./queue";

/** What became of a wish to run something. */
export interface Enqueued {
  /** The run's name in job ids. */
  run: string;
  run_id: string | null;
  /** `added`, or where the same run is in the queue already, what it does there. */
  state: "added" | "waiting" | "running";
}

/**
 * Puts a run on the queue, once: while the same one waits or runs, nothing is added unless it is wanted again. One that is
 * over is followed by another, which has its number in its name. Two processes that ask at the same moment add one run.
 */
export async function enqueue(night: NightQueue, config: Config, work: Batch): Promise<Enqueued> {
  const batch = parseBatch(work);
  const mark = markOf(batch);
  for (let number = 1; number <= MOST_RUNS; number++) {
    const run = runNameOf(batch, mark, number);
    const state = await stateOf(night, batch, run);
    if (state === "waiting" || state === "running") {
      if (!batch.again) return { run, run_id: null, state };
    } else if (state === "unknown") {
      return await addRun(night, config, batch, run);
    }
  }
  throw new Error(`${runNameOf(batch, mark)} was asked for ${MOST_RUNS} times.`);
}

/** Of one night, while the queue remembers them. */
const MOST_RUNS = 10_000;

/** Adds a run under a name of its own; where the name is there already nothing changes. */
export async function addRun(night: NightQueue, config: Config, batch: Batch, run: string): Promise<Enqueued> {
  const run_id = randomUUID();
  await night.flows.add(flowOf(workflows[batch.workflow], batch, { name: run, run_id }, config.queue));
  return { run, run_id, state: "added" };
}

/** What a run does in the queue, seen from its last step, which is there from the first moment to the end. */
export async function stateOf(
  night: NightQueue,
  batch: Batch,
  run: string,
): Promise<"unknown" | "waiting" | "running" | "over"> {
  const last = workflows[batch.workflow].at(-1) ?? "";
  const state = await night.queue.getJobState(`${run}_${last}`);
  if (state === "unknown") return "unknown";
  if (state === "completed" || state === "failed") return "over";
  return state === "active" ? "running" : "waiting";
}

/** Nights and whole rebuilds are told apart by their days; what has wishes of its own by a hash of them. */
function markOf(batch: Batch): string {
  const {
    workflow: _workflow,
    from: _from,
    to: _to,
    again: _again,
    schedule,
    deadline_at_ms: _deadline,
    ...wishes
  } = batch;
  const plain = { sources: [], reports: [], formats: [], out: null, all: false, options: {} };
  if (schedule !== null || JSON.stringify(sorted(wishes)) === JSON.stringify(sorted(plain))) return "";
  return createHash("sha256")
    .update(JSON.stringify(sorted(wishes)))
    .digest("hex")
    .slice(0, 8);
}

function sorted(values: Record<string, unknown>): [string, unknown][] {
  return Object.entries(values).toSorted(([a], [b]) => (a < b ? -1 : 1));
}

/** Writes a wish into the database, for the service that owns the embedded queue to take up. */
export async function request({ db, now }: Context, work: Batch): Promise<number> {
  const row = { requested_at_ms: now(), batch: JSON.stringify(parseBatch(work)) };
  const [inserted] = await db("requested_runs").insert(row).returning<{ request_key: number }[]>("request_key");
  return Number(inserted?.request_key ?? 0);
}
