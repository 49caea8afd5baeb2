import { type ByteTable, found, learn, openTable } from "../byte-table";
import type { Context } from "../contexts";
import { CONTEXT_COLUMNS, identityOf, type LoadedEvent } from "../event";
import { flagOf, instantFault, instantOf } from "../fields";
import { addKeyed, type Keyed, type Waiting } from "../waiting";
import { areApart, FIELDS, putRow, type RowParts } from "./plain-row";
import { NUMBER, openPlainLine, type PlainLine, scanPlain, slotNamed, TEXT } from "./plain-scan";
import { camelCase, SLOTS } from "./records";

/*
 * Most lines say in other words what lines before them said: a contact that is known, an event and a context that are
 * known. Such a line is taken from its bytes, without making texts of them; its row is put together from the bytes as
 * they are. What is not plain, not known or not right is left to the reader of JSON, which also says what is wrong with it.
 */

type Kind = LoadedEvent["kind"];

/** What the lines so far have taught. */
export interface PlainTexts {
  owners: Record<Kind, ByteTable<Keyed>>;
  names: Record<Kind, ByteTable<Keyed>>;
  contexts: ByteTable<KnownContext>;
}

interface KnownContext {
  context: Context;
  /** How the identity of an agent's event without an id begins, as JSON; null where that takes a closer look. */
  identity_start: Buffer | null;
}

export interface PlainReader {
  texts: PlainTexts;
  line: PlainLine;
  /** The parts of the line taken last. */
  parts: RowParts;
  /** Kind and context fields of the line read last, as bytes. */
  context: Buffer;
  context_length: number;
}

/** What is known about a line beside its own fields. */
export interface PlainScope {
  type: Kind | null;
  latestMs: number;
}

const MOST_OWNERS = 200_000;
const MOST_NAMES = 1_000;
const MOST_CONTEXTS = 50_000;

const KINDS = { contact: Buffer.from("contact"), agent: Buffer.from("agent") };

const TYPE = slotNamed("type");
const AT = slotNamed("at");
const ENDED_AT = slotNamed("endedAt");
const EVENT_ID = slotNamed("eventId");
const SEQUENCE = slotNamed("sequence");
/** In the order of CONTEXT_COLUMNS; a page's own session name is no field of a line. */
const CONTEXT_SLOTS = CONTEXT_COLUMNS.map((column) => SLOTS.get(camelCase(column)) ?? -1);
const [AGENT, SESSION, CHANNEL, CHANNEL_TYPE, OUTDIAL] = (
  ["agent_id", "agent_session_id", "channel_id", "channel_type", "is_outdial"] as const
).map((column) => CONTEXT_COLUMNS.indexOf(column)) as [number, number, number, number, number];

export function openPlainTexts(): PlainTexts {
  return {
    owners: { contact: openTable(MOST_OWNERS), agent: openTable(MOST_OWNERS) },
    names: { contact: openTable(MOST_NAMES), agent: openTable(MOST_NAMES) },
    contexts: openTable(MOST_CONTEXTS),
  };
}

export function openPlainReader(texts: PlainTexts): PlainReader {
  return {
    texts,
    line: openPlainLine(),
    parts: { kind: "contact", at_ms: 0, ended_at_ms: null, identity_start: null, number: 0, byte_count: 0 },
    context: Buffer.alloc(1024),
    context_length: 0,
  };
}

/**
 * Takes a line whose every part is plain and known, and puts its event among those that wait.
 *
 * @param bytes UTF-8
 * @returns the end of the line; -1 where it was not taken. `parts` of the reader say what was taken.
 */
export function takePlain(
  reader: PlainReader,
  scope: PlainScope,
  waiting: Record<Kind, Waiting>,
  bytes: Buffer,
  start: number,
  number: number,
): number {
  const { line, texts, parts } = reader;
  const end = scanPlain(line, bytes, start);
  if (end < 0 || !areRight(reader, scope, bytes)) return -1;
  composeContext(reader, bytes);
  const known = found(texts.contexts, reader.context, 0, reader.context_length) ?? learnContext(reader, bytes);
  if (known === null) return -1;
  if (parts.kind === "agent" && known.identity_start === null && line.to[EVENT_ID] === 0) return -1;
  parts.identity_start = parts.kind === "agent" ? known.identity_start : null;
  parts.number = number;
  parts.byte_count = end - start;
  putRow(waiting[parts.kind], line, bytes, parts);
  const { owner, name } = FIELDS[parts.kind];
  const whose = keyedText(texts.owners[parts.kind], line, bytes, owner);
  addKeyed(waiting[parts.kind], whose, keyedText(texts.names[parts.kind], line, bytes, name), known.context);
  return end;
}

/** Learns the context of a line, as the reader of JSON would make it; null where that must look at it. */
function learnContext(reader: PlainReader, bytes: Buffer): KnownContext | null {
  const { line, parts } = reader;
  const values = CONTEXT_COLUMNS.map((_, index) => fieldText(line, bytes, CONTEXT_SLOTS[index] as number));
  if (values[OUTDIAL] !== null) {
    const flag = flagOf(values[OUTDIAL]);
    if (flag === undefined) return null;
    values[OUTDIAL] = flag;
  }
  const known: KnownContext = { context: { values, key: null }, identity_start: null };
  if (parts.kind === "agent") {
    const owner = values[AGENT] as string;
    const channel = values[CHANNEL] ?? `${values[SESSION] ?? owner}:${values[CHANNEL_TYPE] ?? "telephony"}`;
    values[CHANNEL] = channel;
    if (owner.length <= channel.length) {
      known.identity_start = Buffer.from(JSON.stringify(identityOf(owner, `${channel}-`)).slice(1, -1));
    }
  }
  learn(reader.texts.contexts, reader.context, 0, reader.context_length, known);
  return known;
}

function fieldText(line: PlainLine, bytes: Buffer, slot: number): string | null {
  const to = line.to[slot] ?? 0;
  return to === 0 ? null : bytes.toString("utf8", line.from[slot], to);
}

function kindOf(line: PlainLine, bytes: Buffer, scope: PlainScope): Kind | null {
  if (line.to[TYPE] === 0) return scope.type;
  if (line.forms[TYPE] !== TEXT) return null;
  if (isField(line, bytes, TYPE, KINDS.contact)) return "contact";
  return isField(line, bytes, TYPE, KINDS.agent) ? "agent" : null;
}

function isField(line: PlainLine, bytes: Buffer, one: number, text: Buffer): boolean {
  const from = line.from[one] as number;
  if ((line.to[one] as number) - from !== text.length) return false;
  return text.every((byte, index) => bytes[from + index] === byte);
}

/** As `instantOf` has it. */
function instantAt(line: PlainLine, bytes: Buffer, one: number): number | null | undefined {
  if (line.to[one] === 0) return null;
  const from = line.from[one] as number;
  const to = line.to[one] as number;
  if (line.forms[one] === NUMBER) return wholeNumber(bytes, from, to);
  return line.forms[one] === TEXT ? instantOf(bytes.toString("utf8", from, to)) : undefined;
}

function wholeNumber(bytes: Buffer, from: number, to: number): number {
  let value = 0;
  for (let at = from; at < to; at++) value = value * 10 + (bytes[at] as number) - 48;
  return value;
}

/** Whether all fields but those of the context are as they must be; notes kind and instants. */
function areRight(reader: PlainReader, scope: PlainScope, bytes: Buffer): boolean {
  const { line, parts } = reader;
  const kind = kindOf(line, bytes, scope);
  if (kind === null) return false;
  const { owner, name, foreign } = FIELDS[kind];
  if (line.to[owner] === 0 || line.to[name] === 0) return false;
  for (const slot of foreign) if (line.to[slot] !== 0) return false;
  if (line.to[SEQUENCE] !== 0 && line.forms[SEQUENCE] !== NUMBER) return false;
  if (!areApart(line, bytes)) return false;
  const at = instantAt(line, bytes, AT);
  const endedAt = instantAt(line, bytes, ENDED_AT);
  if (at === null || at === undefined || endedAt === undefined) return false;
  if (instantFault("at", at, scope.latestMs) !== null) return false;
  if (endedAt !== null && (endedAt < at || instantFault("endedAt", endedAt, scope.latestMs) !== null)) return false;
  parts.kind = kind;
  parts.at_ms = at;
  parts.ended_at_ms = endedAt;
  return true;
}

/** Kind and context fields in the order of their slots, each behind a byte that no text holds. */
function composeContext(reader: PlainReader, bytes: Buffer): void {
  const { from, to } = reader.line;
  let key = reader.context;
  let length = 0;
  key[length++] = reader.parts.kind === "contact" ? 0 : 1;
  for (let index = 0; index < CONTEXT_SLOTS.length; index++) {
    const one = CONTEXT_SLOTS[index] as number;
    const end = one < 0 ? 0 : (to[one] as number);
    if (end === 0) continue;
    let at = from[one] as number;
    if (length + end - at >= key.length) {
      key = Buffer.alloc(2 * (length + end - at));
      key.set(reader.context.subarray(0, length));
      reader.context = key;
    }
    key[length++] = index + 1;
    for (; at < end; at++) key[length++] = bytes[at] as number;
  }
  reader.context_length = length;
}

function keyedText(table: ByteTable<Keyed>, line: PlainLine, bytes: Buffer, slot: number): Keyed {
  const from = line.from[slot] as number;
  const to = line.to[slot] as number;
  const known = found(table, bytes, from, to);
  if (known !== undefined) return known;
  const fresh = { text: bytes.toString("utf8", from, to), key: null };
  learn(table, bytes, from, to, fresh);
  return fresh;
}
