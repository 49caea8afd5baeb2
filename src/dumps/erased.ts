import type { Knex } from "knex";
import type { Cell } from "../db/bulk";
import { fingerprintOf, numberDigits, patternOf, type Trace, type TraceKind, withoutTraces } from "../base/traces";
import { type ContextCache, contextOf } from "./contexts";
import { CONTEXT_COLUMNS, type LoadedEvent } from "./event";

/** Who was erased, by the keyed hash of what named them. */
export interface Erased {
  key: string;
  pseudonyms: ReadonlyMap<string, string>;
  /** What was asked last, so that each text is hashed once. */
  asked: Map<string, string | null>;
}

const MOST_ASKED = 200_000;

/** Who was erased; null where nobody was: then nothing is looked at. */
export async function readErased(db: Knex): Promise<Erased | null> {
  const rows: { fingerprint: string; pseudonym: string }[] = await db("erased_ids").select("fingerprint", "pseudonym");
  if (rows.length === 0) return null;
  const key: { value: string } | undefined = await db("settings").where({ name: "erasure_key" }).first("value");
  const pseudonyms = new Map(rows.map(({ fingerprint, pseudonym }) => [fingerprint, pseudonym]));
  return { key: key?.value ?? "", pseudonyms, asked: new Map() };
}

/** The pseudonym of a text of a kind; null where it names nobody who was erased. */
function pseudonymOf(erased: Erased, kind: TraceKind, text: string): string | null {
  const question = `${kind}\0${text}`;
  const known = erased.asked.get(question);
  if (known !== undefined) return known;
  if (erased.asked.size >= MOST_ASKED) erased.asked.clear();
  const found = erased.pseudonyms.get(fingerprintOf(erased.key, kind, text)) ?? null;
  erased.asked.set(question, found);
  return found;
}

/** An event of somebody who was erased under their pseudonym; every other event as it is. */
export function withoutErased(erased: Erased, event: LoadedEvent, contexts: ContextCache): LoadedEvent {
  const found: Trace[] = [];
  const swap = (kind: TraceKind, text: string | null): string | null => {
    if (text === null) return null;
    const pseudonym = pseudonymOf(erased, kind, text);
    if (pseudonym === null) return text;
    found.push({ kind, text, pseudonym });
    return pseudonym;
  };
  const isContact = event.kind === "contact";
  const owner = swap(event.kind, event.owner) ?? event.owner;
  const own_1 = isContact ? swapAddress(swap, erased, event.own_1) : swap("contact", event.own_1);
  const own_2 = swapAddress(swap, erased, event.own_2);
  const values = [...event.context.values];
  const at = (name: (typeof CONTEXT_COLUMNS)[number]): number => CONTEXT_COLUMNS.indexOf(name);
  const agent = values[at("agent_id")] ?? null;
  values[at("agent_id")] = swap("agent", agent);
  const isOther = agent !== null && values[at("agent_id")] === agent;
  if (!isOther) values[at("agent_name")] = swap("name", values[at("agent_name")] ?? null);
  const attributes = event.attributes === null ? null : scrubbed(erased, event.attributes);
  if (found.length === 0 && attributes === event.attributes) return event;
  const patterns = found.map((trace) => ({ pattern: patternOf(trace), pseudonym: trace.pseudonym }));
  for (const name of ["agent_session_id", "page_session_id", "channel_id"] as const) {
    const value = values[at(name)] ?? null;
    if (value !== null) values[at(name)] = withoutTraces(value, patterns);
  }
  return {
    ...event,
    owner,
    own_1,
    own_2,
    identity: event.identity.startsWith("=") ? withoutTraces(event.identity, patterns) : event.identity,
    context: contextOf(contexts, values),
    attributes: attributes === null ? null : withoutTraces(attributes, patterns),
  };
}

type Swap = (kind: TraceKind, text: string | null) => string | null;

/** An address as a whole, or the number in it. */
function swapAddress(swap: Swap, erased: Erased, text: string | null): string | null {
  const whole = swap("number", text);
  return whole === text && text !== null ? scrubbed(erased, text) : whole;
}

/** Figures of the vendor's without what names somebody who was erased. */
export function figuresWithoutErased(erased: Erased, figures: Record<string, Cell>): Record<string, Cell> {
  const cells = Object.entries(figures).map(([name, value]): [string, Cell] => {
    if (typeof value !== "string") return [name, value];
    const kind = KINDS_OF_FIGURES[name];
    if (name.endsWith("agent_name") && isOtherAgent(erased, figures, name)) return [name, value];
    if (kind === undefined)
      return [name, /^(?:attributes|leg_id|.*session_id|channel_id)$/.test(name) ? scrubbed(erased, value) : value];
    return [name, pseudonymOf(erased, kind, value) ?? (kind === "number" ? scrubbed(erased, value) : value)];
  });
  return Object.fromEntries(cells);
}

const KINDS_OF_FIGURES: Record<string, TraceKind> = {
  origin: "number",
  destination: "number",
  agent_id: "agent",
  agent_name: "name",
  last_agent_id: "agent",
  last_agent_name: "name",
};

/** Another agent of the same name keeps it. */
function isOtherAgent(erased: Erased, figures: Record<string, Cell>, name: string): boolean {
  const id = figures[name.replace(/name$/, "id")];
  return typeof id === "string" && pseudonymOf(erased, "agent", id) === null;
}

/** The owner of an element, or its pseudonym. */
export function ownerWithoutErased(erased: Erased, kind: "contact" | "agent", owner: string): string {
  return pseudonymOf(erased, kind, owner) ?? owner;
}

/** Free text with every number, and every word or two or three together, that names somebody who was erased replaced. */
export function scrubbed(erased: Erased, text: string): string {
  const numbers = text.replace(/(?:\+|00)?\d(?:[ .\-/()]{0,3}\d){4,}/g, (number) =>
    numberDigits(number) === null ? number : (pseudonymOf(erased, "number", number) ?? number),
  );
  const swap = (word: string): string =>
    KINDS.map((kind) => pseudonymOf(erased, kind, word)).find((found) => found !== null) ??
    idWithin(erased, word) ??
    word;
  const quoted = numbers.replace(/"((?:[^"\\]|\\.)+)"/g, (all, value: string) => {
    const swapped = swap(value);
    return swapped === value ? all : `"${swapped}"`;
  });
  return quoted.replace(/[\p{L}\p{N}_.:@+-]+/gu, swap);
}

const KINDS: readonly TraceKind[] = ["contact", "agent", "name", "number"];

/** The id that an event's, leg's, session's or channel's begins with. */
function idWithin(erased: Erased, word: string): string | null {
  const [, id = "", rest = ""] = /^(.+?)((?:-\d{12,14}|-callLeg-|:).*)$/su.exec(word) ?? [];
  if (id === "") return null;
  const found = pseudonymOf(erased, "contact", id) ?? pseudonymOf(erased, "agent", id);
  return found === null ? null : `${found}${rest}`;
}
