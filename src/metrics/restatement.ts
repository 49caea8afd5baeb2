import type { Figure } from "./figure";

/**
 * A figure as it was issued. What a report tells apart beside the dimensions of the catalogue - reasons, transitions,
 * tables - is a dimension here too.
 */
export interface IssuedFigure extends Omit<Figure, "dimension" | "entered_count" | "left_out_count"> {
  dimension: string;
}

/** Why a figure is another one than was issued. */
export type Cause =
  /** A dump loaded since: of its events those that are late, revise what was known, or are simply more. */
  | { kind: "dump"; name: string; sha256: string; late_count: number; revised_count: number; further_count: number }
  /** A rule, threshold, formula, table version, zone or mask. Null: it was, or is, not set. */
  | { kind: "setting"; name: string; old: string | null; new: string | null }
  /** Contacts and agents whose events were loaded, and not yet rebuilt or checked, when the earlier edition was made. */
  | { kind: "pending"; count: number }
  /** Newer events of other days: sessions still open count as lost by now. */
  | { kind: "stale"; old_count: number; new_count: number }
  /** Nothing else differs but the program. */
  | { kind: "code"; old: string; new: string }
  /** No figure changed: somebody asked for the pages to be made again. */
  | { kind: "wish" }
  | { kind: "unexplained" };

/** A figure that was issued, and is another one now. Null values: no data, or the figure was not there. */
export interface Restatement extends Omit<IssuedFigure, "numerator" | "denominator" | "value"> {
  old_value: number | null;
  new_value: number | null;
  causes: Cause[];
}

/** The metric of a restatement that tells of rows of a CSV table, which no figure names: `scope_id` is the table. */
export const CHANGED_ROWS = "changed_rows";

/** An edition by its number, and the instant of the newest event it knew, by which it is dated. */
export interface EditionMark {
  number: number;
  data_up_to_ms: number | null;
}

/** What a page says of the edition it is. */
export interface EditionNote extends EditionMark {
  /** The edition it takes the place of; null for the first. */
  restates: EditionMark | null;
  restatements: Restatement[];
  /** All causes together. */
  causes: Cause[];
}
