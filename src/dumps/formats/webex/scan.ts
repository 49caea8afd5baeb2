import { closed, extend, type LongPiece, openPiece, type OpenPiece } from "../../pieces";
import { brokenPage, pageError } from "./errors";
import {
  CLOSE_LIST,
  CLOSE_OBJECT,
  COLON,
  COMMA,
  isBlank,
  NEWLINE,
  OPEN_LIST,
  OPEN_OBJECT,
  QUOTE,
  SPACE,
  stringEnd,
  type TextState,
} from "./marks";

/** The lists of records a page may hold, by the names they have in it. */
export type ListName = "tasks" | "agentSessions" | "taskLegs";

export const LIST_NAMES: readonly string[] = ["tasks", "agentSessions", "taskLegs"] satisfies ListName[];

/** An element of a list, as the page writes it; where it is too long to be read, what remains of it. */
export interface FoundElement {
  list: ListName;
  piece: Buffer | LongPiece;
  /** Bytes before it. */
  at: number;
}

/** A page with its lists emptied: `{"data":{"taskDetails":{"tasks":[]}}}`. */
export interface FoundFrame {
  list: null;
  piece: Buffer;
  /** Which bytes of the page its stretches are: from this byte of the frame on, that byte of the page. */
  stretches: Stretch[];
}

interface Stretch {
  from: number;
  at: number;
}

export interface PageScanner {
  /** What ends in the next bytes, in their order. @throws NightdeskError `page-json`, `page-too-large` */
  push(chunk: Buffer): (FoundElement | FoundFrame)[];
  /** @throws NightdeskError `page-json` where something has not ended */
  end(): void;
}

/** An element longer than this is not read: the vendor's have some kilobytes. */
export const LONGEST_ELEMENT = 16 * 1024 * 1024;
/** Nor one of more values than this, which take far more memory than their text. */
export const MOST_VALUES = 500_000;
const LONGEST_FRAME = 16 * 1024 * 1024;
/** Lists lie at data.taskDetails.tasks and the like; a saved response may wrap that once or twice more. */
const DEEPEST_LIST = 6;
/** Escapes included. */
const LONGEST_NAME = 100;

interface Scan extends TextState {
  path: string;
  found: (FoundElement | FoundFrame)[];
  /** Bytes of the page before the chunk. */
  before: number;
  frame: OpenFrame | null;
  list: OpenList | null;
  /** Whether a line has ended since the last page. */
  may_begin: boolean;
}

interface OpenFrame {
  bytes: OpenPiece;
  stretches: Stretch[];
  depth: number;
  /** Beginning of the last string, and whether a colon has just come after it. */
  text: string;
  is_name: boolean;
}

interface OpenList {
  name: ListName;
  /** The element that has begun, its bytes of earlier chunks, where it began, and how deep in it we are. */
  element: OpenPiece | null;
  at: number;
  depth: number;
  /** Values in it so far, or nearly so: its commas and opening brackets. */
  value_count: number;
  /** Whether a comma promised another element. */
  is_promised: boolean;
}

/**
 * Takes a page of any size apart without ever holding more of it than one chunk, one element, and what is around the
 * lists. Only brackets, strings and commas are looked at; whether an element or the frame is JSON shows where it is
 * parsed. Pages may follow each other, each on a line of its own.
 */
export function openScanner(path: string): PageScanner {
  const scan: Scan = {
    path,
    found: [],
    before: 0,
    in_string: false,
    is_escaped: false,
    frame: null,
    list: null,
    may_begin: true,
  };
  const push = (chunk: Buffer): Scan["found"] => {
    scan.found = [];
    let at = 0;
    while (at < chunk.length) {
      if (scan.list !== null) at = scanList(scan, scan.list, chunk, at);
      else if (scan.frame !== null) at = scanFrame(scan, scan.frame, chunk, at);
      else at = scanGap(scan, chunk, at);
    }
    scan.before += chunk.length;
    return scan.found;
  };
  const end = (): void => {
    if (scan.frame !== null) throw brokenPage(path, null);
  };
  return { push, end };
}

/** Between pages. @returns where the next begins */
function scanGap(scan: Scan, chunk: Buffer, from: number): number {
  for (let at = from; at < chunk.length; at++) {
    const byte = chunk[at] as number;
    if (byte === NEWLINE) scan.may_begin = true;
    if (isBlank(byte)) continue;
    if (!scan.may_begin || (byte !== OPEN_OBJECT && byte !== OPEN_LIST)) throw brokenPage(scan.path, scan.before + at);
    scan.frame = { bytes: openPiece(LONGEST_FRAME), stretches: [], depth: 0, text: "", is_name: false };
    scan.may_begin = false;
    return at;
  }
  return chunk.length;
}

/** Around the lists. @returns where a list has begun or the page has ended */
function scanFrame(scan: Scan, frame: OpenFrame, chunk: Buffer, from: number): number {
  for (let at = from; at < chunk.length; at++) {
    const byte = chunk[at] as number;
    if (scan.in_string || byte === QUOTE) {
      at = readText(scan, frame, chunk, at) - 1;
    } else if (byte === OPEN_LIST || byte === OPEN_OBJECT) {
      const name = byte === OPEN_LIST && frame.is_name && frame.depth <= DEEPEST_LIST ? listName(frame.text) : null;
      frame.is_name = false;
      frame.depth += 1;
      if (name === null) continue;
      scan.list = { name, element: null, at: 0, depth: 0, value_count: 0, is_promised: false };
      keep(scan, frame, chunk.subarray(from, at + 1), from);
      return at + 1;
    } else if (byte === CLOSE_LIST || byte === CLOSE_OBJECT) {
      frame.is_name = false;
      frame.depth -= 1;
      if (frame.depth > 0) continue;
      keep(scan, frame, chunk.subarray(from, at + 1), from);
      scan.found.push({ list: null, piece: closed(frame.bytes) as Buffer, stretches: frame.stretches });
      scan.frame = null;
      return at + 1;
    } else if (byte > SPACE) frame.is_name = byte === COLON;
  }
  keep(scan, frame, chunk.subarray(from), from);
  return chunk.length;
}

/** Reads a string around the lists, or goes on with one: it may be the name of a list. @returns the place after it */
function readText(scan: Scan, frame: OpenFrame, chunk: Buffer, from: number): number {
  const start = scan.in_string ? from : from + 1;
  if (!scan.in_string) frame.text = "";
  frame.is_name = false;
  const end = stringEnd(scan, chunk, start);
  if (frame.text.length < LONGEST_NAME) {
    frame.text += chunk.toString("latin1", start, Math.min(end, start + LONGEST_NAME));
  }
  return end;
}

/** Adds a stretch of the chunk to the frame. */
function keep(scan: Scan, frame: OpenFrame, bytes: Buffer, at: number): void {
  frame.stretches.push({ from: frame.bytes.length, at: scan.before + at });
  extend(frame.bytes, bytes);
  if (frame.bytes.long === null) return;
  throw pageError(
    scan.path,
    "page-too-large",
    `holds more than ${LONGEST_FRAME / 1024 / 1024} MiB beside the records of its lists, which no page of the Webex Search API does`,
    "Ask the API for the records alone, or split the file",
  );
}

function listName(text: string): ListName | null {
  let name = text.slice(0, -1);
  if (name.includes("\\")) {
    try {
      name = String(JSON.parse(`"${text}`));
    } catch {
      return null;
    }
  }
  return LIST_NAMES.includes(name) ? (name as ListName) : null;
}

/** Inside a list. @returns the place of its closing bracket, or the end of the chunk */
function scanList(scan: Scan, list: OpenList, chunk: Buffer, from: number): number {
  let start = from;
  for (let at = scan.in_string ? stringEnd(scan, chunk, from) : from; at < chunk.length; at++) {
    const byte = chunk[at] as number;
    if (list.element === null) {
      if (isBlank(byte)) continue;
      if (byte === CLOSE_LIST && !list.is_promised) {
        scan.list = null;
        return at;
      }
      if (byte === COMMA || byte === CLOSE_LIST) throw brokenPage(scan.path, scan.before + at);
      list.element = openPiece(LONGEST_ELEMENT);
      list.at = scan.before + at;
      list.value_count = 0;
      start = at;
    }
    if (byte === QUOTE) at = stringEnd(scan, chunk, at + 1) - 1;
    else if (byte === OPEN_OBJECT || byte === OPEN_LIST) {
      list.depth += 1;
      list.value_count += 1;
    } else if (list.depth > 0) {
      if (byte === COMMA) list.value_count += 1;
      else if (byte === CLOSE_OBJECT || byte === CLOSE_LIST) list.depth -= 1;
    } else if (byte === COMMA || byte === CLOSE_LIST) {
      add(list, list.element, chunk.subarray(start, at));
      scan.found.push({ list: list.name, piece: closed(list.element), at: list.at });
      list.element = null;
      list.is_promised = byte === COMMA;
      if (byte === COMMA) continue;
      scan.list = null;
      return at;
    }
  }
  if (list.element !== null) add(list, list.element, chunk.subarray(start));
  return chunk.length;
}

function add(list: OpenList, element: OpenPiece, bytes: Buffer): void {
  if (list.value_count > MOST_VALUES) element.limit = 0;
  extend(element, bytes);
}
