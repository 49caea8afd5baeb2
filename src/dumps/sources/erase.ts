import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { openContent } from "../bytes";
import { findFiles } from "../files";
import { type Archive, contentPath, entriesIn, entryPath, isThere, type Kept } from "./archive";
import { refusedPath } from "./upkeep";

/** Whether a piece of a text names somebody. */
export type Names = (text: string) => boolean;

/**
 * Removes what the archive keeps and speaks of somebody: the content, and the entries that name it. Their events are in the
 * database; a replay of those days takes what is left.
 *
 * @returns how many contents were removed, or would be
 */
export async function removeKept(where: Archive, names: Names, isDryRun: boolean): Promise<number> {
  const { archive } = where;
  const entries: { kept: Kept; file: string }[] = [];
  for (const day of await readdir(join(archive, "days")).catch(() => [])) {
    for (const kept of await entriesIn(where, join(archive, "days", day)))
      entries.push({ kept, file: entryPath(archive, kept) });
  }
  for (const kept of await entriesIn(where, join(archive, "refused")))
    entries.push({ kept, file: refusedPath(archive, kept) });
  const judged = new Map<string, boolean>();
  for (const { kept, file } of entries) {
    const path = contentPath(archive, kept);
    const isTheirs =
      judged.get(path) ?? (names(JSON.stringify(kept)) || ((await isThere(path)) && (await holds(path, names))));
    judged.set(path, isTheirs);
    if (isTheirs && !isDryRun) await rm(file, { force: true });
  }
  const theirs = [...judged].filter(([, isTheirs]) => isTheirs).map(([path]) => path);
  if (!isDryRun) for (const path of theirs) await rm(path, { force: true });
  return theirs.length;
}

/** The dumps of a folder that speak of somebody. */
export async function dumpsHolding(folder: string, names: Names): Promise<string[]> {
  const found: string[] = [];
  const files = await findFiles([folder]).catch(() => []);
  for (const { path, error } of files) if (error === null && (await holds(path, names))) found.push(path);
  return found;
}

/** As much of a text as a name may reach over the end of a chunk. */
const OVERLAP = 1_024;

/** Looks through a file, packed or not. What cannot be unpacked is taken to hold what is looked for. */
async function holds(path: string, names: Names): Promise<boolean> {
  try {
    const content = await openContent(path);
    try {
      const decoder = new TextDecoder();
      let tail = "";
      for await (const chunk of content.chunks) {
        const text = tail + decoder.decode(chunk, { stream: true });
        if (names(text)) return true;
        tail = text.slice(-OVERLAP);
      }
      return names(tail + decoder.decode());
    } finally {
      content.close();
    }
  } catch {
    return true;
  }
}
