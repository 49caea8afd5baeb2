import Papa from "papaparse";

export type CsvCell = string | number | null;

/** Rows of a CSV text with a header: one object a row, cells as text, blank lines left out. */
export function readCsvTable(text: string): Record<string, string>[] {
  return Papa.parse<Record<string, string>>(text, { header: true, skipEmptyLines: true }).data;
}

/** Every row of a CSV text as its cells, blank lines included, with the line of the file it begins on, 1…. */
export function readCsvLines(text: string): { line: number; cells: string[] }[] {
  let line = 1;
  return Papa.parse<string[]>(text.replace(/^\uFEFF/, "")).data.map((cells) => {
    const begun = line;
    line += 1 + cells.reduce((breaks, cell) => breaks + (cell.match(/\r\n|\n|\r/g)?.length ?? 0), 0);
    return { line: begun, cells };
  });
}

/** CSV after RFC 4180: CRLF line ends, quotes where needed, null as an empty cell; ends with a line end. */
export function writeCsvRows(rows: readonly (readonly CsvCell[])[]): string {
  return rows.length === 0 ? "" : `${Papa.unparse(rows as CsvCell[][], { newline: "\r\n" })}\r\n`;
}

/**
 * A cell that a spreadsheet shows instead of running: text that begins like a formula (`=`, `+`, `-`, `@`, tab, return)
 * gets an apostrophe in front. A telephone number - a `+`, digits and separators - is written in groups with spaces
 * between them, as E.123 has it (`+82-2-555-1234` → `+82 2 555 1234`, `+821012345678` → `+8210 1234 5678`): no spreadsheet
 * takes that for a number or calculates with it, and it can be read, copied and dialled. Numbers are no text and stay
 * numbers.
 */
export function harmlessCell(cell: CsvCell): CsvCell {
  if (typeof cell !== "string" || !/^[=+\-@\t\r\n]/.test(cell)) return cell;
  if (!/^\+\d[\d .\-/()]*$/.test(cell)) return `'${cell}`;
  const groups = cell
    .slice(1)
    .split(/[^\d]+/)
    .filter(Boolean);
  return `+${groups.length > 1 ? groups.join(" ") : grouped(groups[0] ?? "")}`;
}

/** Digits in fours, counted from the right. */
function grouped(digits: string): string {
  return digits.replace(/\B(?=(?:\d{4})+$)/g, " ");
}
