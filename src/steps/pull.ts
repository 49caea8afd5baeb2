import { basename, join, sep } from "node:path";
import type { Batch, Failure, StepResult } from "../batch";
import type { Config } from "../base/config";
import { addDays, calendarDay, daysBetween, localTime } from "../base/days";
import { NightdeskError } from "../base/errors";
import { plainFolder, type Source, unwatched } from "../base/sources";
import type { Context } from "../context";
import { findFiles, type FoundFile, namedDay } from "../dumps/files";
import { isMappedBy } from "../dumps/formats/mapped/mapping";
import { type FileReceipt, loadFiles } from "../dumps/load";
import { type Kept, keptFile, keptOf } from "../dumps/sources/archive";
import { setAside, tellBroken } from "../dumps/sources/aside";
import { deliveryOf, settleDeliveries, waitingLines, waitMs } from "../dumps/sources/deliveries";
import { type Fetching, fetchingOf, removeStaleParts } from "../dumps/sources/fetching";
import { gather, type Gathered } from "../dumps/sources/gather";
import { gatherLate, type Late, tellLate } from "../dumps/sources/late";
import { noteOrigins, originKey, type Origins, originsOf } from "../dumps/sources/origins";
import { keptFrom } from "../privacy/limits";
import { purge } from "../privacy/purge";
import { expire, refusedOf, restore } from "../dumps/sources/upkeep";

/** What a pull found, before anything is loaded. */
interface Found {
  files: FoundFile[];
  /** By source and day; empty where files were named by hand or come from the archive. */
  gathered: Gathered[];
  /** Of days before those pulled. */
  late: Late[];
  kept: Kept[];
  /** What had been set aside and is tried again. */
  refused: Kept[];
  /** The sources that delivered a file, by its path and name: the same content may have come under two. */
  origins: Origins;
}

/** Where dumps come from that somebody names on the command line. */
const BY_HAND = "by hand";

/**
 * Fetches and loads the dumps of the batch's days; for `load` every file named, for a replay what the archive keeps. A file
 * that fails is reported and the others are loaded; the step then counts as failed. A source that has not delivered is
 * waited for until the batch's deadline; after it the night goes on, and the delivery is noted as missing.
 */
export async function pull(context: Context, batch: Batch): Promise<StepResult> {
  const { db, log, now } = context;
  const config = underMapping(context.config, batch.options.mapping);
  const fetching = fetchingOf(config, log, now, batch.again);
  const found = await findDumps({ ...context, config }, batch, fetching);
  const { files: receipts, ...counts } = await loadFiles(db, config, log, found.files, now());
  for (const file of receipts) warnOfRejects(log, file);
  await noteOrigins(db, found.origins, receipts);
  const broken = await setAside(fetching.archive, found.kept, receipts);
  const settling = { db, log, now, deadline_at_ms: batch.deadline_at_ms, is_by_hand: isByHand(batch) };
  const tooLate = await tellLate(db, fetching, found.late, receipts);
  const failed = broken.filter((receipt) => !tooLate.includes(receipt));
  tellBroken(found.gathered, failed);
  await putBack(fetching.archive, found, receipts);
  const { late, missing, changed } = await settleDeliveries(settling, found.gathered);
  const waiting = late.length === 0 ? null : waitingFailure(late, config.zone, batch.deadline_at_ms ?? 0, now());
  let purged = 0;
  if (failed.length === 0 && waiting === null && batch.workflow === "nightly") {
    await requireDays(context, batch, found.gathered, receipts);
    const keepDays = config.archive.keep_days;
    if (keepDays !== null && batch.to !== null) await expire(fetching, addDays(batch.to, -keepDays), now());
    if (!isByHand(batch)) purged = await purgeOld(context, batch);
  }
  const failure = failed.length > 0 ? failureOf(failed, receipts.length) : waiting;
  const loaded = receipts.filter(({ status }) => status === "loaded").length;
  return {
    counts: {
      files: receipts.length,
      loaded,
      ...counts,
      ...told({ sources_missing: missing, deliveries_changed: changed, purged }),
    },
    details: { files: receipts, sources: found.gathered.map(deliveryOf) },
    ...(failure === null ? {} : { failure }),
  };
}

/** Scheduled nights remove what is kept no longer, counted back from their own last day. @returns rows removed */
async function purgeOld({ db, config, now }: Context, { to }: Batch): Promise<number> {
  if (to === null || keptFrom(config.retention, to).length === 0) return 0;
  const { removed_count } = await purge(db, config, { today: addDays(to, 1), now_ms: now() });
  return removed_count;
}

/** The configuration in which the mapping asked for is for every file. */
function underMapping(config: Config, mapping: string | undefined): Config {
  return mapping === undefined ? config : { ...config, mappings: [{ files: "*", mapping }] };
}

/** Counts that are worth a word. */
function told(counts: Record<string, number>): Record<string, number> {
  return Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0));
}

async function findDumps({ db, config }: Context, batch: Batch, fetching: Fetching): Promise<Found> {
  if (batch.options.replay === true) return await findKept(fetching, batch);
  if (batch.workflow === "load" || batch.sources.length > 0) {
    const found = await findFiles(batch.sources, isMappedBy(config));
    const files = batch.workflow === "load" ? found : filesOfDays(found, batch.sources, batch);
    const origins = originsOf(files.map((file) => [file, ownerOf(config.sources, file.path)]));
    return { files, gathered: [], late: [], kept: [], refused: [], origins };
  }
  await removeStaleParts(fetching);
  const sources = isByHand(batch) ? sourcesOf(config) : sourcesOf(config).map(unwatched);
  const gathered: Gathered[] = [];
  for (const day of daysOf(batch)) {
    for (const source of sources) gathered.push(await gather(fetching, source, day));
  }
  const late = batch.from === null ? [] : await gatherLate(fetching, db, gathered, batch.from);
  const all = [...gathered, ...late.map((one) => one.gathered)];
  const origins = originsOf(all.flatMap(({ source, files }) => files.map((file) => [file, source.name] as const)));
  const files = distinct([...gathered.flatMap((one) => one.files), ...late.flatMap(({ unknown }) => unknown)]);
  return { files, gathered, late, kept: all.flatMap((one) => one.kept), refused: [], origins };
}

/** Whether somebody runs it and sees what comes of it. */
function isByHand({ schedule, deadline_at_ms }: Batch): boolean {
  return schedule === null && deadline_at_ms === null;
}

/** What the archive keeps of the days. */
async function findKept(fetching: Fetching, batch: Batch): Promise<Found> {
  const { archive, log } = fetching;
  const kept: Kept[] = [];
  const refused: Kept[] = [];
  for (const day of daysOf(batch)) {
    const ofDay = await keptOf(fetching, day);
    const aside = await refusedOf(fetching, day, ofDay);
    refused.push(...aside);
    ofDay.push(...aside);
    if (ofDay.length === 0) log.warn(`Nothing is kept of ${day} in ${archive}.`);
    kept.push(...ofDay);
  }
  if (kept.length === 0) {
    throw new NightdeskError(
      "no-dump",
      `Nothing is kept of ${batch.from} to ${batch.to} in ${archive}. Expected dumps that were pulled before; folders named by their path alone are not kept. Run "nightdesk nightly --from ${batch.from} --to ${batch.to}" to pull them from their sources.`,
    );
  }
  const origins = originsOf(kept.map((one) => [keptFile(archive, one), one.source]));
  return {
    files: distinct(kept.map((one) => keptFile(archive, one))),
    gathered: [],
    late: [],
    kept: [],
    refused,
    origins,
  };
}

/** Puts back what was set aside and could be loaded now. */
async function putBack(archive: string, { refused }: Found, receipts: readonly FileReceipt[]): Promise<void> {
  const good = receipts.filter(({ status }) => status !== "failed").map(({ file, name }) => originKey(file, name));
  for (const one of refused)
    if (good.includes(originKey(keptFile(archive, one).path, one.name))) await restore(archive, one);
}

function daysOf({ from, to }: Batch): string[] {
  return from === null || to === null ? [] : daysBetween(from, to);
}

/** Where nobody named a source it is called `dumps`: its path stands in no report, wherever the data folder lies or moves to. */
function sourcesOf({ sources, data_dir }: Config): readonly Source[] {
  return sources.length > 0 ? sources : [plainFolder(join(data_dir, "dumps"), "dumps")];
}

/** What an error says of a source that has nothing, so that it can be found. */
function placeOf(source: Source): string {
  return source.type === "folder" && source.is_plain ? source.path : source.name;
}

/** The folder of the configuration a file lies in, or nobody's. */
function ownerOf(sources: readonly Source[], path: string): string {
  const folder = sources.find((source) => source.type === "folder" && path.startsWith(`${source.path}${sep}`));
  return folder?.name ?? BY_HAND;
}

/** Each file once. The same content under two names is two files: the second is known by then. */
function distinct(files: readonly FoundFile[]): FoundFile[] {
  const known = new Map(files.map((file) => [JSON.stringify([file.path, file.delivered]), file]));
  return [...known.values()];
}

/** Most of a file rejected is rarely a bad line: more likely a wrong name, unit or mapping. */
function warnOfRejects(log: Context["log"], { name, status, read, rejected }: FileReceipt): void {
  if (status !== "loaded" || rejected * 2 <= read) return;
  log.warn(`${name}: ${rejected} of ${read} lines were rejected. "nightdesk export rejected-lines" says why.`);
}

function waitingFailure(late: readonly Gathered[], zone: string, deadline: number, nowMs: number): Failure {
  const retry_after_ms = waitMs(late, deadline, nowMs);
  return {
    code: "not-delivered",
    message: `Not everything has been delivered yet; what came is loaded:\n${waitingLines(late)}\nAsked again in ${Math.ceil(retry_after_ms / 60_000)} minutes; at ${localTime(zone, deadline)} the night goes on without.`,
    can_retry: true,
    retry_after_ms,
  };
}

/** Files whose name says one of the days, and those whose name says no day at all: they may hold anything. */
function filesOfDays(found: readonly FoundFile[], sources: readonly string[], { from, to }: Batch): FoundFile[] {
  const unreadable = found.flatMap(({ error }) => (error === null ? [] : [error.message]));
  if (from !== null && found.length === unreadable.length) throw noDump(from, sources, unreadable);
  return found.filter(({ path }) => {
    const day = namedDay(basename(path));
    return sources.includes(path) || day === null || (day >= (from ?? day) && day <= (to ?? day));
  });
}

/** A day of which no dump was ever read makes no report: an empty page would look like a quiet day. */
async function requireDays(
  { db, config }: Context,
  batch: Batch,
  gathered: readonly Gathered[],
  receipts: readonly FileReceipt[],
): Promise<void> {
  // A quiet day's dump may have the bytes of another quiet day's: it was read all the same.
  const read = new Set(receipts.map(({ name }) => namedDay(name)));
  for (const day of daysOf(batch).filter((one) => !read.has(one))) {
    const { starts_at_ms, ends_at_ms } = calendarDay(config.zone, day);
    const named = await db("dumps").where({ named_day: day }).first("dump_key");
    const held = await db("dump_quarters")
      .whereBetween("quarter_at_ms", [starts_at_ms, ends_at_ms - 1])
      .first("dump_key");
    if (named !== undefined || held !== undefined) continue;
    const places = batch.sources.length > 0 ? batch.sources : sourcesOf(config).map(placeOf);
    const reasons = gathered.filter(
      (one) => one.day === day && one.absent !== null && one.absent !== `nothing for ${day}`,
    );
    throw noDump(
      day,
      places,
      reasons.map(({ source, absent }) => `${source.name}: ${absent}.`),
    );
  }
}

function noDump(day: string, sources: readonly string[], reasons: readonly string[]): NightdeskError {
  return new NightdeskError(
    "no-dump",
    `No dump for ${day} in ${sources.join(", ")}. Expected a file whose name holds the day, such as contact-events-${day}.ndjson (or .csv, .json, .gz). Put it there, or name it with --source PATH.${reasons.map((reason) => ` ${reason}`).join("")}`,
    { canRetry: true },
  );
}

/** What fails every file alike, such as a mapping, is told once. */
function failureOf(failed: readonly FileReceipt[], all: number): Failure {
  const lines = new Set(failed.map(({ error, file }) => `  - ${error?.message ?? file}`));
  return {
    code: failed[0]?.error?.code ?? "dump",
    message: `${failed.length} of ${all} files could not be loaded; nothing of them was stored, the others are in:\n${[...lines].join("\n")}`,
    can_retry: failed.every(({ error }) => error?.can_retry === true),
  };
}
