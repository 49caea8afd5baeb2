import type { Cause, EditionNote, IssuedFigure, Restatement } from "../metrics/restatement";

/** What an edition is of. The same report of the same period in another view or language is another series of editions. */
export interface EditionKey {
  report: string;
  view: string;
  language: string;
  /** First and last local day. */
  from: string;
  to: string;
}

/** What the editions of one render rest on. */
export interface Inputs {
  dumps: { sha256: string; name: string; event_count: number; rejected_count: number }[];
  /** The newest event loaded, epoch ms; null where nothing is. */
  data_up_to_ms: number | null;
  /** Dumps loaded later have a greater key. */
  last_dump_key: number;
  late_event_count: number;
  /** Sessions of the period that are open for so long that they count as lost. */
  stale_count: number;
  /** Contacts and agents whose events are loaded and not yet rebuilt or checked. */
  pending_count: number;
}

/** Names and values of every rule in force, as texts: thresholds, formulas, zone, tables and their versions, masks. */
export type Configuration = Readonly<Record<string, string>>;

/** A file of an edition. Hash and count are those of the file, `packed` is it under gzip. */
export interface EditionFile {
  name: string;
  sha256: string;
  byte_count: number;
}

/** An edition without its figures and files. */
export interface Edition extends EditionKey, EditionNote {
  edition_key: number;
  edition_id: string;
  issued_at_ms: number;
  code_version: string;
  summary: string;
  /** What the report says of itself, as JSON; for the index page. */
  data_box: string;
  inputs: Inputs;
  configuration: Configuration;
}

/** What a report would say, if it were issued. */
export interface Draft extends EditionKey {
  figures: readonly IssuedFigure[];
  /** The CSV files, finished. */
  tables: readonly { name: string; sha256: string; parts: readonly (string | Uint8Array)[] }[];
}

/** What is known of all drafts of one render. */
export interface Basis {
  inputs: Inputs;
  configuration: Configuration;
  code_version: string;
  /** The instants the period spans. */
  starts_at_ms: number;
  ends_at_ms: number;
}

export type { Cause, EditionNote, IssuedFigure, Restatement };

/** `contact-sessions_2026-03-12_1`; view and language stand in it where they are not the usual ones. */
export function editionId({ report, view, language, from, to }: EditionKey, number: number): string {
  const parts = [
    report,
    from,
    ...(from === to ? [] : [to]),
    ...(view === "person" ? [] : [`by-${view}`]),
    ...(language === "en" ? [] : [language]),
    number,
  ];
  return parts.join("_");
}
