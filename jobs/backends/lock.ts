import { createHash, randomUUID } from "node:crypto";
import { linkSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { NightdeskError } from "../../src/base/errors";
import { fateOf, ownProcess, parseProcess, type ProcessIdentity } from "../../src/base/process";

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
  const mine = JSON.stringify({ ...ownProcess(), lock: randomUUID() });
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    if (tryCreate(file, mine)) return hold(file, mine);
    const found = textOf(file);
    if (found === null) continue;
    const holder = parseProcess(found);
    if (holder !== null && isAlive(holder, file)) throw heldBy(folder, holder.pid, holder.host);
    takeAway(file, found);
  }
  throw heldBy(folder, 0, "");
}

/** Several processes may find a stale lock at once: one of them gets the file, the others find it alive. */
const ATTEMPTS = 5;

/** The file is there with all it says, or not at all: a lock that is not yet written would look like one left behind. */
function tryCreate(file: string, text: string): boolean {
  const beside = `${file}.${randomUUID()}`;
  writeFileSync(beside, text);
  try {
    linkSync(beside, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  } finally {
    rmSync(beside, { force: true });
  }
}

/**
 * Takes away a lock that was found stale, and never one that another process has put in its place meanwhile: only who holds
 * the right to this very lock looks at it once more and removes it.
 */
function takeAway(file: string, stale: string): void {
  const right = `${file}.${createHash("sha256").update(stale).digest("hex").slice(0, 12)}.stale`;
  if (!tryCreate(right, "")) {
    if (isSilent(right)) rmSync(right, { force: true });
    return;
  }
  if (textOf(file) === stale) rmSync(file, { force: true });
  rmSync(right, { force: true });
}

/** Null where there is no such file. */
function textOf(file: string): string | null {
  try {
    return readFileSync(file, "utf8");
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

function isAlive(holder: ProcessIdentity, file: string): boolean {
  const fate = fateOf(holder);
  return fate === "lives" || (fate === "elsewhere" && !isSilent(file));
}

function isSilent(file: string): boolean {
  const found = statSync(file, { throwIfNoEntry: false });
  return found !== undefined && Date.now() - found.mtimeMs >= SILENT_AFTER_MS;
}

function releaseIfMine(file: string, mine: string): void {
  if (textOf(file) === mine) rmSync(file, { force: true });
}

function heldBy(folder: string, pid: number, host: string): NightdeskError {
  const who = pid === 0 ? "another process" : `process ${pid} on ${host}`;
  return new NightdeskError(
    "queue-locked",
    `The queue in ${folder} belongs to ${who}, which is running. Expected one service on a data folder. Stop that one, give this one another NIGHTDESK_DATA, or set QUEUE_URL to a Redis or PostgreSQL that any number of processes can share. A lock of a machine or container that is gone is taken over after a minute.`,
    { canRetry: true },
  );
}
