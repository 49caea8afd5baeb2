import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Writable } from "node:stream";
import type { Knex } from "knex";
import { loadConfig } from "../../src/base/config";
import { runCli } from "../../src/cli";
import { openDatabase } from "../../src/db/open";
import { dialect, givenDatabase, type TestDatabase } from "./databases";

export interface Said {
  code: number;
  stdout: string;
  stderr: string;
}

/** A working folder and a command line in it, with a clock that stands still until it is turned; on PostgreSQL with a database of its own. */
export interface Desk {
  folder: string;
  /** The clock; a test turns it. */
  clock: { now_ms: number };
  run(...args: string[]): Promise<Said>;
  /** The database the commands use; the caller closes it. */
  open(): Promise<Knex>;
  close(): Promise<void>;
}

/** Noon of the day after, so that "yesterday" is 2026-03-02 in every zone. */
const NOW_MS = Date.UTC(2026, 2, 3, 12);

export function openDesk(env: NodeJS.ProcessEnv = {}, nowMs: number = NOW_MS): Desk {
  const folder = mkdtempSync(join(tmpdir(), "nightdesk-desk-"));
  const clock = { now_ms: nowMs };
  let database: Promise<TestDatabase> | undefined;
  const environment = async (): Promise<NodeJS.ProcessEnv> => {
    if (dialect === "sqlite" || env.DATABASE_URL !== undefined) return env;
    database ??= givenDatabase(folder);
    return { ...env, DATABASE_URL: (await database).url };
  };
  const close = async (): Promise<void> => {
    (await database)?.release();
    rmSync(folder, { recursive: true, force: true });
  };
  const run = async (...args: string[]): Promise<Said> => {
    const stdout = collector();
    const stderr = collector();
    const code = await runCli(args, {
      env: await environment(),
      folder,
      stdout: stdout.stream,
      stderr: stderr.stream,
      now: () => clock.now_ms,
    });
    return { code, stdout: stdout.text(), stderr: stderr.text() };
  };
  const open = async (): Promise<Knex> =>
    await openDatabase(loadConfig({ ...(await environment()) }, folder).database_url);
  return { folder, clock, run, open, close };
}

function collector(): { stream: Writable; text: () => string } {
  const parts: string[] = [];
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      parts.push(chunk.toString());
      done();
    },
  });
  return { stream, text: () => parts.join("") };
}
