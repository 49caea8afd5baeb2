import { mkdir, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { messageOf, NightdeskError } from "./errors";

/**
 * Makes a folder and those above it where they are missing. One after the other: asked to make several at once below
 * a file system that refuses, Node never comes back.
 *
 * @throws NightdeskError `folder` where something stands in the way
 */
export async function ensureFolder(path: string): Promise<void> {
  try {
    if ((await stat(path)).isDirectory()) return;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return await makeFolder(path);
    throw refused(path, error);
  }
  throw refused(path, new Error("there is a file of that name"));
}

async function makeFolder(path: string): Promise<void> {
  if (dirname(path) !== path) await ensureFolder(dirname(path));
  try {
    await mkdir(path);
  } catch (error) {
    // Another process may have made it in between.
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw refused(path, error);
  }
}

function refused(path: string, error: unknown): NightdeskError {
  return new NightdeskError(
    "folder",
    `The folder ${path} cannot be used: ${messageOf(error)}. Give this user the right to write there, or name another folder (NIGHTDESK_DATA, --out).`,
    { canRetry: true, cause: error },
  );
}
