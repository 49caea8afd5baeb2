import type { Card } from "./page";
import type { Difference, Reconciled, Subject, Tally } from "./reconciliation";
import { CAUSES, type Cause, DIFFERENCES, measureLabel, RULES } from "./reconciliation-words";
import type { Ask } from "./report";
import { type Column, type CsvTable, pageTable, type PageTable } from "./table";
import { formatCount, formatDurationMs, formatMany, formatShare, shareOf } from "./units";

/** The unexplained shown on the page; all differences stand in the CSV file. */
const SHOWN = 100;

export function reconciliationCards(found: Reconciled): Card[] {
  const figures = (...causes: Cause[]): number => figuresOf(found.tallies, causes);
  const compared = figures("equal", ...DIFFERENCES);
  const explained = figures(...DIFFERENCES) - figures("unexplained");
  const sum = (of: (each: Reconciled["delivered"][number]) => number): number =>
    found.delivered.reduce((total, each) => total + of(each), 0);
  return [
    agreementCard(found, "contact", "Contacts that agree", "contact"),
    agreementCard(found, "agent", "Agent channels that agree", "channel"),
    {
      label: "Figures that agree",
      value: formatShare(shareOf(figures("equal"), compared)),
      note: `${formatCount(figures("equal"))} of ${formatCount(compared)} compared`,
    },
    { label: "Explained", value: formatCount(explained), note: "differences with a cause that was tested" },
    {
      label: "Unexplained",
      value: formatCount(figures("unexplained")),
      note: figures("unexplained") === 0 ? "every difference has its cause" : "each is listed below",
    },
    {
      label: "Only reported",
      value: formatCount(sum((each) => each.only_reported_count)),
      note: "sessions without activities: nothing to rebuild",
    },
    {
      label: "Without totals",
      value: formatCount(sum((each) => each.session_count - each.delivered_count)),
      note: `of ${formatMany(
        sum((each) => each.session_count),
        "session",
      )}: rebuilt alone`,
    },
  ];
}

function agreementCard({ agreements }: Reconciled, subject: Subject, label: string, noun: string): Card {
  const of = agreements.find((each) => each.subject === subject);
  const { agreeing_count: agreeing, compared_count: compared } = of ?? { agreeing_count: 0, compared_count: 0 };
  return {
    label,
    value: formatShare(shareOf(agreeing, compared)),
    note: `${formatCount(agreeing)} of ${formatMany(compared, noun)}, in every figure to the millisecond`,
  };
}

/** Causes with what they explain, the unexplained last. */
export function causeTable({ tallies }: Reconciled, { config }: Ask): PageTable {
  const rows = (["equal", ...DIFFERENCES, "only-reported", "vendor-empty"] as const).map((cause) => {
    const own = tallies.filter((tally) => tally.cause === cause);
    return {
      cause: CAUSES[cause].label,
      figure_count: figuresOf(own, [cause]),
      count_difference: DIFFERENCES.includes(cause) ? signed(differenceOf(own, 1)) : "",
      time_difference: DIFFERENCES.includes(cause) ? signedTime(differenceOf(own, 0)) : "",
    };
  });
  return pageTable(
    "Figures by cause",
    [
      { key: "cause", label: "Cause", unit: "text" },
      { key: "figure_count", label: "Figures", unit: "count" },
      { key: "count_difference", label: "Numbers", unit: "text", hint: "vendor less rebuilt" },
      { key: "time_difference", label: "Time", unit: "text", hint: "vendor less rebuilt" },
    ],
    rows,
    config.zone,
    "Differences are the vendor's value less the rebuilt one. How each cause is tested stands under Words.",
  );
}

/** Measures down, causes across: only measures the vendor tells, only causes that occur. */
export function measureTable({ tallies }: Reconciled, subject: Subject, { config }: Ask): PageTable {
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
      measure: measureLabel(measure),
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
  const empty = untold.length === 0 ? "" : `The vendor says nothing of: ${untold.map(measureLabel).join("; ")}.`;
  const caption = subject === "contact" ? "Contacts by figure and cause" : "Agent channels by figure and cause";
  return pageTable(caption, columns, rows, config.zone, empty);
}

/** The rules behind known and unknown rules, most often first. */
export function ruleTable({ tallies }: Reconciled, { config }: Ask): PageTable {
  const rows = tallies
    .filter((tally) => tally.rule !== null && (tally.cause === "vendor-rule" || tally.cause === "unknown-rule"))
    .toSorted((a, b) => b.figure_count - a.figure_count)
    .map((tally) => ({
      rule: RULES[tally.rule ?? ""] ?? tally.rule,
      of: `${tally.subject === "contact" ? "contacts" : "agents"}: ${measureLabel(tally.measure)}`,
      cause: CAUSES[tally.cause].label,
      figure_count: tally.figure_count,
      difference: tally.is_count === 1 ? signed(tally.difference) : signedTime(tally.difference),
    }));
  return pageTable(
    "Rules behind differences",
    [
      { key: "of", label: "Figure", unit: "text" },
      { key: "rule", label: "Rule", unit: "text" },
      { key: "cause", label: "Cause", unit: "text" },
      { key: "figure_count", label: "Figures", unit: "count" },
      { key: "difference", label: "Difference", unit: "text" },
    ],
    rows,
    config.zone,
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
export function differenceTable(found: Reconciled, { config }: Ask): { page: PageTable; csv: CsvTable } {
  const rows = found.differences.map(differenceRow);
  const unexplained = rows.filter(({ cause }) => cause === "unexplained");
  const note =
    unexplained.length > SHOWN
      ? `The first ${SHOWN} of ${formatCount(unexplained.length)}; all are in reconciliation.csv.`
      : "Every difference, with its cause, is in reconciliation.csv.";
  return {
    page: pageTable("Unexplained differences", DIFFERENCE_COLUMNS, unexplained.slice(0, SHOWN), config.zone, note),
    csv: { name: "reconciliation", columns: DIFFERENCE_COLUMNS, rows },
  };
}

function differenceRow(row: Difference): Difference & Record<string, unknown> {
  const unit = row.is_count === 1 ? "count" : "ms";
  const told = (value: number | null): string => {
    if (value === null) return "open";
    return row.is_count === 1 ? formatCount(value) : formatDurationMs(value);
  };
  return {
    ...row,
    session: row.contact_id ?? `${row.agent_name ?? row.agent_id ?? ""} ${row.channel_id ?? ""}`,
    figure: measureLabel(row.measure),
    vendor: told(row.vendor_value),
    rebuilt: told(row.rebuilt_value),
    differs: row.is_count === 1 ? signed(row.difference) : signedTime(row.difference),
    [`vendor_${unit}`]: row.vendor_value,
    [`rebuilt_${unit}`]: row.rebuilt_value,
    [`difference_${unit}`]: row.difference,
    cause_label: CAUSES[row.cause].label,
    rule_words: row.rule === null ? null : (RULES[row.rule] ?? row.rule),
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
  return `${count > 0 ? "+" : ""}${count < 0 ? "-" : ""}${formatCount(Math.abs(count))}`;
}

function signedTime(ms: number | null): string {
  if (ms === null) return "";
  return `${ms > 0 ? "+" : ""}${formatDurationMs(ms)}`;
}
