import { finished } from "node:stream/promises";
import type { Writable } from "node:stream";
import type { Knex } from "knex";
import { from as copyFrom } from "pg-copy-streams";
import type { Cell } from "./bulk";

interface Connection {
  query(copy: Writable): Writable;
}

/** Sends rows by PostgreSQL's COPY, several times faster than any insert; all of them or none. */
export async function copyRows(
  db: Knex,
  table: string,
  columns: readonly string[],
  rows: readonly (readonly Cell[])[],
): Promise<void> {
  // Within a transaction this is its own connection, and giving it back does nothing.
  const connection = (await db.client.acquireConnection()) as Connection;
  try {
    const copy = connection.query(copyFrom(`copy ${table} (${columns.join(", ")}) from stdin`));
    copy.end(copyText(rows));
    await finished(copy);
  } finally {
    await db.client.releaseConnection(connection);
  }
}

/** Rows in COPY's text format: tabs between cells, `\N` for null. */
export function copyText(rows: readonly (readonly Cell[])[]): string {
  let text = "";
  for (const row of rows) {
    for (let index = 0; index < row.length; index++) text += (index === 0 ? "" : "\t") + copyCell(row[index] ?? null);
    text += "\n";
  }
  return text;
}

function copyCell(cell: Cell): string {
  if (cell === null) return "\\N";
  if (typeof cell === "number" || !/[\\\t\n\r]/.test(cell)) return `${cell}`;
  return cell.replace(/[\\\t\n\r]/g, (letter) => ESCAPES[letter] ?? letter);
}

const ESCAPES: Record<string, string> = { "\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r" };
