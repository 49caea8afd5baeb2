import { join } from "node:path";
import type { Knex } from "knex";
import type { Config } from "../base/config";
import { type CsvCell, harmlessCell, writeCsvRows } from "../base/csv";
import { UsageError } from "../base/errors";
import { type Mask, maskOf } from "../base/mask";
import { openReaders } from "../db/readers";
import { type Bindings, readSql, selectRows } from "../db/sql";

export interface ExportRequest {
  table: string;
  /** First and last local day, null for everything. */
  from: string | null;
  to: string | null;
  format: "csv" | "ndjson";
  /** Make text cells harmless that a spreadsheet would take for a formula; CSV only. */
  spreadsheet: boolean;
}

type Row = Record<string, CsvCell>;

/** An export: the columns its pages continue after, beside `after_id`. */
interface Export {
  id: string;
  session?: string;
  channel?: string;
  number?: string;
}

const EXPORTS: Record<string, Export> = {
  "customer-sessions": { id: "contact_id" },
  "customer-activities": { id: "contact_id", number: "activity_number" },
  "agent-sessions": { id: "agent_id", session: "agent_session_id", channel: "channel_id" },
  "agent-activities": { id: "agent_id", session: "agent_session_id", channel: "channel_id", number: "activity_number" },
  "sequence-violations": { id: "contact_id", number: "activity_number" },
  "rejected-lines": { id: "dump_sha256", number: "dump_line" },
};

const PAGE_SIZE = 20_000;

export function exportNames(): string[] {
  return Object.keys(EXPORTS);
}

/**
 * The text of an export, page by page: memory stays flat whatever the size, and the order is that of the table's key. All
 * pages are of one state of the database, whatever is written meanwhile.
 *
 * @throws UsageError for a table that is not exported
 */
export async function* exportTable(db: Knex, config: Config, request: ExportRequest): AsyncGenerator<string> {
  const table = EXPORTS[request.table];
  if (table === undefined) {
    throw new UsageError(`There is no export "${request.table}". Expected one of ${exportNames().join(", ")}.`);
  }
  const { readers, close } = await openReaders(db, 1);
  try {
    yield* textsOf(readers[0] ?? db, config, table, request);
  } finally {
    await close();
  }
}

async function* textsOf(db: Knex, config: Config, table: Export, request: ExportRequest): AsyncGenerator<string> {
  const sql = readSql(join(__dirname, `${request.table}.sql`));
  const mask = maskOf(config.masking);
  const head = request.format === "csv" ? await columnsOf(db, sql) : [];
  if (head.length > 0) yield writeCsvRows([head]);
  for await (const page of pages(db, sql, table, request)) {
    const rows = page.map((row) => masked(row, mask));
    if (request.format === "ndjson") yield rows.map((row) => `${JSON.stringify(row)}\n`).join("");
    else yield writeCsvRows(rows.map((row) => cells(row, head, request.spreadsheet)));
  }
}

async function* pages(db: Knex, sql: string, table: Export, request: ExportRequest): AsyncGenerator<Row[]> {
  const days = { from_day: request.from ?? "", to_day: request.to ?? "", page_size: PAGE_SIZE };
  let after: Bindings = { after_id: "", after_session: "", after_channel: "", after_number: 0 };
  for (;;) {
    const rows = await selectRows<Row>(db, sql, { ...days, ...after });
    const last = rows.at(-1);
    if (last === undefined) return;
    yield rows;
    if (rows.length < PAGE_SIZE) return;
    after = {
      after_id: last[table.id] ?? "",
      after_session: last[table.session ?? ""] ?? "",
      after_channel: last[table.channel ?? ""] ?? "",
      after_number: last[table.number ?? ""] ?? 0,
    };
  }
}

/** The names of a select's columns, also where it gives no row. */
async function columnsOf(db: Knex, sql: string): Promise<string[]> {
  const rest = { after_id: "", after_session: "", after_channel: "", after_number: 0, from_day: "", to_day: "" };
  const rows = await selectRows<Row>(
    db,
    `select page.* from (select 1 as one) as one_row left join (${sql}) as page on 1 = 1`,
    {
      ...rest,
      page_size: 1,
    },
  );
  return Object.keys(rows[0] ?? {});
}

/** What people type or a platform passes on: it may hold a number. */
const FREE_TEXTS = [
  "termination_reason",
  "termination_reason_raw",
  "terminating_end_raw",
  "reason_code",
  "wrapup_code",
  "last_idle_code",
  "idle_code",
  "text",
  "message",
];

function masked(row: Row, mask: Mask): Row {
  const shown: Row = { ...row };
  for (const name of ["agent_name", "last_agent_name"])
    if (typeof row[name] === "string") shown[name] = mask.name(row[name]);
  for (const name of ["origin", "destination"]) if (typeof row[name] === "string") shown[name] = mask.number(row[name]);
  for (const name of FREE_TEXTS) if (typeof row[name] === "string") shown[name] = mask.text(row[name]);
  return shown;
}

function cells(row: Row, head: readonly string[], spreadsheet: boolean): CsvCell[] {
  return head.map((column) => (spreadsheet ? harmlessCell(row[column] ?? null) : (row[column] ?? null)));
}
