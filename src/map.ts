import { basename, resolve } from "node:path";
import { localTime } from "./base/days";
import { UsageError } from "./base/errors";
import { fold } from "./base/fold";
import { nearestName } from "./base/settings";
import { columnsOf, printable, shortened } from "./base/text";
import type { Options } from "./options";
import { mappingFileFor } from "./dumps/formats/mapped/mapping";
import { type Preview, previewFile } from "./dumps/preview";
import { table } from "./print";
import { knownNames } from "./reference/load";
import { configOf, type Terminal } from "./terminal";

/** A name that no rule is about: its events are kept, and count as unknown. */
interface UnknownName {
  type: "contact" | "agent";
  name: string;
  nearest: string | null;
}

/** Prints what a mapping makes of a file, and loads nothing. @returns whether any event comes out of its lines */
export async function showMapped(terminal: Terminal, file: string, options: Options): Promise<boolean> {
  const config = configOf(terminal);
  const path = resolve(terminal.folder, file);
  const mapping =
    options.mapping === undefined ? mappingFileFor(config, basename(path)) : resolve(terminal.folder, options.mapping);
  if (mapping === null) {
    throw new UsageError(
      `No mapping is configured for ${basename(path)}. Name one with --mapping M, or under "mappings" in nightdesk.json.`,
    );
  }
  const preview = await previewFile(config, path, mapping, options.sample ?? 20, terminal.now());
  const unknown = unknownNames(preview);
  terminal.stdout.write(
    options.json
      ? `${JSON.stringify({ ...preview, unknown_names: unknown })}\n`
      : printPreview(preview, config.zone, terminal.stdout.columns ?? Number.POSITIVE_INFINITY),
  );
  for (const name of unknown) terminal.stderr.write(`warning: ${unknownText(name)}\n`);
  return preview.event_count > 0 || preview.read === preview.passed_over;
}

function unknownNames({ names }: Preview): UnknownName[] {
  const known = knownNames();
  const folded = { contact: new Set(known.contact.map(fold)), agent: new Set(known.agent.map(fold)) };
  return names
    .filter(({ type, name }) => !folded[type].has(fold(name)))
    .map(({ type, name }) => ({ type, name, nearest: nearestName(name, known[type]) }));
}

function unknownText({ type, name, nearest }: UnknownName): string {
  const what = type === "contact" ? "contact event" : "agent state";
  const hint = nearest === null ? "" : ` Did you mean "${nearest}"?`;
  return printable(
    `"${name}" is no ${what} of the reference: it is kept and reported, and no figure is made of it.${hint}`,
  );
}

/** @param width columns of the terminal; infinite where there is none */
function printPreview(preview: Preview, zone: string, width: number): string {
  const { file, mapping, read, event_count, passed_over, rejected, events } = preview;
  const count = (value: number): string => value.toLocaleString("en-US");
  const head = `${file} under ${mapping.file}`;
  const means = `sha256 ${mapping.sha256.slice(0, 12)}; local times of the table in ${mapping.zone}, shown in ${zone}`;
  const counts = `Lines read ${count(read)}, passed over ${count(passed_over)}, rejected ${count(rejected)}; events ${count(event_count)}.`;
  const parts = [
    `${printable(head)}\n${means}`,
    events.length === 0
      ? "No events."
      : `The first ${count(events.length)} of ${count(event_count)} events:\n${eventTable(events, zone, width)}`,
    ...(preview.names.length === 0 ? [] : [namesTable(preview)]),
    ...(rejected === 0 ? [] : [rejectedText(preview, width)]),
    `${counts} Nothing was loaded.`,
  ];
  return `${parts.map((part) => part.trimEnd()).join("\n\n")}\n`;
}

/** The columns that hold something, as many as fit; the others are named below. */
function eventTable(events: Preview["events"], zone: string, width: number): string {
  const told = new Set(events.flatMap(Object.keys));
  const all = [...FIRST.filter((column) => column === "name" || told.has(column)), ...told].filter(
    (column, index, columns) => columns.indexOf(column) === index && column !== "event" && column !== "state",
  );
  const cells = events.map((event) => {
    const row: Record<string, string | number> = { ...event, name: event.event ?? event.state ?? "" };
    return all.map((column) => cellOf(column, row[column], zone));
  });
  const widths = all.map((column, index) =>
    Math.max(column.length, ...cells.map((row) => columnsOf(row[index] ?? ""))),
  );
  let fitting = 0;
  let taken = 0;
  while (fitting < all.length && taken + (widths[fitting] as number) <= width) {
    taken += (widths[fitting] as number) + 2;
    fitting += 1;
  }
  const shown = Math.max(fitting, 1);
  const hidden = all.slice(shown);
  const text = table(
    all.slice(0, shown),
    cells.map((row) => row.slice(0, shown)),
    1,
  );
  return hidden.length === 0 ? text : `${text}Too narrow for (--json shows all):\n${wrapped(hidden, width)}`;
}

/** Names in lines that fit. */
function wrapped(names: readonly string[], width: number): string {
  const lines: string[] = [];
  for (const name of names) {
    const last = lines.at(-1);
    if (last === undefined || last.length + name.length + 2 > width) lines.push(`  ${name}`);
    else lines[lines.length - 1] = `${last}, ${name}`;
  }
  return `${lines.join("\n")}\n`;
}

/** What a reader looks for first; `name` is the event of a contact or the state of an agent. */
const FIRST = ["line", "type", "at", "name", "contactId", "agentId", "queueName", "endedAt"];
const LONGEST_CELL = 32;

function cellOf(column: string, value: string | number | undefined, zone: string): string {
  if (value === undefined) return "";
  if (column === "at" || column === "endedAt") return localTime(zone, Number(value));
  return shortened(printable(String(value)).replace(/\s+/g, " "), LONGEST_CELL);
}

function namesTable({ names }: Preview): string {
  return table(
    ["name", "count", "type"],
    names.map(({ name, type, count }) => [
      shortened(printable(name), LONGEST_CELL),
      count.toLocaleString("en-US"),
      type,
    ]),
    2,
  );
}

function rejectedText({ reasons, rejected, rejected_lines }: Preview, width: number): string {
  const head = `Rejected: ${reasons.map(({ reason, count }) => `${reason} ${count.toLocaleString("en-US")}`).join(", ")}`;
  const lines = rejected_lines.flatMap(({ line, message, text }) => [
    `  line ${line}: ${printable(message)}`,
    `    ${shortened(printable(text).replace(/\s+/g, " "), Math.min(width, 120) - 4)}`,
  ]);
  const left = rejected - rejected_lines.length;
  return [head, ...lines, ...(left > 0 ? [`  and ${left.toLocaleString("en-US")} more`] : [])].join("\n");
}
