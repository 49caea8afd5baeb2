import { localTime } from "../base/days";
import { type Markup, markup } from "./markup";

/** A headline figure, for the `cards` partial. */
export interface Card {
  label: string;
  value: string;
  note: string;
  /** Where its evidence stands; nowhere where it is not said. */
  href?: string;
}

/** A word or formula explained, for the `definitions` partial. */
export interface Definition {
  name: string;
  /** How the metric is called where formulas are compared; empty for none. */
  id: string;
  text: string;
}

/** Rows by a key, in the order they come. */
export function grouped<Row>(rows: readonly Row[], keyOf: (row: Row) => string): Map<string, Row[]> {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const group = groups.get(keyOf(row));
    if (group === undefined) groups.set(keyOf(row), [row]);
    else group.push(row);
  }
  return groups;
}

/** First and last sight of something, one below the other. */
export function seenBetween(zone: string, firstAtMs: number, lastAtMs: number): Markup {
  const first = localTime(zone, firstAtMs);
  if (firstAtMs === lastAtMs) return markup`<span class="seen">${first}</span>`;
  return markup`<span class="seen">${first}<br>${localTime(zone, lastAtMs)}</span>`;
}

/** Ids one below the other, to be copied. */
export function idList(ids: readonly string[]): Markup {
  return markup`<ul class="ids">${ids.map((id) => markup`<li><code>${id}</code></li>`)}</ul>`;
}
