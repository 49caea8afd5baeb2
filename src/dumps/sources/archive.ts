import { createHash } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { open, readdir, readFile, rename, stat, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import { SECOND } from "../../base/days";
import { ensureFolder } from "../../base/folders";
import type { Log } from "../../base/log";
import { fingerprint, openContent } from "../bytes";
import type { FoundFile } from "../files";
import { withPart } from "./fetching";

/** A dump that was pulled and is kept, as its index entry has it. */
export interface Kept {
  source: string;
  /** The day it was pulled for. */
  day: string;
  /** Where it lay at its source. */
  place: string;
  name: string;
  /** What the source called this state of it; tells whether it changed since. */
  mark: string;
  /** Of the bytes as delivered: what makes it the same dump when it is loaded again. */
  sha256: string;
  byte_count: number;
  /** Of its unpacked content, under which it is kept. */
  content_sha256: string;
  kept_at_ms: number;
}

/** Where the archive is, and whom to tell what is wrong with it. */
export interface Archive {
  archive: string;
  log: Pick<Log, "warn">;
}

export type About = Pick<Kept, "source" | "day" | "place" | "name" | "mark" | "kept_at_ms">;

/**
 * Keeps a file: its content packed under its hash, and an entry under its day. Both are written beside and then renamed,
 * so that nothing half-written ever carries its name; the same file twice is kept once. What was damaged since, or lost
 * with the power, is kept anew.
 *
 * @param part the delivered bytes; taken over where they are packed already
 * @throws NightdeskError `dump-cut` or `dump-packed` where packed bytes cannot be unpacked
 */
export async function keep(archive: string, part: string, about: About): Promise<Kept> {
  const { sha256, byte_count } = await fingerprint(part);
  const packing = await packingOf(part);
  const content_sha256 = packing === "none" ? sha256 : await contentHash(part);
  const kept: Kept = { ...about, sha256, byte_count, content_sha256 };
  const file = contentPath(archive, kept);
  await ensureFolder(join(file, ".."));
  // Touched first: what is young is not thrown away, whoever sweeps meanwhile.
  if (!((await touched(file, about.kept_at_ms)) && (await isWhole(file, content_sha256)))) {
    if (packing === "gzip") await settleAs(part, file);
    else await pack(archive, part, file);
    await touched(file, about.kept_at_ms);
  }
  await writeEntry(archive, kept);
  return kept;
}

/** Everything kept for a day, in the order of source and name; of one source where it is named. */
export async function keptOf(where: Archive, day: string, source?: string): Promise<Kept[]> {
  const found = await entriesIn(where, join(where.archive, "days", day));
  return found
    .filter((kept) => source === undefined || kept.source === source)
    .toSorted((a, b) => compare(a.source, b.source) || compare(a.name, b.name) || a.kept_at_ms - b.kept_at_ms);
}

/** The entries of a folder. One that cannot be read is passed over and told: it must not stop its day for good. */
export async function entriesIn({ log }: Pick<Archive, "log">, folder: string): Promise<Kept[]> {
  const names = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith(".json"));
  const found: Kept[] = [];
  for (const name of names) {
    const kept = await entryIn(join(folder, name)).catch(() => null);
    if (kept !== null) found.push(kept);
    else {
      log.warn(
        `${join(folder, name)} is no entry of the archive: it cannot be read, or is damaged. What it named is fetched from its source again. Remove it, or put it back from a backup.`,
      );
    }
  }
  return found;
}

async function entryIn(file: string): Promise<Kept | null> {
  const value = JSON.parse(await readFile(file, "utf8")) as Partial<Kept> | null;
  const texts = [
    value?.source,
    value?.day,
    value?.place,
    value?.name,
    value?.mark,
    value?.sha256,
    value?.content_sha256,
  ];
  const counts = [value?.byte_count, value?.kept_at_ms];
  const isEntry = texts.every((text) => typeof text === "string") && counts.every(Number.isSafeInteger);
  return isEntry ? (value as Kept) : null;
}

/** The newest of some kept dumps that came from a place and whose content is still there. */
export async function heldCopy(archive: string, kept: readonly Kept[], place: string): Promise<Kept | null> {
  const newest = kept.toSorted((a, b) => a.kept_at_ms - b.kept_at_ms).findLast((one) => one.place === place);
  return newest !== undefined && (await isThere(contentPath(archive, newest))) ? newest : null;
}

/** A kept dump as a file to load, under the name and hash it was delivered with. */
export function keptFile(archive: string, kept: Kept): FoundFile {
  const { name, sha256, byte_count } = kept;
  return { path: contentPath(archive, kept), error: null, delivered: { name, sha256, byte_count } };
}

export function contentPath(archive: string, { content_sha256 }: Pick<Kept, "content_sha256">): string {
  return join(archive, "content", content_sha256.slice(0, 2), `${content_sha256}.gz`);
}

export function entryPath(archive: string, kept: Kept): string {
  return join(archive, "days", kept.day, entryName(kept));
}

function entryName({ source, place, sha256 }: Kept): string {
  return `${createHash("sha256")
    .update(JSON.stringify([source, place, sha256]))
    .digest("hex")
    .slice(0, 24)}.json`;
}

async function writeEntry(archive: string, kept: Kept): Promise<void> {
  await ensureFolder(join(archive, "days", kept.day));
  await withPart(archive, async (part) => {
    await writeFile(part, `${JSON.stringify(kept)}\n`, { flush: true });
    await rename(part, entryPath(archive, kept));
  });
}

async function pack(archive: string, part: string, file: string): Promise<void> {
  const content = (await packingOf(part)) === "none" ? null : await openContent(part);
  try {
    await withPart(archive, async (packed) => {
      await pipeline(content?.chunks ?? createReadStream(part), createGzip(), createWriteStream(packed));
      await settleAs(packed, file);
    });
  } finally {
    content?.close();
  }
}

async function contentHash(part: string): Promise<string> {
  const hash = createHash("sha256");
  const content = await openContent(part);
  try {
    for await (const chunk of content.chunks) hash.update(chunk);
    return hash.digest("hex");
  } finally {
    content.close();
  }
}

async function packingOf(path: string): Promise<"none" | "gzip" | "other"> {
  const handle = await open(path, "r");
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(4), 0, 4, 0);
    const magic = buffer.subarray(0, bytesRead).toString("hex");
    if (magic.startsWith("1f8b")) return "gzip";
    return magic === "28b52ffd" ? "other" : "none";
  } finally {
    await handle.close();
  }
}

/** Gives a file its name once it is on the disk: a name that outlives the power must not outlive its bytes. */
async function settleAs(part: string, file: string): Promise<void> {
  const handle = await open(part, "r+");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(part, file);
}

/** Makes a file young. @returns whether it is there */
async function touched(file: string, nowMs: number): Promise<boolean> {
  return await utimes(file, nowMs / SECOND, nowMs / SECOND).then(
    () => true,
    () => false,
  );
}

export async function isThere(file: string): Promise<boolean> {
  return ((await stat(file).catch(() => null))?.size ?? 0) > 0;
}

async function isWhole(file: string, contentSha256: string): Promise<boolean> {
  return (await contentHash(file).catch(() => "")) === contentSha256;
}

function compare(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
