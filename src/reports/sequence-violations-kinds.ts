import { grouped, idList, seenBetween } from "./page";
import type { Ask } from "./report";
import { type Column, type CsvTable, pageTable, type PageTable } from "./table";
import { formatCount } from "./units";

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
  { key: "previous_event", label: "Event before", unit: "text" },
  { key: "kind", label: "Kind", unit: "text" },
  { key: "severity", label: "Severity", unit: "text" },
  { key: "confidence", label: "Confidence", unit: "text", hint: "how certain the table is of this cell" },
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
export function kindTables(found: readonly KindRow[], { config }: Ask): Tables {
  const keyOf = (row: KindRow): string =>
    [row.kind, row.state, row.previous_event, row.event, row.severity, row.confidence].join("\t");
  const rows = [...grouped(found, keyOf).values()].flatMap((examples) => {
    const [first] = examples;
    if (first === undefined) return [];
    const ids = examples.map(({ contact_id }) => contact_id);
    return {
      ...first,
      transition: `${first.state} → ${first.event}`,
      seen: seenBetween(config.zone, first.first_at_ms, first.last_at_ms),
      examples: idList(ids),
      example_ids: ids.join(" "),
    };
  });
  const note =
    rows.length > SHOWN ? `The first ${SHOWN} of ${formatCount(rows.length)}; all in sequence-violations.csv.` : "";
  return {
    page: pageTable("Kinds of refused transitions", KIND_COLUMNS, rows.slice(0, SHOWN), config.zone, note),
    csv: { name: "sequence-violations", columns: KIND_COLUMNS, rows },
  };
}

/** Events the sequence table has no place for, most frequent first. */
export function unknownTables(found: readonly UnknownRow[], { config }: Ask): Tables {
  const columns: Column[] = [
    { key: "event", label: "Event", unit: "text" },
    { key: "known", label: "In the reference", unit: "text" },
    { key: "event_count", label: "Events", unit: "count", of: "events" },
    { key: "contact_count", label: "Contacts", unit: "count", of: "contacts" },
  ];
  const rows = found.map((row) => ({ ...row, known: row.is_known === 1 ? "known" : "unknown: shown as delivered" }));
  const note = rows.length > SHOWN ? `The first ${SHOWN} of ${formatCount(rows.length)}; all in the CSV file.` : "";
  return {
    page: pageTable("Events not in the table", columns, rows.slice(0, SHOWN), config.zone, note),
    csv: { name: "sequence-violations-not-in-table", columns, rows },
  };
}
