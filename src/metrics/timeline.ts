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
