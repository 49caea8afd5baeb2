import type { LoadedEvent } from "../event";
import type { Fault } from "../fields";

/** Where a reader of lines puts what it makes of them. */
export interface Sink {
  event(event: LoadedEvent): void;
  /** @param bytes the line, or lines, as delivered; to be asked for at once or never */
  reject(line: number, fault: Fault, bytes: () => Buffer): void;
  read(): void;
}

/** A reader of lines, told each line once, in order, and the end. */
export interface LineReader {
  line(text: string, line: number, bytes: () => Buffer): void;
  /** A line too long to be read came between; whatever was open is over. */
  interrupt(): void;
}
