import { columnsOf, printable, shortened } from "./base/text";
import type { RunReceipt } from "./runner";

/**
 * Columns of text for a terminal: the first flush left, the rest flush right, two spaces between; ends with a line end.
 *
 * @param leftFrom from this column on all are flush left again
 */
export function table(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  leftFrom: number = Number.POSITIVE_INFINITY,
): string {
  const widths = head.map((name, index) => Math.max(name.length, ...rows.map((row) => columnsOf(row[index] ?? ""))));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, index) => padded(cell, index === 0 || index >= leftFrom, widths[index] ?? 0))
      .join("  ")
      .trimEnd();
  const rule = widths.map((width) => "-".repeat(width)).join("  ");
  return `${[line(head), rule, ...rows.map(line)].join("\n")}\n`;
}

function padded(cell: string, isLeft: boolean, width: number): string {
  const blanks = " ".repeat(Math.max(0, width - columnsOf(cell)));
  return isLeft ? cell + blanks : blanks + cell;
}

/** What a run did, a line a step, the files of a load, and the pages to open. */
export function printRun(run: RunReceipt, zone: string): string {
  const days = run.from === null ? "" : run.from === run.to ? ` ${run.from}` : ` ${run.from} to ${run.to}`;
  const lines = run.steps.flatMap((step) => [
    `  ${step.step.padEnd(8)} ${countsText(step.counts)}  (${((step.finished_at_ms - step.started_at_ms) / 1000).toFixed(1)} s)`,
    ...(step.step === "pull" ? fileLines(step.details) : []),
    ...skippedLine(step.details),
    ...(step.failure === undefined ? [] : ["           FAILED, see below"]),
  ]);
  const end = run.status === "done" ? pagesText(run) : "Not done.\n";
  return `${run.workflow}${days} (${zone})\n${lines.join("\n")}\n${end}`;
}

/** Why a step did nothing, where it says so. */
function skippedLine(details: Record<string, unknown> | undefined): string[] {
  return typeof details?.skipped === "string" ? [`           no mail: ${printable(details.skipped)}`] : [];
}

function countsText(counts: Record<string, number>): string {
  const told = Object.entries(counts).map(
    ([name, count]) => `${name.replaceAll("_", " ")} ${count.toLocaleString("en-US")}`,
  );
  return told.length === 0 ? "nothing" : told.join(", ");
}

/** What a copy of a database came to: the rows of every table, the empty ones not told. */
export function printCopied(copied: {
  from: string;
  to: string;
  tables: readonly { table: string; row_count: number }[];
}): string {
  const rows = copied.tables
    .filter(({ row_count }) => row_count > 0)
    .map((one) => [one.table, one.row_count.toLocaleString("en-US")]);
  return `${table(["table", "rows"], rows)}\nCopied ${copied.from}\n    to ${copied.to}, every table counted on both sides. Set DATABASE_URL to work with the copy.\n`;
}

interface File {
  name: string;
  status: string;
  read: number;
  new: number;
  duplicate: number;
  revised: number;
  rejected: number;
  truncated: number;
}

function fileLines(details: Record<string, unknown> | undefined): string[] {
  const files = (details?.files ?? []) as File[];
  if (files.length === 0) return [];
  const figures = ["read", "new", "duplicate", "revised", "rejected", "truncated"] as const;
  const rows = files.map((file) => [
    shortened(printable(file.name), LONGEST_NAME),
    file.status,
    ...figures.map((name) => file[name].toLocaleString("en-US")),
  ]);
  return table(["file", "status", ...figures], rows)
    .trimEnd()
    .split("\n")
    .map((line) => `    ${line}`);
}

/** So that the table of a load fits into 80 columns. */
const LONGEST_NAME = 32;

function pagesText(run: RunReceipt): string {
  if (run.was_done) return "This night was done before and nothing new has come. --again does it anew.\n";
  const files = run.steps.flatMap((step) => (step.step === "render" ? ((step.details?.files ?? []) as string[]) : []));
  const first =
    files.find((file) => file.endsWith("index.html")) ?? files.find((file) => file.endsWith(".html")) ?? files[0];
  return first === undefined ? "Done.\n" : `Done. Open ${first}\n`;
}
