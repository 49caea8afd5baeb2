import { schedule as cron, type ScheduledTask } from "node-cron";
import { MINUTE } from "../src/base/days";
import { messageOf } from "../src/base/errors";
import { type Batch, batchOf, parseBatch } from "../src/batch";
import type { Context } from "../src/context";
import { holdsOver } from "../src/mail/gate";
import { dueRuns, hoursSinceDue, lateRuns, type PlannedRun } from "./due";
import { addRun, enqueue, isAskedByHand, stateOf } from "./enqueue";
import { runNameOf } from "./flow";
import { daysToRepeat, planOf, readLedger } from "./ledger";
import type { NightQueue } from "./queue";

/** A scheduler that looks once a minute what is due. */
export interface RunningScheduler {
  stop(): Promise<void>;
}

/**
 * Looks at once and then every minute what should have run and did not, and puts it on the queue. Any number of schedulers
 * may do so at the same time: a run's name makes it once.
 */
export async function startScheduler(context: Context, night: NightQueue): Promise<RunningScheduler> {
  let running: Promise<void> | null = null;
  const look = (): Promise<void> => {
    running ??= lookOnce(context, night).finally(() => (running = null));
    return running;
  };
  await look();
  const task: ScheduledTask = cron("* * * * *", look, { name: "nightdesk" });
  return {
    stop: async () => {
      await task.destroy();
      await running;
    },
  };
}

async function lookOnce(context: Context, night: NightQueue): Promise<void> {
  try {
    for (const run of await tick(context, night)) context.log.info(`${run}: put on the queue`);
  } catch (error) {
    context.log.warn(`The scheduler met a fault and looks again in a minute: ${messageOf(error)}`);
  }
}

/**
 * Puts on the queue what is due now: what somebody asked for, what the schedules want, nights whose dumps came late, and
 * mails that were held until now.
 *
 * @returns names of the runs that were added, in the order they were added
 */
export async function tick(context: Context, night: NightQueue): Promise<string[]> {
  return [
    ...(await takeRequests(context, night)),
    ...(await addDue(context, night)),
    ...(await addLate(context, night)),
    ...(await addHeld(context, night)),
  ];
}

async function addDue(context: Context, night: NightQueue): Promise<string[]> {
  const plan = planOf(context.config);
  const added: string[] = [];
  for (const run of dueRuns(plan, await readLedger(context, plan), context.now())) {
    const batch = batchOfRun(run);
    const name = await nextName(night, batch, hoursSinceDue(run, context.now()), runNameOf(batch, ""));
    // What somebody asked for by hand and is not over yet comes first, and may be all that is needed.
    if (name === null || (await isAskedByHand(night, batch))) continue;
    // The night may have ended, and been forgotten by its queue, since the ledger was read.
    const isStillDue = dueRuns(plan, await readLedger(context, plan), context.now()).some((due) => isSame(due, run));
    if (!isStillDue) continue;
    if ((await addRun(context, night, batch, name)).state === "added") added.push(name);
  }
  return added;
}

function isSame(a: PlannedRun, b: PlannedRun): boolean {
  return a.schedule.name === b.schedule.name && a.from === b.from && a.to === b.to;
}

async function addLate(context: Context, night: NightQueue): Promise<string[]> {
  const plan = planOf(context.config);
  const days = await daysToRepeat(context, plan);
  if (days.length === 0) return [];
  const added: string[] = [];
  for (const run of lateRuns(plan, await readLedger(context, plan), days, context.now())) {
    const batch = batchOfRun(run);
    const name = await nextName(night, batch, run.hour, lateName(batch, run.hour));
    if (name === null) continue;
    if ((await addRun(context, night, batch, name)).state === "added") added.push(name);
  }
  return added;
}

/**
 * The name under which a run may be put on the queue. One that is over and is wanted all the same - its worker could write no
 * receipt, or a source is late - is followed by another at most once an hour, named by the hours since it fell due, and not
 * while one of them waits or runs.
 *
 * @param unknown the name where the queue knows nothing of the run
 * @returns null where it has to wait
 */
async function nextName(night: NightQueue, batch: Batch, hour: number, unknown: string): Promise<string | null> {
  for (let before = hour; before >= 0; before--) {
    const state = await stateOf(night, batch, before === 0 ? runNameOf(batch, "") : lateName(batch, before));
    if (state === "unknown") continue;
    return state === "over" && before < hour ? lateName(batch, hour) : null;
  }
  return unknown;
}

function lateName(batch: Batch, hour: number): string {
  return runNameOf(batch, `late-${hour}`);
}

/** Mails that waited for their data long enough: they go as they are, marked. A late night that is whole before sends them itself. */
async function addHeld(context: Context, night: NightQueue): Promise<string[]> {
  const added: string[] = [];
  for (const { from_day: from, to_day: to, schedule, until_ms } of await holdsOver(context.db, context.now())) {
    const batch = batchOf({ workflow: "summary", from, to, schedule: schedule === "" ? null : schedule });
    const name = runNameOf(batch, `held-${Math.floor(Number(until_ms) / MINUTE)}`);
    if ((await stateOf(night, batch, name)) !== "unknown") continue;
    await addRun(context, night, batch, name);
    added.push(name);
  }
  return added;
}

/** The work of a planned run. */
export function batchOfRun({ schedule, from, to, deadline_at_ms }: PlannedRun): Batch {
  const { workflow, name, reports, language } = schedule;
  const options = language === null ? {} : { language };
  return batchOf({ workflow, from, to, schedule: name, reports, deadline_at_ms, options });
}

/** What was asked for through the database, from processes that cannot reach the queue. */
async function takeRequests(context: Context, night: NightQueue): Promise<string[]> {
  const { db, now } = context;
  const rows = await db("requested_runs")
    .whereNull("taken_at_ms")
    .orderBy("request_key")
    .select<Request[]>("request_key", "requested_at_ms", "batch");
  const added: string[] = [];
  for (const row of rows) {
    const taken = { taken_at_ms: now(), ...(await takeRequest(context, night, row, added)) };
    await db("requested_runs").where({ request_key: row.request_key }).update(taken);
  }
  return added;
}

interface Request {
  request_key: number;
  requested_at_ms: number;
  batch: string;
}

async function takeRequest(
  context: Context,
  night: NightQueue,
  { request_key, requested_at_ms, batch: text }: Request,
  added: string[],
): Promise<{ run_id?: string | null; error?: string }> {
  const batch = batchOrFault(text);
  if (typeof batch === "string") return { error: batch };
  // Named by the request, what is wanted once more is added once although this process may end before it says so. The key
  // alone would be given out again by a database that is made anew under the same queue.
  const named = runNameOf(batch, `request-${requested_at_ms}-${request_key}`);
  const done = batch.again ? await addRun(context, night, batch, named) : await enqueue(context, night, batch);
  if (done.state === "added") added.push(done.run);
  else if (done.run !== named) return { error: `${done.run} is in the queue already.` };
  return { run_id: done.run_id };
}

function batchOrFault(text: string): Batch | string {
  try {
    return parseBatch(JSON.parse(text));
  } catch (error) {
    return messageOf(error);
  }
}
