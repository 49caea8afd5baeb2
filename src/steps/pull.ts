import { basename, join } from "node:path";
import type { Knex } from "knex";
import type { Batch, StepResult } from "../batch";
import type { Config } from "../base/config";
import { calendarDay, daysBetween } from "../base/days";
import { NightdeskError } from "../base/errors";
import type { Context } from "../context";
import { findFiles, namedDay } from "../dumps/files";
import { mappingFileFor } from "../dumps/formats/mapped/mapping";
import { type FileReceipt, loadDumps } from "../dumps/load";

/**
 * Loads the dumps of the batch's days, or for `load` every file named. A file that fails is reported and the others are
 * loaded; the step then counts as failed.
 */
export async function pull(context: Context, batch: Batch): Promise<StepResult> {
  const { db, log, now } = context;
  const config = underMapping(context.config, batch.options.mapping);
  const usual = config.sources.length > 0 ? config.sources : [join(config.data_dir, "dumps")];
  const sources = batch.sources.length > 0 ? batch.sources : usual;
  const files = batch.workflow === "load" ? sources : await filesOfDays(config, sources, batch);
  const { files: receipts, ...counts } = await loadDumps(db, config, log, files, now());
  for (const file of receipts) warnOfRejects(log, file);
  const failed = receipts.filter((file) => file.status === "failed");
  if (failed.length === 0 && batch.workflow === "nightly") await requireDays(db, config.zone, sources, batch);
  return {
    counts: { files: receipts.length, loaded: receipts.filter(({ status }) => status === "loaded").length, ...counts },
    details: { files: receipts },
    ...(failed.length === 0 ? {} : { failure: failureOf(failed, receipts.length) }),
  };
}

/** The configuration in which the mapping asked for is for every file. */
function underMapping(config: Config, mapping: string | undefined): Config {
  return mapping === undefined ? config : { ...config, mappings: [{ files: "*", mapping }] };
}

/** Most of a file rejected is rarely a bad line: more likely a wrong name, unit or mapping. */
function warnOfRejects(log: Context["log"], { name, status, read, rejected }: FileReceipt): void {
  if (status !== "loaded" || rejected * 2 <= read) return;
  log.warn(`${name}: ${rejected} of ${read} lines were rejected. "nightdesk export rejected-lines" says why.`);
}

/** Files whose name says one of the days, and those whose name says no day at all: they may hold anything. */
async function filesOfDays(config: Config, sources: readonly string[], { from, to }: Batch): Promise<string[]> {
  const found = await findFiles(sources, (name) => mappingFileFor(config, name) !== null);
  const unreadable = found.flatMap(({ error }) => (error === null ? [] : [error.message]));
  if (from !== null && found.length === unreadable.length) throw noDump(from, sources, unreadable);
  return found
    .map(({ path }) => path)
    .filter((path) => {
      const day = namedDay(basename(path));
      return sources.includes(path) || day === null || (day >= (from ?? day) && day <= (to ?? day));
    });
}

/** A day of which no dump was ever read makes no report: an empty page would look like a quiet day. */
async function requireDays(db: Knex, zone: string, sources: readonly string[], { from, to }: Batch): Promise<void> {
  for (const day of from === null || to === null ? [] : daysBetween(from, to)) {
    const { starts_at_ms, ends_at_ms } = calendarDay(zone, day);
    const named = await db("dumps").where({ named_day: day }).first("dump_key");
    const held = await db("dump_quarters")
      .whereBetween("quarter_at_ms", [starts_at_ms, ends_at_ms - 1])
      .first("dump_key");
    if (named === undefined && held === undefined) throw noDump(day, sources, []);
  }
}

function noDump(day: string, sources: readonly string[], reasons: readonly string[]): NightdeskError {
  return new NightdeskError(
    "no-dump",
    `No dump for ${day} in ${sources.join(", ")}. Expected a file whose name holds the day, such as contact-events-${day}.ndjson (or .csv, .json, .gz). Put it there, or name it with --source PATH.${reasons.map((reason) => ` ${reason}`).join("")}`,
    { canRetry: true },
  );
}

function failureOf(failed: readonly FileReceipt[], all: number): { code: string; message: string } {
  const lines = failed.map((file) => `  - ${file.error?.message ?? file.file}`);
  return {
    code: failed[0]?.error?.code ?? "dump",
    message: `${failed.length} of ${all} files could not be loaded; nothing of them was stored, the others are in:\n${lines.join("\n")}`,
  };
}
