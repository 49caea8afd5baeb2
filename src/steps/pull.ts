import { basename, join } from "node:path";
import type { Knex } from "knex";
import type { Batch, StepResult } from "../batch";
import { daysBetween } from "../base/days";
import { NightdeskError } from "../base/errors";
import type { Context } from "../context";
import { findFiles, namedDay } from "../dumps/files";
import { type FileReceipt, loadDumps } from "../dumps/load";

/**
 * Loads the dumps of the batch's days, or for `load` every file named. A file that fails is reported and the others are
 * loaded; the step then counts as failed.
 */
export async function pull({ db, config, log, now }: Context, batch: Batch): Promise<StepResult> {
  const usual = config.sources.length > 0 ? config.sources : [join(config.data_dir, "dumps")];
  const sources = batch.sources.length > 0 ? batch.sources : usual;
  const files = batch.workflow === "load" ? sources : await filesOfDays(db, sources, batch);
  const { files: receipts, ...counts } = await loadDumps(db, config, log, files, now());
  const failed = receipts.filter((file) => file.status === "failed");
  return {
    counts: { files: receipts.length, ...counts },
    details: { files: receipts },
    ...(failed.length === 0 ? {} : { failure: failureOf(failed, receipts.length) }),
  };
}

/** Files whose name says one of the days, and those whose name says no day at all: they may hold anything. */
async function filesOfDays(db: Knex, sources: readonly string[], { from, to }: Batch): Promise<string[]> {
  const days = from === null || to === null ? [] : daysBetween(from, to);
  const found = await findFiles(sources);
  const wanted = found.filter(({ path }) => {
    const day = namedDay(basename(path));
    return sources.includes(path) || day === null || days.includes(day);
  });
  const missing = days.filter(
    (day) => !wanted.some(({ path, error }) => error === null && [null, day].includes(namedDay(basename(path)))),
  );
  for (const day of missing) {
    const loaded = await db("dumps").where({ named_day: day }).first("dump_key");
    if (loaded === undefined) throw noDump(day, sources, found);
  }
  return wanted.map(({ path }) => path);
}

function noDump(day: string, sources: readonly string[], found: Awaited<ReturnType<typeof findFiles>>): NightdeskError {
  const unreadable = found.flatMap(({ error }) => (error === null ? [] : [` ${error.message}`]));
  return new NightdeskError(
    "no-dump",
    `No dump for ${day} in ${sources.join(", ")}. Expected a file whose name holds the day, such as contact-events-${day}.ndjson (or .csv, .json, .gz). Put it there, or name it with --source PATH.${unreadable.join("")}`,
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
