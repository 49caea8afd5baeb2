import { join } from "node:path";
import type { Knex } from "knex";
import { type Bindings, readSql, selectRows } from "../db/sql";

/** One activity of a contact and where its event was read. */
export interface TimelineRow {
  activity_number: number;
  event: string;
  leg: "customer" | "consult";
  started_at_ms: number;
  ended_at_ms: number | null;
  duration_ms: number | null;
  queue_name: string | null;
  agent_name: string | null;
  reason_code: string | null;
  dump_file: string;
  dump_line: number;
}

/** A contact's activities in their order; none where nobody knows the contact. */
export async function readTimeline(db: Knex, contactId: string): Promise<TimelineRow[]> {
  return await readShown(db, "select contact_key from contacts where contact_id = :contact_id", {
    contact_id: contactId,
  });
}

/**
 * The activities of several contacts in one select, by contact.
 *
 * @param keys contact keys; their number is limited by the length of a statement: some hundred
 */
export async function readTimelines(db: Knex, keys: readonly number[]): Promise<Map<number, TimelineRow[]>> {
  const found = new Map<number, TimelineRow[]>();
  if (keys.length === 0) return found;
  for (const row of await readShown(db, `values ${keys.map((key) => `(${key})`).join(", ")}`)) {
    const own = found.get(Number(row.contact_key));
    if (own === undefined) found.set(Number(row.contact_key), [row]);
    else own.push(row);
  }
  return found;
}

/** @param shown a select of the contact keys that are asked for */
async function readShown(
  db: Knex,
  shown: string,
  bindings: Bindings = {},
): Promise<(TimelineRow & { contact_key: number })[]> {
  const select = readSql(join(__dirname, "timelines.sql"));
  return await selectRows(db, `with shown (contact_key) as (${shown})\n${select}`, bindings);
}
