import { once } from "node:events";
import { localTime } from "../src/base/days";
import { messageOf, UsageError } from "../src/base/errors";
import { logLevelOf, openJsonLog } from "../src/base/json-log";
import { type Log, openLog } from "../src/base/log";
import { maskOf } from "../src/base/mask";
import { withoutPassword } from "../src/base/text";
import { codeVersion } from "../src/base/version";
import type { Batch } from "../src/batch";
import type { Options } from "../src/options";
import { closeContext, type Context, openContext } from "../src/context";
import type { Service } from "../src/service";
import { configOf, inContext, type Terminal } from "../src/terminal";
import { nextRuns } from "./due";
import { type Enqueued, enqueue, request } from "./enqueue";
import { openHttp } from "./http";
import { examineQueue } from "./examine";
import { planOf } from "./ledger";
import { tellWatchman } from "./ping";
import { type NightQueue, openQueue, queueKind } from "./queue";
import { type RunningScheduler, startScheduler } from "./scheduler";
import { openTelemetry } from "./telemetry";
import { upcomingRuns } from "./upcoming";
import { isOverWithin, type OnRunEnd, type RunningWorker, startWorker } from "./worker";

/** What a port that shows the service is opened with, and how it is closed. */
export type OpenHttp = (parts: {
  context: Context;
  night: NightQueue;
  options: Options;
}) => Promise<{ url: string; close(): Promise<void> }>;

/** What the process gives the service, so that a test can put something else in its place. */
export interface Surroundings {
  /** Resolves when the process is asked to stop. */
  stopped: () => Promise<string>;
  openHttp?: OpenHttp;
}

/** The port of the service on the queue's own counts. */
export const openPort: OpenHttp = ({ context, night }) =>
  openHttp({ context, depth: () => night.queue.getJobCounts() });

export function openService(around: Surroundings): Service {
  return {
    next: (terminal) => Promise.resolve(upcomingRuns(configOf(terminal), terminal.now())),
    start: (terminal, options) => serve(terminal, options, around, { worker: true, scheduler: true }),
    worker: (terminal, options) => serve(terminal, options, around, { worker: true, scheduler: false }),
    scheduler: (terminal, options) => serve(terminal, options, around, { worker: false, scheduler: true }),
    enqueue: enqueueAll,
    examine: examineQueue,
  };
}

interface Parts {
  worker: boolean;
  scheduler: boolean;
}

/** Opens what the parts need, says what it will do, runs them until it is asked to stop, and closes in turn. */
async function serve(terminal: Terminal, options: Options, around: Surroundings, parts: Parts): Promise<boolean> {
  const config = configOf(terminal);
  if (!(parts.worker && parts.scheduler)) refuseEmbedded(config.queue_url, parts.worker ? "worker" : "scheduler");
  const concurrency = concurrencyOf(config, options);
  // From here on: whoever starts a service may change his mind before it is ready.
  const stopped = around.stopped();
  const log = serviceLog(terminal, config);
  const telemetry = await openTelemetry(terminal.env);
  const context = await openContext(config, log, terminal.now);
  const open: Opened = { context, night: null, own: null, worker: null, scheduler: null, http: null };
  let wasHandedBack = false;
  try {
    const onError = quietly(log);
    open.night = await openQueue(config, {
      role: "service",
      onError,
      ...(telemetry === null ? {} : { telemetry: telemetry.hook }),
    });
    open.http = (await around.openHttp?.({ context, night: open.night, options })) ?? null;
    sayHello(terminal, open, parts, concurrency);
    // The worker's transactions may be long: what looks and shows has a connection of its own.
    if (parts.worker) open.own = await openContext(config, log, terminal.now);
    const onEnd: OnRunEnd = (batch, isDone) => tellWatchman(context, terminal.env, batch, isDone);
    if (open.own !== null) open.worker = startWorker(open.own, open.night, concurrency, onEnd, onError);
    if (parts.scheduler) open.scheduler = await startScheduler(context, open.night);
    terminal.stdout.write("Ready.\n");
    const why = await stopped;
    log.info(`${why}: stopping; a running step has ${config.queue.stop_within_ms / 1000} s to end.`);
  } finally {
    wasHandedBack = await closeAll(open, config.queue.stop_within_ms);
    // A receiver that is gone is no reason to stay.
    await telemetry?.close().catch((error: unknown) => log.warn(`Traces were lost: ${messageOf(error)}`));
  }
  log.info(wasHandedBack ? "Stopped; the running step was handed back to the queue." : "Stopped.");
  return true;
}

/** A person at a terminal reads words; whatever else the log goes to gets JSON lines. */
function serviceLog({ stderr, env }: Terminal, config: Context["config"]): Log {
  const mask = maskOf(config.masking);
  const masked = (text: string): string => mask.text(text);
  return (stderr.isTTY ?? false) ? openLog(stderr, masked) : openJsonLog(stderr, logLevelOf(env), masked);
}

interface Opened {
  context: Context;
  night: NightQueue | null;
  /** The worker's own context. */
  own: Context | null;
  worker: RunningWorker | null;
  scheduler: RunningScheduler | null;
  http: { url: string; close(): Promise<void> } | null;
}

/** Closes in the order in which nothing is missed by what still runs; a step that was handed back may hold its database. */
async function closeAll(open: Opened, withinMs: number): Promise<boolean> {
  // At the same time: a scheduler whose queue does not answer must not keep the worker from hearing of it.
  const scheduler = open.scheduler?.stop();
  const wasHandedBack = (await open.worker?.stop(withinMs)) ?? false;
  const closeRest = async (): Promise<void> => {
    await scheduler;
    await open.http?.close();
    await open.night?.close();
    if (open.own !== null && !wasHandedBack) await closeContext(open.own);
    await closeContext(open.context);
  };
  const rest = closeRest();
  if (!(await isOverWithin(rest, CLOSE_WITHIN_MS))) {
    open.context.log.warn("The queue does not answer: the service stops without taking leave of it.");
    return wasHandedBack;
  }
  await rest;
  return wasHandedBack;
}

/** For what is closed after the steps: with a queue that is gone it would never come to its end. */
const CLOSE_WITHIN_MS = 5_000;

function refuseEmbedded(url: string, part: string): void {
  if (queueKind(url) !== "embedded") return;
  throw new UsageError(
    `A ${part} of its own needs a queue that several processes can share, and QUEUE_URL names none. Set it to a Redis (redis://HOST:PORT) or PostgreSQL (postgres://USER@HOST/DATABASE), or run "nightdesk start", which is scheduler and worker in one process.`,
  );
}

/** SQLite has one writer: a second step would wait for the first and hold its place in the queue meanwhile. */
function concurrencyOf(config: Context["config"], options: Options): number {
  const isSqlite = config.database_url.startsWith("sqlite:");
  const wanted = options.concurrency ?? config.queue.concurrency ?? (isSqlite ? 1 : 2);
  if (wanted < 1) throw new UsageError("--concurrency is 0. Expected at least one step at once.");
  if (isSqlite && wanted > 1) {
    throw new UsageError(
      `${wanted} steps at once are asked for, and SQLite takes one at a time. Leave --concurrency and queue.concurrency out, or use PostgreSQL as the database.`,
    );
  }
  return wanted;
}

/** A server that is gone is told of by every connection, several times a second: of each fault once a minute is enough. */
function quietly(log: Log): (error: Error) => void {
  const said = new Map<string, number>();
  return (error) => {
    const [message, now] = [messageOf(error), performance.now()];
    if (now - (said.get(message) ?? Number.NEGATIVE_INFINITY) < 60_000) return;
    if (said.size === MOST_FAULTS) said.clear();
    said.set(message, now);
    log.warn(`The queue does not answer as it should, and is tried again: ${message}`);
  };
}

/** A message may name a job: no more of them are remembered. */
const MOST_FAULTS = 100;

function sayHello(terminal: Terminal, open: Opened, parts: Parts, concurrency: number): void {
  const { config } = open.context;
  const steps = concurrency === 1 ? "one step at a time" : `${concurrency} steps at once`;
  const lines = [
    `nightdesk ${codeVersion()}`,
    `  data      ${config.data_dir}`,
    `  database  ${withoutPassword(config.database_url)}`,
    `  queue     ${open.night?.shown ?? ""}`,
    ...(open.http === null ? [] : [`  listens   ${open.http.url}`]),
    ...(parts.worker ? [`  worker    ${steps}`] : []),
    ...(parts.scheduler ? nextLines(open.context) : []),
  ];
  terminal.stdout.write(`${lines.join("\n")}\n`);
}

/** What comes next, by the clock of each schedule. */
function nextLines({ config, now }: Context): string[] {
  const runs = nextRuns(planOf(config), now());
  if (runs.length === 0)
    return ['  next      nothing: "schedules" is empty; runs are asked for with "nightdesk enqueue"'];
  return runs.map(({ schedule, from, to, due_at_ms }, index) => {
    const days = from === to ? from : `${from} to ${to}`;
    const when = localTime(schedule.zone, due_at_ms, "ccc yyyy-MM-dd HH:mm");
    const hours = Math.floor((due_at_ms - now()) / 3_600_000);
    const far =
      hours < 48
        ? `${hours} h ${Math.floor(((due_at_ms - now()) / 60_000) % 60)} min`
        : `${Math.floor(hours / 24)} days`;
    return `${index === 0 ? "  next    " : "          "}  ${when} ${schedule.zone}, in ${far}: ${schedule.name} for ${days}`;
  });
}

/** Puts the runs on the queue, or where that belongs to the service's process into the database for it to take up. */
async function enqueueAll(terminal: Terminal, batches: Batch[], json: boolean): Promise<boolean> {
  const config = configOf(terminal);
  if (queueKind(config.queue_url) === "embedded") {
    const keys = await inContext(terminal, config, async (context) => {
      const made: number[] = [];
      for (const batch of batches) made.push(await request(context, batch));
      return made;
    });
    const text = `${keys.length === 1 ? "Asked" : `Asked for ${keys.length} runs`}; the service takes it up within a minute${keys.length === 1 ? "" : ", in their order"}. "nightdesk status" shows what became of it.\n`;
    terminal.stdout.write(json ? `${JSON.stringify({ requests: keys })}\n` : text);
    return true;
  }
  const night = await openQueue(config, { role: "command", onError: () => {} });
  try {
    const made: Enqueued[] = [];
    await inContext(terminal, config, async (context) => {
      for (const batch of batches) made.push(await enqueue(context, night, batch));
    });
    terminal.stdout.write(json ? `${JSON.stringify({ runs: made })}\n` : made.map(enqueuedLine).join(""));
    return true;
  } finally {
    await night.close();
  }
}

function enqueuedLine({ run, state }: Enqueued): string {
  if (state === "added") return `${run}: put on the queue.\n`;
  return `${run}: is in the queue already${state === "running" ? ", and its last step runs" : ""}; nothing was added. --again asks for it once more.\n`;
}

/** Resolves when the process is asked to stop; asked a second time it ends at once. */
export async function untilSignal(): Promise<string> {
  const signals = ["SIGTERM", "SIGINT"] as const;
  const first = await Promise.race(
    signals.map(async (signal) => {
      await once(process, signal);
      return signal;
    }),
  );
  for (const signal of signals) process.on(signal, () => process.exit(1));
  return first;
}
