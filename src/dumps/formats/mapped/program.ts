import type { LoadedEvent } from "../../event";
import { depthFault, type Fault } from "../../fields";
import { cleanText } from "../ndjson";
import { emptyRecord, type RawRecord, readRecord, type RecordScope, SLOTS } from "../records";
import { type Condition, conditionOf } from "./conditions";
import type { Mapping } from "./mapping";
import { pathIn } from "./path";
import type { EventSettings, ValueSettings } from "./schema";
import { isFault, type Row } from "./template";
import { type Time, timeOf } from "./times";
import { type Value, valueOf } from "./values";

/** A mapping made ready to turn rows into events. */
export interface Program {
  only: Condition;
  skip: Condition;
  skips_unmatched: boolean;
  events: EventProgram[];
}

interface EventProgram {
  when: Condition;
  /** The list of which each element makes an event; null where the row makes one. */
  each: string | null;
  fields: [slot: number, value: Value][];
  attributes: [name: string, value: Value][];
  at: Time;
  ended_at: Time | null;
}

const AT = SLOTS.get("at") as number;
const ENDED_AT = SLOTS.get("endedAt") as number;

export function programOf({ settings, times }: Mapping): Program {
  const { rows, fields, codes = {} } = settings;
  const events = settings.events.map(({ when, each, note: _note, ...own }) => {
    const { at, endedAt, attributes, ...values } = { ...fields, ...own } as Omit<
      EventSettings,
      "when" | "each" | "note"
    >;
    const kept = { ...fields?.attributes, ...attributes };
    return {
      when: conditionOf(when),
      each: each ?? null,
      fields: compiled(values, (name) => SLOTS.get(name) as number, codes),
      attributes: compiled(kept, (name) => name, codes),
      at: timeOf("at", at as NonNullable<typeof at>, times),
      ended_at: endedAt === undefined ? null : timeOf("endedAt", endedAt, times),
    };
  });
  return {
    only: conditionOf(rows?.only),
    skip: rows?.skip === undefined ? () => false : conditionOf(rows.skip),
    skips_unmatched: rows?.unmatched === "skip",
    events,
  };
}

function compiled<Key>(
  values: Record<string, unknown>,
  keyOf: (name: string) => Key,
  codes: Parameters<typeof valueOf>[1],
): [Key, Value][] {
  return Object.entries(values).map(([name, settings]) => [keyOf(name), valueOf(settings as ValueSettings, codes)]);
}

/**
 * The events of a row, all of them or none: half a call would be a wrong one.
 *
 * @param isDirty whether a text of the row may hold what no database stores
 * @returns null where the mapping passes the row over; a fault where it can make nothing of it
 */
export function eventsOf(
  program: Program,
  row: Row,
  line: number,
  scope: RecordScope,
  isDirty: boolean,
): LoadedEvent[] | Fault | null {
  if (!program.only(row) || program.skip(row)) return null;
  const events: LoadedEvent[] = [];
  const ids = new Set<string>();
  let latestMs: number | null = null;
  for (const part of program.events) {
    for (const element of elementsOf(part, row)) {
      if (!part.when(element)) continue;
      const record = recordOf(part, element, latestMs);
      if (isFault(record)) return record;
      if (isDirty) clean(record);
      const event = eventOf(record, line, scope);
      if (isFault(event)) return event;
      const id = `${event.kind}\u0000${event.owner}\u0000${event.identity}`;
      if (ids.has(id)) return sameTwice(event);
      ids.add(id);
      events.push(event);
      if (latestMs === null || event.at_ms > latestMs) latestMs = event.at_ms;
    }
  }
  if (events.length > 0) return events;
  return program.skips_unmatched ? null : NO_EVENT;
}

const NO_EVENT: Fault = {
  reason: "not-mapped",
  message:
    'No event of the mapping is for this line. Add one, pass such lines over with "rows": {"skip": …}, or all that no event is for with "unmatched": "skip".',
};

function sameTwice({ owner, spelling }: LoadedEvent): Fault {
  return {
    reason: "same-event-twice",
    message: `The line makes two events of one id: ${spelling} of ${owner}. Expected ids of their own: tell them apart with "eventId".`,
  };
}

/** The row itself, or one row for each element of its list, in which `each` is the element. */
function elementsOf({ each }: EventProgram, row: Row): Row[] {
  if (each === null) return [row];
  const list = row(each);
  return (Array.isArray(list) ? list : []).map((element: unknown) => (column: string) => {
    if (column === "each") return element;
    return column.startsWith("each.") ? pathIn(element, column.slice("each.".length)) : row(column);
  });
}

function recordOf(part: EventProgram, row: Row, latestMs: number | null): RawRecord | Fault {
  const record = emptyRecord();
  for (const [slot, value] of part.fields) {
    const filled = value(row);
    if (isFault(filled)) return filled;
    if (filled !== null) record.slots[slot] = filled;
  }
  for (const [name, value] of part.attributes) {
    const filled = value(row);
    if (isFault(filled)) return filled;
    if (filled !== null) record.rest.push([name, filled]);
  }
  const at = part.at(row, null, latestMs);
  if (isFault(at)) return at;
  const endedAt = part.ended_at === null ? null : part.ended_at(row, at, at);
  if (isFault(endedAt)) return endedAt;
  record.slots[AT] = at;
  record.slots[ENDED_AT] = endedAt;
  return record;
}

function eventOf(record: RawRecord, line: number, scope: RecordScope): LoadedEvent | Fault {
  try {
    return readRecord(record, line, scope);
  } catch (error) {
    return depthFault(error);
  }
}

function clean(record: RawRecord): void {
  record.slots.forEach((value, slot) => {
    if (typeof value === "string") record.slots[slot] = cleanText(value);
  });
  record.rest = record.rest.map(([name, value]) => [name, cleanText(value as string)]);
}
