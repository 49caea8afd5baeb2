import { basename } from "node:path";
import type { Knex } from "knex";
import type { FoundFile } from "../files";
import type { FileReceipt } from "../receipts";

/** The sources that delivered a file, by its path and name: the same content may have come under two. */
export type Origins = Map<string, Set<string>>;

export function originsOf(delivered: readonly (readonly [FoundFile, string])[]): Origins {
  const origins: Origins = new Map();
  for (const [file, source] of delivered) {
    const key = originKey(file.path, file.delivered?.name ?? basename(file.path));
    origins.set(key, (origins.get(key) ?? new Set()).add(source));
  }
  return origins;
}

export function originKey(path: string, name: string): string {
  return JSON.stringify([path, name]);
}

/** Notes from which sources the dumps of some receipts came. */
export async function noteOrigins(db: Knex, origins: Origins, receipts: readonly FileReceipt[]): Promise<void> {
  const hashes = new Map<string, string[]>();
  for (const { file, name, sha256, status } of receipts) {
    if (sha256 === null || status === "failed" || status === "skipped") continue;
    for (const source of origins.get(originKey(file, name)) ?? [])
      hashes.set(source, [...(hashes.get(source) ?? []), sha256]);
  }
  for (const [source, own] of hashes) await noteSources(db, source, own);
}

/** Notes from which source dumps came, by their hashes; those that are known from it already stay. */
async function noteSources(db: Knex, source: string, hashes: readonly string[]): Promise<void> {
  for (let from = 0; from < hashes.length; from += HASHES_AT_ONCE) {
    const some = hashes.slice(from, from + HASHES_AT_ONCE);
    const keys = await db("dumps").whereIn("sha256", some).pluck<number[]>("dump_key");
    const known = new Set(
      (await db("dump_sources").whereIn("dump_key", keys).andWhere({ source }).pluck("dump_key")).map(Number),
    );
    const rows = keys.map(Number).filter((key) => !known.has(key));
    if (rows.length === 0) continue;
    const insert = db("dump_sources").insert(rows.map((dump_key) => ({ dump_key, source })));
    await insert.onConflict(["dump_key", "source"]).ignore();
  }
}

const HASHES_AT_ONCE = 200;
