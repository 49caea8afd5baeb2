import { join } from "node:path";
import { readSql, selectRows } from "../db/sql";
import type { Ask } from "./report";
import { type Column, type CsvTable, pageTable, type PageTable } from "./table";
import { formatCount } from "./units";

interface AbandonedRow {
  contact_id: string;
  origin: string | null;
  destination: string | null;
  started_at_ms: number;
  wait_ms: number | null;
  total_ms: number | null;
  [column: string]: string | number | null;
}

const SHOWN = 100;

const COLUMNS: readonly Column[] = [
  { key: "contact_id", label: "Contact", unit: "text" },
  { key: "started_at_ms", label: "Began", unit: "instant" },
  { key: "channel_type", label: "Channel", unit: "text" },
  { key: "direction", label: "Direction", unit: "text" },
  { key: "queue", label: "Queue", unit: "text" },
  { key: "entry_point_name", label: "Entry point", unit: "text" },
  { key: "abandoned_type", label: "Left in", unit: "text", hint: "the last thing that happened before the end" },
  { key: "handle_type", label: "Type", unit: "text" },
  { key: "wait_ms", label: "Waited", unit: "duration", hint: "queue and ringing together" },
  { key: "total_ms", label: "In all", unit: "duration" },
  { key: "offer_count", label: "Offers", unit: "count" },
  { key: "origin", label: "From", unit: "text" },
  { key: "destination", label: "To", unit: "text", only: "csv" },
  { key: "terminating_end", label: "Ended by", unit: "text" },
  { key: "reason_code", label: "Reason code", unit: "text" },
];

/** The contacts nobody spoke to: the longest waits on the page, all of them in the CSV file. */
export async function abandonedTables({ db, config, period, mask }: Ask): Promise<{ page: PageTable; csv: CsvTable }> {
  const found = await selectRows<AbandonedRow>(db, readSql(join(__dirname, "contact-sessions-abandoned.sql")), {
    from_day: period.from,
    to_day: period.to,
  });
  const rows = found.map((row) => ({
    ...row,
    origin: mask.number(row.origin),
    destination: mask.number(row.destination),
    reason_code: typeof row.reason_code === "string" ? mask.text(row.reason_code) : null,
  }));
  const longest = rows
    .toSorted((a, b) => (b.wait_ms ?? 0) - (a.wait_ms ?? 0) || (b.total_ms ?? 0) - (a.total_ms ?? 0))
    .slice(0, SHOWN);
  const note =
    rows.length > SHOWN
      ? `The ${SHOWN} that waited longest of ${formatCount(rows.length)}; all of them are in contact-sessions-abandoned.csv.`
      : "Longest wait first.";
  return {
    page: pageTable("Abandoned and short contacts", COLUMNS, longest, config.zone, note),
    csv: { name: "contact-sessions-abandoned", columns: COLUMNS, rows },
  };
}
