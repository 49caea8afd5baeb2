import { SLOTS } from "./records";

/** Where the fields of a line stand among its bytes. */
export interface PlainLine {
  /** By slot: what stands there, and from where to where, without quotes; an end of 0 where it is nothing or unknown. */
  forms: Uint8Array;
  from: Int32Array;
  to: Int32Array;
  /** Fields without a slot: where the key begins and ends, then the value with its quotes. */
  others: Int32Array;
  other_count: number;
}

/** The slot of a field that has one. */
export function slotNamed(field: string): number {
  return SLOTS.get(field) as number;
}

/** What a field holds: no such field, null or an empty text, a text, a whole number, true or false. */
const ABSENT = 0;
const UNKNOWN = 1;
export const TEXT = 2;
export const NUMBER = 3;
const FLAG = 4;

const MOST_OTHERS = 16;
const MOST_DIGITS = 15;

const TAB = 9;
const NEWLINE = 10;
const RETURN = 13;
const SPACE = 32;
const QUOTE = 34;
const COMMA = 44;
const ZERO = 48;
const NINE = 57;
const COLON = 58;
const BACKSLASH = 92;
const OPEN = 123;
const CLOSE = 125;

const bytesOf = (text: string): Buffer => Buffer.from(text);
const LITERALS = [bytesOf("null"), bytesOf("true"), bytesOf("false")] as const;
const NAMES = Array.from(SLOTS, ([field, slot]) => ({ slot, name: bytesOf(field) }));
const MARKS = 1024;
const FACTOR = factorFor(NAMES.map(({ name }) => name));
/** By mark: the one field whose name has it, and its slot. */
const NAME_OF_MARK = Array.from({ length: MARKS }, (_, mark) => nameOfMark(mark)?.name ?? Buffer.alloc(0));
const SLOT_OF_MARK = Int32Array.from({ length: MARKS }, (_, mark) => nameOfMark(mark)?.slot ?? -1);

function nameOfMark(mark: number): (typeof NAMES)[number] | undefined {
  return NAMES.find(({ name }) => markOf(name, 0, name.length, FACTOR) === mark);
}

/** The first factor that gives every name a mark of its own. */
function factorFor(names: readonly Buffer[]): number {
  for (let factor = 1; ; factor += 2) {
    if (new Set(names.map((name) => markOf(name, 0, name.length, factor))).size === names.length) return factor;
  }
}

export function openPlainLine(): PlainLine {
  const count = Math.max(...SLOTS.values()) + 1;
  return {
    forms: new Uint8Array(count),
    from: new Int32Array(count),
    to: new Int32Array(count),
    others: new Int32Array(4 * MOST_OTHERS),
    other_count: 0,
  };
}

/**
 * Finds the fields of a line that is plain: one object of texts without escapes, whole numbers of at most 15 digits, true,
 * false and null, each field once. What reads here reads the same as JSON.
 *
 * @param bytes UTF-8
 * @returns the end of the line; -1 where it is not plain, whatever else it is
 */
export function scanPlain(line: PlainLine, bytes: Buffer, start: number): number {
  line.forms.fill(ABSENT);
  line.to.fill(0);
  line.other_count = 0;
  let at = afterBlanks(bytes, start);
  if (bytes[at] !== OPEN) return -1;
  do {
    const key = afterBlanks(bytes, at + 1);
    const keyEnd = bytes[key] === QUOTE ? textEnd(bytes, key + 1) : -1;
    if (keyEnd < 0) return -1;
    at = afterBlanks(bytes, keyEnd + 1);
    if (bytes[at] !== COLON) return -1;
    at = scanValue(line, bytes, afterBlanks(bytes, at + 1), key + 1, keyEnd);
    if (at < 0) return -1;
    at = afterBlanks(bytes, at);
  } while (bytes[at] === COMMA);
  if (bytes[at] !== CLOSE) return -1;
  at = afterBlanks(bytes, at + 1);
  return at >= bytes.length || bytes[at] === NEWLINE ? at : -1;
}

/** @returns the place behind the value; -1 where it is not plain, or its field was there before */
function scanValue(line: PlainLine, bytes: Buffer, at: number, keyFrom: number, keyTo: number): number {
  const first = bytes[at] as number;
  let form: number;
  let end: number;
  if (first === QUOTE) {
    const quote = textEnd(bytes, at + 1);
    form = quote === at + 1 ? UNKNOWN : TEXT;
    end = quote < 0 ? -1 : quote + 1;
  } else if (first >= ZERO && first <= NINE) {
    form = NUMBER;
    end = numberEnd(bytes, at);
  } else {
    form = first === LITERALS[0][0] ? UNKNOWN : FLAG;
    end = literalEnd(bytes, at);
  }
  if (end < 0) return -1;
  return place(line, bytes, keyFrom, keyTo, form, at, end) ? end : -1;
}

/** Notes where a field stands; false where it cannot. */
function place(
  line: PlainLine,
  bytes: Buffer,
  keyFrom: number,
  keyTo: number,
  form: number,
  from: number,
  to: number,
): boolean {
  const slot = slotOf(bytes, keyFrom, keyTo);
  if (slot < 0) {
    if (line.other_count === MOST_OTHERS) return false;
    // A field that is unknown ends where it begins: it only shows whether its name comes twice.
    line.others.set([keyFrom, keyTo, from, form === UNKNOWN ? from : to], 4 * line.other_count);
    line.other_count += 1;
    return true;
  }
  if (line.forms[slot] !== ABSENT) return false;
  line.forms[slot] = form;
  if (form === UNKNOWN) return true;
  const quotes = form === TEXT ? 1 : 0;
  line.from[slot] = from + quotes;
  line.to[slot] = to - quotes;
  return true;
}

function slotOf(bytes: Buffer, from: number, to: number): number {
  const mark = markOf(bytes, from, to, FACTOR);
  const name = NAME_OF_MARK[mark] as Buffer;
  return name.length === to - from && isAt(bytes, from, name) ? (SLOT_OF_MARK[mark] as number) : -1;
}

function markOf(bytes: Buffer, from: number, to: number, factor: number): number {
  const length = to - from;
  if (length < 2) return 0;
  const letters =
    (bytes[from] as number) * 31 + (bytes[from + (length >> 1)] as number) * 7 + (bytes[to - 2] as number);
  return (Math.imul(letters * 32 + length, factor) >>> 5) & (MARKS - 1);
}

function isAt(bytes: Buffer, from: number, name: Buffer): boolean {
  for (let index = 0; index < name.length; index++) if (bytes[from + index] !== name[index]) return false;
  return true;
}

function afterBlanks(bytes: Buffer, from: number): number {
  let at = from;
  while (bytes[at] === SPACE || bytes[at] === TAB || bytes[at] === RETURN) at += 1;
  return at;
}

/** The place of the quote that ends a text; -1 where an escape, a control character or the end of all bytes comes first. */
function textEnd(bytes: Buffer, from: number): number {
  for (let at = from; ; at++) {
    const byte = bytes[at] as number;
    if (byte === QUOTE) return at;
    if (!(byte >= SPACE) || byte === BACKSLASH) return -1;
  }
}

function numberEnd(bytes: Buffer, from: number): number {
  let at = from;
  while ((bytes[at] as number) >= ZERO && (bytes[at] as number) <= NINE) at += 1;
  const isOneWay = bytes[from] !== ZERO || at === from + 1;
  return isOneWay && at - from <= MOST_DIGITS ? at : -1;
}

function literalEnd(bytes: Buffer, from: number): number {
  const literal = LITERALS.find((name) => isAt(bytes, from, name));
  return literal === undefined ? -1 : from + literal.length;
}
