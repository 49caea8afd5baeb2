import { join } from "node:path";
import type { Materialization } from "../db/materialize";
import { readSql } from "../db/sql";
import type { WorkingTable } from "./slices";

const MEASURES = `
  ivr_count ivr_ms queue_count queue_ms ringing_count ringing_ms connected_count connected_ms talk_ms hold_count
  hold_ms consult_count consult_ms conference_count conference_ms wrapup_count wrapup_ms wrapup_unmeasured_count
  transfer_count blind_transfer_count consult_transfer_count offer_count rona_count declined_count
  offer_error_count customer_unreached_count offer_unexplained_count
`;

const PLACES = `
  entry_point_id entry_point_name first_queue_id first_queue_name last_queue_id last_queue_name last_agent_id
  last_agent_name last_team_id last_team_name last_site_id last_site_name
`;

const ACTIVITY_COLUMNS = `
  contact_key activity_number event_key name_key context_key event is_known is_in_table started_at_ms ended_at_ms
  previous_event next_event leg
`;

const REPORTED_COLUMNS = `
  contact_key status channel_type direction origin destination termination_type abandoned_type terminating_end
  termination_reason ${PLACES} wrapup_code reason_code cpa_status is_outdial is_active started_at_ms ended_at_ms
  total_ms ivr_count ivr_ms queue_count queue_ms ringing_count ringing_ms connected_count connected_ms hold_count
  hold_ms consult_count consult_ms conference_count conference_ms wrapup_count wrapup_ms transfer_count
  blind_transfer_count consult_transfer_count is_within_service_level
`;

const SESSION_COLUMNS = `
  contact_key contact_id channel_type direction origin destination is_outdial started_at_ms started_day
  ended_at_ms is_open is_stale total_ms ${MEASURES} ${PLACES} handle_type abandoned_type terminating_end
  terminating_end_raw termination_reason termination_reason_raw reason_code cpa_result wrapup_code is_truncated
  basis event_count late_event_count connected_at_ms
`;

const VISIT_COLUMNS = `
  contact_key visit_number queue_id queue_name channel_type direction entered_at_ms entered_day offered_at_ms
  answered_at_ms left_at_ms outcome wait_ms queue_ms offer_count service_level_ms short_abandon_ms is_callback
  is_counted
`;

/**
 * The customer tables in the order they are made, each from those before it, for the contacts of `contacts_to_rebuild`
 * whose keys lie from `:from_key` to `:to_key`.
 */
export const customerTables: readonly (Materialization | WorkingTable)[] = [
  working("contact_steps", ["contact_key", "activity_number"]),
  working("consult_legs", ["contact_key", "activity_number"]),
  kept("customer_activities", ACTIVITY_COLUMNS),
  working("contact_totals", ["contact_key"]),
  working("contact_facts", ["contact_key"]),
  working("contact_offers", ["contact_key"]),
  working("contact_wrapups", ["contact_key"]),
  working("queue_entries", ["contact_key", "activity_number"]),
  working("queue_spans", ["contact_key", "visit_number"]),
  working("contact_lists", ["contact_key"]),
  working("rebuilt_sessions", ["contact_key"]),
  kept("reported_sessions", REPORTED_COLUMNS),
  kept("customer_sessions", SESSION_COLUMNS),
  kept("queue_visits", VISIT_COLUMNS),
];

function working(table: string, key: readonly string[]): WorkingTable {
  return { table, key, select: readSql(join(__dirname, `${table}.sql`)) };
}

function kept(table: string, columns: string): Materialization {
  return {
    table,
    columns: columns.trim().split(/\s+/),
    select: readSql(join(__dirname, `${table}.sql`)),
    scope:
      "contact_key in (select contact_key from contacts_to_rebuild where contact_key between :from_key and :to_key and contact_key not in (select contact_key from sealed_contacts))",
  };
}
