import { createHash, type Hash } from "node:crypto";

/** A line too long to be read: what remains of it is its size, its hash and its beginning. */
export interface LongLine {
  byte_count: number;
  sha256: string;
  head: Buffer;
}

/** Whole lines of one stretch of a file. */
export interface LineBlock {
  /** Number of the first line, counted from 1. */
  first: number;
  texts: string[];
  /** The bytes of a line, by its index, without the line end; to be asked for in rising order. */
  bytes: (index: number) => Buffer;
  /** Not null where this one line is longer than the limit; it has no text then. */
  long: LongLine | null;
}

export const LONGEST_LINE = 1024 * 1024;
export const HEAD_BYTES = 4096;

const NEWLINE = 10;
const RETURN = 13;

/** A line whose end has not been seen yet. */
interface OpenLine {
  parts: Buffer[];
  length: number;
  long: { hash: Hash; head: Buffer } | null;
}

/**
 * Cuts a stream of bytes into lines, without ever holding more than one chunk and one line of at most 1 MiB. Line ends
 * are LF or CRLF; the last line may lack one.
 */
export async function* readLines(chunks: AsyncIterable<Buffer>): AsyncGenerator<LineBlock> {
  let open: OpenLine = { parts: [], length: 0, long: null };
  let line = 1;
  for await (const chunk of chunks) {
    let start = 0;
    if (open.length > 0) {
      const end = chunk.indexOf(NEWLINE);
      extend(open, end < 0 ? chunk : chunk.subarray(0, end));
      if (end < 0) continue;
      yield closed(open, line);
      line += 1;
      open = { parts: [], length: 0, long: null };
      start = end + 1;
    }
    const last = chunk.lastIndexOf(NEWLINE);
    if (last >= start) {
      const block = blockOf(chunk.subarray(start, last), line);
      line += block.texts.length;
      yield block;
      start = last + 1;
    }
    if (start < chunk.length) extend(open, chunk.subarray(start));
  }
  if (open.length > 0) yield closed(open, line);
}

function extend(open: OpenLine, bytes: Buffer): void {
  open.length += bytes.length;
  if (open.long !== null) {
    open.long.hash.update(bytes);
    return;
  }
  open.parts.push(bytes);
  if (open.length <= LONGEST_LINE + 1) return;
  const hash = createHash("sha256");
  for (const part of open.parts) hash.update(part);
  open.long = { hash, head: Buffer.concat(open.parts).subarray(0, HEAD_BYTES) };
  open.parts = [];
}

function closed(open: OpenLine, line: number): LineBlock {
  if (open.long !== null) {
    return longBlock(line, { byte_count: open.length, sha256: open.long.hash.digest("hex"), head: open.long.head });
  }
  const bytes = withoutReturn(Buffer.concat(open.parts));
  if (bytes.length <= LONGEST_LINE) return blockOf(bytes, line);
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  return longBlock(line, { byte_count: bytes.length, sha256, head: bytes.subarray(0, HEAD_BYTES) });
}

function longBlock(first: number, long: LongLine): LineBlock {
  return { first, texts: [""], bytes: () => long.head, long };
}

function blockOf(buffer: Buffer, first: number): LineBlock {
  let index = 0;
  let start = 0;
  const bytes = (wanted: number): Buffer => {
    for (; index < wanted; index++) start = buffer.indexOf(NEWLINE, start) + 1;
    const end = buffer.indexOf(NEWLINE, start);
    return withoutReturn(buffer.subarray(start, end < 0 ? buffer.length : end));
  };
  return { first, texts: buffer.toString("utf8").split("\n"), bytes, long: null };
}

function withoutReturn(bytes: Buffer): Buffer {
  return bytes[bytes.length - 1] === RETURN ? bytes.subarray(0, -1) : bytes;
}
