import { grouped, idList, seenBetween } from "./page";
import type { Ask } from "./report";
import { type Column, type CsvTable, pageTable, type PageTable } from "./table";

/** A kind of finding with one of its example contacts. */
export interface KindRow {
  kind: string;
  state: string;
  previous_event: string;
  event: string;
  severity: string;
  confidence: string;
  example_number: number;
  contact_id: string;
  finding_count: number;
  contact_count: number;
  truncated_count: number;
  first_at_ms: number;
  last_at_ms: number;
}

export interface UnknownRow {
  event: string;
  is_known: number;
  event_count: number;
  contact_count: number;
}

interface Tables {
  page: PageTable;
  csv: CsvTable;
}

const SHOWN = 100;

const KIND_COLUMNS: readonly Column[] = [
  { key: "transition", label: "State → event", unit: "text", only: "page" },
  { key: "state", label: "State", unit: "text", only: "csv" },
  { key: "event", label: "Event", unit: "text", only: "csv" },
  { key: "previous_event", label: "Event before", unit: "text", names: "event" },
  { key: "kind", label: "Kind", unit: "text", names: "verdict" },
  { key: "severity", label: "Severity", unit: "text", names: "severity" },
  {
    key: "confidence",
    label: "Confidence",
    unit: "text",
    names: "confidence",
    hint: "how certain the table is of this cell",
  },
  { key: "finding_count", label: "Findings", unit: "count", of: "findings" },
  { key: "contact_count", label: "Contacts", unit: "count", of: "contacts" },
  {
    key: "truncated_count",
    label: "of these truncated",
    csv_label: "Truncated contacts",
    unit: "count",
    of: "contacts",
  },
  { key: "seen", label: "First and last seen", unit: "markup" },
  { key: "first_at_ms", label: "First seen", unit: "instant", only: "csv" },
  { key: "last_at_ms", label: "Last seen", unit: "instant", only: "csv" },
  { key: "examples", label: "For example", unit: "markup" },
  { key: "example_ids", label: "Example contacts", unit: "text", only: "csv" },
];

/** Every kind of refused transition, most findings first. */
export function kindTables(found: readonly KindRow[], ask: Ask): Tables {
  const { config, words } = ask;
  const keyOf = (row: KindRow): string =>
    [row.kind, row.state, row.previous_event, row.event, row.severity, row.confidence].join("\t");
  const rows = [...grouped(found, keyOf).values()].flatMap((examples) => {
    const [first] = examples;
    if (first === undefined) return [];
    const ids = examples.map(({ contact_id }) => contact_id);
    return {
      ...first,
      transition: `${words.name("event", first.state)} → ${words.name("event", first.event)}`,
      seen: seenBetween(config.zone, first.first_at_ms, first.last_at_ms),
      examples: idList(ids),
      example_ids: ids.join(" "),
    };
  });
  const note =
    rows.length > SHOWN
      ? words.t("The first {shown} of {count}; all in sequence-violations.csv.", { shown: SHOWN, count: rows.length })
      : "";
  return {
    page: pageTable(words.t("Kinds of refused transitions"), KIND_COLUMNS, rows.slice(0, SHOWN), ask, note),
    csv: { name: "sequence-violations", columns: KIND_COLUMNS, rows },
  };
}

/** Events the sequence table has no place for, most frequent first. */
export function unknownTables(found: readonly UnknownRow[], ask: Ask): Tables {
  const { t } = ask.words;
  const columns: Column[] = [
    { key: "event", label: "Event", unit: "text", names: "event" },
    { key: "known", label: "In the reference", unit: "text" },
    { key: "event_count", label: "Events", unit: "count", of: "events" },
    { key: "contact_count", label: "Contacts", unit: "count", of: "contacts" },
  ];
  const rows = found.map((row) => ({
    ...row,
    known: row.is_known === 1 ? t("known") : t("unknown: shown as delivered"),
  }));
  const note =
    rows.length > SHOWN
      ? t("The first {shown} of {count}; all in the CSV file.", { shown: SHOWN, count: rows.length })
      : "";
  return {
    page: pageTable(t("Events not in the table"), columns, rows.slice(0, SHOWN), ask, note),
    csv: { name: "sequence-violations-not-in-table", columns, rows },
  };
}
