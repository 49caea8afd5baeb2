import { fold } from "../../base/fold";
import type { LoadedEvent } from "../event";
import type { Fault } from "../fields";
import { LONGEST_LINE } from "../lines";
import { headerError } from "./encoding";
import { byLine, type LineReader, type Sink, type TextReader } from "./lines";
import { cleanText } from "./ndjson";
import { emptyRecord, readRecord, type RecordScope, SLOTS } from "./records";

/** A record that has begun; its quoted cell may go on for more lines. */
interface OpenRecord {
  cells: string[];
  /** Text so far of a quoted cell that has not ended, or null. */
  quoted: string | null;
}

interface OpenLine {
  text: string;
  line: number;
  bytes: Buffer;
  fault: Fault | null;
}

const FOLDED = new Map(Array.from(SLOTS, ([field, slot]) => [fold(field), slot]));
/** A quoted cell of more lines than this is a quote that was never closed. */
const MOST_LINES = 10_000;
const DELIMITERS = [",", ";", "\t"];

/** Whether a line is the header of an events table: it names an instant, a contact or agent, and an event or state. */
export function isEventHeader(line: string): boolean {
  const names = new Set(headerCells(line).cells.map(fold));
  const hasOwner = names.has("contactid") || names.has("agentid");
  return names.has("at") && hasOwner && (names.has("event") || names.has("state"));
}

/** What is made of the rows of a CSV table. */
export interface TableRows {
  /** What parts the cells; null where the header, the first line that is not blank, tells it. */
  delimiter: string | null;
  /** Takes the header. @returns what parts its cells. @throws NightdeskError where it is no text */
  begin: (header: string, fault: Fault | null) => string;
  /** @param fault why one of its lines is no text, and its cells not what was meant */
  take: (cells: string[], line: number, bytes: () => Buffer, fault: Fault | null) => void;
}

/**
 * A reader of events in CSV, whose header names their fields.
 *
 * @throws NightdeskError `dump-encoding`, from `block`, where the header is not UTF-8
 */
export function csvReader(path: string, scope: RecordScope, sink: Sink): LineReader {
  let targets: (number | string)[] = [];
  const begin = (header: string, fault: Fault | null): string => {
    if (fault !== null) throw headerError(path, null, fault);
    const told = headerOf(header);
    targets = told.targets;
    return told.delimiter;
  };
  const take = (cells: string[], number: number, bytes: () => Buffer, fault: Fault | null): void => {
    sink.read();
    const result = fault ?? recordOf(targets, cells, number, scope);
    if ("reason" in result) sink.reject(number, result, bytes);
    else sink.event(result);
  };
  return byLine(tableReader({ delimiter: null, begin, take }, sink));
}

/**
 * A reader of CSV after RFC 4180: quotes may hold delimiters and line ends, a doubled quote is one. A quote that never
 * ends costs its own line, not the file: it is rejected alone, and reading goes on with the next line.
 */
export function tableReader(rows: TableRows, sink: Sink): TextReader {
  let { delimiter } = rows;
  let record: OpenRecord = { cells: [], quoted: null };
  let open: OpenLine[] = [];
  let openLength = 0;
  const close = (): OpenLine[] => {
    const lines = open;
    open = [];
    openLength = 0;
    record = { cells: [], quoted: null };
    return lines;
  };
  const giveUp = (fault: Fault): void => {
    const [first, ...others] = close();
    if (first === undefined) return;
    sink.read();
    sink.reject(first.line, first.fault ?? fault, () => first.bytes);
    for (const other of others) line(other.text, other.line, () => other.bytes, other.fault);
  };
  const line = (raw: string, number: number, bytes: () => Buffer, fault: Fault | null): void => {
    const text = raw.endsWith("\r") ? raw.slice(0, -1) : raw;
    if (open.length === 0 && text.trim() === "") return;
    if (delimiter === null) {
      delimiter = rows.begin(text, fault);
      return;
    }
    const result = scan(record, text, delimiter);
    if (result === "done" && open.length === 0) {
      rows.take(record.cells, number, bytes, fault);
      record = { cells: [], quoted: null };
      return;
    }
    open.push({ text: raw, line: number, bytes: Buffer.from(bytes()), fault });
    openLength += raw.length + 1;
    if (result === "done") {
      const { cells } = record;
      const lines = close();
      const odd = lines.find((one) => one.fault !== null)?.fault ?? null;
      rows.take(cells, lines[0]?.line ?? number, () => joined(lines), odd);
    } else if (result === "bad" || openLength > LONGEST_LINE || open.length > MOST_LINES) giveUp(BAD_QUOTE);
  };
  const interrupt = (): void => {
    while (open.length > 0) giveUp(BAD_QUOTE);
  };
  return { line, interrupt };
}

const BAD_QUOTE: Fault = {
  reason: "csv-quote",
  message:
    'A quoted cell does not end where it should. Expected " only around a whole cell, and "" for a quote inside it.',
};

function joined(lines: OpenLine[]): Buffer {
  return Buffer.concat(lines.flatMap(({ bytes }, index) => (index === 0 ? [bytes] : [Buffer.from("\n"), bytes])));
}

/** Reads one line into the record. */
function scan(record: OpenRecord, text: string, delimiter: string): "done" | "open" | "bad" {
  if (record.quoted === null && !text.includes('"')) {
    record.cells = text.split(delimiter);
    return "done";
  }
  let at = 0;
  for (;;) {
    if (record.quoted === null && text[at] !== '"') {
      const end = text.indexOf(delimiter, at);
      record.cells.push(end < 0 ? text.slice(at) : text.slice(at, end));
      if (end < 0) return "done";
      at = end + 1;
      continue;
    }
    if (record.quoted === null) {
      record.quoted = "";
      at += 1;
    }
    const end = quoteEnd(record, text, at);
    if (end === null) return "open";
    record.cells.push(record.quoted);
    record.quoted = null;
    if (end === text.length) return "done";
    if (text[end] !== delimiter) return "bad";
    at = end + 1;
  }
}

/** Adds to the quoted cell up to its end. @returns the place after its quote, or null where the line ends before */
function quoteEnd(record: OpenRecord, text: string, from: number): number | null {
  let at = from;
  for (;;) {
    const quote = text.indexOf('"', at);
    if (quote < 0) {
      record.quoted += `${text.slice(at)}\n`;
      return null;
    }
    if (text[quote + 1] !== '"') {
      record.quoted += text.slice(at, quote);
      return quote + 1;
    }
    record.quoted += text.slice(at, quote + 1);
    at = quote + 2;
  }
}

/** The cells of a header, and what parts them: whichever of the usual delimiters gives most cells. */
export function headerCells(line: string, delimiters = DELIMITERS): { cells: string[]; delimiter: string } {
  const text = line.endsWith("\r") ? line.slice(0, -1) : line;
  const split = delimiters.map((delimiter) => {
    const record: OpenRecord = { cells: [], quoted: null };
    scan(record, text, delimiter);
    return { cells: record.cells.map((cell) => cell.trim()), delimiter };
  });
  return split.toSorted((a, b) => b.cells.length - a.cells.length)[0] as { cells: string[]; delimiter: string };
}

/** For each column the slot of its field, or the name under which it is kept. */
function headerOf(line: string): { delimiter: string; targets: (number | string)[] } {
  const { cells, delimiter } = headerCells(line);
  const targets = cells.map(
    (name, index) => SLOTS.get(name) ?? FOLDED.get(fold(name)) ?? (name || `column ${index + 1}`),
  );
  return { delimiter, targets };
}

function recordOf(
  targets: (number | string)[],
  cells: string[],
  line: number,
  scope: RecordScope,
): LoadedEvent | Fault {
  if (cells.length > targets.length) return tooManyCells(cells.length, targets.length);
  const record = emptyRecord();
  const kept = new Set<string>();
  cells.forEach((cell, index) => {
    if (cell === "") return;
    const target = targets[index] as number | string;
    const text = cell.includes("\u0000") ? cleanText(cell) : cell;
    if (typeof target === "number") record.slots[target] ??= text;
    else if (!kept.has(target)) {
      kept.add(target);
      record.rest.push([target, text]);
    }
  });
  return readRecord(record, line, scope);
}

export function tooManyCells(cells: number, columns: number): Fault {
  return {
    reason: "csv-cells",
    message: `The line has ${cells} cells and the header ${columns}. Expected as many; a cell with a delimiter in it needs quotes.`,
  };
}
