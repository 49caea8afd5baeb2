import type { LoadedEvent } from "../event";
import { endPiece, putByte, putBytes, putInteger, reserve, type Waiting } from "../waiting";
import { isText, type PlainLine, slotNamed } from "./plain-scan";

/** What is told of a plain line beside where its fields stand. */
export interface RowParts {
  kind: LoadedEvent["kind"];
  at_ms: number;
  ended_at_ms: number | null;
  /** How the identity of an agent's event without an id begins, as JSON. */
  identity_start: Buffer | null;
  /** Number of the line. */
  number: number;
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
const [EVENT, STATE, ORIGIN, DESTINATION] = ["event", "state", "origin", "destination"].map(slotNamed) as [
  number,
  number,
  number,
  number,
];

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
  reserve(waiting, roomFor(line, parts));
  putIdentity(waiting, line, bytes, parts);
  putByte(waiting, COMMA);
  putInteger(waiting, parts.at_ms);
  putByte(waiting, COMMA);
  if (parts.ended_at_ms === null) putAll(waiting, NULL);
  else putInteger(waiting, parts.ended_at_ms);
  putByte(waiting, COMMA);
  if (isText(line, SEQUENCE)) putField(waiting, line, bytes, SEQUENCE);
  else putAll(waiting, NULL);
  endPiece(waiting);
  for (const slot of FIELDS[parts.kind].own) {
    putQuoted(waiting, line, bytes, slot);
    putByte(waiting, COMMA);
  }
  putAttributes(waiting, line, bytes);
  putByte(waiting, COMMA);
  putInteger(waiting, parts.number);
}

/** More bytes than a row can have: of attributes each may be a quote that is escaped. */
function roomFor(line: PlainLine, parts: RowParts): number {
  let room = 256 + (parts.identity_start?.length ?? 0);
  for (const slot of [EVENT, STATE, EVENT_ID, SEQUENCE, ORIGIN, DESTINATION, CONTACT_ID]) {
    if (isText(line, slot)) room += (line.to[slot] as number) - (line.from[slot] as number);
  }
  for (let other = 0; other < line.other_count; other++) {
    const [keyFrom = 0, keyTo = 0, from = 0, to = 0] = line.others.subarray(4 * other, 4 * other + 4);
    room += 2 * (keyTo - keyFrom + to - from) + 8;
  }
  return room;
}

function putIdentity(waiting: Waiting, line: PlainLine, bytes: Buffer, parts: RowParts): void {
  const { owner, name } = FIELDS[parts.kind];
  putByte(waiting, QUOTE);
  if (isText(line, EVENT_ID)) putEventId(waiting, line, bytes, owner);
  else {
    if (parts.kind === "contact") putByte(waiting, DASH);
    else putAll(waiting, parts.identity_start ?? NULL);
    putInteger(waiting, parts.at_ms);
    putByte(waiting, DASH);
    putField(waiting, line, bytes, name);
  }
  putByte(waiting, QUOTE);
}

/** As `identityOf` has it. */
function putEventId(waiting: Waiting, line: PlainLine, bytes: Buffer, owner: number): void {
  const from = line.from[EVENT_ID] as number;
  const to = line.to[EVENT_ID] as number;
  const start = line.from[owner] as number;
  const length = (line.to[owner] as number) - start;
  const isOwn = from + length < to && bytes[from + length] === DASH && areEqual(bytes, from, start, length);
  if (!isOwn) putByte(waiting, EQUALS);
  putBytes(waiting, bytes, isOwn ? from + length : from, to);
}

function areEqual(bytes: Buffer, a: number, b: number, length: number): boolean {
  for (let at = 0; at < length; at++) if (bytes[a + at] !== bytes[b + at]) return false;
  return true;
}

function putQuoted(waiting: Waiting, line: PlainLine, bytes: Buffer, slot: number): void {
  if (!isText(line, slot)) {
    putAll(waiting, NULL);
    return;
  }
  putByte(waiting, QUOTE);
  putField(waiting, line, bytes, slot);
  putByte(waiting, QUOTE);
}

function putField(waiting: Waiting, line: PlainLine, bytes: Buffer, slot: number): void {
  putBytes(waiting, bytes, line.from[slot] as number, line.to[slot] as number);
}

function putAll(waiting: Waiting, bytes: Buffer): void {
  putBytes(waiting, bytes, 0, bytes.length);
}

/**
 * Sorts the fields that have no column by their names.
 *
 * @returns false where two have the same name, or where the order of their bytes might not be that of their names
 */
export function areApart(line: PlainLine, bytes: Buffer): boolean {
  const { others, other_count } = line;
  if (other_count === 0) return true;
  const fields = Array.from({ length: other_count }, (_, other) => others.slice(4 * other, 4 * other + 4));
  const nameOf = ([from = 0, to = 0]: Int32Array): Buffer => bytes.subarray(from, to);
  if (fields.some((field) => nameOf(field).some((byte) => byte >= BEYOND_FIRST_PLANE))) return false;
  fields.sort((a, b) => Buffer.compare(nameOf(a), nameOf(b)));
  fields.forEach((field, other) => others.set(field, 4 * other));
  return fields.every((field, other) => other === 0 || !nameOf(field).equals(nameOf(fields[other - 1] as Int32Array)));
}

/** All fields that have no column, as a text of JSON within JSON: its quotes are escaped. */
function putAttributes(waiting: Waiting, line: PlainLine, bytes: Buffer): void {
  let isFirst = true;
  for (let other = 0; other < line.other_count; other++) {
    const [keyFrom = 0, keyTo = 0, from = 0, to = 0] = line.others.subarray(4 * other, 4 * other + 4);
    if (from === to) continue;
    putByte(waiting, isFirst ? QUOTE : COMMA);
    if (isFirst) putByte(waiting, OPEN);
    isFirst = false;
    putEscaped(waiting, bytes, keyFrom - 1, keyTo + 1);
    putByte(waiting, COLON);
    putEscaped(waiting, bytes, from, to);
  }
  if (isFirst) {
    putAll(waiting, NULL);
    return;
  }
  putByte(waiting, CLOSE);
  putByte(waiting, QUOTE);
}

/** Bytes of which none but quotes need escaping. */
function putEscaped(waiting: Waiting, bytes: Buffer, from: number, to: number): void {
  for (let at = from; at < to; at++) {
    if (bytes[at] === QUOTE) putByte(waiting, BACKSLASH);
    putByte(waiting, bytes[at] as number);
  }
}
