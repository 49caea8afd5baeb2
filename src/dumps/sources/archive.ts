import { createHash } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { open, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import { ensureFolder } from "../../base/folders";
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

export type About = Pick<Kept, "source" | "day" | "place" | "name" | "mark" | "kept_at_ms">;

/**
 * Keeps a file: its content packed under its hash, and an entry under its day. Both are written beside and then renamed,
 * so that nothing half-written ever carries its name; the same file twice is kept once.
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
  if (!(await isWhole(file))) {
    if (packing === "gzip") await rename(part, file);
    else await pack(archive, part, file);
  }
  await writeEntry(archive, kept);
  return kept;
}

/** Everything kept for a day, in the order of source and name; of one source where it is named. */
export async function keptOf(archive: string, day: string, source?: string): Promise<Kept[]> {
  const folder = join(archive, "days", day);
  const names = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith(".json"));
  const found: Kept[] = [];
  for (const name of names) found.push(JSON.parse(await readFile(join(folder, name), "utf8")) as Kept);
  return found
    .filter((kept) => source === undefined || kept.source === source)
    .toSorted((a, b) => compare(a.source, b.source) || compare(a.name, b.name) || a.kept_at_ms - b.kept_at_ms);
}

/** The newest of some kept dumps that came from a place and whose content is still there. */
export async function heldCopy(archive: string, kept: readonly Kept[], place: string): Promise<Kept | null> {
  const newest = kept.toSorted((a, b) => a.kept_at_ms - b.kept_at_ms).findLast((one) => one.place === place);
  return newest !== undefined && (await isWhole(contentPath(archive, newest))) ? newest : null;
}

/** A kept dump as a file to load, under the name and hash it was delivered with. */
export function keptFile(archive: string, kept: Kept): FoundFile {
  const { name, sha256, byte_count } = kept;
  return { path: contentPath(archive, kept), error: null, delivered: { name, sha256, byte_count } };
}

/** Sets an entry aside whose dump could not be loaded: it is neither held for good nor replayed, and can be looked at. */
export async function refuse(archive: string, kept: Kept): Promise<void> {
  await ensureFolder(join(archive, "refused"));
  await rename(entryPath(archive, kept), join(archive, "refused", `${kept.day}-${entryName(kept)}`)).catch(() => {});
}

/**
 * Throws away what was kept for days before one, and the content nothing else names.
 *
 * @returns how many dumps were thrown away
 */
export async function expire(archive: string, before: string): Promise<number> {
  const days = await readdir(join(archive, "days")).catch(() => []);
  const gone: Kept[] = [];
  for (const day of days.filter((one) => one < before)) {
    gone.push(...(await keptOf(archive, day)));
    await rm(join(archive, "days", day), { recursive: true, force: true });
  }
  if (gone.length === 0) return 0;
  const left = new Set<string>();
  for (const day of days.filter((one) => one >= before)) {
    for (const { content_sha256 } of await keptOf(archive, day)) left.add(content_sha256);
  }
  for (const kept of gone) if (!left.has(kept.content_sha256)) await rm(contentPath(archive, kept), { force: true });
  return gone.length;
}

export function contentPath(archive: string, { content_sha256 }: Pick<Kept, "content_sha256">): string {
  return join(archive, "content", content_sha256.slice(0, 2), `${content_sha256}.gz`);
}

function entryPath(archive: string, kept: Kept): string {
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
      await pipeline(
        content?.chunks ?? createReadStream(part),
        createGzip(),
        createWriteStream(packed, { flush: true }),
      );
      await rename(packed, file);
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

async function isWhole(file: string): Promise<boolean> {
  return ((await stat(file).catch(() => null))?.size ?? 0) > 0;
}

function compare(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
