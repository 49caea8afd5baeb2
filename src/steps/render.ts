import { join } from "node:path";
import type { Knex } from "knex";
import type { Batch, StepResult } from "../batch";
import type { Context } from "../context";
import type { Config } from "../base/config";
import { NightdeskError, UsageError } from "../base/errors";
import { wordsOf } from "../i18n/words";
import { gatherBasis } from "../editions/basis";
import { type Decision, decide, wishedNote } from "../editions/decide";
import type { Basis, Edition, EditionKey, EditionNote } from "../editions/edition";
import { bytesOf, editionById, filesOf, newestEdition } from "../editions/read";
import { noteTouched, type TouchedDays, touchedDays } from "../editions/touched";
import { hashed, type NewEdition, type PackedFile, packFile, storeEditions } from "../editions/store";
import { pendingCounts } from "../models/pending";
import { isUnderRules } from "../models/rebuild";
import { eventsKeptFrom, isPurgedDay, requireKept } from "../privacy/limits";
import { rulesVersion } from "../reference/load";
import type { DataBox } from "../reports/data-box";
import { markWords } from "../reports/edition-words";
import { type PlannedFile, publishFiles, withBom } from "../reports/files";
import { indexPage } from "../reports/index-page";
import {
  folderOf,
  gatherReports,
  type ReportDraft,
  type ReportFile,
  reportsWithSubject,
  viewOf,
} from "../reports/render";
import { periodOf } from "../reports/period";
import type { Period, ReportRequest } from "../reports/report";

/** Renders the batch's reports, or the configured ones, for its days. */
export async function render(context: Context, batch: Batch): Promise<StepResult> {
  const { db, config, log } = context;
  const { from, to } = batch;
  if (from === null || to === null) throw new UsageError("A report needs its days. Give --day D, or --from D --to D.");
  const isPurged = await isPurgedDay(db, from);
  const look = async (reader: Knex): Promise<void> => {
    if (!(await isUnderRules(reader, config, rulesVersion(config)))) throw rulesChanged();
    await requireKept(reader, from);
    await warnOfUnfinished(reader, log);
  };
  const isNamed = batch.reports.length > 0;
  const names = isNamed ? batch.reports : await reportsWithSubject(db, config, config.reports, { from, to });
  const request: ReportRequest = {
    from,
    to,
    formats: batch.formats.length > 0 ? batch.formats : ["html", "csv"],
    out: batch.out ?? join(config.data_dir, "reports"),
    view: batch.options.view ?? "person",
    bom: batch.options.bom ?? false,
    words: wordsOf(batch.options.language ?? config.language),
    again: batch.again,
  };
  const touched = batch.workflow === "nightly" && !isPurged ? await touchedDays(db, seriesOf(request)) : null;
  const { files, bytes, editions } = isPurged
    ? await publishIssued(db, config, isNamed ? names : config.reports, request, isNamed)
    : await issueReports(db, config, names, request, { look, now: context.now });
  if (touched !== null) editions.push(...(await restateOthers(context, request, touched)));
  const made = editions.filter(({ is_new }) => is_new);
  const restated = made.filter(({ number }) => number > 1);
  return {
    counts: { files: files.length, bytes, editions: made.length, restated: restated.length },
    details: { files, editions },
  };
}

function seriesOf({ view, words }: ReportRequest): { view: string; language: string } {
  return { view: view ?? "person", language: words?.language ?? "en" };
}

/**
 * Looks at the reports of other days of which this night's dumps hold events, such as late ones: where these make a figure
 * another, the day's folder gets the edition that says so.
 */
async function restateOthers(
  { db, config, log, now }: Context,
  request: ReportRequest,
  touched: TouchedDays,
): Promise<Issued["editions"]> {
  const kept = (await eventsKeptFrom(db)) ?? "";
  const made: Issued["editions"] = [];
  for (const { day, reports } of touched.days) {
    if (day < kept || (day >= request.from && day <= request.to)) continue;
    const other = { ...request, from: day, to: day, again: false };
    const { editions } = await issueReports(db, config, reports, other, { now });
    const isRestated = editions.some(({ is_new }) => is_new);
    if (isRestated) log.info(`The reports of ${day} are restated: "nightdesk editions --day ${day}" says why.`);
    made.push(...editions.filter(({ is_new }) => is_new));
  }
  await noteTouched(db, touched);
  return made;
}

/** What came of a render: the files written, absolute, their size together, and the edition each report is. */
export interface Issued {
  files: string[];
  bytes: number;
  editions: { id: string; report: string; number: number; is_new: boolean }[];
}

interface Hooks {
  /** May look at the state of the database everything is made of, and refuse it. */
  look?: (db: Knex) => Promise<void>;
  now?: () => number;
}

/** Another process may issue the same report between the comparison and the storing: so often that is looked at anew. */
const ATTEMPTS = 10;

/**
 * Gathers reports, compares each with its newest edition, stores those that are new, and writes the editions' bytes into
 * `<out>/<period>/`. Killed at any moment and begun anew it comes to the same editions and bytes.
 *
 * @throws UsageError for an unknown report, before anything is read or written
 */
export async function issueReports(
  db: Knex,
  config: Config,
  names: readonly string[],
  request: ReportRequest,
  { look, now = Date.now }: Hooks = {},
): Promise<Issued> {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const gathered = await gather(db, config, names, request, look);
    const { issued } = gathered;
    const stored = await storeEditions(
      db,
      issued.flatMap(({ edition }) => edition ?? []),
      now(),
    );
    if (stored === null) continue;
    const ids = issued.map(({ id, edition }) => (edition === null ? id : (stored.shift() ?? id)));
    const editions: Edition[] = [];
    for (const id of ids) editions.push(await editionById(db, id));
    const told = editions.map(({ edition_id: id, report, number }, index) => ({
      id,
      report,
      number,
      is_new: issued[index]?.edition !== null,
    }));
    return { ...(await publish(db, config, editions, gathered, request)), editions: told };
  }
  throw new NightdeskError(
    "editions-busy",
    `Others have issued the same reports of ${request.from} to ${request.to} ${ATTEMPTS} times meanwhile. Expected one process at a time to render a period. Wait for them and try again.`,
    { canRetry: true },
  );
}

/**
 * Publishes what was issued of days whose events were purged: the bytes of the newest editions, and nothing else.
 *
 * @param needsAll whether each report was asked for by name
 * @throws NightdeskError `purged` where a report was never issued
 */
async function publishIssued(
  db: Knex,
  config: Config,
  names: readonly string[],
  request: ReportRequest,
  needsAll: boolean,
): Promise<Issued> {
  const { from, to } = request;
  const { language } = request.words ?? wordsOf("en");
  const editions: Edition[] = [];
  for (const report of names) {
    const view = viewOf(report, request.view ?? "person");
    const newest = await newestEdition(db, { report, view, language, from, to });
    if (newest !== null) editions.push(newest);
    else if (needsAll) await requireKept(db, from);
  }
  const [first] = editions;
  if (first === undefined) await requireKept(db, from);
  const period = periodOf(config.zone, from, to, request.words ?? wordsOf("en"));
  const box = JSON.parse(first?.data_box ?? "{}") as DataBox;
  const told = editions.map(({ edition_id: id, report, number }) => ({ id, report, number, is_new: false }));
  return { ...(await publish(db, config, editions, { issued: [], period, box }, request)), editions: told };
}

/** A report of this render: the edition that stands, or the one to be stored. */
interface Verdict {
  id: string;
  edition: NewEdition | null;
}

interface GatheredAll {
  issued: Verdict[];
  period: Period;
  box: DataBox;
}

async function gather(
  db: Knex,
  config: Config,
  names: readonly string[],
  request: ReportRequest,
  look: Hooks["look"],
): Promise<GatheredAll> {
  const { from, to } = request;
  let basis: Promise<Basis> | undefined;
  return await gatherReports(
    db,
    config,
    names,
    request,
    async (reader) => {
      await look?.(reader);
      basis = gatherBasis(reader, config, from, to);
      await basis;
    },
    async (reader, draft, draw) => {
      if (basis === undefined) throw new Error("reports are edited after the look at the database");
      return await edit(reader, { ...draft, from, to }, draw, { basis: await basis, again: request.again ?? false });
    },
  );
}

async function edit(
  db: Knex,
  draft: ReportDraft & EditionKey,
  draw: (note: EditionNote) => ReportFile[],
  { basis, again }: { basis: Basis; again: boolean },
): Promise<Verdict> {
  const tables = draft.tables.map(({ name, parts }) => ({ name, parts, sha256: hashed(parts).sha256 }));
  const decision = await decide(db, { ...draft, tables }, basis);
  const { newest } = decision;
  if (newest !== null && decision.stands && !(again && isDrawnOtherwise(decision, draw(newest)))) {
    return { id: newest.edition_id, edition: null };
  }
  const note = newest !== null && decision.stands ? wishedNote(newest, basis) : decision.note;
  const files: PackedFile[] = [];
  for (const { name, parts } of draw(note)) files.push(await packFile(name, parts));
  const { report, view, language, from, to, summary, figures } = draft;
  const key = { report, view, language, from, to };
  return { id: "", edition: { ...key, note, summary, data_box: JSON.stringify(draft.box), figures, files, basis } };
}

/** Whether the edition that stands would have other pages today. */
function isDrawnOtherwise({ files }: Decision, drawn: readonly ReportFile[]): boolean {
  const known = new Map(files.map(({ name, sha256 }) => [name, sha256]));
  return drawn.length !== known.size || drawn.some(({ name, parts }) => known.get(name) !== hashed(parts).sha256);
}

/** Writes the editions' files, as they are kept, and an index of them. */
async function publish(
  db: Knex,
  config: Config,
  editions: readonly Edition[],
  { period, box }: GatheredAll,
  request: ReportRequest,
): Promise<{ files: string[]; bytes: number }> {
  const { formats, bom } = request;
  const words = request.words ?? wordsOf("en");
  const told = { config, words };
  const folder = join(request.out, folderOf(period, request.view ?? "person", words));
  const planned: PlannedFile[] = [];
  const published = [];
  for (const edition of editions) {
    const all = (await filesOf(db, edition.edition_key)).map(({ name }) => name);
    const files = all.filter((name) => formats.some((format) => name.endsWith(`.${format}`)));
    planned.push(...files.map((name) => ({ name, read: () => readFile(db, edition, name, bom ?? false) })));
    const { report, summary } = edition;
    published.push({ report, summary, files, edition: markWords(edition, told) });
  }
  if (formats.includes("html")) {
    // The index speaks of what is published: of the data the latest of its editions rests on.
    const latest = editions.toSorted((a, b) => b.edition_key - a.edition_key)[0];
    const ownBox = latest === undefined ? box : (JSON.parse(latest.data_box) as DataBox);
    const text = indexPage(folder, published, period, ownBox, words);
    planned.push({ name: "index.html", read: () => Promise.resolve(text) });
  }
  return await publishFiles(folder, planned);
}

async function readFile(db: Knex, edition: Edition, name: string, bom: boolean): Promise<Uint8Array> {
  const bytes = await bytesOf(db, edition, name);
  return bom && name.endsWith(".csv") ? withBom(bytes) : bytes;
}

function rulesChanged(): NightdeskError {
  return new NightdeskError(
    "rules-changed",
    'The zone, a threshold or the reference data changed since the tables were made: their figures would stand under the wrong heading. Run "nightdesk rebuild" and "nightdesk check", which make everything anew, then the report.',
  );
}

/** A report of half-made tables would be wrong without a word: say what is still to be done. */
async function warnOfUnfinished(db: Context["db"], log: Context["log"]): Promise<void> {
  for (const [table, count] of Object.entries(await pendingCounts(db))) {
    if (count > 0) {
      const [entity, , command] = table.split("_");
      log.warn(
        `${count} ${entity} are loaded and not yet through ${command}; run "nightdesk ${command}" for complete figures.`,
      );
    }
  }
}
