import type { Unit } from "../metrics/figure";
import type { Verdict } from "./management-summary-verdict";

/** A figure as it is told: mail, text, page and CSV file all show `text`. */
export interface ToldFigure {
  text: string;
  /** What it is of, for the CSV file: a metric, or what the reports count. */
  id: string;
  /** Share 0…1, ms or count; null is no data. */
  value: number | null;
  unit: Unit;
}

/** A word or a figure of a table; `tone` only repeats what an arrow, a letter or a word says. */
export interface ToldCell {
  text: string;
  figure: ToldFigure | null;
  tone: "" | "good" | "bad";
}

export interface ToldTable {
  caption: string;
  heads: { label: string; is_number: boolean }[];
  rows: ToldCell[][];
  /** Below the table: what is not in it. */
  note: string;
}

export interface ToldCard {
  label: string;
  figure: ToldFigure;
  tone: ToldCell["tone"];
  /** A line each. */
  notes: string[];
  /** What stands in the notes too, by what it is, for the CSV file. */
  beside: { label: string; figure: ToldFigure }[];
  trend: ToldTrend | null;
}

export interface ToldTrend {
  /** Fourteen days, oldest first, as 0…1 of the highest; null where nothing lies in one. */
  heights: (number | null)[];
  /** The finding, for those who do not see it. */
  text: string;
}

/** A half-hour: its bar, and how its service level stands by letter. */
export interface ToldSlot {
  clock: string;
  height: number;
  count: ToldFigure;
  level: ToldFigure;
  /** A goal reached, B up to ten points below, C further below; empty without any contact, `–` where nothing counts. */
  letter: "A" | "B" | "C" | "–" | "";
}

export type BlockId =
  | "verdict"
  | "data"
  | "figures"
  | "shape"
  | "places"
  | "agents"
  | "failures"
  | "sequence"
  | "restated"
  | "about";

/** One of the ten blocks. */
export interface ToldBlock {
  id: BlockId;
  title: string;
  sentences: string[];
  /** Sentences of a list, such as the rules. */
  items: string[];
  cards: ToldCard[];
  /** The slots of the day in parts that fit beside each other. */
  strips: ToldSlot[][];
  tables: ToldTable[];
}

/** A summary as every reader of its audience is told it, before it knows its edition. */
export interface ToldSummary {
  verdict: Verdict;
  /** In the reader's language. */
  verdict_word: string;
  /** The days, as a subject line tells them. */
  label: string;
  scope_label: string;
  /** What a subject line says after the verdict. */
  headline: string;
  preheader: string;
  /** Notices of alerts, at the head of everything; none on most days. */
  notices: string[];
  /** Nothing to look at: the blocks in between are left to the page. */
  is_quiet: boolean;
  blocks: ToldBlock[];
}

export function blockOf(id: BlockId, title: string, parts: Partial<ToldBlock> = {}): ToldBlock {
  return { id, title, sentences: [], items: [], cards: [], strips: [], tables: [], ...parts };
}

export function wordCell(text: string, tone: ToldCell["tone"] = ""): ToldCell {
  return { text, figure: null, tone };
}

export function figureCell(figure: ToldFigure, tone: ToldCell["tone"] = "", mark = ""): ToldCell {
  return { text: mark === "" ? figure.text : `${figure.text} ${mark}`, figure, tone };
}
