import { createHash, type Hash } from "node:crypto";

/** What remains of something too long to be held: its size, its hash and its beginning. */
export interface LongPiece {
  byte_count: number;
  sha256: string;
  head: Buffer;
}

/** Bytes whose end has not been seen yet; beyond the limit only what a `LongPiece` needs of them. */
export interface OpenPiece {
  limit: number;
  parts: Buffer[];
  length: number;
  long: { hash: Hash; head: Buffer } | null;
}

export const HEAD_BYTES = 4096;

export function openPiece(limit: number): OpenPiece {
  return { limit, parts: [], length: 0, long: null };
}

export function extend(open: OpenPiece, bytes: Buffer): void {
  open.length += bytes.length;
  if (open.long !== null) {
    open.long.hash.update(bytes);
    return;
  }
  open.parts.push(bytes);
  if (open.length <= open.limit) return;
  const hash = createHash("sha256");
  for (const part of open.parts) hash.update(part);
  open.long = { hash, head: Buffer.concat(open.parts).subarray(0, HEAD_BYTES) };
  open.parts = [];
}

/** The whole of it, or what remains of it. */
export function closed(open: OpenPiece): Buffer | LongPiece {
  if (open.long === null) return open.parts.length === 1 ? (open.parts[0] as Buffer) : Buffer.concat(open.parts);
  return { byte_count: open.length, sha256: open.long.hash.digest("hex"), head: open.long.head };
}

export function longPiece(bytes: Buffer): LongPiece {
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  return { byte_count: bytes.length, sha256, head: bytes.subarray(0, HEAD_BYTES) };
}
