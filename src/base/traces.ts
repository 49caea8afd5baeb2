import { createHmac } from "node:crypto";

/** What can name a person: an id of a contact or an agent, a telephone number or other address, a name. */
export type TraceKind = "contact" | "agent" | "number" | "name";

/** Something that names a person, and what stands for it from now on. */
export interface Trace {
  kind: TraceKind;
  text: string;
  pseudonym: string;
  /** Ids of others who go by the same name: beside one of these it is theirs. */
  namesakes?: readonly string[];
}

/** Digits of a telephone number without the signs of an international prefix; null for anything else. */
export function numberDigits(text: string): string | null {
  if (!/^(?:tel:)?\+?[\d .\-/()]+$/i.test(text)) return null;
  const digits = text.replace(/\D/g, "").replace(/^00/, "");
  return digits.length >= FEWEST_DIGITS ? digits : null;
}

const FEWEST_DIGITS = 5;

/** What is remembered of a trace: it can be recognised again, and not read. Numbers are one however they are written. */
export function fingerprintOf(key: string, kind: TraceKind, text: string): string {
  const said = kind === "number" ? (numberDigits(text) ?? text) : text;
  return createHmac("sha256", key).update(`${kind}\0${said}`).digest("hex");
}

/** Finds a trace in a text as a whole: `kim` not in `kimberly`, `c-1` in `c-1-1772442000000-new` and not in `c-1-b`. */
export function patternOf({ kind, text }: Pick<Trace, "kind" | "text">): RegExp {
  const digits = kind === "number" ? numberDigits(text) : null;
  if (digits !== null)
    return new RegExp(`(?<![\\d])(?:\\+|00)?${digits.split("").join("[ .\\-/()]{0,3}")}(?!\\d)`, "gu");
  const written = [...new Set([text, htmlOf(text), JSON.stringify(text).slice(1, -1)])].map(literal).join("|");
  const ends = kind === "name" ? "" : "|-(?!\\d{12,14}(?!\\d)|callLeg-)";
  const begins = kind === "name" ? "" : "-";
  return new RegExp(`(?<![\\p{L}\\p{N}_${begins}])(?:${written})(?![\\p{L}\\p{N}_]${ends})`, "gu");
}

/** A text with all of them replaced. */
export function withoutTraces(text: string, patterns: readonly { pattern: RegExp; pseudonym: string }[]): string {
  return patterns.reduce((left, { pattern, pseudonym }) => left.replace(pattern, pseudonym), text);
}

/** Whether a trace is looked for in free text too: a short number is in every second line, and means something else there. */
export function isTelling({ kind, text }: Pick<Trace, "kind" | "text">): boolean {
  if (kind === "number") return true;
  return text.length >= 3 && !/^\d{1,5}$/.test(text);
}

function literal(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
}

const ENTITIES: Record<string, string> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#x27;",
  "`": "&#x60;",
  "=": "&#x3D;",
};

function htmlOf(text: string): string {
  return text.replace(/[&<>"'`=]/g, (sign) => ENTITIES[sign] ?? sign);
}
