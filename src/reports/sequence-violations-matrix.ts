import { countText } from "../i18n/figures";
import type { Words } from "../i18n/words";
import type { CsvTable } from "./table";

export interface CellRow {
  state: string;
  event: string;
  is_accepted: number;
  confidence: string;
}

export interface TransitionRow {
  state: string;
  event: string;
  /** accepted, not-accepted, no-start, unjudged, not-in-table */
  verdict: string;
  event_count: number;
}

/** The sequence table as a heat map; what a cell means shows by sign and frame, not by colour alone. */
export interface MatrixPage {
  events: string[];
  rows: { state: string; cells: MatrixCell[] }[];
  is_empty: boolean;
}

interface MatrixCell {
  style: string;
  text: string;
  title: string;
}

interface Cell extends CellRow {
  accepted_count: number;
  refused_count: number;
}

export function matrixTables(
  words: Words,
  cells: readonly CellRow[],
  transitions: readonly TransitionRow[],
): { page: MatrixPage; csv: CsvTable } {
  const counted = cells.map((cell) => ({
    ...cell,
    accepted_count: countOf(transitions, cell, "accepted"),
    refused_count: countOf(transitions, cell, "not-accepted") + countOf(transitions, cell, "no-start"),
  }));
  const most = Math.max(1, ...counted.map(({ accepted_count }) => accepted_count));
  const states = [...new Set(cells.map(({ state }) => state))];
  return {
    page: {
      events: [...new Set(cells.map(({ event }) => event))].map((event) => words.name("event", event)),
      rows: states.map((state) => ({
        state: words.name("event", state),
        cells: counted.filter((cell) => cell.state === state).map((cell) => matrixCell(words, cell, most)),
      })),
      is_empty: cells.length === 0,
    },
    csv: {
      name: "sequence-violations-matrix",
      columns: [
        { key: "state", label: "State", unit: "text" },
        { key: "event", label: "Event", unit: "text" },
        { key: "is_accepted", label: "Accepted by the table", unit: "count" },
        { key: "confidence", label: "Confidence", unit: "text" },
        { key: "accepted_count", label: "Accepted", unit: "count", of: "transitions" },
        { key: "refused_count", label: "Refused", unit: "count", of: "transitions" },
      ],
      rows: counted.map((cell) => ({ ...cell })),
    },
  };
}

function countOf(transitions: readonly TransitionRow[], { state, event }: CellRow, verdict: string): number {
  const found = transitions.find((each) => each.state === state && each.event === event && each.verdict === verdict);
  return found?.event_count ?? 0;
}

/**
 * Accepted: the count, shaded by size. Refused: framed, with a cross. Allowed and never seen: a dot. Not allowed and never
 * seen: nothing.
 */
function matrixCell(
  words: Words,
  { state, event, is_accepted, accepted_count, refused_count }: Cell,
  most: number,
): MatrixCell {
  const place = `${words.name("event", state)} → ${words.name("event", event)}`;
  if (refused_count > 0) {
    const also = accepted_count > 0 ? ` ${shortCount(accepted_count)}` : "";
    const title = words.many(
      refused_count,
      "{place}: {count} transition refused, {accepted} accepted",
      "{place}: {count} transitions refused, {accepted} accepted",
      { place, accepted: accepted_count },
    );
    return { style: "refused", text: `✕ ${shortCount(refused_count)}${also}`, title };
  }
  if (accepted_count > 0) {
    const level = 1 + Math.floor((4.999 * Math.log(accepted_count)) / Math.max(1, Math.log(most)));
    const text = `${shortCount(accepted_count)}${is_accepted === 1 ? "" : "°"}`;
    return { style: `h${Math.min(5, level)}`, text, title: acceptedWords(words, place, accepted_count, is_accepted) };
  }
  return is_accepted === 1
    ? { style: "unused", text: "·", title: words.t("{place}: allowed, never seen", { place }) }
    : { style: "", text: "", title: "" };
}

function acceptedWords(words: Words, place: string, count: number, isAccepted: number): string {
  if (isAccepted === 1) {
    return words.many(count, "{place}: {count} transition accepted", "{place}: {count} transitions accepted", {
      place,
    });
  }
  return words.many(
    count,
    "{place}: {count} transition accepted as an overlay, the cell itself says no",
    "{place}: {count} transitions accepted as an overlay, the cell itself says no",
    { place },
  );
}

/** `950`, `12,345`, `123k`, `1.2M`: what fits into a cell; the full count is in its title and in the CSV file. */
function shortCount(count: number): string {
  if (count < 100_000) return countText(count);
  return count < 1_000_000 ? `${Math.round(count / 1000)}k` : `${(count / 1_000_000).toFixed(1)}M`;
}
