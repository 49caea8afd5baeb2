import type { Knex } from "knex";
import type { Config } from "../base/config";
import type { Language } from "../base/language";
import { UsageError } from "../base/errors";
import { maskOf } from "../base/mask";
import { withReaders } from "../db/readers";
import { type Words, wordsOf } from "../i18n/words";
import type { EditionNote, IssuedFigure } from "../metrics/restatement";
import { longestFirst, REPORTS } from "./catalogue";
import { type DataBox, gatherDataBox } from "./data-box";
import { pageEdition, restatementTable } from "./edition-page";
import { boxFigures } from "./figures";
import { csvParts } from "./files";
import { renderPage } from "./html";
import { periodOf } from "./period";
import type { Ask, Period, Report, ReportContent, ReportRequest } from "./report";

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

/** The view a report is made in, of the one that is asked for: most are the same in both. */
export function viewOf(name: string, view: Ask["view"]): Ask["view"] {
  return reportNamed(name).has_views === true ? view : "person";
}

/** A file of a report, in parts where it is large. */
export interface ReportFile {
  name: string;
  parts: readonly (string | Uint8Array)[];
}

/** What a report would say, before it is known which edition of it says so. */
export interface ReportDraft {
  report: string;
  /** `person` for reports that are the same by channel. */
  view: "person" | "channel";
  language: Language;
  summary: string;
  figures: IssuedFigure[];
  /** Its CSV files. */
  tables: ReportFile[];
  box: DataBox;
}

/** Decides what becomes of a draft; `draw` gives all files of the report as the edition of that note. */
export type Editor<Issued> = (
  db: Knex,
  draft: ReportDraft,
  draw: (note: EditionNote) => ReportFile[],
) => Promise<Issued>;

/**
 * Gathers reports, all of them from one state of the database, whatever is written meanwhile. What becomes of each is the
 * editor's; the rows it was made of are let go. The same data give the same drafts and files.
 *
 * @param look may look at that state before anything is made of it
 * @returns what the editor made of each, in the order of the catalogue
 * @throws UsageError for an unknown report, before anything is read or written
 */
export async function gatherReports<Issued>(
  db: Knex,
  config: Config,
  names: readonly string[],
  request: Pick<ReportRequest, "from" | "to" | "view" | "words">,
  look: (db: Knex) => Promise<void>,
  edit: Editor<Issued>,
): Promise<{ issued: Issued[]; period: Period; box: DataBox }> {
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
    return { issued: await editAll(reports, readers, ask, edit), period, box };
  });
}

/**
 * The folder of a period. By channel the figures are others, in another language the words: they must not take the place of
 * the night's pages.
 */
export function folderOf({ name }: Period, view: Ask["view"], { language }: Words): string {
  return [name, ...(view === "channel" ? ["by-channel"] : []), ...(language === "en" ? [] : [language])].join("-");
}

/** What one report asks of the database is under way while another is put together. */
const READERS = 2;

/** Every connection takes the next report when it is done with one; the first fault is thrown once all have come to rest. */
async function editAll<Issued>(
  reports: readonly Report[],
  readers: readonly Knex[],
  ask: Ask,
  edit: Editor<Issued>,
): Promise<Issued[]> {
  const waiting = [...reports.entries()].toSorted(([, a], [, b]) => longestFirst(a, b)).values();
  const issued: Issued[] = [];
  const lanes = readers.map(async (db) => {
    for (const [index, report] of waiting) issued[index] = await editOne(report, { ...ask, db }, edit);
  });
  for (const lane of await Promise.allSettled(lanes)) if (lane.status === "rejected") throw lane.reason;
  return issued;
}

async function editOne<Issued>(report: Report, ask: Ask, edit: Editor<Issued>): Promise<Issued> {
  const content = await report.gather(ask);
  const tables = content.tables.map((table) => ({
    name: `${table.name}.csv`,
    parts: csvParts(table, ask),
  }));
  const draft: ReportDraft = {
    report: report.name,
    view: viewOf(report.name, ask.view),
    language: ask.words.language,
    summary: content.summary,
    figures: [...content.figures, ...boxFigures(ask.box)],
    tables,
    box: ask.box,
  };
  return await edit(ask.db, draft, (note) => filesOf(report, content, tables, ask, note));
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

function filesOf(
  { name, title, question }: Report,
  { page, summary, evidence = [] }: ReportContent,
  tables: readonly ReportFile[],
  ask: Ask,
  note: EditionNote,
): ReportFile[] {
  const { period, box, words } = ask;
  const edition = pageEdition(name, note, ask);
  const report = { name, title: words.t(title), question: words.t(question), summary };
  const html = renderPage(name, { ...page, report, period, box, edition }, words);
  const restated = note.restates === null ? [] : [restatementTable(name, period, note, ask)];
  const proof = { ...report, title: words.t("Evidence"), question: "", summary: "" };
  const proofs = evidence.map((one) => ({
    name: one.name,
    parts: [
      renderPage(
        "evidence",
        { page: { ...one.page, report_title: report.title }, report: proof, period, box, edition },
        words,
      ),
    ],
  }));
  return [
    { name: `${name}.html`, parts: [html] },
    ...proofs,
    ...tables,
    ...restated.map((table) => ({ name: `${table.name}.csv`, parts: csvParts(table, ask) })),
  ];
}
