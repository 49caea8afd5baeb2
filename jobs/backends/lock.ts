import { closeSync, openSync, readFileSync, rmSync, statSync, utimesSync, writeSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { NightdeskError } from "../../src/base/errors";

/** A folder held by this process alone. */
export interface FolderLock {
  release(): void;
}

/**
 * Takes a folder for this process, by a file that names it. A lock that a process left which is no more is taken over.
 *
 * @throws NightdeskError `queue-locked` where another process that lives holds it
 */
export function lockFolder(folder: string): FolderLock {
  const file = join(folder, "owner.lock");
  const mine = JSON.stringify({ pid: process.pid, host: hostname(), started: startOf(process.pid) });
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    if (tryCreate(file, mine)) return hold(file, mine);
    const holder = readHolder(file);
    if (holder !== null && isAlive(holder, file)) throw heldBy(folder, holder.pid, holder.host);
    rmSync(file, { force: true });
  }
  throw heldBy(folder, 0, "");
}

/** Several processes may find a stale lock at once: one of them gets the file, the others find it alive. */
const ATTEMPTS = 5;

interface Holder {
  pid: number;
  host: string;
  /** When the process began, as the system tells it; null where it does not: a pid is given out again and again. */
  started: string | null;
}

function tryCreate(file: string, text: string): boolean {
  try {
    const handle = openSync(file, "wx");
    writeSync(handle, text);
    closeSync(handle);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

function readHolder(file: string): Holder | null {
  try {
    const holder = JSON.parse(readFileSync(file, "utf8")) as Holder;
    return Number.isInteger(holder.pid) && holder.pid > 0 ? holder : null;
  } catch {
    return null;
  }
}

/** Touches the lock as long as it is held: on another machine, or in another container, that is the only sign of life. */
function hold(file: string, mine: string): FolderLock {
  const touch = setInterval(() => {
    try {
      utimesSync(file, new Date(), new Date());
    } catch {
      // Somebody removed it: what can be said to that is said where the folder is opened.
    }
  }, TOUCH_EVERY_MS);
  touch.unref();
  return {
    release: () => {
      clearInterval(touch);
      releaseIfMine(file, mine);
    },
  };
}

const TOUCH_EVERY_MS = 10_000;
const SILENT_AFTER_MS = 60_000;

function isAlive({ pid, host, started }: Holder, file: string): boolean {
  if (host !== hostname()) return Date.now() - statSync(file).mtimeMs < SILENT_AFTER_MS;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ESRCH") return false;
  }
  return started === null || started === startOf(pid);
}

/** Field 22 of Linux's own file about a process; the command in field 2 may hold blanks, so it is cut off first. */
function startOf(pid: number): string | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    return text.slice(text.lastIndexOf(")") + 2).split(" ")[19] ?? null;
  } catch {
    return null;
  }
}

function releaseIfMine(file: string, mine: string): void {
  try {
    if (readFileSync(file, "utf8") === mine) rmSync(file, { force: true });
  } catch {
    // Gone already: nothing is held.
  }
}

function heldBy(folder: string, pid: number, host: string): NightdeskError {
  const who = pid === 0 ? "another process" : `process ${pid} on ${host}`;
  return new NightdeskError(
    "queue-locked",
    `The queue in ${folder} belongs to ${who}, which is running. Expected one service on a data folder. Stop that one, give this one another NIGHTDESK_DATA, or set QUEUE_URL to a Redis or PostgreSQL that any number of processes can share. A lock of a machine or container that is gone is taken over after a minute.`,
    { canRetry: true },
  );
}
