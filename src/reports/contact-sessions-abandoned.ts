import { join } from "node:path";
import { writeCsvRows } from "../base/csv";
import { daysBetween } from "../base/days";
import { readSql, selectRows } from "../db/sql";
import type { Ask } from "./report";
import { type Column, csvCells, type CsvTable, pageTable, type PageTable } from "./table";

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
  { key: "channel_type", label: "Channel", unit: "text", names: "channel" },
  { key: "direction", label: "Direction", unit: "text", names: "direction" },
  { key: "queue", label: "Queue", unit: "text" },
  { key: "entry_point_name", label: "Entry point", unit: "text" },
  {
    key: "abandoned_type",
    label: "Left in",
    unit: "text",
    names: "abandoned-type",
    hint: "the last thing that happened before the end",
  },
  { key: "handle_type", label: "Type", unit: "text", names: "handle-type" },
  { key: "wait_ms", label: "Waited", unit: "duration", hint: "queue and ringing together" },
  { key: "total_ms", label: "In all", unit: "duration" },
  { key: "offer_count", label: "Offers", unit: "count" },
  { key: "origin", label: "From", unit: "text" },
  { key: "destination", label: "To", unit: "text", only: "csv" },
  { key: "terminating_end", label: "Ended by", unit: "text", names: "terminating-end" },
  { key: "reason_code", label: "Reason code", unit: "text" },
];

/**
 * The contacts nobody spoke to: the longest waits on the page, all of them in the CSV file. They are read and written day
 * by day, since those of many days would fill the memory.
 */
export async function abandonedTables(ask: Ask): Promise<{ page: PageTable; csv: CsvTable }> {
  const { words } = ask;
  const table = { name: "contact-sessions-abandoned", columns: COLUMNS, rows: [] };
  const written: Buffer[] = [];
  let count = 0;
  let longest: AbandonedRow[] = [];
  for (const day of daysBetween(ask.period.from, ask.period.to)) {
    const rows = await readDay(ask, day);
    written.push(Buffer.from(writeCsvRows(csvCells({ ...table, rows }, ask).slice(1))));
    count += rows.length;
    longest = [...longest, ...rows].sort(byWait).slice(0, SHOWN);
  }
  const note =
    count > SHOWN
      ? words.t("The {shown} that waited longest of {count}; all of them are in contact-sessions-abandoned.csv.", {
          shown: SHOWN,
          count,
        })
      : words.t("Longest wait first.");
  const caption = words.t("Abandoned and short contacts");
  return { page: pageTable(caption, COLUMNS, longest, ask, note), csv: { ...table, written } };
}

async function readDay({ db, mask }: Ask, day: string): Promise<AbandonedRow[]> {
  const sql = readSql(join(__dirname, "contact-sessions-abandoned.sql"));
  const found = await selectRows<AbandonedRow>(db, sql, { from_day: day, to_day: day });
  return found.map((row) => ({
    ...row,
    origin: mask.number(row.origin),
    destination: mask.number(row.destination),
    reason_code: typeof row.reason_code === "string" ? mask.text(row.reason_code) : null,
  }));
}

/** Longest wait first; the order of time among equals. */
function byWait(a: AbandonedRow, b: AbandonedRow): number {
  return (b.wait_ms ?? 0) - (a.wait_ms ?? 0) || (b.total_ms ?? 0) - (a.total_ms ?? 0);
}
