import type { Context } from "./contexts";
import type { LoadedEvent } from "./event";

/** A text that is stored under a key, or will be with the batch that brings it first. */
export interface Keyed {
  text: string;
  key: number | null;
}

/**
 * Events of one kind that wait to be stored, nearly in the shape they travel in: of each event the cells of its JSON row
 * between the key of its owner and that of its name, and those behind the key of its context. Keys are filled in when the
 * batch is sent, since they may have to be asked for.
 */
export interface Waiting {
  owners: Keyed[];
  names: Keyed[];
  contexts: Context[];
  cells: Buffer;
  length: number;
  /** Where in `cells` the two pieces of each event end. */
  ends: Int32Array;
}

const FIRST_BYTES = 1024 * 1024;
const FIRST_ENDS = 64 * 1024;
/** The longest number, and the separators around it. */
const KEY_BYTES = 20;
const COMMA = 44;
const OPEN = 91;
const CLOSE = 93;
const ZERO = 48;
const TEN_MILLION = 10_000_000;

/** @param sent whose buffers are used again; nobody may read it any more */
export function openWaiting(sent: Waiting | null = null): Waiting {
  return {
    owners: [],
    names: [],
    contexts: [],
    cells: sent?.cells ?? Buffer.allocUnsafe(FIRST_BYTES),
    length: 0,
    ends: sent?.ends ?? new Int32Array(FIRST_ENDS),
  };
}

/** Puts an event behind the others. `name` is its spelling and what it is shown as in one text. */
export function addWaiting(waiting: Waiting, event: LoadedEvent, name: string): void {
  const { identity, at_ms, ended_at_ms, sequence, own_1, own_2, attributes, line } = event;
  const own = event.kind === "contact" ? [own_1, own_2] : [own_1];
  const head = JSON.stringify([identity, at_ms, ended_at_ms, sequence]).slice(1, -1);
  const tail = JSON.stringify([...own, attributes, line]).slice(1, -1);
  reserve(waiting, 3 * (head.length + tail.length));
  const middle = waiting.length + waiting.cells.write(head, waiting.length, "utf8");
  endCells(waiting, middle, middle + waiting.cells.write(tail, middle, "utf8"));
  addKeyed(waiting, { text: event.owner, key: null }, { text: name, key: null }, event.context);
}

/** Ends the cells of an event, of which the first piece ends in the middle; it is then told whose they are. */
export function endCells(waiting: Waiting, middle: number, end: number): void {
  const place = 2 * waiting.owners.length;
  if (place + 2 > waiting.ends.length) {
    const larger = new Int32Array(2 * waiting.ends.length);
    larger.set(waiting.ends);
    waiting.ends = larger;
  }
  waiting.ends[place] = middle;
  waiting.ends[place + 1] = end;
  waiting.length = end;
}

export function addKeyed(waiting: Waiting, owner: Keyed, name: Keyed, context: Context): void {
  waiting.owners.push(owner);
  waiting.names.push(name);
  waiting.contexts.push(context);
}

/** Makes room for so many bytes more. */
export function reserve(waiting: Waiting, bytes: number): void {
  if (waiting.length + bytes <= waiting.cells.length) return;
  const larger = Buffer.allocUnsafe(2 * waiting.cells.length + bytes);
  waiting.cells.copy(larger, 0, 0, waiting.length);
  waiting.cells = larger;
}

/**
 * The rows as a JSON array, all keys being known.
 *
 * @param order places of the events in the order wanted
 * @param used a buffer to write to, if it is large enough: nobody may read it any more
 */
export function rowsJson(waiting: Waiting, order: Int32Array, used: Buffer | undefined): Buffer {
  const { cells, ends, owners, names, contexts } = waiting;
  const most = waiting.length + owners.length * 3 * KEY_BYTES + 2;
  const out = used !== undefined && used.length >= most ? used : Buffer.allocUnsafeSlow(most + (most >> 2));
  let at = 0;
  out[at++] = OPEN;
  for (let index = 0; index < order.length; index++) {
    const row = order[index] as number;
    if (at > 1) out[at++] = COMMA;
    out[at++] = OPEN;
    at = writeInteger(out, at, owners[row]?.key as number);
    out[at++] = COMMA;
    const middle = ends[2 * row] as number;
    for (let from = row === 0 ? 0 : (ends[2 * row - 1] as number); from < middle; from++)
      out[at++] = cells[from] as number;
    out[at++] = COMMA;
    at = writeInteger(out, at, names[row]?.key as number);
    out[at++] = COMMA;
    at = writeInteger(out, at, contexts[row]?.key as number);
    out[at++] = COMMA;
    const end = ends[2 * row + 1] as number;
    for (let from = middle; from < end; from++) out[at++] = cells[from] as number;
    out[at++] = CLOSE;
  }
  out[at++] = CLOSE;
  return out.subarray(0, at);
}

/** The keys of the owners, each once. */
export function ownersOf({ owners }: Waiting, order: Int32Array): number[] {
  const keys: number[] = [];
  let last = 0;
  for (let index = 0; index < order.length; index++) {
    const key = (owners[order[index] as number] as Keyed).key as number;
    if (key !== last) keys.push(key);
    last = key;
  }
  return keys;
}

/**
 * Places of the events, all keys being known: those of one owner follow each other, in the order they came. The index that
 * tells repeats is then written page by page.
 */
export function orderByOwner({ owners }: Waiting): Int32Array {
  const count = owners.length;
  // A number of both key and place, for numbers are sorted without a comparison.
  const marks = new Float64Array(count);
  for (let place = 0; place < count; place++) marks[place] = ((owners[place] as Keyed).key as number) * count + place;
  marks.sort();
  const places = new Int32Array(count);
  for (let index = 0; index < count; index++) places[index] = (marks[index] as number) % count;
  return places;
}

/** Writes a whole number of at most 15 digits, not below zero. @returns the place behind it */
export function writeInteger(out: Buffer, at: number, value: number): number {
  if (value < TEN_MILLION) return writeDigits(out, at, value, digitsOf(value));
  const high = Math.floor(value / TEN_MILLION);
  const next = writeInteger(out, at, high);
  return writeDigits(out, next, value - high * TEN_MILLION, 7);
}

function digitsOf(value: number): number {
  let digits = 1;
  for (let bound = 10; bound <= value; bound *= 10) digits += 1;
  return digits;
}

function writeDigits(out: Buffer, at: number, value: number, digits: number): number {
  let left = value | 0;
  for (let place = at + digits - 1; place >= at; place--) {
    const tenth = (left / 10) | 0;
    out[place] = ZERO + left - tenth * 10;
    left = tenth;
  }
  return at + digits;
}
