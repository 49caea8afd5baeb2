import { closeSync, mkdirSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";

export type Kind = "contact" | "agent";
export const KINDS: readonly Kind[] = ["contact", "agent"];

/** The dump files of the days that are being written, two a day, each in big pieces. */
export interface Dumps {
  /** Adds a line to a day's dump. @returns the line's number in the file, from 1 */
  add(kind: Kind, day: number, line: string): number;
  nameOf(kind: Kind, day: number): string;
  closeDay(day: number): void;
  /** Paths of all files, in the order of days. */
  paths: string[];
}

/** A file that grows at its end. */
export interface Appendix {
  add(text: string): void;
  close(): void;
}

const PIECE_BYTES = 1 << 20;
/** A character of a JavaScript text takes at most three bytes. */
const BYTES_A_CHARACTER = 3;

/** The file is made anew. Texts are encoded one by one into a piece: as one long text they would cost twice the time. */
export function openAppendix(path: string): Appendix {
  const file = openSync(path, "w");
  let piece = Buffer.allocUnsafe(PIECE_BYTES);
  let used = 0;
  const flush = (): void => {
    for (let done = 0; done < used;) done += writeSync(file, piece, done, used - done);
    used = 0;
  };
  return {
    add(text) {
      const room = text.length * BYTES_A_CHARACTER;
      if (used + room > piece.length) flush();
      if (room > piece.length) piece = Buffer.allocUnsafe(room);
      used += piece.write(text, used);
    },
    close() {
      flush();
      closeSync(file);
    },
  };
}

export function openDumps(out: string, days: readonly string[]): Dumps {
  mkdirSync(out, { recursive: true });
  const nameOf = (kind: Kind, day: number): string => `${kind}-events-${days[day]}.ndjson`;
  const paths = days.flatMap((_, day) => KINDS.map((kind) => join(out, nameOf(kind, day))));
  const open = new Map<string, { file: Appendix; lines: number }>();
  const dumpOf = (name: string): { file: Appendix; lines: number } => {
    const known = open.get(name);
    if (known !== undefined) return known;
    const dump = { file: openAppendix(join(out, name)), lines: 0 };
    open.set(name, dump);
    return dump;
  };
  return {
    nameOf,
    paths,
    add(kind, day, line) {
      const dump = dumpOf(nameOf(kind, day));
      dump.file.add(`${line}\n`);
      return ++dump.lines;
    },
    closeDay(day) {
      for (const kind of KINDS) {
        const name = nameOf(kind, day);
        dumpOf(name).file.close();
        open.delete(name);
      }
    },
  };
}
