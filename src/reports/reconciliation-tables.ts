import { countText, exactDurationText } from "../i18n/figures";
import type { Words } from "../i18n/words";
import type { Card } from "./page";
import type { Difference, Reconciled, Subject, Tally } from "./reconciliation";
import { CAUSES, type Cause, DIFFERENCES, measureLabel, RULES } from "./reconciliation-words";
import type { Ask } from "./report";
import { type Column, type CsvTable, pageTable, type PageTable } from "./table";
import { shareOf } from "./units";

/** The unexplained shown on the page; all differences stand in the CSV file. */
const SHOWN = 100;

export function reconciliationCards(found: Reconciled, words: Words): Card[] {
  const { t } = words;
  const figures = (...causes: Cause[]): number => figuresOf(found.tallies, causes);
  const compared = figures("equal", ...DIFFERENCES);
  const explained = figures(...DIFFERENCES) - figures("unexplained");
  const sum = (of: (each: Reconciled["delivered"][number]) => number): number =>
    found.delivered.reduce((total, each) => total + of(each), 0);
  return [
    agreementCard(found, "contact", words),
    agreementCard(found, "agent", words),
    {
      label: t("Figures that agree"),
      value: words.share(shareOf(figures("equal"), compared)),
      note: t("{agreeing} of {count} compared", { agreeing: figures("equal"), count: compared }),
    },
    { label: t("Explained"), value: words.count(explained), note: t("differences with a cause that was tested") },
    {
      label: t("Unexplained"),
      value: words.count(figures("unexplained")),
      note: figures("unexplained") === 0 ? t("every difference has its cause") : t("each is listed below"),
    },
    {
      label: t("Only reported"),
      value: words.count(sum((each) => each.only_reported_count)),
      note: t("sessions without activities: nothing to rebuild"),
    },
    {
      label: t("Without totals"),
      value: words.count(sum((each) => each.session_count - each.delivered_count)),
      note: words.many(
        sum((each) => each.session_count),
        "of {count} session: rebuilt alone",
        "of {count} sessions: rebuilt alone",
      ),
    },
  ];
}

function agreementCard({ agreements }: Reconciled, subject: Subject, words: Words): Card {
  const of = agreements.find((each) => each.subject === subject);
  const { agreeing_count: agreeing, compared_count: compared } = of ?? { agreeing_count: 0, compared_count: 0 };
  const isContact = subject === "contact";
  return {
    label: isContact ? words.t("Contacts that agree") : words.t("Agent channels that agree"),
    value: words.share(shareOf(agreeing, compared)),
    note: words.many(
      compared,
      isContact
        ? "{agreeing} of {count} contact, in every figure to the millisecond"
        : "{agreeing} of {count} channel, in every figure to the millisecond",
      isContact
        ? "{agreeing} of {count} contacts, in every figure to the millisecond"
        : "{agreeing} of {count} channels, in every figure to the millisecond",
      { agreeing },
    ),
  };
}

/** Causes with what they explain, the unexplained last. */
export function causeTable({ tallies }: Reconciled, ask: Ask): PageTable {
  const { t } = ask.words;
  const rows = (["equal", ...DIFFERENCES, "only-reported", "vendor-empty"] as const).map((cause) => {
    const own = tallies.filter((tally) => tally.cause === cause);
    return {
      cause: t(CAUSES[cause].label),
      figure_count: figuresOf(own, [cause]),
      count_difference: DIFFERENCES.includes(cause) ? signed(differenceOf(own, 1)) : "",
      time_difference: DIFFERENCES.includes(cause) ? signedTime(differenceOf(own, 0)) : "",
    };
  });
  return pageTable(
    t("Figures by cause"),
    [
      { key: "cause", label: "Cause", unit: "text" },
      { key: "figure_count", label: "Figures", unit: "count" },
      { key: "count_difference", label: "Numbers", unit: "text", hint: "vendor less rebuilt" },
      { key: "time_difference", label: "Time", unit: "text", hint: "vendor less rebuilt" },
    ],
    rows,
    ask,
    t("Differences are the vendor's value less the rebuilt one. How each cause is tested stands under Words."),
  );
}

/** Measures down, causes across: only measures the vendor tells, only causes that occur. */
export function measureTable({ tallies }: Reconciled, subject: Subject, ask: Ask): PageTable {
  const { words } = ask;
  const { t } = words;
  const own = tallies.filter((tally) => tally.subject === subject);
  const told = own.filter(({ cause }) => cause !== "vendor-empty");
  const causes = DIFFERENCES.filter((cause) => told.some((tally) => tally.cause === cause));
  const measures = [...new Set(told.map(({ measure }) => measure))];
  const untold = [...new Set(own.map(({ measure }) => measure))].filter((measure) => !measures.includes(measure));
  const rows = measures.map((measure) => {
    const of = told.filter((tally) => tally.measure === measure);
    const compared = figuresOf(of, ["equal", ...DIFFERENCES]);
    const isCount = of[0]?.is_count ?? 1;
    const differing = of.filter(({ cause }) => DIFFERENCES.includes(cause));
    return {
      measure: measureLabel(measure, words),
      compared_count: compared,
      equal_share: shareOf(figuresOf(of, ["equal"]), compared),
      only_reported_count: figuresOf(of, ["only-reported"]),
      difference: isCount === 1 ? signed(differenceOf(differing, 1)) : signedTime(differenceOf(differing, 0)),
      ...Object.fromEntries(causes.map((cause) => [cause, figuresOf(of, [cause])])),
    };
  });
  const columns: Column[] = [
    { key: "measure", label: "Figure", unit: "text" },
    { key: "compared_count", label: "Compared", unit: "count" },
    { key: "equal_share", label: "Equal", unit: "share" },
    ...causes.map((cause): Column => ({ key: cause, label: CAUSES[cause].label, unit: "count" })),
    { key: "difference", label: "Difference", unit: "text", hint: "vendor less rebuilt, all of them together" },
    { key: "only_reported_count", label: "Only reported", unit: "count" },
  ];
  const names = untold.map((measure) => measureLabel(measure, words)).join("; ");
  const empty = untold.length === 0 ? "" : t("The vendor says nothing of: {names}.", { names });
  const caption = subject === "contact" ? t("Contacts by figure and cause") : t("Agent channels by figure and cause");
  return pageTable(caption, columns, rows, ask, empty);
}

/** The rules behind known and unknown rules, most often first. */
export function ruleTable({ tallies }: Reconciled, ask: Ask): PageTable {
  const { words } = ask;
  const { t } = words;
  const rows = tallies
    .filter((tally) => tally.rule !== null && (tally.cause === "vendor-rule" || tally.cause === "unknown-rule"))
    .toSorted((a, b) => b.figure_count - a.figure_count)
    .map((tally) => ({
      rule: t(RULES[tally.rule ?? ""] ?? tally.rule ?? ""),
      of: `${tally.subject === "contact" ? t("Contacts") : t("Agents")}: ${measureLabel(tally.measure, words)}`,
      cause: t(CAUSES[tally.cause].label),
      figure_count: tally.figure_count,
      difference: tally.is_count === 1 ? signed(tally.difference) : signedTime(tally.difference),
    }));
  return pageTable(
    t("Rules behind differences"),
    [
      { key: "of", label: "Figure", unit: "text" },
      { key: "rule", label: "Rule", unit: "text" },
      { key: "cause", label: "Cause", unit: "text" },
      { key: "figure_count", label: "Figures", unit: "count" },
      { key: "difference", label: "Difference", unit: "text" },
    ],
    rows,
    ask,
  );
}

const DIFFERENCE_COLUMNS: readonly Column[] = [
  { key: "session", label: "Session", unit: "text", only: "page" },
  { key: "contact_id", label: "Contact", unit: "text", only: "csv" },
  { key: "agent_id", label: "Agent", unit: "text", only: "csv" },
  { key: "agent_name", label: "Name", unit: "text", only: "csv" },
  { key: "agent_session_id", label: "Agent session", unit: "text", only: "csv" },
  { key: "channel_id", label: "Channel", unit: "text", only: "csv" },
  { key: "started_at_ms", label: "Began", unit: "instant" },
  { key: "figure", label: "Figure", unit: "text" },
  { key: "vendor", label: "Vendor", unit: "text", only: "page" },
  { key: "rebuilt", label: "Rebuilt", unit: "text", only: "page" },
  { key: "differs", label: "Difference", unit: "text", only: "page" },
  { key: "vendor_ms", label: "Vendor", unit: "duration", only: "csv" },
  { key: "rebuilt_ms", label: "Rebuilt", unit: "duration", only: "csv" },
  { key: "difference_ms", label: "Difference", unit: "duration", only: "csv" },
  { key: "vendor_count", label: "Vendor", unit: "count", of: "number", only: "csv" },
  { key: "rebuilt_count", label: "Rebuilt", unit: "count", of: "number", only: "csv" },
  { key: "difference_count", label: "Difference", unit: "count", of: "number", only: "csv" },
  { key: "cause_label", label: "Cause", unit: "text", only: "csv" },
  { key: "rule_words", label: "Rule", unit: "text", only: "csv" },
  { key: "dump_name", label: "Dump", unit: "text" },
  { key: "dump_line", label: "Line", unit: "count", of: "line", hint: "of a page: the element's number" },
];

/** All differences for the CSV file, those nobody can explain first; these alone on the page. */
export function differenceTable(found: Reconciled, ask: Ask): { page: PageTable; csv: CsvTable } {
  const { words } = ask;
  const rows = found.differences.map((row) => differenceRow(row, words));
  const unexplained = rows.filter(({ cause }) => cause === "unexplained");
  const note =
    unexplained.length > SHOWN
      ? words.t("The first {shown} of {count}; all are in {file}.", {
          shown: SHOWN,
          count: unexplained.length,
          file: "reconciliation.csv",
        })
      : words.t("Every difference, with its cause, is in {file}.", { file: "reconciliation.csv" });
  return {
    page: pageTable(words.t("Unexplained differences"), DIFFERENCE_COLUMNS, unexplained.slice(0, SHOWN), ask, note),
    csv: { name: "reconciliation", columns: DIFFERENCE_COLUMNS, rows },
  };
}

function differenceRow(row: Difference, words: Words): Difference & Record<string, unknown> {
  const unit = row.is_count === 1 ? "count" : "ms";
  const told = (value: number | null): string => {
    if (value === null) return words.t("open");
    return row.is_count === 1 ? words.count(value) : exactDurationText(value);
  };
  return {
    ...row,
    session: row.contact_id ?? `${row.agent_name ?? row.agent_id ?? ""} ${row.channel_id ?? ""}`,
    figure: measureLabel(row.measure, words),
    vendor: told(row.vendor_value),
    rebuilt: told(row.rebuilt_value),
    differs: row.is_count === 1 ? signed(row.difference) : signedTime(row.difference),
    [`vendor_${unit}`]: row.vendor_value,
    [`rebuilt_${unit}`]: row.rebuilt_value,
    [`difference_${unit}`]: row.difference,
    cause_label: words.t(CAUSES[row.cause].label),
    rule_words: row.rule === null ? null : words.t(RULES[row.rule] ?? row.rule),
  };
}

function figuresOf(tallies: readonly Tally[], causes: readonly Cause[]): number {
  return tallies.reduce((sum, tally) => sum + (causes.includes(tally.cause) ? tally.figure_count : 0), 0);
}

/** Differences of numbers, or of times, added up; null where none is known. */
function differenceOf(tallies: readonly Tally[], isCount: 0 | 1): number | null {
  const known = tallies.filter((tally) => tally.is_count === isCount && tally.difference !== null);
  return known.length === 0 ? null : known.reduce((sum, { difference }) => sum + (difference ?? 0), 0);
}

function signed(count: number | null): string {
  if (count === null) return "";
  return `${count > 0 ? "+" : ""}${count < 0 ? "-" : ""}${countText(Math.abs(count))}`;
}

function signedTime(ms: number | null): string {
  if (ms === null) return "";
  return `${ms > 0 ? "+" : ""}${exactDurationText(ms)}`;
}
