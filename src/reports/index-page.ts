import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Words } from "../i18n/words";
import { REPORTS } from "./catalogue";
import type { PlannedFile } from "./files";
import { metaOf, renderPage } from "./html";
import type { Ask, Made, Report, ReportRequest } from "./report";

interface Entry {
  title: string;
  question: string;
  /** The finding of the report in one line. */
  summary: string;
  page: string;
  /** The CSV files of the report. */
  files: string[];
  /** Lies there from an earlier run, over other dumps than this one. */
  is_earlier: boolean;
}

/**
 * `index.html` of the period's folder: every report with its finding and its files. A report that is not of this render
 * and lies in the folder is listed by what its page says of itself, so that one report made anew leaves the others in.
 */
export function indexFile(folder: string, made: readonly Made[], ask: Ask, request: ReportRequest): PlannedFile {
  const { period, box, words } = ask;
  const withCsv = request.formats.includes("csv");
  const reports = REPORTS.flatMap((report) => {
    const { title, question } = toldIn(words, report);
    const page = `${report.name}.html`;
    const own = made.find((each) => each.report === report);
    if (own === undefined) return laidDown(folder, toldIn(words, report), box.dumps_sha256);
    const files = withCsv ? own.tables.map((name) => `${name}.csv`) : csvFiles(folder, report.name);
    return { title, question, summary: own.summary, page, files, is_earlier: false };
  });
  const report = {
    name: "index",
    title: words.t("Reports of {period}", { period: period.label }),
    question: "",
    summary: "",
  };
  return { name: "index.html", text: renderPage("index", { report, period, box, reports }, words) };
}

function toldIn({ t }: Words, report: Report): Report {
  return { ...report, title: t(report.title), question: t(report.question) };
}

function laidDown(folder: string, { name, title, question }: Report, dumps: string): Entry[] {
  const page = `${name}.html`;
  if (!existsSync(join(folder, page))) return [];
  const html = readFileSync(join(folder, page), "utf8");
  const summary = metaOf(html, "description");
  return [
    { title, question, summary, page, files: csvFiles(folder, name), is_earlier: metaOf(html, "dumps") !== dumps },
  ];
}

/** A report's CSV files that lie in the folder, its main one first. */
function csvFiles(folder: string, name: string): string[] {
  if (!existsSync(folder)) return [];
  const files = readdirSync(folder).filter((file) => file.startsWith(`${name}-`) && file.endsWith(".csv"));
  return [...(existsSync(join(folder, `${name}.csv`)) ? [`${name}.csv`] : []), ...files.sort()];
}
