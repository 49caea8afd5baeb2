import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { batchOf } from "../../src/batch";
import { type Config, loadConfig } from "../../src/base/config";
import { addDays } from "../../src/base/days";
import { silentLog } from "../../src/base/log";
import { closeContext, openContext } from "../../src/context";
import { generateDays } from "../../src/generate/generate";
import { reportNames } from "../../src/reports/render";
import { runWorkflow } from "../../src/runner";
import { runYardstick } from "./yardstick";

/*
 * npm run bench [-- EVENTS]: loads, rebuilds, checks and renders that many events (default 1,000,000), each phase in a
 * process of its own so that its peak memory is its own, and the same load and rebuild by DuckDB beside it. DATABASE_URL
 * may name an empty PostgreSQL database.
 */

const DAY = "2026-03-02";
const EVENTS_PER_DAY = 1_000_000;
/** Contacts and agents that make about one million events a day with this generator. */
const CONTACTS_PER_DAY = 71_000;
const AGENTS = 3_600;

/** As the scripts of package.json have it: Node would rather grow than tidy up. The yardstick may take what it wants. */
const MEMORY = ["--max-old-space-size=320", "--max-semi-space-size=32"];

interface Phase {
  name: string;
  ms: number;
  rss_mb: number;
}

async function main(): Promise<void> {
  const [first, second] = process.argv.slice(2);
  if (first === "phase") return runPhase(second ?? "", process.argv[4] ?? "", Number(process.argv[5]));
  const events = Number(first ?? EVENTS_PER_DAY);
  const days = Math.max(1, Math.round(events / EVENTS_PER_DAY));
  const folder = join(tmpdir(), `nightdesk-bench-${events}`);
  const dumps = join(folder, "dumps");
  if (!existsSync(join(dumps, "truth.json"))) {
    mkdirSync(dumps, { recursive: true });
    const contacts = Math.round((CONTACTS_PER_DAY * events) / EVENTS_PER_DAY / days);
    await generateDays({
      day: DAY,
      days,
      contacts,
      agents: AGENTS,
      seed: 1,
      faults: [],
      out: dumps,
      zone: "Asia/Seoul",
    });
  }
  for (const rest of ["", "-wal", "-shm"]) rmSync(join(folder, `nightdesk.sqlite${rest}`), { force: true });
  const phases = ["load", "rebuild", "check", "report", "yardstick"].map((name) => phaseInChild(name, folder, days));
  await print(folder, phases);
}

/** In a file of its own, or in the database that DATABASE_URL names, which must be empty. */
function configIn(folder: string): Config {
  const { DATABASE_URL = "" } = process.env;
  return loadConfig({ NIGHTDESK_DATA: folder, DATABASE_URL }, folder);
}

function phaseInChild(name: string, folder: string, days: number): Phase {
  const args = [...MEMORY, "--import", "tsx", __filename, "phase", name, folder, String(days)];
  const child = spawnSync(process.execPath, args, { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });
  if (child.status !== 0) throw new Error(`bench phase ${name} failed: ${child.stdout}`);
  return JSON.parse(child.stdout.trim().split("\n").at(-1) ?? "{}") as Phase;
}

async function runPhase(name: string, folder: string, days: number): Promise<void> {
  const started = performance.now();
  if (name === "yardstick") await runYardstick(join(folder, "dumps"));
  else await runWork(name, folder, days);
  const ms = Math.round(performance.now() - started);
  console.log(JSON.stringify({ name, ms, rss_mb: Math.round(process.resourceUsage().maxRSS / 1024) }));
}

async function runWork(name: string, folder: string, days: number): Promise<void> {
  const config = { ...configIn(folder), zone: "Asia/Seoul" };
  const context = await openContext(config, silentLog, Date.now);
  const period = { from: DAY, to: addDays(DAY, days - 1) };
  const batches = {
    load: batchOf({ workflow: "load", sources: [join(folder, "dumps")] }),
    rebuild: batchOf({ workflow: "rebuild" }),
    check: batchOf({ workflow: "check" }),
    report: batchOf({ workflow: "report", ...period, reports: reportNames() }),
  };
  const receipt = await runWorkflow(context, batches[name as keyof typeof batches]);
  await closeContext(context);
  if (receipt.status === "failed") throw new Error(JSON.stringify(receipt));
}

async function print(folder: string, phases: Phase[]): Promise<void> {
  const files = readdirSync(join(folder, "dumps")).filter((name) => name.endsWith(".ndjson"));
  const bytes = files.reduce((sum, name) => sum + statSync(join(folder, "dumps", name)).size, 0);
  const context = await openContext(configIn(folder), silentLog, Date.now);
  const count = async (table: string): Promise<number> =>
    Number((await context.db(table).count({ count: "*" }).first())?.count);
  const rows = (await count("contact_events")) + (await count("agent_events"));
  await closeContext(context);
  console.log(`${rows.toLocaleString("en-US")} events, ${(bytes / 1e6).toFixed(0)} MB in ${files.length} files`);
  for (const { name, ms, rss_mb } of phases) {
    const speed = Math.round(rows / (ms / 1000)).toLocaleString("en-US");
    console.log(
      `${name.padEnd(10)} ${(ms / 1000).toFixed(2).padStart(8)} s ${speed.padStart(12)} rows/s ${String(rss_mb).padStart(6)} MB`,
    );
  }
  const sum = (names: string[]): number =>
    phases.filter(({ name }) => names.includes(name)).reduce((total, { ms }) => total + ms, 0);
  const toCheck = sum(["load", "rebuild", "check"]);
  const ratio = sum(["load", "rebuild"]) / sum(["yardstick"]);
  console.log(
    `load, rebuild, check ${(toCheck / 1000).toFixed(2)} s; with reports ${((toCheck + sum(["report"])) / 1000).toFixed(2)} s`,
  );
  console.log(`load and rebuild take ${ratio.toFixed(2)} times what DuckDB takes for the same`);
}

void main();
