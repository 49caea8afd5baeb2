import { isUtf8 } from "node:buffer";
import { NightdeskError } from "../../base/errors";
import type { Fault } from "../fields";

/** How lines are told from bytes that are no text: read on, each of those would be the same U+FFFD. */
export interface Encoding {
  isText: (bytes: Buffer) => boolean;
  /** Why a line that is no text is rejected. */
  fault: (line: Buffer) => Fault;
}

export const UTF_8: Encoding = { isText: isUtf8, fault: (line) => notUtf8("line", line, CONVERT) };

const CONVERT =
  'Convert the file (iconv -f WINDOWS-1252 -t UTF-8 FILE) and load that, or name the "encoding" of a table in its mapping.';

/** The encoding of what `decodedChunks` made UTF-8 of. */
export function decodedFrom(name: string): Encoding {
  const fault: Fault = {
    reason: "not-in-encoding",
    message: `The line holds bytes that are no character of ${name}. Expected the "encoding" of its mapping. Correct that, or convert the file to UTF-8 (iconv -f NAME -t UTF-8 FILE) and load it without.`,
  };
  return { isText: (bytes) => !bytes.includes(REPLACEMENT), fault: () => fault };
}

const REPLACEMENT = Buffer.from("\uFFFD");

/** Whether this Node can read an encoding, by any of the names that browsers know it under. */
export function isEncoding(name: string): boolean {
  return canonicalName(name) !== null;
}

/** The usual name of an encoding; null where there is nothing to decode, or nobody knows it. */
export function otherEncoding(name: string | undefined): string | null {
  const canonical = name === undefined ? null : canonicalName(name);
  return canonical === "utf-8" ? null : canonical;
}

function canonicalName(name: string): string | null {
  try {
    return new TextDecoder(name).encoding;
  } catch {
    return null;
  }
}

/** The same text as UTF-8, without a byte-order mark; bytes that are no character become U+FFFD. */
export async function* decodedChunks(chunks: AsyncIterable<Buffer>, name: string): AsyncGenerator<Buffer> {
  const decoder = new TextDecoder(name);
  // Always as a stream: at once, some releases of Node take windows-1252 for Latin-1, and lose the euro sign.
  for await (const chunk of chunks) yield Buffer.from(decoder.decode(chunk, { stream: true }));
  yield Buffer.from(decoder.decode());
}

/** @param what what the bytes are. @param advice what to do about it, as a sentence */
export function notUtf8(what: "line" | "element", bytes: Buffer, advice: string): Fault {
  const place = oddPlace(bytes);
  const byte = (bytes[place] ?? 0).toString(16).toUpperCase().padStart(2, "0");
  return {
    reason: "not-utf-8",
    message: `The ${what} is not UTF-8: its byte ${place + 1}, 0x${byte}, begins no character. Expected UTF-8. ${advice}`,
  };
}

/** Where bytes stop being UTF-8. */
function oddPlace(bytes: Buffer): number {
  const read = Buffer.from(bytes.toString("utf8"));
  let place = 0;
  while (bytes[place] === read[place]) place += 1;
  // What stands for the odd bytes may begin as they do.
  while (((read[place] ?? 0) & 0xc0) === 0x80) place -= 1;
  return place;
}

/** That a table cannot be read at all, since the names of its columns are no text. */
export function headerError(path: string, mapping: string | null, { message }: Fault): NightdeskError {
  const [code, of] = mapping === null ? ["dump-encoding", ""] : ["mapping-encoding", ` under the mapping ${mapping}`];
  return new NightdeskError(
    code,
    `The header of ${path} cannot be read${of}. ${message} Nothing of it was loaded: it is not known which cells are which.`,
  );
}
