import { join } from "node:path";
import type { Materialization } from "../db/materialize";
import { readSql } from "../db/sql";
import type { WorkingTable } from "./slices";

const ACTIVITY_COLUMNS = columns(`
  agent_key agent_session_id channel_id activity_number event_key context_key is_late state is_known kind
  measure channel_type started_at_ms ended_at_ms duration_ms previous_state next_state transfer
`);

const SESSION_COLUMNS = columns(`
  agent_key agent_id agent_session_id channel_id agent_name channel_type site_id site_name team_id team_name
  started_at_ms started_day ended_at_ms total_ms is_open is_stale is_truncated idle_count idle_ms
  available_count available_ms ringing_count ringing_ms outdial_ringing_count outdial_ringing_ms
  connected_count connected_ms hold_count hold_ms consult_count consult_ms conference_count conference_ms
  wrapup_count wrapup_ms not_responding_count not_responding_ms outdial_connected_count outdial_connected_ms
  outdial_hold_count outdial_hold_ms outdial_consult_count outdial_consult_ms outdial_conference_count
  outdial_conference_ms outdial_wrapup_count outdial_wrapup_ms outdial_not_responding_count
  outdial_not_responding_ms transfer_count blind_transfer_count consult_transfer_count disconnected_count last_idle_code basis event_count late_event_count
  logged_out_at_ms known_until_ms
`);

/**
 * The agent tables in the order they are made, each from those before it, for the agents of `agents_to_rebuild` whose
 * keys lie from `:from_key` to `:to_key`.
 */
export const agentTables: readonly (Materialization | WorkingTable)[] = [
  working("agent_arrivals", ["event_key"]),
  working("agent_context_keys", ["agent_key", "context_key"]),
  working("agent_channels", ["agent_key", "channel_id"]),
  working("agent_contexts", ["agent_key", "context_key", "channel_number"]),
  working("untold_events", ["agent_key", "position"]),
  working("derived_sessions", ["event_key"]),
  working("agent_steps", [
    "agent_key",
    "channel_number",
    "session_started_at_ms",
    "activity_number",
    "is_marker",
    "event_key",
  ]),
  working("agent_markers", ["agent_key", "agent_session_id", "channel_id", "context_key"]),
  kept("agent_activities", ACTIVITY_COLUMNS),
  working("agent_totals", ["agent_key", "agent_session_id", "channel_id"]),
  working("agent_reports", ["agent_key", "agent_session_id", "channel_id"]),
  working("agent_lists", ["agent_key", "channel_id"]),
  kept("agent_sessions", SESSION_COLUMNS),
  working("idle_starts", ["agent_key", "is_other", "started_at_ms"]),
  kept("person_stays", ["agent_key", "started_at_ms", "ended_at_ms", "kind", "idle_code"]),
];

function columns(names: string): string[] {
  return names.trim().split(/\s+/);
}

function working(table: string, key: readonly string[]): WorkingTable {
  return { table, key, select: readSql(join(__dirname, `${table}.sql`)) };
}

function kept(table: string, names: readonly string[]): Materialization {
  return {
    table,
    columns: names,
    select: readSql(join(__dirname, `${table}.sql`)),
    // What began before the events that are left was sealed when the others were removed.
    scope: `agent_key in (select agent_key from agents_to_rebuild where agent_key between :from_key and :to_key)
      and started_at_ms >= coalesce((select before_ms from sealed_agents where sealed_agents.agent_key = ${table}.agent_key), 0)`,
  };
}
