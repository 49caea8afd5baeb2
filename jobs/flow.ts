import type { FlowJob } from "bullmq";
import { daysBetween } from "../src/base/days";
import type { QueueSettings } from "../src/base/config";
import type { Batch } from "../src/batch";
import type { DatabaseIdentity } from "../src/db/identity";
import type { StepName } from "../src/workflows";

/** What a step's job carries: plain JSON, and never a secret. */
export interface StepJob {
  batch: Batch;
  step: StepName;
  run_id: string;
  /** Where the run was asked for: a worker on another database refuses it. */
  database: DatabaseIdentity;
  /** When a worker of another database first refused the step, epoch ms. */
  refused_since_ms?: number;
}

/** A run as its jobs know it. */
export interface NamedRun {
  /** In the ids of its jobs, see `runNameOf`. */
  name: string;
  run_id: string;
  database: DatabaseIdentity;
}

/** What a step's job leaves to the step after it. */
export interface StepReturn {
  run_id: string;
  /** The run came to its end here: the steps after it have nothing to do. */
  was_done: boolean;
}

export const QUEUE_NAME = "nightdesk";

/**
 * Folds the steps of a workflow into one nested flow: the last step is the root, and each waits for the one before it. A
 * step that fails fails all that wait for it.
 */
export function flowOf(
  steps: readonly StepName[],
  batch: Batch,
  { name, run_id, database }: NamedRun,
  settings: QueueSettings,
): FlowJob {
  const flow = steps.reduce<FlowJob | null>((before, step) => {
    const data: StepJob = { batch, step, run_id, database };
    return {
      name: `${batch.workflow} ${step}`,
      queueName: QUEUE_NAME,
      data,
      opts: { jobId: `${name}_${step}`, ...optionsOf(batch, settings) },
      ...(before === null ? {} : { children: [before] }),
    };
  }, null);
  if (flow === null) throw new Error(`The workflow ${batch.workflow} has no steps.`);
  return flow;
}

function optionsOf(batch: Batch, settings: QueueSettings): NonNullable<FlowJob["opts"]> {
  const kept = { age: settings.keep_days * 86_400 };
  return {
    failParentOnFailure: true,
    attempts: settings.attempts,
    backoff: { type: "exponential", delay: settings.backoff_ms },
    removeOnComplete: kept,
    removeOnFail: kept,
    priority: priorityOf(batch),
  };
}

/**
 * Nights go by their day, so that the oldest is finished before the next begins; what somebody waits for goes before all
 * nights. The smaller number goes first, and 1 is the smallest there is.
 */
export function priorityOf({ workflow, from }: Batch): number {
  if (workflow !== "nightly" || from === null) return 1;
  return Math.max(2, daysBetween(FIRST_DAY, from).length);
}

/** 90 years of days are far below the 2,097,152 that BullMQ can tell apart. */
const FIRST_DAY = "2010-01-01";

/**
 * The name of a run in job ids: the schedule or workflow and its days, `nightly_2026-03-02`, and for a run that is wanted
 * once more its number, `nightly_2026-03-02_2`. The same night asked for twice has the same name, so that it is run once.
 *
 * @param mark tells apart what would have the same days and is not the same: a night by hand, reports of other names
 */
export function runNameOf(batch: Batch, mark: string, number = 1): string {
  const days = batch.from === batch.to ? [batch.from] : [batch.from, batch.to];
  const parts = [batch.schedule ?? batch.workflow, ...days, mark, number === 1 ? "" : String(number)];
  return parts.filter((part) => part !== null && part !== "").join("_");
}
