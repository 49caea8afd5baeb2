import { once } from "node:events";
import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync, utimesSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { type Config, loadConfig } from "../../src/base/config";
import { silentLog } from "../../src/base/log";
import { closeContext, type Context, openContext } from "../../src/context";
import { generateDays } from "../../src/generate/generate";
import { textsIn } from "./folders";

/** A working folder of a service: its configuration, its dumps, and what its environment says. */
export interface Site {
  folder: string;
  env: NodeJS.ProcessEnv;
  config(): Config;
  /** Opens the site's database; the caller closes it. */
  open(now?: () => number): Promise<Context>;
  close(): void;
}

/** @param settings what nightdesk.json says; without a word the queue is impatient, as tests are */
export function openSite(queueUrl: string, settings: Record<string, unknown> = {}): Site {
  const folder = mkdtempSync(join(tmpdir(), "nightdesk-site-"));
  const queue = {
    lock_s: 1,
    backoff_s: 0.05,
    attempts: 3,
    stop_within_s: 20,
    ...(settings.queue as object | undefined),
  };
  writeFileSync(
    join(folder, "nightdesk.json"),
    JSON.stringify({ zone: "Asia/Seoul", schedules: [], ...settings, queue }),
  );
  mkdirSync(join(folder, "data/dumps"), { recursive: true });
  const env = { PATH: process.env.PATH, HOME: process.env.HOME, QUEUE_URL: queueUrl };
  const config = (): Config => loadConfig(env, folder);
  return {
    folder,
    env,
    config,
    open: (now = Date.now) => openContext(config(), silentLog, now),
    close: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** Believable days among the site's dumps. */
export async function givenDays(site: Site, day: string, days = 1, contacts = 40): Promise<void> {
  const out = join(site.folder, "data/dumps");
  await generateDays({ day, days, contacts, agents: 6, seed: 3, faults: [], out, zone: "Asia/Seoul" });
  rmSync(join(out, "truth.json"), { force: true });
  // Written long ago, by whatever clock a test has: a scheduled night leaves what is still being written.
  for (const name of readdirSync(out)) utimesSync(join(out, name), 0, 0);
}

export { closeContext };

/** The bytes of a day's reports, by name of the file; empty where there are none. */
export function reportBytes(site: Site, period: string): Record<string, string> {
  const folder = join(site.folder, "data/reports", period);
  try {
    return textsIn(folder);
  } catch {
    return {};
  }
}

const MAIN = resolve(__dirname, "../../jobs/main.ts");
const TSX = resolve(__dirname, "../../node_modules/tsx/dist/loader.mjs");

/** A process of the real program; what it says is kept, and can be waited for. */
export interface Program {
  child: ChildProcess;
  /** All it has said on both outputs. */
  said(): string;
  /** Resolves once it has said so; rejects where it ended without. */
  untilSays(wanted: RegExp): Promise<string>;
  ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
}

/** @param preload a module that is loaded before the program, for faults that nothing but the program itself can have */
export function runProgram(site: Site, args: string[], more: NodeJS.ProcessEnv = {}, preload: string[] = []): Program {
  const imports = ["--import", TSX, ...preload.flatMap((file) => ["--import", file])];
  const child = spawn(process.execPath, [...imports, MAIN, ...args], {
    cwd: site.folder,
    env: { ...site.env, ...more },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let text = "";
  const waiting = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk: Buffer) => {
      text += chunk.toString();
      for (const look of waiting) look();
    });
  }
  const ended = once(child, "close").then(([code, signal]) => ({
    code: code as number | null,
    signal: signal as NodeJS.Signals | null,
  }));
  const untilSays = (wanted: RegExp): Promise<string> =>
    new Promise((settle, reject) => {
      const look = (): void => {
        if (!wanted.test(text)) return;
        waiting.delete(look);
        settle(text);
      };
      waiting.add(look);
      look();
      void ended.then(() => reject(new Error(`The program ended without saying ${wanted}. It said:\n${text}`)));
    });
  return { child, said: () => text, untilSays, ended };
}
