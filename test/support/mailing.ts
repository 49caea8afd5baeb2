import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadConfig } from "../../src/base/config";
import { silentLog } from "../../src/base/log";
import { type Batch, batchOf, type StepResult } from "../../src/batch";
import { closeContext, type Context, openContext } from "../../src/context";
import { generateDays } from "../../src/generate/generate";
import { type RunReceipt, runWorkflow, takeStep } from "../../src/runner";
import { mail } from "../../src/steps/mail";
import { givenDatabase } from "./databases";

export const DAY = "2026-03-02";

/** A centre with a small day in its dumps, and the clock in the morning after. */
export interface Mailed {
  folder: string;
  context: Context;
  env: NodeJS.ProcessEnv;
  clock: { now_ms: number };
  said: string[];
  /** Pauses that would have been made. */
  waits: number[];
  /** The night up to where it would render and mail. */
  prepare(): Promise<void>;
  /** The night over the day, its mail included. */
  night(): Promise<RunReceipt>;
  /** The mail step alone. */
  mail(work?: Partial<Batch>): Promise<StepResult>;
  /** Who got what, as `address status`, in the order of attempts. */
  ledger(): Promise<string[]>;
  /** Names of the messages in the outbox. */
  outbox(): string[];
  close(): Promise<void>;
}

export async function openMailed(
  settings: Record<string, unknown> = {},
  recipients: string | null = null,
  env: NodeJS.ProcessEnv = {},
): Promise<Mailed> {
  const folder = mkdtempSync(join(tmpdir(), "nightdesk-mailed-"));
  const { mail: mailKeys, ...rest } = settings;
  const own = recipients === null ? {} : { recipients: "recipients.csv" };
  const from = "Contact centre <reports@centre.example>";
  const written = { mail: { from, ...own, ...(mailKeys as object | undefined) }, ...rest };
  writeFileSync(join(folder, "nightdesk.json"), JSON.stringify(written));
  if (recipients !== null) writeFileSync(join(folder, "recipients.csv"), recipients);
  mkdirSync(join(folder, "data/dumps"), { recursive: true });
  await generateDays({
    day: DAY,
    days: 1,
    contacts: 60,
    agents: 6,
    seed: 3,
    faults: [],
    out: join(folder, "data/dumps"),
    zone: "UTC",
  });
  rmSync(join(folder, "data/dumps/truth.json"), { force: true });
  const database = await givenDatabase(folder);
  const whole = { ...env, DATABASE_URL: database.url };
  const said: string[] = [];
  const say = (text: string): void => void said.push(text);
  const clock = { now_ms: Date.parse("2026-03-03T05:00:00Z") };
  const context = await openContext(
    loadConfig(whole, folder),
    { ...silentLog, info: say, warn: say },
    () => clock.now_ms,
  );
  const waits: number[] = [];
  const around = { wait: (ms: number) => Promise.resolve(void waits.push(ms)), random: () => 0.5 };
  return {
    folder,
    context,
    env: whole,
    clock,
    said,
    waits,
    prepare: async () => {
      const batch = batchOf({ workflow: "nightly", from: DAY, to: DAY });
      for (const step of ["pull", "rebuild", "check"] as const) await takeStep(context, { batch, step, run_id: "r" });
    },
    night: () => runWorkflow(context, batchOf({ workflow: "nightly", from: DAY, to: DAY })),
    mail: (work = {}) => mail(context, batchOf({ workflow: "summary", from: DAY, to: DAY, ...work }), around),
    ledger: async () => {
      const rows: { address: string; status: string }[] = await context.db("mail_attempts").orderBy("attempt_key");
      return rows.map(({ address, status }) => `${address} ${status}`);
    },
    outbox: () => {
      try {
        return readdirSync(join(folder, "data/outbox")).toSorted();
      } catch {
        return [];
      }
    },
    close: async () => {
      await closeContext(context);
      database.release();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
