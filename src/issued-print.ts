import type { Config } from "./base/config";
import { localTime } from "./base/days";
import { columnsOf, fitColumns, printable } from "./base/text";
import { wordsOf } from "./i18n/words";
import type { EditionDifference, ListedEdition } from "./issued";
import { table } from "./print";
import { causesInShort, causeWords, changeWords, markWords } from "./reports/edition-words";

/** So that a line of the list fits into 80 columns beside the id of a day's edition. */
const CAUSE_COLUMNS = 23;

function cutOff(text: string): string {
  return columnsOf(text) <= CAUSE_COLUMNS ? text : `${fitColumns(text, CAUSE_COLUMNS - 1)}…`;
}

/** Editions as a table for a terminal, what they restate and why. */
export function printEditions(editions: readonly ListedEdition[], { zone }: Config): string {
  if (editions.length === 0) return "No report of these days was issued.\n";
  const words = wordsOf("en");
  const rows = editions.map((edition) => [
    edition.edition_id,
    localTime(zone, Number(edition.issued_at_ms), "MM-dd HH:mm"),
    edition.edition_number === 1 ? "-" : String(edition.change_count),
    cutOff(printable(causesInShort(edition.causes, words))),
  ]);
  const bytes = editions.reduce((sum, edition) => sum + Number(edition.packed_byte_count), 0);
  const kept = `${editions.length.toLocaleString("en-US")} editions, ${(bytes / 1e6).toFixed(1)} MB kept. Issued: local time, ${zone}.`;
  return `${table(["edition", "issued", "changes", "cause"], rows, CAUSE_COLUMN)}\n${kept}\n`;
}

const CAUSE_COLUMN = 3;

/** What differs between two editions: figures first, then what they rest on, then what is the cause. */
export function printDifference(difference: EditionDifference, config: Config): string {
  const { zone } = config;
  const told = { config, words: wordsOf("en") };
  const { before, after, figures, dumps_added, dumps_gone, settings, files, causes } = difference;
  const dump = (sign: string) => (each: (typeof dumps_added)[number]) =>
    `${sign} ${each.name} (sha256 ${each.sha256.slice(0, 12)}), ${each.event_count.toLocaleString("en-US")} events of the period`;
  const changes = figures.map((figure) => changeWords({ ...figure, causes: [] }, told));
  const inputs = [
    ...dumps_added.map(dump("+")),
    ...dumps_gone.map(dump("-")),
    ...pair("data up to", timeOf(before.data_up_to_ms, zone), timeOf(after.data_up_to_ms, zone)),
    ...pair("late events", String(before.inputs.late_event_count), String(after.inputs.late_event_count)),
    ...pair("nightdesk", before.code_version, after.code_version),
  ];
  const rules = settings.map((setting) => causeWords({ kind: "setting", ...setting }, told.words));
  const parts = [
    section(`Figures (${figures.length.toLocaleString("en-US")} differ)`, changes),
    section("What they rest on", inputs),
    section("Rules", rules),
    section(
      "Files with other bytes",
      files.map(({ name }) => name),
    ),
    section(
      "Causes named",
      causes.map((cause) => causeWords(cause, told.words)),
    ),
  ];
  return `${before.edition_id} (${markWords(before, told)})\n${after.edition_id} (${markWords(after, told)})\n\n${parts.join("\n")}`;
}

function timeOf(atMs: number | null, zone: string): string {
  return atMs === null ? "nothing" : localTime(zone, atMs);
}

function pair(name: string, old: string, now: string): string[] {
  return old === now ? [] : [`${name} ${old} → ${now}`];
}

function section(title: string, lines: readonly string[]): string {
  return `${title}\n${(lines.length === 0 ? ["none"] : lines).map((line) => `  ${printable(line)}\n`).join("")}`;
}
