import { randomUUID } from "node:crypto";
import { readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import type { Config } from "../../base/config";
import { HOUR } from "../../base/days";
import { ensureFolder } from "../../base/folders";
import type { Log } from "../../base/log";
import { isLoadable } from "../files";
import { isMappedBy } from "../formats/mapped/mapping";

/** What fetching works with: the clock, the waiting and the dice are handed in, so that tests need none of them. */
export interface Fetching {
  /** The folder of the archive, absolute. */
  archive: string;
  zone: string;
  log: Log;
  now: () => number;
  wait: (ms: number) => Promise<unknown>;
  /** 0…1. */
  random: () => number;
  environment: Config["environment"];
  /** Whether a file is a dump by its name: it ends as dumps do, or a mapping is for it. */
  is_dump: (name: string) => boolean;
  /** Ask again for what was fetched before. */
  is_again: boolean;
}

export function fetchingOf(config: Config, log: Log, now: () => number, isAgain: boolean): Fetching {
  const { data_dir, zone, environment } = config;
  const isMapped = isMappedBy(config);
  const wait = (ms: number): Promise<unknown> => setTimeout(ms);
  return {
    archive: join(data_dir, "archive"),
    zone,
    log,
    now,
    wait,
    random: Math.random,
    environment,
    is_dump: (name) => isLoadable(name) || isMapped(name),
    is_again: isAgain,
  };
}

/**
 * Gives a file that does not exist yet to a piece of work and removes it, whatever becomes of the work.
 * Its folder lies in the archive, so that what is complete needs only another name.
 */
export async function withPart<Result>(archive: string, work: (part: string) => Promise<Result>): Promise<Result> {
  const folder = join(archive, "part");
  await ensureFolder(folder);
  const part = join(folder, randomUUID());
  try {
    return await work(part);
  } finally {
    await rm(part, { force: true });
  }
}

/** Removes what a process that was killed left half fetched. */
export async function removeStaleParts({ archive, now }: Fetching): Promise<void> {
  const folder = join(archive, "part");
  const names = await readdir(folder).catch(() => []);
  for (const name of names) {
    const found = await stat(join(folder, name)).catch(() => null);
    if (found !== null && found.mtimeMs < now() - STALE_MS) await rm(join(folder, name), { force: true });
  }
}

const STALE_MS = 24 * HOUR;
