import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Words } from "../i18n/words";
import { REPORTS } from "./catalogue";
import type { DataBox } from "./data-box";
import { metaOf, renderPage } from "./html";
import type { Period, Report } from "./report";

/** A report that is published now. */
export interface Published {
  report: string;
  /** `Edition 2 of 2026-03-14`. */
  edition: string;
  summary: string;
  /** Its files that are published. */
  files: readonly string[];
}

interface Entry {
  title: string;
  question: string;
  /** The finding of the report in one line. */
  summary: string;
  page: string;
  edition: string;
  /** The CSV files of the report. */
  files: string[];
  /** Lies there from an earlier run, over other dumps than this one. */
  is_earlier: boolean;
}

/**
 * The text of `index.html` of the period's folder: every report with its finding and its files. A report that is not
 * published now and lies in the folder is listed by what its page says of itself, so that one report made anew leaves the
 * others in.
 */
export function indexPage(
  folder: string,
  published: readonly Published[],
  period: Period,
  box: DataBox,
  words: Words,
): string {
  const reports = REPORTS.flatMap((report): Entry[] => {
    const { name, title, question } = toldIn(words, report);
    const own = published.find((each) => each.report === name);
    if (own === undefined) return laidDown(folder, toldIn(words, report), box.dumps_sha256);
    const { summary, edition } = own;
    const csv = own.files.filter((file) => file.endsWith(".csv"));
    const files = csv.length > 0 ? csv : csvFiles(folder, name);
    return [{ title, question, summary, page: `${name}.html`, edition, files, is_earlier: false }];
  });
  const title = words.t("Reports of {period}", { period: period.label });
  const report = { name: "index", title, question: "", summary: "" };
  return renderPage("index", { report, period, box, reports, edition: null }, words);
}

function toldIn({ t }: Words, report: Report): Report {
  return { ...report, title: t(report.title), question: t(report.question) };
}

function laidDown(folder: string, { name, title, question }: Report, dumps: string): Entry[] {
  const page = `${name}.html`;
  if (!existsSync(join(folder, page))) return [];
  const html = readFileSync(join(folder, page), "utf8");
  const [summary, edition] = [metaOf(html, "description"), metaOf(html, "edition")];
  const is_earlier = metaOf(html, "dumps") !== dumps;
  return [{ title, question, summary, page, edition, files: csvFiles(folder, name), is_earlier }];
}

/** A report's CSV files that lie in the folder, its main one first. */
function csvFiles(folder: string, name: string): string[] {
  if (!existsSync(folder)) return [];
  const files = readdirSync(folder).filter((file) => file.startsWith(`${name}-`) && file.endsWith(".csv"));
  return [...(existsSync(join(folder, `${name}.csv`)) ? [`${name}.csv`] : []), ...files.sort()];
}
