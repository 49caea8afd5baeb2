import { createHash } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { enqueue, stateOf } from "../../jobs/enqueue";
import { type NightQueue, openQueue } from "../../jobs/queue";
import { batchOf } from "../../src/batch";
import { addDays } from "../../src/base/days";
import { closeContext, type Context } from "../../src/context";
import { exportNames, exportTable } from "../../src/exports/export";
import { runWorkflow } from "../../src/runner";
import { openRedis, type RedisServer } from "../support/queues";
import { givenDays, openSite, type Program, reportBytes, runProgram, type Site } from "../support/service";

/*
 * npm run soak [-- NIGHTS [SEED]]: small nights one after the other on Redis with three workers, while workers are killed
 * and stopped, the server is killed and begun again, and every night is asked for several times. In the end every row and
 * every byte must be as in a site that nobody disturbed. Prints what was done to it, and exits with 1 at the first
 * difference.
 */

const FIRST_DAY = "2026-01-05";
const CONTACTS = 25;
const WORKERS = 3;
const STUCK_AFTER_MS = 300_000;

interface Soak {
  site: Site;
  context: Context;
  redis: RedisServer;
  /** Two connections, as two processes would have them. */
  queues: NightQueue[];
  workers: Program[];
  random: () => number;
  done: Record<string, number>;
}

async function main(): Promise<void> {
  const nights = Number(process.argv[2] ?? 100);
  const seed = Number(process.argv[3] ?? 1);
  const quiet = openSite("");
  await undisturbed(quiet, nights);
  const redis = await openRedis();
  const site = openSite(redis.url, { queue: { lock_s: 1, backoff_s: 0.2, attempts: 5, stop_within_s: 1 } });
  await givenDays(site, FIRST_DAY, nights, CONTACTS);
  const queue = (): Promise<NightQueue> => openQueue(site.config(), { role: "service", onError: () => {} });
  const context = await site.open();
  const soak: Soak = {
    site,
    context,
    redis,
    queues: [await queue(), await queue()],
    workers: [],
    random: lcg(seed),
    done: {},
  };
  for (let index = 0; index < WORKERS; index++) soak.workers.push(runProgram(site, ["worker"]));
  const started = performance.now();
  for (let index = 0; index < nights; index++) {
    await disturbedNight(soak, addDays(FIRST_DAY, index));
    if ((index + 1) % 10 === 0) print(`${index + 1} nights, ${JSON.stringify(soak.done)}, ${seconds(started)} s`);
  }
  for (const { child } of soak.workers) child.kill("SIGTERM");
  await Promise.all(soak.workers.map(({ ended }) => ended));
  const differences = await compare(quiet, site, nights);
  print(`${nights} nights, seed ${seed}: ${JSON.stringify(soak.done)}; ${await receiptsText(site)}`);
  print(differences.length === 0 ? "Every row and every byte as undisturbed." : `DIFFERENT: ${differences.join(", ")}`);
  for (const each of soak.queues) await each.close();
  await closeContext(context);
  await redis.close();
  for (const each of [quiet, site]) each.close();
  process.exit(differences.length === 0 ? 0 : 1);
}

async function undisturbed(site: Site, nights: number): Promise<void> {
  await givenDays(site, FIRST_DAY, nights, CONTACTS);
  const context = await site.open();
  for (let index = 0; index < nights; index++) {
    const day = addDays(FIRST_DAY, index);
    const run = await runWorkflow(context, batchOf({ workflow: "nightly", from: day, to: day }));
    if (run.status !== "done") throw new Error(JSON.stringify(run));
  }
  await closeContext(context);
  print(`${nights} undisturbed nights are made.`);
}

/** One night, asked for up to four times, with up to two faults while it runs. */
async function disturbedNight(soak: Soak, day: string): Promise<void> {
  const { queues, random } = soak;
  const batch = batchOf({ workflow: "nightly", from: day, to: day });
  const ask = async (): Promise<void> => {
    const night = queues[random() < 0.5 ? 0 : 1];
    if (night === undefined) return;
    await enqueue(soak.context, night, batch);
    count(soak, "asked");
  };
  await Promise.all(Array.from({ length: 1 + Math.floor(random() * 3) }, ask));
  const until = performance.now() + STUCK_AFTER_MS;
  let faults = Math.floor(random() * 3);
  while (!(await isOver(soak, day))) {
    if (performance.now() > until)
      throw new Error(`${day} is stuck:\n${soak.workers.map((one) => one.said().slice(-2000)).join("\n---\n")}`);
    await pause(random() * 400);
    if (faults > 0) {
      await disturb(soak);
      faults--;
    }
    if (random() < 0.1) await ask();
  }
}

async function isOver({ queues }: Soak, day: string): Promise<boolean> {
  const [night] = queues;
  if (night === undefined) return false;
  const batch = batchOf({ workflow: "nightly", from: day, to: day });
  for (let number = 1; ; number++) {
    const name = `nightly_${day}_by-hand${number === 1 ? "" : `_${number}`}`;
    const state = await stateOf(night, batch, name);
    if (state === "unknown") return number > 1;
    if (state !== "over") return false;
  }
}

async function disturb(soak: Soak): Promise<void> {
  const { random, workers, redis, site } = soak;
  const kind = random();
  if (kind < 0.15) {
    await redis.restart(random() < 0.5 ? "SIGKILL" : "SIGTERM");
    return count(soak, "server restarted");
  }
  const signal = kind < 0.85 ? "SIGKILL" : "SIGTERM";
  const [worker] = workers.splice(Math.floor(random() * workers.length), 1);
  worker?.child.kill(signal);
  workers.push(runProgram(site, ["worker"]));
  count(soak, signal === "SIGKILL" ? "worker killed" : "worker stopped");
}

async function compare(quiet: Site, site: Site, nights: number): Promise<string[]> {
  const days = Array.from({ length: nights }, (_, index) => addDays(FIRST_DAY, index));
  const reports = days.filter(
    (day) => JSON.stringify(reportBytes(quiet, day)) !== JSON.stringify(reportBytes(site, day)),
  );
  const [wanted, found] = [await tableHashes(quiet), await tableHashes(site)];
  return [...reports, ...Object.keys(wanted).filter((table) => wanted[table] !== found[table])];
}

async function tableHashes(site: Site): Promise<Record<string, string>> {
  const context = await site.open();
  const hashes: Record<string, string> = {};
  for (const table of exportNames()) {
    const hash = createHash("sha256");
    const request = { table, from: null, to: null, format: "csv" as const, spreadsheet: false };
    for await (const part of exportTable(context.db, context.config, request)) hash.update(part);
    hashes[table] = hash.digest("hex");
  }
  await closeContext(context);
  return hashes;
}

async function receiptsText(site: Site): Promise<string> {
  const context = await site.open();
  const rows = await context.db("receipts").select("status", "error");
  await closeContext(context);
  const interrupted = rows.filter(({ error }) => String(error).startsWith("interrupted")).length;
  const failed = rows.filter(({ status }) => status === "failed").length - interrupted;
  return `${rows.length} receipts, ${interrupted} interrupted, ${failed} failed otherwise`;
}

function count(soak: Soak, what: string): void {
  soak.done[what] = (soak.done[what] ?? 0) + 1;
}

/** Numbers 0 … 1 that are the same for the same seed. */
function lcg(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

function seconds(started: number): number {
  return Math.round((performance.now() - started) / 1000);
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

void main();
