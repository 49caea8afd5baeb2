import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { rename, rm, stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Batch } from "./batch";
import { writeCsvRows } from "./base/csv";
import { addDays, yesterday } from "./base/days";
import { messageOf, NightdeskError, UsageError } from "./base/errors";
import { ensureFolder } from "./base/folders";
import { openLog } from "./base/log";
import { withoutPassword } from "./base/text";
import { copyDatabase } from "./db/transfer";
import { runDemo } from "./demo";
import { examine, printExamination } from "./doctor";
import { exportTable } from "./exports/export";
import { generateDays } from "./generate/generate";
import { findViolations, type Violation } from "./models/check";
import { isUnderRules, requireRules } from "./models/rebuild";
import { daysOf, type Options } from "./options";
import { printCopied, printRun } from "./print";
import { rulesVersion, sequenceVersion } from "./reference/load";
import { runWorkflow } from "./runner";
import type { Service } from "./service";
import { wordsOf } from "./i18n/words";
import { gatherStatus, type Upcoming } from "./status";
import { statusPage } from "./status-page";
import { printStatus } from "./status-print";
import { configOf, inContext, type Terminal } from "./terminal";

/** Runs a batch and prints its receipt. @returns whether it is done */
export async function run(terminal: Terminal, batch: Batch, json: boolean): Promise<boolean> {
  const config = configOf(terminal);
  const receipt = await inContext(terminal, config, (context) => runWorkflow(context, batch));
  terminal.stdout.write(json ? `${JSON.stringify(receipt)}\n` : printRun(receipt, config.zone));
  for (const step of receipt.steps) {
    if (step.failure !== undefined) terminal.stderr.write(`error: ${step.failure.message}\n`);
  }
  return receipt.status === "done";
}

const FINDING_COLUMNS = [
  ...(["contact_id", "activity_number", "at_ms", "state", "previous_event", "event"] as const),
  ...(["kind", "severity", "confidence", "table_name", "table_version"] as const),
];

/** Whether a check is asked for in another mode or by another table than the configured one. */
export function isOtherCheck(terminal: Terminal, options: Options): boolean {
  const { mode, table } = configOf(terminal).sequence;
  return (options.mode ?? mode) !== mode || (options.table ?? table) !== table;
}

/** Prints the findings of another mode or table than the configured one, as CSV or with --json as one object. */
export async function printFindings(terminal: Terminal, options: Options): Promise<boolean> {
  const config = configOf(terminal);
  const judge = {
    mode: options.mode ?? config.sequence.mode,
    table: options.table ?? config.sequence.table,
    version: sequenceVersion(config),
  };
  const days = daysOf(options);
  const period = { from: days?.[0] ?? null, to: days?.at(-1) ?? null, all: days === null };
  const found: Omit<Violation, "contact_key">[] = [];
  await inContext(terminal, config, async ({ db }) => {
    await requireRules(db, config, rulesVersion(config));
    for await (const page of findViolations(db, config, judge, period)) {
      for (const { contact_key: _key, ...finding } of page) found.push(finding);
    }
  });
  found.sort(
    (a, b) =>
      Buffer.compare(Buffer.from(a.contact_id), Buffer.from(b.contact_id)) || a.activity_number - b.activity_number,
  );
  if (options.json ?? false) {
    terminal.stdout.write(`${JSON.stringify({ ...judge, from: period.from, to: period.to, findings: found })}\n`);
    return true;
  }
  terminal.stdout.write(
    writeCsvRows([FINDING_COLUMNS, ...found.map((finding) => FINDING_COLUMNS.map((column) => finding[column]))]),
  );
  terminal.stderr.write(`${found.length} findings by table ${judge.table}, mode ${judge.mode}; nothing was stored.\n`);
  return true;
}

/** Streams a table to a file, which appears whole or not at all, or to standard output. */
export async function writeExport(terminal: Terminal, table: string, options: Options): Promise<boolean> {
  const config = configOf(terminal);
  const days = daysOf(options);
  const file = options.out === undefined ? null : resolve(terminal.folder, options.out);
  if (options.json && file === null)
    throw new UsageError("--json prints the receipt on standard output: give --out FILE for the rows.");
  if (options.spreadsheet && options.format === "ndjson") {
    throw new UsageError("--spreadsheet is for CSV: no spreadsheet reads NDJSON. Leave one of the two out.");
  }
  const request = {
    table,
    from: days?.[0] ?? null,
    to: days?.at(-1) ?? null,
    format: options.format === "ndjson" ? ("ndjson" as const) : ("csv" as const),
    spreadsheet: options.spreadsheet ?? false,
  };
  await inContext(terminal, config, async ({ db, log }) => {
    if (!(await isUnderRules(db, config, rulesVersion(config)))) {
      log.warn(
        'The zone, a threshold or the reference data changed since the tables were made; run "nightdesk rebuild" first.',
      );
    }
    const parts = exportTable(db, config, request);
    await (file === null ? writeParts(terminal.stdout, parts) : writeFile(file, parts));
  });
  if (file === null) return true;
  if (options.json) terminal.stdout.write(`${JSON.stringify({ ...request, file })}\n`);
  else terminal.stderr.write(`Wrote ${file}\n`);
  return true;
}

export async function generate(terminal: Terminal, options: Options): Promise<boolean> {
  const made = await generateDays({
    day: options.day ?? "",
    days: options.days ?? 1,
    contacts: options.contacts ?? 0,
    agents: options.agents ?? 0,
    seed: options.seed ?? 0,
    faults: options.faults ?? [],
    out: resolve(terminal.folder, options.out ?? "."),
    zone: configOf(terminal).zone,
  });
  const text = `Made ${made.contacts} contacts with ${made.events} events, and ${made.agent_events} agent events, in ${made.files.length} files:\n${made.files.map((name) => `  ${name}`).join("\n")}\n`;
  terminal.stdout.write(options.json ? `${JSON.stringify(made)}\n` : text);
  return true;
}

export async function demo(terminal: Terminal, options: Options): Promise<boolean> {
  const shown = await runDemo(terminal, configOf(terminal));
  terminal.stdout.write(options.json ? `${JSON.stringify(shown.receipt)}\n` : shown.text);
  return shown.receipt.status === "done";
}

/** Copies a database into an empty one and says how many rows of each table came over. */
export async function copy(terminal: Terminal, from: string, to: string, options: Options): Promise<boolean> {
  const tables = await copyDatabase(from, to, openLog(terminal.stderr));
  const copied = { from: withoutPassword(from), to: withoutPassword(to), tables };
  terminal.stdout.write(options.json ? `${JSON.stringify(copied)}\n` : printCopied(copied));
  return true;
}

/** The grid of days on standard output, or as a page in a file. */
export async function status(terminal: Terminal, options: Options, next: Upcoming[]): Promise<boolean> {
  const config = configOf(terminal);
  const days = daysOf(options);
  const to = days?.at(-1) ?? yesterday(config.zone, terminal.now());
  const from = days?.[0] ?? addDays(to, -13);
  // A page is for the centre's readers, the terminal speaks English.
  const words = wordsOf(options.html === undefined ? "en" : config.language);
  const request = { from, to, now_ms: terminal.now(), next, words };
  const found = await inContext(terminal, config, ({ db }) => gatherStatus(db, config, request));
  const file = options.html === undefined ? null : resolve(terminal.folder, options.html);
  if (file !== null) await writeFile(file, Readable.from([statusPage(found, config.zone, words)]));
  if (options.json) terminal.stdout.write(`${JSON.stringify({ from, to, ...found, file })}\n`);
  else if (file !== null) terminal.stderr.write(`Wrote ${file}\n`);
  else terminal.stdout.write(printStatus(found, config.zone, isColoured(terminal)));
  return true;
}

/** Colours only for somebody who looks, and has not asked for none (https://no-color.org). */
function isColoured({ stdout, env }: Terminal): boolean {
  return ((stdout as { isTTY?: boolean }).isTTY ?? false) && !env.NO_COLOR && env.TERM !== "dumb";
}

/** @param service examines the queue too, where there is one */
export async function doctor(terminal: Terminal, options: Options, service?: Service): Promise<boolean> {
  const findings = await examine(terminal, service?.examine);
  terminal.stdout.write(options.json ? `${JSON.stringify({ findings })}\n` : printExamination(findings));
  return findings.every((finding) => finding.level !== "fault");
}

/** A file appears whole or not at all; a device or pipe is written to as it is. */
async function writeFile(file: string, parts: AsyncIterable<string>): Promise<void> {
  const found = await stat(file).catch(() => null);
  const beside = found === null || found.isFile() ? `${file}.part` : file;
  try {
    if (found?.isDirectory()) throw new Error("it is a folder");
    await ensureFolder(dirname(file));
    await pipeline(parts, createWriteStream(beside));
    if (beside !== file) await rename(beside, file);
  } catch (error) {
    if (beside !== file) await rm(beside, { force: true });
    if (error instanceof NightdeskError) throw error;
    throw new NightdeskError("export-file", `${file} cannot be written: ${messageOf(error)}. Name another file.`, {
      canRetry: true,
      cause: error,
    });
  }
}

async function writeParts(stream: NodeJS.WritableStream, parts: AsyncIterable<string>): Promise<void> {
  for await (const part of parts) if (!stream.write(part)) await once(stream, "drain");
}
