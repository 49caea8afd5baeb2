import { join } from "node:path";
import type { Knex } from "knex";
import type { Config } from "../base/config";
import { UsageError } from "../base/errors";
import { maskOf } from "../base/mask";
import { withReaders } from "../db/readers";
import { type Words, wordsOf } from "../i18n/words";
import { REPORTS } from "./catalogue";
import { gatherDataBox } from "./data-box";
import { csvText, type PlannedFile, publishFiles } from "./files";
import { renderPage } from "./html";
import { indexFile } from "./index-page";
import { periodOf } from "./period";
import type { Ask, Made, Period, Report, ReportContent, ReportRequest } from "./report";

export function reportNames(): string[] {
  return REPORTS.map(({ name }) => name);
}

/** Of the reports a night makes those that have something to tell of its days. */
export async function reportsWithSubject(
  db: Knex,
  config: Config,
  names: readonly string[],
  days: Pick<ReportRequest, "from" | "to">,
): Promise<string[]> {
  const period = periodOf(config.zone, days.from, days.to, wordsOf("en"));
  const kept: string[] = [];
  for (const name of names) if ((await reportNamed(name).hasSubject?.(db, period)) ?? true) kept.push(name);
  return kept;
}

/**
 * Renders reports into `<out>/<period>/`. All of them are made of one state of the database, whatever is written meanwhile,
 * and before the first file is replaced, so that a folder never holds half a render; the same data give the same bytes.
 *
 * @param look may look at that state before anything is made of it
 * @returns the files written, absolute, and their size together in bytes
 * @throws UsageError for an unknown report, before anything is read or written
 */
export async function renderReports(
  db: Knex,
  config: Config,
  names: readonly string[],
  request: ReportRequest,
  look: (db: Knex) => Promise<void> = () => Promise.resolve(),
): Promise<{ files: string[]; bytes: number }> {
  const asked = new Set(names.map(reportNamed));
  const reports = REPORTS.filter((report) => asked.has(report));
  const words = request.words ?? wordsOf("en");
  const period = periodOf(config.zone, request.from, request.to, words);
  return await withReaders(db, READERS, async (readers) => {
    const [reader = db] = readers;
    await look(reader);
    const box = await gatherDataBox(reader, config, period, words);
    const view = request.view ?? "person";
    const ask: Ask = { db: reader, config, period, view, mask: maskOf(config.masking), words, box };
    const folder = join(request.out, folderOf(period, view, words));
    const made = await makeAll(reports, readers, ask, request);
    const files = made.flatMap((each) => each.files);
    if (request.formats.includes("html")) files.push(indexFile(folder, made, ask, request));
    return await publishFiles(folder, files);
  });
}

/**
 * The folder of a period. By channel the figures are others, in another language the words: they must not take the place of
 * the night's pages.
 */
function folderOf({ name }: Period, view: Ask["view"], { language }: Words): string {
  return [name, ...(view === "channel" ? ["by-channel"] : []), ...(language === "en" ? [] : [language])].join("-");
}

/** What one report asks of the database is under way while another is put together. */
const READERS = 2;

/** Every connection takes the next report when it is done with one; the first fault is thrown once all have come to rest. */
async function makeAll(
  reports: readonly Report[],
  readers: readonly Knex[],
  ask: Ask,
  request: ReportRequest,
): Promise<Made[]> {
  const waiting = reports.entries();
  const made: Made[] = [];
  const lanes = readers.map(async (db) => {
    for (const [index, report] of waiting) made[index] = await make(report, { ...ask, db }, request);
  });
  for (const lane of await Promise.allSettled(lanes)) if (lane.status === "rejected") throw lane.reason;
  return made;
}

async function make(report: Report, ask: Ask, request: ReportRequest): Promise<Made> {
  const content = await report.gather(ask);
  const { summary, tables } = content;
  return { report, summary, tables: tables.map(({ name }) => name), files: filesOf(report, content, ask, request) };
}

function reportNamed(name: string): Report {
  const report = REPORTS.find((each) => each.name === name);
  if (report !== undefined) return report;
  const nearest = reportNames().toSorted((a, b) => sharedPairs(b, name) - sharedPairs(a, name))[0];
  throw new UsageError(
    `There is no report "${name}". Did you mean "${nearest}"? Known reports: ${reportNames().join(", ")}.`,
  );
}

/** How many pairs of neighbouring letters of a name occur in another. */
function sharedPairs(known: string, asked: string): number {
  const pairs = Array.from(asked.toLowerCase(), (letter, index) => letter + (asked[index + 1] ?? "").toLowerCase());
  return pairs.filter((pair) => known.includes(pair)).length;
}

function filesOf(report: Report, content: ReportContent, ask: Ask, request: ReportRequest): PlannedFile[] {
  const { name, title, question } = report;
  const { period, box, words } = ask;
  const { summary } = content;
  const told = { name, title: words.t(title), question: words.t(question), summary };
  const page = { ...content.page, report: told, period, box };
  const html = request.formats.includes("html") ? [{ name: `${name}.html`, text: renderPage(name, page, words) }] : [];
  const csv = request.formats.includes("csv") ? content.tables : [];
  return [
    ...html,
    ...csv.map((table) => ({ name: `${table.name}.csv`, text: csvText(table, ask, request.bom ?? false) })),
  ];
}
