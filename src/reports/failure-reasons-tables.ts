import type { Words } from "../i18n/words";
import type { Failures, Finding, ReasonRule } from "./failure-reasons";
import { idList, seenBetween } from "./page";
import type { Ask } from "./report";
import { shareBar } from "./svg";
import { type Column, type CsvTable, pageTable, type PageTable, type TableRow } from "./table";
import { shareOf } from "./units";

/** The kinds of reasons, in the order they are told. */
const SECTIONS = [
  {
    kind: "call",
    caption: "Calls that failed",
    note: "Response codes of the telephone network and of the platform's own services.",
  },
  { kind: "cpa", caption: "Calls the dialler could not complete", note: "Call progress analysis of dialled calls." },
  {
    kind: "offer",
    caption: "Offers agents did not take",
    note: "The contact went back to its queue or on to another agent.",
  },
  {
    kind: "unknown",
    caption: "Unknown reasons",
    note: "Delivered as shown, and not in the reference. Ask the platform's operator what they mean.",
  },
] as const;

const HARMLESS_NOTE =
  "A cancelled call, a live voice and an answering machine are outcomes, and count in no figure above.";

const COLUMNS: readonly Column[] = [
  { key: "kind", label: "Kind", unit: "text", only: "csv" },
  { key: "title", label: "Reason", unit: "text", only: "page" },
  { key: "name", label: "Reason", unit: "text", only: "csv" },
  { key: "phrase", label: "In words", unit: "text", only: "csv" },
  { key: "meaning", label: "Meaning", unit: "text" },
  { key: "class", label: "Class", unit: "text", only: "csv" },
  { key: "owner", label: "Who has to act", unit: "text" },
  { key: "is_failure", label: "Is a failure", unit: "count", only: "csv" },
  { key: "event_count", label: "Events", unit: "count", of: "events" },
  { key: "contact_count", label: "Contacts", unit: "count", of: "contacts" },
  {
    key: "contact_share",
    label: "Share",
    csv_label: "Share of all contacts",
    unit: "share",
    hint: "of all contacts that began in the period",
  },
  { key: "bar", label: "", unit: "markup" },
  { key: "seen", label: "First and last seen", unit: "markup" },
  { key: "first_at_ms", label: "First seen", unit: "instant", only: "csv" },
  { key: "last_at_ms", label: "Last seen", unit: "instant", only: "csv" },
  { key: "examples", label: "For example", unit: "markup" },
  { key: "example_ids", label: "Example contacts", unit: "text", only: "csv" },
];

interface ReasonRow extends Finding {
  name: string;
  phrase: string;
  [column: string]: unknown;
}

/** Every reason that occurred: on the page by kind, most contacts first; in the CSV file all in one. */
export function reasonTables(
  failures: Failures,
  ask: Ask,
): { page: PageTable[]; csv: CsvTable; leading: string | null } {
  const { words } = ask;
  const { t } = words;
  const reasons = failures.findings.filter(({ level }) => level === "reason").toSorted(mostContacts);
  const rows = reasons.map((reason) => reasonRow(reason, failures, ask));
  const table = (caption: string, note: string, of: ReasonRow[]): PageTable =>
    pageTable(t(caption), COLUMNS, withBars(of), ask, t(note));
  const failed = rows.filter((row) => row.is_failure === 1);
  const sections = SECTIONS.map(({ kind, caption, note }) =>
    table(
      caption,
      note,
      failed.filter((row) => row.kind === kind),
    ),
  );
  const ended = rows.filter((row) => row.kind === "termination");
  const harmless = rows.filter((row) => row.is_failure === 0 && row.kind !== "termination");
  const [leading] = failed;
  return {
    page: [
      ...sections.filter((section, index) => !section.is_empty || index === 0),
      table("How contacts ended", "Termination reasons, the last one of each contact. Many are ordinary ends.", ended),
      ...(harmless.length === 0 ? [] : [table("Not failures", HARMLESS_NOTE, harmless)]),
    ],
    csv: { name: "failure-reasons", columns: COLUMNS, rows },
    leading: leading === undefined ? null : leadingWords(leading),
  };
}

function reasonRow(reason: Finding, { findings, rules, contact_count: all }: Failures, ask: Ask): ReasonRow {
  const { words, config } = ask;
  const rule = rules.get(`${reason.kind} ${reason.reason}`);
  const isUnknown = rule === undefined;
  const name = isUnknown ? reason.spelling : reason.reason;
  const examples = findings
    .filter(({ level, kind, reason: of }) => level === "sample" && kind === reason.kind && of === reason.reason)
    .map(({ contact_id }) => contact_id);
  const cells = ruleCells(words, reason, rule);
  return {
    ...reason,
    name,
    ...cells,
    title: titleOf(words, reason, name, cells.phrase),
    phrase: isUnknown ? words.t("unknown") : cells.phrase,
    class: rule?.class ? words.name("reason-class", rule.class) : null,
    owner: isUnknown ? words.t("find out what it means") : cells.owner,
    contact_share: shareOf(reason.contact_count, all),
    seen: seenBetween(config.zone, reason.first_at_ms, reason.last_at_ms),
    examples: idList(examples),
    example_ids: examples.join(" "),
  };
}

/** What the reference says of a reason, in the reader's language; empty where it says nothing. */
export function ruleCells(
  words: Words,
  { kind }: Pick<ReasonRule, "kind">,
  rule: ReasonRule | undefined,
): { phrase: string; owner: string; meaning: string } {
  if (rule === undefined) return { phrase: "", owner: "", meaning: "" };
  const told = words.rule(kind, rule.reason);
  return {
    phrase: told?.name ?? rule.phrase ?? "",
    owner: rule.owner === null ? "" : words.name("owner", rule.owner),
    meaning: told?.meaning ?? rule.meaning ?? "",
  };
}

/** Bars to compare the rows of one table with each other. */
function withBars(rows: readonly ReasonRow[]): TableRow[] {
  const most = Math.max(1, ...rows.map(({ contact_count }) => contact_count));
  return rows.map((row) => ({ ...row, bar: shareBar(row.contact_count / most, row.is_failure === 1 ? "s2" : "s3") }));
}

/** A code before its phrase, `404 Not Found`; other reasons by their name, in another language behind what it means. */
function titleOf({ language }: Words, { kind }: Finding, name: string, phrase: string): string {
  if (phrase === "") return name;
  if (kind === "call") return `${name} ${phrase}`;
  return language === "en" ? name : `${phrase} (${name})`;
}

function leadingWords({ name, phrase }: ReasonRow): string {
  return phrase === "" ? name : `${phrase} (${name})`;
}

export function mostContacts(a: Finding, b: Finding): number {
  return b.contact_count - a.contact_count || b.event_count - a.event_count;
}
