import { closed as closedPiece, extend, type LongPiece, longPiece, openPiece, type OpenPiece } from "./pieces";

/** Whole lines of one stretch of a file: their bytes without the last line end, or what remains of a line too long. */
export type Block = { bytes: Buffer; long: null } | { bytes: null; long: LongPiece };

export const LONGEST_LINE = 1024 * 1024;

const NEWLINE = 10;
const RETURN = 13;

/**
 * Cuts a stream of bytes where lines end, without ever holding more than one chunk and one line of at most 1 MiB. Line
 * ends are LF or CRLF; the last line may lack one.
 */
export async function* readBlocks(chunks: AsyncIterable<Buffer>): AsyncGenerator<Block> {
  let open = openLine();
  for await (const chunk of chunks) {
    let start = 0;
    if (open.length > 0) {
      const end = chunk.indexOf(NEWLINE);
      extend(open, end < 0 ? chunk : chunk.subarray(0, end));
      if (end < 0) continue;
      yield closed(open);
      open = openLine();
      start = end + 1;
    }
    const last = chunk.lastIndexOf(NEWLINE);
    if (last >= start) {
      yield { bytes: chunk.subarray(start, last), long: null };
      start = last + 1;
    }
    if (start < chunk.length) extend(open, chunk.subarray(start));
  }
  if (open.length > 0) yield closed(open);
}

/** One byte more than the longest line: its end may be CRLF. */
function openLine(): OpenPiece {
  return openPiece(LONGEST_LINE + 1);
}

function closed(open: OpenPiece): Block {
  const piece = closedPiece(open);
  if (!Buffer.isBuffer(piece)) return { bytes: null, long: piece };
  const bytes = withoutReturn(piece);
  return bytes.length <= LONGEST_LINE ? { bytes, long: null } : { bytes: null, long: longPiece(bytes) };
}

/**
 * The texts of a block's lines, and a function that gives the bytes of a line, by its index, without the line end; to be
 * asked for in rising order.
 */
export function linesOf(block: Buffer): { texts: string[]; bytes: (index: number) => Buffer } {
  let index = 0;
  let start = 0;
  const bytes = (wanted: number): Buffer => {
    for (; index < wanted; index++) start = block.indexOf(NEWLINE, start) + 1;
    return withoutReturn(block.subarray(start, lineEnd(block, start)));
  };
  return { texts: block.toString("utf8").split("\n"), bytes };
}

/** Where the line ends that begins at `start`. */
export function lineEnd(block: Buffer, start: number): number {
  const end = block.indexOf(NEWLINE, start);
  return end < 0 ? block.length : end;
}

/** A line without the first half of CRLF. */
export function withoutReturn(bytes: Buffer): Buffer {
  return bytes[bytes.length - 1] === RETURN ? bytes.subarray(0, -1) : bytes;
}
