import { readdir, rename, rm, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { HOUR } from "../../base/days";
import { ensureFolder } from "../../base/folders";
import { type Archive, contentPath, entriesIn, entryPath, isThere, type Kept, keptOf } from "./archive";

/**
 * Sets an entry aside whose content is no dump: it is not held for good, and can be looked at.
 *
 * @param isDamaged whether the archive's own copy is: that is thrown away, so that a good one can take its place
 */
export async function refuse(archive: string, kept: Kept, isDamaged: boolean): Promise<void> {
  await ensureFolder(join(archive, "refused"));
  await rename(entryPath(archive, kept), refusedPath(archive, kept)).catch(() => {});
  if (isDamaged) await rm(contentPath(archive, kept), { force: true });
}

/** What was set aside of a day and is still there, but for places of which something better is kept. */
export async function refusedOf(where: Archive, day: string, kept: readonly Kept[]): Promise<Kept[]> {
  const better = new Set(kept.map(keyOf));
  const found: Kept[] = [];
  for (const one of await entriesIn(where, join(where.archive, "refused"))) {
    if (one.day !== day || better.has(keyOf(one))) continue;
    if (await isThere(contentPath(where.archive, one))) found.push(one);
  }
  return found;
}

/** Puts an entry back that was set aside and is a dump after all, such as one under a mapping that came later. */
export async function restore(archive: string, kept: Kept): Promise<void> {
  await ensureFolder(join(archive, "days", kept.day));
  await rename(refusedPath(archive, kept), entryPath(archive, kept)).catch(() => {});
}

/**
 * Throws away what was kept or set aside for days before one, and the content nothing names any more.
 *
 * @param nowMs what is younger than a day then is left: another process may be about to name it
 * @returns how many dumps were thrown away
 */
export async function expire(where: Archive, before: string, nowMs: number): Promise<number> {
  const { archive } = where;
  const days = await readdir(join(archive, "days")).catch(() => []);
  const refused = await entriesIn(where, join(archive, "refused"));
  const named = new Set(refused.filter(({ day }) => day >= before).map(({ content_sha256 }) => content_sha256));
  let count = 0;
  for (const one of refused.filter(({ day }) => day < before)) {
    await rm(refusedPath(archive, one), { force: true });
    count += 1;
  }
  for (const day of days) {
    const kept = await keptOf(where, day);
    if (day >= before) for (const { content_sha256 } of kept) named.add(content_sha256);
    else {
      await rm(join(archive, "days", day), { recursive: true, force: true });
      count += kept.length;
    }
  }
  if (count > 0) await sweep(join(archive, "content"), named, nowMs);
  return count;
}

const YOUNG_MS = 24 * HOUR;

/** Removes content that nothing names and that is no longer young. */
async function sweep(folder: string, named: ReadonlySet<string>, nowMs: number): Promise<void> {
  const names = await readdir(folder, { recursive: true }).catch(() => []);
  for (const name of names.filter((one) => one.endsWith(".gz") && !named.has(basename(one, ".gz")))) {
    const found = await stat(join(folder, name)).catch(() => null);
    if (found !== null && found.mtimeMs <= nowMs - YOUNG_MS) await rm(join(folder, name), { force: true });
  }
}

/** Where an entry lies that was set aside. */
export function refusedPath(archive: string, kept: Kept): string {
  return join(archive, "refused", `${kept.day}-${basename(entryPath(archive, kept))}`);
}

function keyOf({ source, place }: Kept): string {
  return JSON.stringify([source, place]);
}
