import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { type Batch, batchOf, type StepResult } from "../../src/batch";
import { loadConfig } from "../../src/base/config";
import type { Log } from "../../src/base/log";
import type { Source } from "../../src/base/sources";
import { closeContext, type Context, openContext } from "../../src/context";
import { fetchingOf } from "../../src/dumps/sources/fetching";
import { gather, type Gathered } from "../../src/dumps/sources/gather";
import { pull } from "../../src/steps/pull";
import { dialect, givenDatabase } from "./databases";

/** A centre in a temporary folder whose nights can be pulled, with everything it says written down. */
export interface Nights {
  folder: string;
  context: Context;
  /** What was said, with its kind before it. */
  said: string[];
  /** The clock; a test turns it. */
  clock: { now_ms: number };
  /** The pull of a night over a day. */
  pull(day: string, more?: Partial<Batch>): Promise<StepResult>;
  /** What the first source has for a day, and the pauses that would have been made. */
  gather(day: string, isAgain?: boolean): Promise<Gathered & { waits: number[] }>;
  /** Everything that was written to files, unpacked, and to the database, and everything that was said. */
  everything(): Promise<string>;
  close(): Promise<void>;
}

/** An hour into the day after 2026-03-02, UTC. */
export const NIGHT_MS = Date.parse("2026-03-03T01:15:00Z");

/** @param settings the content of nightdesk.json, to which the temporary folder is handed */
export async function openNights(settings: (folder: string) => unknown, env: NodeJS.ProcessEnv = {}): Promise<Nights> {
  const folder = mkdtempSync(join(tmpdir(), "nightdesk-nights-"));
  writeFileSync(join(folder, "nightdesk.json"), JSON.stringify(settings(folder)));
  const said: string[] = [];
  const log = Object.fromEntries(
    ["info", "warn", "error", "progress"].map((kind) => [kind, (text: string) => void said.push(`${kind}: ${text}`)]),
  ) as unknown as Log;
  const clock = { now_ms: NIGHT_MS };
  const database = await givenDatabase(folder);
  const config = loadConfig({ ...env, DATABASE_URL: database.url }, folder);
  const context = await openContext(config, log, () => clock.now_ms);
  return {
    folder,
    context,
    said,
    clock,
    pull: (day, more = {}) => pull(context, batchOf({ workflow: "nightly", from: day, to: day, ...more })),
    gather: async (day, isAgain = false) => {
      const waits: number[] = [];
      const fetching = fetchingOf(config, log, () => clock.now_ms, isAgain);
      const wait = async (ms: number): Promise<void> => void waits.push(ms);
      const gathered = await gather({ ...fetching, wait, random: () => 0.5 }, config.sources[0] as Source, day);
      return { ...gathered, waits };
    },
    everything: async () => {
      const rows = await Promise.all((await tablesOf(context)).map((table) => context.db(table)));
      return [...filesBelow(folder).map(contentOf), ...rows.map((row) => JSON.stringify(row)), ...said].join("\n");
    },
    close: async () => {
      await closeContext(context);
      database.release();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The files below a folder, by their paths within it. */
export function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile())
    .toSorted();
}

/** Every table of the database. */
async function tablesOf({ db }: Context): Promise<string[]> {
  return dialect === "sqlite"
    ? await db("sqlite_master").where({ type: "table" }).andWhere("name", "not like", "sqlite_%").pluck("name")
    : await db("pg_tables").where({ schemaname: "public" }).pluck("tablename");
}

function contentOf(path: string): string {
  const bytes = readFileSync(path);
  return (path.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString("latin1");
}
