import { join } from "node:path";
import type { Knex } from "knex";
import { readSql, selectRows } from "../db/sql";

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
  return await selectRows<TimelineRow>(db, readSql(join(__dirname, "timeline.sql")), { contact_id: contactId });
}

/**
 * The activities of several contacts in one select, by contact.
 *
 * @param keys contact keys; their number is limited by the length of a statement: some hundred
 */
export async function readTimelines(db: Knex, keys: readonly number[]): Promise<Map<number, TimelineRow[]>> {
  const found = new Map<number, TimelineRow[]>();
  if (keys.length === 0) return found;
  const select = readSql(join(__dirname, "timelines.sql"));
  const shown = `with shown (contact_key) as (values ${keys.map((key) => `(${key})`).join(", ")})`;
  for (const row of await selectRows<TimelineRow & { contact_key: number }>(db, `${shown}\n${select}`)) {
    const own = found.get(Number(row.contact_key));
    if (own === undefined) found.set(Number(row.contact_key), [row]);
    else own.push(row);
  }
  return found;
}
