import { type CsvCell, harmlessCell } from "../base/csv";
import { localTime } from "../base/days";
import { isMarkup, type Markup } from "./markup";
import type { Config } from "../base/config";
import type { Words } from "../i18n/words";

/** In which zone and in whose language a table is told: an `Ask` will do. */
export interface Told {
  config: Pick<Config, "zone">;
  words: Words;
}

export type CellValue = string | number | null | Markup;

/**
 * What a column of a select means: one description for the page and for the CSV file.
 *
 * `unit`: `text` as it is · `count` a number of `of` · `duration` ms, h:mm:ss on the page, seconds in CSV · `share` 0…1,
 * percent in both · `instant` epoch ms, local time in both · `markup` a drawing, only on the page.
 */
export interface Column {
  key: string;
  /** English, told in the reader's language; `is_name` where it is a name of the centre's, such as an idle code. */
  label: string;
  is_name?: boolean;
  unit: "text" | "count" | "duration" | "share" | "instant" | "markup";
  /** What is counted, for the head of a CSV column: contacts, visits, events. */
  of?: string;
  /** The head in the CSV file, where the page's makes sense only beside its neighbours. */
  csv_label?: string;
  /** A longer explanation, shown when pointing at the head. */
  hint?: string;
  /** Only on the page, or only in the CSV file; in both where it is not said. */
  only?: "page" | "csv";
  /** What an unknown value reads on the page; `no data` for numbers, nothing for text. */
  empty?: string;
  /** The kind of rules whose names the values are: the page tells them as people say them, the CSV file as they are. */
  names?: string;
  /** Where the evidence of a row's value stands, on the page; empty for nowhere. */
  href?: (row: TableRow) => string;
}

export type TableRow = Readonly<Record<string, unknown>>;

/** A table ready for the `table` partial: every cell is text or a drawing. */
export interface PageTable {
  caption: string;
  note: string;
  heads: { label: string; hint: string; is_number: boolean }[];
  rows: { is_total: boolean; cells: PageCell[] }[];
  is_empty: boolean;
}

export interface PageCell {
  text: string;
  drawing: Markup | null;
  is_number: boolean;
  is_instant: boolean;
  is_head: boolean;
  href?: string;
}

/**
 * A table for the page.
 *
 * @param caption    in the reader's language, as the note
 * @param rows       a row with `is_total: 1` is set apart
 * @param ask        zone in which instants are told, and the reader's language
 */
export function pageTable(
  caption: string,
  columns: readonly Column[],
  rows: readonly TableRow[],
  ask: Told,
  note = "",
): PageTable {
  const { t } = ask.words;
  const shown = columns.filter((column) => column.only !== "csv");
  return {
    caption,
    note,
    heads: shown.map(({ label, is_name, hint, unit }) => ({
      label: is_name ? label : t(label),
      hint: t(hint ?? ""),
      is_number: isNumber(unit),
    })),
    rows: rows.map((row) => ({
      is_total: row.is_total === 1,
      cells: shown.map((column, index) => pageCell(column, row, index === 0, ask)),
    })),
    is_empty: rows.length === 0,
  };
}

/** A CSV file of a report: `<name>.csv`. */
export interface CsvTable {
  name: string;
  columns: readonly Column[];
  rows: readonly TableRow[];
  /** Further lines, finished: for tables with more rows than should be held as objects. */
  written?: readonly Uint8Array[];
}

/** Head and rows of a report's CSV file: units in the heads, text harmless for spreadsheets, unknown as an empty cell. */
export function csvCells(table: CsvTable, ask: Told): CsvCell[][] {
  const columns = table.columns.filter(({ only, unit }) => only !== "page" && unit !== "markup");
  const head = columns.map((column) => csvHead(column, ask));
  return [head, ...table.rows.map((row) => columns.map((column) => csvCell(column, row, ask.config.zone)))];
}

function csvHead(column: Column, { config, words: { t } }: Told): string {
  const { unit, of, is_name } = column;
  const shown = column.csv_label ?? column.label;
  const label = is_name ? shown : t(shown);
  const counted = of === undefined ? null : t(of);
  const told = { text: null, markup: null, count: counted, duration: t("s"), share: "%", instant: config.zone }[unit];
  return told === null ? label : `${label} (${told})`;
}

function csvCell({ key, unit }: Column, row: TableRow, zone: string): CsvCell {
  const value = row[key];
  if (value === null || value === undefined) return null;
  if (typeof value === "string") return harmlessCell(value);
  if (typeof value !== "number") return null;
  if (unit === "duration") return Math.round(value) / 1000;
  if (unit === "share") return Math.round(value * 1_000_000) / 10_000;
  return unit === "instant" ? localTime(zone, value) : value;
}

function pageCell(column: Column, row: TableRow, isHead: boolean, ask: Told): PageCell {
  const value = row[column.key];
  const drawing = isMarkup(value) ? value : null;
  const text = drawing === null ? cellText(column, value, ask) : "";
  const { unit } = column;
  const href = column.href?.(row) ?? "";
  return { text, drawing, href, is_number: isNumber(unit), is_instant: unit === "instant", is_head: isHead };
}

function cellText({ unit, empty, names }: Column, value: unknown, { config, words }: Told): string {
  if (typeof value === "string") return names === undefined ? value : words.name(names, value);
  if (typeof value !== "number") return empty ?? (isNumber(unit) ? words.t("no data") : "");
  if (unit === "count") return words.count(value);
  if (unit === "duration") return words.duration(value);
  if (unit === "share") return words.share(value);
  return unit === "instant" ? localTime(config.zone, value) : String(value);
}

function isNumber(unit: Column["unit"]): boolean {
  return unit === "count" || unit === "duration" || unit === "share";
}
