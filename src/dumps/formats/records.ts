import { attributesOf, CONTEXT_COLUMNS, type ContextColumn, identityOf, type LoadedEvent } from "../event";
import { type Context, type ContextCache, contextOf } from "../contexts";
import { type Fault, flagOf, instantFault, instantOf, integerOf, type Raw, shown, textOf } from "../fields";

/** What is known about a record beside its own fields. */
export interface RecordScope {
  /** The type the file's name gives, for records that carry none. */
  type: "contact" | "agent" | null;
  /** Instants after this are impossible. */
  latestMs: number;
  contexts: ContextCache;
}

/** A record with its known fields in their slots and all others beside them. */
export interface RawRecord {
  slots: Raw[];
  rest: [string, Raw][];
}

const TYPE = 0;
const CONTACT_ID = 1;
const EVENT = 2;
const STATE = 3;
const AT = 4;
const ENDED_AT = 5;
const EVENT_ID = 6;
const SEQUENCE = 7;
const ORIGIN = 8;
const DESTINATION = 9;
const CONTEXT = 10;

const FIELDS: readonly string[] = [
  "type",
  "contactId",
  "event",
  "state",
  "at",
  "endedAt",
  "eventId",
  "sequence",
  "origin",
  "destination",
  ...CONTEXT_COLUMNS.map(camelCase),
];

/** The field of a column. */
export function camelCase(column: string): string {
  return column.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

/** Slot by field name. A page's own session name is no field of a record. */
export const SLOTS: ReadonlyMap<string, number> = new Map(
  FIELDS.map((field, slot) => [field, slot] as const).filter(([field]) => field !== "pageSessionId"),
);

const contextSlot = (column: ContextColumn): number => CONTEXT + CONTEXT_COLUMNS.indexOf(column);
const AGENT_ID = contextSlot("agent_id");
const AGENT_SESSION_ID = contextSlot("agent_session_id");
const CHANNEL_ID = contextSlot("channel_id");
const CHANNEL_TYPE = contextSlot("channel_type");
const IS_OUTDIAL = contextSlot("is_outdial");

export function emptyRecord(): RawRecord {
  return { slots: Array.from({ length: FIELDS.length }), rest: [] };
}

/** Puts the fields of a JSON object into a record that may have held another before. */
export function fillRecord(record: RawRecord, row: Record<string, Raw>): void {
  const { slots } = record;
  slots.fill(undefined);
  if (record.rest.length > 0) record.rest = [];
  for (const key in row) {
    const value = row[key];
    const slot = SLOTS.get(key);
    if (slot !== undefined) slots[slot] = value;
    else if (value !== null && value !== "") record.rest.push([key, value]);
  }
}

/**
 * An event of the project's own format. The record is used up: its slots change.
 *
 * @returns the event, or why the record is rejected
 */
export function readRecord(record: RawRecord, line: number, scope: RecordScope): LoadedEvent | Fault {
  const { slots } = record;
  const kind = kindOf(slots[TYPE], scope);
  if (typeof kind !== "string") return kind;
  const [owner, other, name] = kind === "contact" ? [CONTACT_ID, AGENT_ID, EVENT] : [AGENT_ID, CONTACT_ID, STATE];
  const at = instantOf(slots[AT]);
  const endedAt = slots[ENDED_AT] === undefined ? null : instantOf(slots[ENDED_AT]);
  const fault =
    fieldFault(slots, owner) ??
    fieldFault(slots, name) ??
    timeFault(slots, at, endedAt, scope.latestMs) ??
    valueFault(slots) ??
    idFault(slots, other) ??
    idFault(slots, EVENT_ID);
  if (fault !== null) return fault;
  return kind === "contact"
    ? contactEvent(record, line, at as number, endedAt as number | null, scope.contexts)
    : agentEvent(record, line, at as number, endedAt as number | null, scope.contexts);
}

function kindOf(type: Raw, scope: RecordScope): "contact" | "agent" | Fault {
  if (type === "contact" || type === "agent") return type;
  if (type === undefined || type === null || type === "") return scope.type ?? NO_TYPE;
  const folded = typeof type === "string" ? type.trim().toLowerCase() : null;
  if (folded === "contact" || folded === "agent") return folded;
  return { reason: "unknown-type", message: `type is ${shown(type)}. Expected contact or agent.` };
}

const NO_TYPE: Fault = {
  reason: "no-type",
  message:
    "type is missing, and the file's name does not say it. Expected type contact or agent in the line, or a file named contact-events-… or agent-events-….",
};

function fieldFault(slots: Raw[], slot: number): Fault | null {
  const value = slots[slot];
  if (typeof value === "string" && value !== "") return null;
  const field = FIELDS[slot] as string;
  const text = textOf(value);
  if (text === null) return { reason: `no-${field}`, message: `${field} is missing or empty, and it is required.` };
  return text === undefined ? notText(field, value) : null;
}

function idFault(slots: Raw[], slot: number): Fault | null {
  const value = slots[slot];
  return value === undefined || typeof value === "string" || textOf(value) !== undefined
    ? null
    : notText(FIELDS[slot] as string, value);
}

function notText(field: string, value: Raw): Fault {
  const hint = typeof value === "number" ? "; a number this large has lost its last digits: write it as text" : "";
  return { reason: `bad-${field}`, message: `${field} is ${shown(value)}. Expected text${hint}.` };
}

function timeFault(
  slots: Raw[],
  at: number | null | undefined,
  endedAt: number | null | undefined,
  latestMs: number,
): Fault | null {
  const expected = "Expected epoch milliseconds, or ISO 8601 with an offset such as 2026-03-02T09:30:00+09:00";
  if (at === null) return { reason: "no-at", message: `at is missing or empty, and it is required. ${expected}.` };
  if (at === undefined) return { reason: "bad-at", message: `at is ${shown(slots[AT])}. ${expected}.` };
  const fault = instantFault("at", at, latestMs);
  if (fault !== null) return fault;
  if (endedAt === null) return null;
  if (endedAt === undefined) {
    return { reason: "bad-endedAt", message: `endedAt is ${shown(slots[ENDED_AT])}. ${expected}, or nothing.` };
  }
  const endFault = instantFault("endedAt", endedAt, latestMs);
  if (endFault !== null) return endFault;
  if (endedAt >= at) return null;
  return {
    reason: "ended-before-start",
    message: `endedAt ${endedAt} lies before at ${at}. Expected an end at or after it.`,
  };
}

function valueFault(slots: Raw[]): Fault | null {
  if (slots[SEQUENCE] !== undefined && integerOf(slots[SEQUENCE]) === undefined) {
    return { reason: "bad-sequence", message: `sequence is ${shown(slots[SEQUENCE])}. Expected an integer.` };
  }
  const outdial = slots[IS_OUTDIAL];
  if (outdial === undefined) return null;
  const flag = flagOf(outdial);
  if (flag === undefined) {
    return { reason: "bad-isOutdial", message: `isOutdial is ${shown(outdial)}. Expected true, false, 0 or 1.` };
  }
  slots[IS_OUTDIAL] = flag;
  return null;
}

function contactEvent(
  record: RawRecord,
  line: number,
  at: number,
  endedAt: number | null,
  contexts: ContextCache,
): LoadedEvent {
  const { slots } = record;
  const owner = known(slots[CONTACT_ID]) as string;
  const spelling = known(slots[EVENT]) as string;
  const eventId = known(slots[EVENT_ID]);
  keep(record, STATE);
  const origin = optional(record, ORIGIN);
  const destination = optional(record, DESTINATION);
  return {
    kind: "contact",
    owner,
    identity: eventId ? identityOf(owner, eventId) : `-${at}-${spelling}`,
    at_ms: at,
    ended_at_ms: endedAt,
    sequence: slots[SEQUENCE] === undefined ? null : (integerOf(slots[SEQUENCE]) ?? null),
    spelling,
    shown_as: "",
    context: contextFrom(record, contexts),
    own_1: origin,
    own_2: destination,
    attributes: record.rest.length === 0 ? null : attributesOf(record.rest),
    line,
  };
}

function agentEvent(
  record: RawRecord,
  line: number,
  at: number,
  endedAt: number | null,
  contexts: ContextCache,
): LoadedEvent {
  const { slots } = record;
  const owner = known(slots[AGENT_ID]) as string;
  const spelling = known(slots[STATE]) as string;
  for (const slot of [EVENT, ORIGIN, DESTINATION]) keep(record, slot);
  const channelType = optional(record, CHANNEL_TYPE) ?? "telephony";
  const channelId = optional(record, CHANNEL_ID) ?? `${optional(record, AGENT_SESSION_ID) ?? owner}:${channelType}`;
  slots[CHANNEL_ID] = channelId;
  return {
    kind: "agent",
    owner,
    identity: identityOf(owner, known(slots[EVENT_ID]) ?? `${channelId}-${at}-${spelling}`),
    at_ms: at,
    ended_at_ms: endedAt,
    sequence: slots[SEQUENCE] === undefined ? null : (integerOf(slots[SEQUENCE]) ?? null),
    spelling,
    shown_as: "",
    context: contextFrom(record, contexts),
    own_1: known(slots[CONTACT_ID]),
    own_2: null,
    attributes: record.rest.length === 0 ? null : attributesOf(record.rest),
    line,
  };
}

/** Used again for every record: the cache copies what it keeps. */
const VALUES: (string | null)[] = CONTEXT_COLUMNS.map(() => null);

function contextFrom(record: RawRecord, cache: ContextCache): Context {
  for (let index = 0; index < VALUES.length; index++) VALUES[index] = optional(record, CONTEXT + index);
  return contextOf(cache, VALUES);
}

/** Text of a field that was found to be text. */
function known(value: Raw): string | null {
  if (typeof value === "string") return value === "" ? null : value;
  return value === undefined ? null : (textOf(value) ?? null);
}

/** Text of an optional field; a value that is no text is kept with the attributes, under its name. */
function optional(record: RawRecord, slot: number): string | null {
  const value = record.slots[slot];
  if (typeof value === "string") return value === "" ? null : value;
  if (value === undefined) return null;
  const text = textOf(value);
  if (text !== undefined) return text;
  keep(record, slot);
  return null;
}

/** Keeps a field this type of event has no column for. */
function keep(record: RawRecord, slot: number): void {
  const value = record.slots[slot];
  if (value === undefined || value === null || value === "") return;
  record.rest.push([FIELDS[slot] as string, value]);
  record.slots[slot] = undefined;
}
