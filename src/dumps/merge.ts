import { splitContext, joinContext } from "./event";

/** Where a copy of an event was delivered, for the order of copies. */
export interface Stamp {
  /** The dump's day, then its hash, then the line. */
  day: string;
  sha256: string;
  line: number;
}

/** One delivered content of an event, under the latest stamp it came with. */
export interface Copy {
  stamp: Stamp;
  at_ms: number;
  ended_at_ms: number | null;
  sequence: number | null;
  spelling: string;
  shown_as: string;
  context: string;
  own_1: string | null;
  own_2: string | null;
  attributes: string | null;
}

/**
 * The event that several copies tell of, field by field: known beats unknown; of two known ends the later; else the
 * copy with the later stamp. Depends on the set of copies only, never on their order.
 *
 * @param copies at least one
 */
export function mergeCopies(copies: readonly Copy[]): Copy {
  const sorted = copies.toSorted((a, b) => compareStamps(b.stamp, a.stamp));
  const latest = sorted[0];
  if (latest === undefined) throw new Error("an event without a copy cannot be merged");
  const at = latest.at_ms;
  return {
    stamp: latest.stamp,
    at_ms: at,
    ended_at_ms: latestEnd(sorted, at),
    sequence: firstKnown(sorted, (copy) => copy.sequence),
    spelling: latest.spelling,
    shown_as: firstKnown(sorted, (copy) => copy.shown_as || null) ?? "",
    context: mergeContexts(sorted.map((copy) => copy.context)),
    own_1: firstKnown(sorted, (copy) => copy.own_1),
    own_2: firstKnown(sorted, (copy) => copy.own_2),
    attributes: mergeAttributes(sorted.map((copy) => copy.attributes)),
  };
}

/** Less than 0 where the first stamp is the earlier. */
export function compareStamps(a: Stamp, b: Stamp): number {
  return compareTexts(a.day, b.day) || compareTexts(a.sha256, b.sha256) || a.line - b.line;
}

function compareTexts(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function firstKnown<Value>(sorted: readonly Copy[], pick: (copy: Copy) => Value | null): Value | null {
  for (const copy of sorted) {
    const value = pick(copy);
    if (value !== null) return value;
  }
  return null;
}

/** The latest known end, of those that do not lie before the start the copies agreed on. */
function latestEnd(sorted: readonly Copy[], at: number): number | null {
  const ends = sorted.map((copy) => copy.ended_at_ms).filter((end) => end !== null && end >= at);
  return ends.length === 0 ? null : Math.max(...(ends as number[]));
}

/** @param contexts latest first */
function mergeContexts(contexts: readonly string[]): string {
  const distinct = [...new Set(contexts)];
  if (distinct.length === 1) return distinct[0] as string;
  const fields = distinct.map(splitContext);
  return joinContext((fields[0] ?? []).map((_, index) => fields.find((own) => own[index])?.[index] ?? null));
}

/** @param attributes JSON objects, latest first; merged key by key */
function mergeAttributes(attributes: readonly (string | null)[]): string | null {
  const distinct = [...new Set(attributes)].filter((one) => one !== null);
  if (distinct.length < 2) return distinct[0] ?? null;
  const merged = new Map<string, unknown>();
  for (const one of distinct) {
    for (const [key, value] of Object.entries(JSON.parse(one) as Record<string, unknown>)) {
      if (!merged.has(key)) merged.set(key, value);
    }
  }
  const pairs = [...merged].toSorted((a, b) => compareTexts(a[0], b[0]));
  return `{${pairs.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`).join(",")}}`;
}
