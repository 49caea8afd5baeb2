import { readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { messageOf, NightdeskError, UsageError } from "./base/errors";
import type { Config } from "./base/config";
import { patternOf, numberDigits, isTelling, type Trace } from "./base/traces";
import type { Context } from "./context";
import { compact } from "./db/compact";
import { fingerprintOfContext } from "./dumps/intern";
import { dumpsHolding, removeKept } from "./dumps/sources/erase";
import type { Options } from "./options";
import { scrubOf } from "./privacy/edition-files";
import { eraseRows, findTraces, type Places } from "./privacy/erase";
import type { Subject } from "./privacy/subject";
import { configOf, inContext, type Terminal } from "./terminal";

/** What an erasure did; never whom it was about. */
export interface ErasureReceipt {
  kind: Subject["kind"];
  is_dry_run: boolean;
  places: Places;
  place_count: number;
  /** Dumps in folders that are not ours to change. */
  still_held: string[];
}

/** Erases one caller or agent and prints how many places were changed. @throws UsageError where nobody, or more than one, is named */
export async function printErasure(terminal: Terminal, options: Options): Promise<boolean> {
  const subject = subjectOf(options);
  const config = configOf(terminal);
  const receipt = await inContext(terminal, config, (context) => erase(context, subject, options.dryRun ?? false));
  terminal.stdout.write((options.json ?? false) ? `${JSON.stringify(receipt)}\n` : erasureText(receipt));
  return true;
}

/**
 * Replaces every trace of a person by a pseudonym: in the database, in the bytes of issued editions, in the reports that
 * lie in the data folder; and removes dumps of the archive and of the data folder that speak of them. Files come first:
 * killed on the way, the command finds the same person again.
 *
 * @throws NightdeskError `nobody` where nobody of that id or number is found
 */
export async function erase(context: Context, subject: Subject, isDryRun: boolean): Promise<ErasureReceipt> {
  const { db, config, now } = context;
  const traces = await findTraces(db, subject);
  if (traces.length === 0) throw nobody(subject.kind);
  const elsewhere = await eraseFiles(context, traces, isDryRun);
  const about = { now_ms: now(), is_dry_run: isDryRun, elsewhere };
  const places = await eraseRows(db, subject, traces, fingerprintOfContext, about);
  if (!isDryRun) await writeAnew(context);
  return {
    kind: subject.kind,
    is_dry_run: isDryRun,
    places,
    place_count: Object.values(places).reduce((sum, count) => sum + count, 0),
    still_held: await heldElsewhere(config, traces),
  };
}

/** What was replaced lies in the database's file until it is written anew. */
async function writeAnew({ db, log }: Context): Promise<void> {
  await compact(db).catch((error: unknown) => {
    log.warn(
      `Everybody finds the pseudonym, but the database's own files may hold what was replaced: they could not be written anew (${messageOf(error)}). Stop the service and run this again.`,
    );
  });
}

function subjectOf({ contactNumber, contact, agent }: Options): Subject {
  const named: Subject[] = [
    ...(contactNumber === undefined ? [] : [{ kind: "contact-number" as const, id: contactNumber.trim() }]),
    ...(contact === undefined ? [] : [{ kind: "contact" as const, id: contact.trim() }]),
    ...(agent === undefined ? [] : [{ kind: "agent" as const, id: agent.trim() }]),
  ];
  const [subject] = named;
  if (subject === undefined || named.length > 1 || subject.id === "") {
    throw new UsageError("erase needs one person. Give --contact-number N, or --contact ID, or --agent ID.");
  }
  if (subject.kind === "contact-number" && numberDigits(subject.id) === null && !subject.id.includes("@")) {
    throw new UsageError("That is no telephone number of five digits and more, and no address. Give the whole number.");
  }
  return subject;
}

function nobody(kind: Subject["kind"]): NightdeskError {
  return new NightdeskError(
    "nobody",
    `Nobody is found by that ${kind.replace("-", " ")}. Expected one that events or figures name. Nothing was changed.`,
  );
}

async function eraseFiles({ config, log }: Context, traces: readonly Trace[], isDryRun: boolean): Promise<Places> {
  const names = namesOf(traces);
  const archive = await removeKept({ archive: join(config.data_dir, "archive"), log }, names, isDryRun);
  const dumps = await dumpsHolding(join(config.data_dir, "dumps"), names);
  if (!isDryRun) for (const file of dumps) await rm(file, { force: true });
  const reports = await eraseReports(join(config.data_dir, "reports"), traces, isDryRun);
  const places = { "files of the archive": archive, "files of dumps": dumps.length, "files of reports": reports };
  return Object.fromEntries(Object.entries(places).filter(([, count]) => count > 0));
}

/** Pages and tables that were published: they hold what their edition holds. */
async function eraseReports(folder: string, traces: readonly Trace[], isDryRun: boolean): Promise<number> {
  const scrub = scrubOf(traces.filter(isTelling));
  const names = await readdir(folder, { recursive: true }).catch(() => []);
  let count = 0;
  for (const name of names.filter((one) => /\.(?:html|csv|json)$/.test(one))) {
    const place = join(folder, name);
    const text = await readFile(place, "utf8");
    const left = scrub(text, name);
    if (left === text) continue;
    count += 1;
    if (isDryRun) continue;
    await writeFile(`${place}.part`, left);
    await rename(`${place}.part`, place);
  }
  return count;
}

/** Dumps in the sources' own folders. */
async function heldElsewhere({ sources, data_dir }: Config, traces: readonly Trace[]): Promise<string[]> {
  const held: string[] = [];
  for (const source of sources) {
    if (source.type !== "folder" || source.path.startsWith(join(data_dir, "dumps"))) continue;
    held.push(...(await dumpsHolding(source.path, namesOf(traces))));
  }
  return held;
}

function namesOf(traces: readonly Trace[]): (text: string) => boolean {
  const patterns = traces.filter(isTelling).map(patternOf);
  return (text) => patterns.some((pattern) => text.search(pattern) >= 0);
}

function erasureText({ kind, places, place_count, is_dry_run, still_held }: ErasureReceipt): string {
  const lines = Object.entries(places).map(
    ([place, count]) => `  ${place.padEnd(28)} ${count.toLocaleString("en-US").padStart(9)}`,
  );
  const end = is_dry_run
    ? `A dry run: ${place_count.toLocaleString("en-US")} places would change. Nothing was changed.`
    : `Erased one ${kind.replace("contact-number", "caller").replace("contact", "caller")}: ${place_count.toLocaleString("en-US")} places changed. Figures stay as they were.`;
  const held = still_held.map((file) => `  ${file}`);
  const rest = held.length === 0 ? "" : `Dumps that still name them, and are not ours to change:\n${held.join("\n")}\n`;
  return `${lines.join("\n")}\n${end}\n${rest}`;
}
