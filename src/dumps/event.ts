import type { Context } from "./contexts";

/** A contact or agent event as every format hands it over, ready to be stored. */
export interface LoadedEvent {
  kind: "contact" | "agent";
  /** Contact id of a contact event, agent id of an agent event. */
  owner: string;
  identity: string;
  at_ms: number;
  ended_at_ms: number | null;
  sequence: number | null;
  /** Raw name of the event or state, and the name it is shown under where that is another. */
  spelling: string;
  shown_as: string;
  context: Context;
  /** Origin and destination of a contact event; contact id of an agent event, and null. */
  own_1: string | null;
  own_2: string | null;
  /** JSON object of all other fields, keys sorted, or null. */
  attributes: string | null;
  line: number;
}

/** The descriptive fields that make a context, as in the table `event_contexts`. */
export const CONTEXT_COLUMNS = [
  "agent_id",
  "agent_name",
  "agent_session_id",
  "page_session_id",
  "channel_id",
  "channel_type",
  "direction",
  "entry_point_id",
  "entry_point_name",
  "queue_id",
  "queue_name",
  "site_id",
  "site_name",
  "team_id",
  "team_name",
  "reason_code",
  "termination_reason",
  "terminating_end",
  "wrapup_code",
  "idle_code",
  "flow_id",
  "flow_name",
  "routing_strategy_id",
  "routing_strategy_name",
  "is_outdial",
] as const;

export type ContextColumn = (typeof CONTEXT_COLUMNS)[number];

/** No text of a dump holds this character: it is replaced at the door. */
const SEPARATOR = "\u0000";

/** All fields of a context as one text, in the order of CONTEXT_COLUMNS; an unknown field is empty. */
export function joinContext(values: readonly (string | null)[]): string {
  return values.join(SEPARATOR);
}

export function splitContext(context: string): (string | null)[] {
  return context.split(SEPARATOR).map((value) => value || null);
}

/** An event id as it is stored: without the owner's id where it begins with that, else after `=`. */
export function identityOf(owner: string, eventId: string): string {
  return eventId.startsWith(owner) && eventId[owner.length] === "-" ? eventId.slice(owner.length) : `=${eventId}`;
}

/**
 * Attributes as JSON with sorted keys, so that the order of delivery never shows; null where there are none.
 *
 * @throws RangeError where values are nested too deep to be written
 */
export function attributesOf(pairs: readonly (readonly [string, unknown])[]): string | null {
  if (pairs.length === 0) return null;
  const sorted = pairs.length === 1 ? pairs : pairs.toSorted((a, b) => (a[0] < b[0] ? -1 : 1));
  return `{${sorted.map(([key, value]) => `${JSON.stringify(key)}:${canonical(value, 0)}`).join(",")}}`;
}

const DEEPEST = 64;

function canonical(value: unknown, depth: number): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  if (depth > DEEPEST) throw new RangeError("nested too deep");
  if (Array.isArray(value)) return `[${value.map((item) => canonical(item, depth + 1)).join(",")}]`;
  const entries = Object.entries(value).toSorted((a, b) => (a[0] < b[0] ? -1 : 1));
  return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${canonical(item, depth + 1)}`).join(",")}}`;
}
