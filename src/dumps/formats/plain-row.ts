import type { LoadedEvent } from "../event";
import { endCells, reserve, type Waiting, writeInteger } from "../waiting";
import { type PlainLine, slotNamed } from "./plain-scan";

/** What is told of a plain line beside where its fields stand. */
export interface RowParts {
  kind: LoadedEvent["kind"];
  at_ms: number;
  ended_at_ms: number | null;
  /** How the identity of an agent's event without an id begins, as JSON; null for a contact's. */
  identity_start: Buffer | null;
  /** Number of the line, and how long it is. */
  number: number;
  byte_count: number;
}

const QUOTE = 34;
const COMMA = 44;
const DASH = 45;
const COLON = 58;
const EQUALS = 61;
const BACKSLASH = 92;
const OPEN = 123;
const CLOSE = 125;
const NULL = Buffer.from("null");
/** From here on the order of bytes is not that of texts. */
const BEYOND_FIRST_PLANE = 0xf0;

const CONTACT_ID = slotNamed("contactId");
const EVENT_ID = slotNamed("eventId");
const SEQUENCE = slotNamed("sequence");
const EVENT = slotNamed("event");
const STATE = slotNamed("state");
const ORIGIN = slotNamed("origin");
const DESTINATION = slotNamed("destination");

/** By kind: whose event it is, what it is called, what it has columns of its own for, and what no column. */
export const FIELDS = {
  contact: { owner: CONTACT_ID, name: EVENT, own: [ORIGIN, DESTINATION], foreign: [STATE] },
  agent: { owner: slotNamed("agentId"), name: STATE, own: [CONTACT_ID], foreign: [EVENT, ORIGIN, DESTINATION] },
};

/**
 * Puts the cells of a line's row, as JSON. The texts of a plain line hold nothing that is written otherwise in JSON, and
 * whole numbers are written in one way: their bytes are copied.
 */
export function putRow(waiting: Waiting, line: PlainLine, bytes: Buffer, parts: RowParts): void {
  // Of attributes every byte may be a quote that is escaped.
  reserve(waiting, 2 * parts.byte_count + (parts.identity_start?.length ?? 0) + 256);
  const { cells } = waiting;
  const { own } = FIELDS[parts.kind];
  let at = writeIdentity(cells, waiting.length, line, bytes, parts);
  cells[at++] = COMMA;
  at = writeInteger(cells, at, parts.at_ms);
  cells[at++] = COMMA;
  at = parts.ended_at_ms === null ? writeNull(cells, at) : writeInteger(cells, at, parts.ended_at_ms);
  cells[at++] = COMMA;
  at = line.to[SEQUENCE] === 0 ? writeNull(cells, at) : writeField(cells, at, line, bytes, SEQUENCE);
  const middle = at;
  for (let index = 0; index < own.length; index++) {
    at = writeQuoted(cells, at, line, bytes, own[index] as number);
    cells[at++] = COMMA;
  }
  at = line.other_count === 0 ? writeNull(cells, at) : writeAttributes(cells, at, line, bytes);
  cells[at++] = COMMA;
  endCells(waiting, middle, writeInteger(cells, at, parts.number));
}

/** Each function that writes returns the place behind what it wrote. */
function writeIdentity(cells: Buffer, start: number, line: PlainLine, bytes: Buffer, parts: RowParts): number {
  const { owner, name } = FIELDS[parts.kind];
  let at = start;
  cells[at++] = QUOTE;
  if (line.to[EVENT_ID] !== 0) at = writeEventId(cells, at, line, bytes, owner);
  else {
    if (parts.identity_start === null) cells[at++] = DASH;
    else at = copy(cells, at, parts.identity_start, 0, parts.identity_start.length);
    at = writeInteger(cells, at, parts.at_ms);
    cells[at++] = DASH;
    at = writeField(cells, at, line, bytes, name);
  }
  cells[at++] = QUOTE;
  return at;
}

/** As `identityOf` has it. */
function writeEventId(cells: Buffer, start: number, line: PlainLine, bytes: Buffer, owner: number): number {
  const from = line.from[EVENT_ID] as number;
  const to = line.to[EVENT_ID] as number;
  const ownerFrom = line.from[owner] as number;
  const length = (line.to[owner] as number) - ownerFrom;
  const isOwn = from + length < to && bytes[from + length] === DASH && areEqual(bytes, from, ownerFrom, length);
  if (isOwn) return copy(cells, start, bytes, from + length, to);
  cells[start] = EQUALS;
  return copy(cells, start + 1, bytes, from, to);
}

function areEqual(bytes: Buffer, a: number, b: number, length: number): boolean {
  for (let at = 0; at < length; at++) if (bytes[a + at] !== bytes[b + at]) return false;
  return true;
}

function writeQuoted(cells: Buffer, start: number, line: PlainLine, bytes: Buffer, slot: number): number {
  if (line.to[slot] === 0) return writeNull(cells, start);
  cells[start] = QUOTE;
  const end = writeField(cells, start + 1, line, bytes, slot);
  cells[end] = QUOTE;
  return end + 1;
}

function writeField(cells: Buffer, at: number, line: PlainLine, bytes: Buffer, slot: number): number {
  return copy(cells, at, bytes, line.from[slot] as number, line.to[slot] as number);
}

function writeNull(cells: Buffer, at: number): number {
  return copy(cells, at, NULL, 0, NULL.length);
}

function copy(cells: Buffer, start: number, bytes: Buffer, from: number, to: number): number {
  let at = start;
  for (let own = from; own < to; own++) cells[at++] = bytes[own] as number;
  return at;
}

/**
 * Sorts the fields that have no column by their names.
 *
 * @returns false where two have the same name, or where the order of their bytes might not be that of their names
 */
export function areApart(line: PlainLine, bytes: Buffer): boolean {
  const { others, other_count } = line;
  if (other_count < 2) return true;
  const fields = Array.from({ length: other_count }, (_, other) => others.slice(4 * other, 4 * other + 4));
  const nameOf = ([from = 0, to = 0]: Int32Array): Buffer => bytes.subarray(from, to);
  if (fields.some((field) => nameOf(field).some((byte) => byte >= BEYOND_FIRST_PLANE))) return false;
  fields.sort((a, b) => Buffer.compare(nameOf(a), nameOf(b)));
  fields.forEach((field, other) => others.set(field, 4 * other));
  return fields.every((field, other) => other === 0 || !nameOf(field).equals(nameOf(fields[other - 1] as Int32Array)));
}

/** All fields that have no column, as a text of JSON within JSON: its quotes are escaped. */
function writeAttributes(cells: Buffer, start: number, line: PlainLine, bytes: Buffer): number {
  const { others } = line;
  let at = start;
  for (let place = 0; place < 4 * line.other_count; place += 4) {
    const from = others[place + 2] as number;
    const to = others[place + 3] as number;
    if (from === to) continue;
    if (at > start) cells[at++] = COMMA;
    else {
      cells[at++] = QUOTE;
      cells[at++] = OPEN;
    }
    at = copyEscaped(cells, at, bytes, (others[place] as number) - 1, (others[place + 1] as number) + 1);
    cells[at++] = COLON;
    at = copyEscaped(cells, at, bytes, from, to);
  }
  if (at === start) return writeNull(cells, at);
  cells[at++] = CLOSE;
  cells[at++] = QUOTE;
  return at;
}

/** Copies bytes of which none but quotes need escaping. */
function copyEscaped(cells: Buffer, start: number, bytes: Buffer, from: number, to: number): number {
  let at = start;
  for (let own = from; own < to; own++) {
    if (bytes[own] === QUOTE) cells[at++] = BACKSLASH;
    cells[at++] = bytes[own] as number;
  }
  return at;
}
