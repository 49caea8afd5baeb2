import { lstat, readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { isDay } from "../base/days";
import { messageOf, NightdeskError } from "../base/errors";

const LOADABLE = /\.(ndjson|jsonl|json|csv)(\.gz|\.zst)?$/i;

/** A file to load, or a path that cannot be. */
export interface FoundFile {
  path: string;
  error: NightdeskError | null;
  /** What was delivered, where the file is a copy kept under another name; else the file speaks for itself. */
  delivered?: { name: string; sha256: string; byte_count: number };
}

/**
 * The dumps behind the paths: files as given, of folders all below them that end in .ndjson, .jsonl, .json or .csv,
 * plain, .gz or .zst. Names that begin with a dot are passed over, and so are links to folders and anything that is
 * no file. Sorted within each folder, each file once.
 *
 * @param isMapped whether a file of this name is taken whatever its name ends in, since a mapping is for it
 */
export async function findFiles(
  paths: readonly string[],
  isMapped: (name: string) => boolean = () => false,
): Promise<FoundFile[]> {
  const found = new Map<string, FoundFile>();
  for (const path of paths) {
    for (const file of await filesAt(path, isMapped)) if (!found.has(file.path)) found.set(file.path, file);
  }
  return [...found.values()];
}

/** Whether a name ends as dumps do. */
export function isLoadable(name: string): boolean {
  return LOADABLE.test(name);
}

/** The day a dump's name carries: the last valid YYYY-MM-DD in it, or null. */
export function namedDay(name: string): string | null {
  const days = Array.from(name.matchAll(/(?<!\d)(?=(\d{4}-\d{2}-\d{2})(?!\d))/g), (match) => match[1] as string);
  return days.findLast(isDay) ?? null;
}

/** The type of its records, where the name of a dump says it. */
export function namedType(name: string): "contact" | "agent" | null {
  if (/^contact-events-/i.test(name)) return "contact";
  return /^agent-events-/i.test(name) ? "agent" : null;
}

async function filesAt(path: string, isMapped: (name: string) => boolean): Promise<FoundFile[]> {
  try {
    const found = await stat(path);
    if (found.isDirectory()) return await filesBelow(path, isMapped);
    return [{ path, error: found.isFile() ? null : notAFile(path) }];
  } catch (error) {
    return [{ path, error: unreadable(path, error) }];
  }
}

async function filesBelow(folder: string, isMapped: (name: string) => boolean): Promise<FoundFile[]> {
  const found: FoundFile[] = [];
  for (const name of (await readdir(folder)).sort()) {
    if (name.startsWith(".")) continue;
    const path = join(folder, name);
    try {
      if ((await lstat(path)).isDirectory()) found.push(...(await filesBelow(path, isMapped)));
      else if ((isLoadable(name) || isMapped(name)) && (await stat(path)).isFile()) found.push({ path, error: null });
    } catch (error) {
      found.push({ path, error: unreadable(path, error) });
    }
  }
  return found;
}

function notAFile(path: string): NightdeskError {
  return new NightdeskError(
    "dump-unreadable",
    `${path} is neither a file nor a folder. Expected a dump (.ndjson, .csv, .json, plain or .gz) or a folder of dumps. Give the path of one.`,
  );
}

/** @param error what the file system threw */
export function unreadable(path: string, error: unknown): NightdeskError {
  const code = (error as { code?: string }).code;
  const what = code === "ENOENT" ? "does not exist" : code === "EACCES" ? "may not be read" : "cannot be read";
  return new NightdeskError(
    "dump-unreadable",
    `${path} ${what} (${messageOf(error)}). Expected a dump file or a folder of dumps. Correct the path, or the permissions, and load it again.`,
    { canRetry: true, cause: error },
  );
}
