import type { LoadedEvent } from "../event";
import type { Fault } from "../fields";
import { linesOf } from "../lines";
import type { Waiting } from "../waiting";
import { type Encoding, UTF_8 } from "./encoding";

/** Where a reader of lines puts what it makes of them. */
export interface Sink {
  read(): void;
  event(event: LoadedEvent): void;
  /** @param bytes the line, or lines, as delivered; to be asked for at once or never */
  reject(line: number, fault: Fault, bytes: () => Buffer): void;
}

/** A sink whose events wait to be stored, for a reader that puts one among them itself and says so to `taken`. */
export interface StoreSink extends Sink {
  waiting(): Record<LoadedEvent["kind"], Waiting>;
  taken(kind: LoadedEvent["kind"], atMs: number): void;
}

/** A reader of lines, told each block of them once, in order, and the end. */
export interface LineReader {
  /** @returns the number of the line behind the block, `first` being that of its first */
  block(bytes: Buffer, first: number): number;
  /** A line too long to be read came between, or the file has ended; whatever was open is over. */
  interrupt(): void;
}

/** A reader that wants each line alone, as text without the line feed. */
export interface TextReader {
  /** @param fault why the line is no text, and its `text` not what was meant; null where it is */
  line(text: string, line: number, bytes: () => Buffer, fault: Fault | null): void;
  interrupt(): void;
}

/** The reader of blocks that hands their lines, one by one, to a reader of text. */
export function byLine(reader: TextReader, encoding: Encoding = UTF_8): LineReader {
  const block = (bytes: Buffer, first: number): number => {
    const { texts, bytes: bytesOf } = linesOf(bytes);
    const isText = encoding.isText(bytes);
    texts.forEach((text, index) => {
      const fault = isText ? null : lineFault(encoding, bytesOf(index));
      reader.line(text, first + index, () => bytesOf(index), fault);
    });
    return first + texts.length;
  };
  return { block, interrupt: () => reader.interrupt() };
}

function lineFault(encoding: Encoding, line: Buffer): Fault | null {
  return encoding.isText(line) ? null : encoding.fault(line);
}
