import { closed as closedPiece, extend, type LongPiece, longPiece, openPiece, type OpenPiece } from "./pieces";

/** Whole lines of one stretch of a file. */
export interface LineBlock {
  /** Number of the first line, counted from 1. */
  first: number;
  texts: string[];
  /** The bytes of a line, by its index, without the line end; to be asked for in rising order. */
  bytes: (index: number) => Buffer;
  /** Not null where this one line is longer than the limit; it has no text then. */
  long: LongPiece | null;
}

export const LONGEST_LINE = 1024 * 1024;

const NEWLINE = 10;
const RETURN = 13;

/**
 * Cuts a stream of bytes into lines, without ever holding more than one chunk and one line of at most 1 MiB. Line ends
 * are LF or CRLF; the last line may lack one.
 */
export async function* readLines(chunks: AsyncIterable<Buffer>): AsyncGenerator<LineBlock> {
  let open = openLine();
  let line = 1;
  for await (const chunk of chunks) {
    let start = 0;
    if (open.length > 0) {
      const end = chunk.indexOf(NEWLINE);
      extend(open, end < 0 ? chunk : chunk.subarray(0, end));
      if (end < 0) continue;
      yield closed(open, line);
      line += 1;
      open = openLine();
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

/** One byte more than the longest line: its end may be CRLF. */
function openLine(): OpenPiece {
  return openPiece(LONGEST_LINE + 1);
}

function closed(open: OpenPiece, line: number): LineBlock {
  const piece = closedPiece(open);
  if (!Buffer.isBuffer(piece)) return longBlock(line, piece);
  const bytes = withoutReturn(piece);
  return bytes.length <= LONGEST_LINE ? blockOf(bytes, line) : longBlock(line, longPiece(bytes));
}

function longBlock(first: number, long: LongPiece): LineBlock {
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
