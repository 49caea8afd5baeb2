import { existsSync } from "node:fs";
import { join } from "node:path";
import { REPORTS } from "./catalogue";
import type { PlannedFile } from "./files";
import { renderPage } from "./html";
import type { Ask, Report, ReportContent, ReportRequest } from "./report";

/**
 * `index.html` of the period's folder: every report of this render with its finding and its files, and after them those
 * that lie there from an earlier render.
 */
export function indexFile(
  folder: string,
  made: readonly { report: Report; content: ReportContent }[],
  ask: Ask,
  request: ReportRequest,
): PlannedFile {
  const { period, box } = ask;
  const withCsv = request.formats.includes("csv");
  const reports = made.map(({ report, content }) => ({
    title: report.title,
    question: report.question,
    summary: content.summary,
    page: `${report.name}.html`,
    files: withCsv ? content.tables.map(({ name }) => `${name}.csv`) : [],
  }));
  const names = new Set(made.map(({ report }) => report.name));
  const earlier = REPORTS.filter(({ name }) => !names.has(name) && existsSync(join(folder, `${name}.html`))).map(
    ({ name, title }) => ({ title, page: `${name}.html` }),
  );
  const report = { name: "index", title: `Reports of ${period.label}`, question: "" };
  return { name: "index.html", text: renderPage("index", { report, period, box, reports, earlier }) };
}
