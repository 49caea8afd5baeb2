/** What the database holds of one local day. */
export interface DayFacts {
  dump_count: number;
  event_count: number;
  rejected_count: number;
  contact_count: number;
  open_count: number;
  agent_count: number;
  unchecked_count: number;
  violation_count: number;
  /** Mails of the day that are held. */
  held_count: number;
  rendered_at_ms: number | null;
  /** Editions of the day's reports that restate an earlier one. */
  restated_count: number;
  /** When the newest dump that holds events of the day was first read. */
  last_read_at_ms: number | null;
}

/** How a step of a night came out, as its receipt says. */
export type StepFate = "running" | "done" | "failed" | "waiting";

export const COLUMNS = ["pull", "rebuild", "check", "render", "mail", "restate"] as const;

export type Column = (typeof COLUMNS)[number];

export type CellState = "done" | "partly" | "missing" | "failed" | "running" | "waiting" | "restated" | "nothing";

export type DayCells = Record<Column, CellState>;

/** Every state as one letter that is read without colour, and what it means. */
export const SYMBOLS: Record<CellState, { symbol: string; meaning: string }> = {
  done: { symbol: "✓", meaning: "done" },
  partly: { symbol: "~", meaning: "in part: gaps, unchecked contacts, or dumps read since it was rendered" },
  missing: { symbol: "!", meaning: "a source has not delivered" },
  failed: { symbol: "✗", meaning: "failed" },
  running: { symbol: ">", meaning: "running, or killed" },
  waiting: { symbol: "w", meaning: "waiting for a source to deliver, or held" },
  restated: { symbol: "r", meaning: "restated: later data, or another rule, changed figures that were issued" },
  nothing: { symbol: ".", meaning: "nothing yet" },
};

interface Day {
  facts: DayFacts;
  /** The last receipts of the day's nights, by step. */
  fates: ReadonlyMap<string, StepFate>;
  missing: readonly string[];
  gaps: readonly string[];
}

/** A step that failed or has not ended says so whatever the tables hold; else the tables say what is there. */
export function gridCells(day: Day): DayCells {
  return {
    pull: cell(day, "pull", pulled),
    rebuild: cell(day, "rebuild", rebuilt),
    check: cell(day, "check", checked),
    render: cell(day, "render", rendered),
    mail: cell(day, "mail", mailed),
    restate: Number(day.facts.restated_count) > 0 ? "restated" : "nothing",
  };
}

function cell(day: Day, column: Column, held: (day: Day) => CellState): CellState {
  const fate = day.fates.get(column);
  return fate === undefined || fate === "done" ? held(day) : fate;
}

function pulled({ facts, fates, missing, gaps }: Day): CellState {
  if (missing.length > 0) return "missing";
  if (gaps.length > 0) return "partly";
  return facts.event_count > 0 || fates.get("pull") === "done" ? "done" : "nothing";
}

function rebuilt({ facts, fates }: Day): CellState {
  const isMade = facts.contact_count + facts.agent_count > 0;
  return isMade || fates.get("rebuild") === "done" ? "done" : "nothing";
}

function checked({ facts, fates }: Day): CellState {
  if (facts.contact_count === 0) return fates.get("check") === "done" ? "done" : "nothing";
  if (facts.unchecked_count === 0) return "done";
  return facts.unchecked_count < facts.contact_count ? "partly" : "nothing";
}

function rendered({ facts }: Day): CellState {
  if (facts.rendered_at_ms === null) return "nothing";
  const isOlder = facts.last_read_at_ms !== null && Number(facts.last_read_at_ms) > Number(facts.rendered_at_ms);
  return isOlder ? "partly" : "done";
}

function mailed({ facts, fates }: Day): CellState {
  if (Number(facts.held_count) > 0) return "waiting";
  return fates.get("mail") === "done" ? "done" : "nothing";
}
