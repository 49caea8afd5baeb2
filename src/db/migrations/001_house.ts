import type { Knex } from "knex";

/**
 * The tables of the house, in the order data flows through them: dumps, names and contexts, events, rules,
 * rebuilt tables, sequence check, receipts. `src/models/README.md` says the grain and the rules of each.
 *
 * Units: `_at_ms` epoch milliseconds UTC, `_ms` milliseconds, `_count` numbers of things, `is_` 0 or 1, `_day`
 * YYYY-MM-DD in the centre's zone. Null means unknown.
 */
export async function up(knex: Knex): Promise<void> {
  await createDumps(knex);
  await createDimensions(knex);
  await createEvents(knex);
  await createReported(knex);
  await createRules(knex);
  await createCustomerTables(knex);
  await createAgentTables(knex);
  await createSequenceTables(knex);
  await createReceipts(knex);
}

export async function down(knex: Knex): Promise<void> {
  const tables = [
    "receipts",
    "settings",
    "sequence_violations",
    "sequence_transitions",
    "sequence_checks",
    "person_stays",
    "agent_sessions",
    "agent_activities",
    "queue_visits",
    "customer_sessions",
    "customer_activities",
    "contacts_to_check",
    "agents_to_rebuild",
    "contacts_to_rebuild",
    "calendar_marks",
    "calendar_days",
    "queue_thresholds",
    "channel_thresholds",
    "sequence_cells",
    "rule_names",
    "state_kinds",
    "reason_codes",
    "cpa_reasons",
    "delivered_lists",
    "reported_legs",
    "reported_agent_sessions",
    "reported_sessions",
    "reported_contacts",
    "agent_event_copies",
    "agent_events",
    "contact_event_copies",
    "contact_events",
    "event_contexts",
    "agent_state_names",
    "contact_event_names",
    "agents",
    "contacts",
    "rejected_lines",
    "dump_quarters",
    "dumps",
  ];
  for (const table of tables) await knex.schema.dropTableIfExists(table);
}

/** Text that is compared or sorted as bytes on both databases. */
function byteText(knex: Knex, table: Knex.CreateTableBuilder, name: string): Knex.ColumnBuilder {
  return table.specificType(name, knex.client.config.client === "pg" ? `text collate "C"` : "text");
}

function integers(table: Knex.CreateTableBuilder, names: readonly string[]): void {
  for (const name of names) table.bigInteger(name);
}

function texts(knex: Knex, table: Knex.CreateTableBuilder, names: readonly string[]): void {
  for (const name of names) byteText(knex, table, name);
}

async function createDumps(knex: Knex): Promise<void> {
  await knex.schema.createTable("dumps", (table) => {
    table.bigIncrements("dump_key");
    byteText(knex, table, "sha256").notNullable().unique();
    // The base name; of several names for the same bytes the first in byte order, so that the order of loads never shows.
    byteText(knex, table, "name").notNullable();
    table.text("format").notNullable();
    table.bigInteger("byte_count").notNullable();
    table.bigInteger("first_read_at_ms").notNullable();
    table.text("named_day");
    // Orders copies of one event: the named day, else the local day of the newest event; null for a dump without events.
    table.text("stamp_day");
    integers(table, ["oldest_at_ms", "newest_at_ms", "read_count", "event_count", "rejected_count"]);
  });
  await knex.schema.createTable("dump_quarters", (table) => {
    table.bigInteger("dump_key").notNullable();
    table.bigInteger("quarter_at_ms").notNullable();
    table.bigInteger("contact_event_count").notNullable();
    table.bigInteger("agent_event_count").notNullable();
    table.primary(["dump_key", "quarter_at_ms"]);
    table.index(["quarter_at_ms"]);
  });
  await knex.schema.createTable("rejected_lines", (table) => {
    table.bigIncrements("rejected_key");
    table.bigInteger("dump_key").notNullable().index();
    table.bigInteger("line_number").notNullable();
    table.text("reason").notNullable();
    table.text("message").notNullable();
    table.bigInteger("byte_count").notNullable();
    byteText(knex, table, "sha256").notNullable();
    table.text("text").notNullable();
  });
}

async function createDimensions(knex: Knex): Promise<void> {
  await knex.schema.createTable("contacts", (table) => {
    table.bigIncrements("contact_key");
    byteText(knex, table, "contact_id").notNullable().unique();
  });
  await knex.schema.createTable("agents", (table) => {
    table.bigIncrements("agent_key");
    byteText(knex, table, "agent_id").notNullable().unique();
  });
  await knex.schema.createTable("contact_event_names", (table) => {
    table.bigIncrements("name_key");
    byteText(knex, table, "spelling").notNullable();
    byteText(knex, table, "shown_as").notNullable().defaultTo("");
    table.unique(["spelling", "shown_as"]);
    // What follows is written from src/reference/contact-events.csv whenever the rules are loaded.
    byteText(knex, table, "event");
    integers(table, [
      "is_known",
      "rank",
      "is_in_table",
      "bit",
      "closed_by_mask",
      "reopens",
      "keeps_queue_entry",
      "begins_wrapup",
      "is_transfer",
      "is_blind_transfer",
      "settles_blind_transfer",
      "settles_offer",
      "holds_customer",
      "ends_consult_leg",
    ]);
    texts(knex, table, ["measure", "abandoned_type", "sequence_role", "visit_outcome"]);
  });
  await knex.schema.createTable("agent_state_names", (table) => {
    table.bigIncrements("name_key");
    byteText(knex, table, "spelling").notNullable();
    byteText(knex, table, "shown_as").notNullable().defaultTo("");
    table.unique(["spelling", "shown_as"]);
    byteText(knex, table, "state");
    integers(table, ["is_known", "rank", "is_marker", "is_logout"]);
    // transfer: what the state says of a transfer: blind, consult (asked for), done, consulted (took part in one).
    texts(knex, table, ["kind", "measure", "transfer"]);
  });
  await knex.schema.createTable("event_contexts", (table) => {
    table.bigIncrements("context_key");
    byteText(knex, table, "fingerprint").notNullable().unique();
    texts(knex, table, [
      "agent_id",
      "agent_name",
      "agent_session_id",
      "page_session_id",
      "channel_id",
      "channel_type",
      "direction",
      "entry_point_id",
      "entry_point_name",
      "queue_id",
      "queue_name",
      "site_id",
      "site_name",
      "team_id",
      "team_name",
      "reason_code",
      "termination_reason",
      "terminating_end",
      "wrapup_code",
      "idle_code",
      "flow_id",
      "flow_name",
      "routing_strategy_id",
      "routing_strategy_name",
    ]);
    table.bigInteger("is_outdial");
  });
}

function eventColumns(knex: Knex, table: Knex.CreateTableBuilder, owner: string, own: readonly string[]): void {
  table.bigInteger(owner).notNullable();
  byteText(knex, table, "identity").notNullable();
  table.bigInteger("at_ms").notNullable();
  integers(table, ["ended_at_ms", "sequence"]);
  table.bigInteger("name_key").notNullable();
  table.bigInteger("context_key").notNullable();
  for (const name of own) table.text(name);
  table.text("attributes");
  table.bigInteger("dump_key").notNullable();
  table.bigInteger("dump_line").notNullable();
}

async function createEvents(knex: Knex): Promise<void> {
  const kinds = [
    { name: "contact_events", owner: "contact_key", own: ["origin", "destination"] },
    { name: "agent_events", owner: "agent_key", own: ["contact_id"] },
  ];
  for (const { name, owner, own } of kinds) {
    await knex.schema.createTable(name, (table) => {
      table.bigIncrements("event_key");
      eventColumns(knex, table, owner, own);
      table.bigInteger("first_dump_key").notNullable();
      table.bigInteger("is_revised").notNullable().defaultTo(0);
      table.unique([owner, "identity"]);
    });
    const copies = name.replace(/s$/, "_copies");
    await knex.schema.createTable(copies, (table) => {
      table.bigIncrements("copy_key");
      eventColumns(knex, table, owner, own);
      table.index([owner, "identity"]);
    });
  }
}

const REPORTED_MEASURES = ["ivr", "queue", "ringing", "connected", "hold", "consult", "conference", "wrapup"] as const;

function reportedContactColumns(knex: Knex, table: Knex.CreateTableBuilder): void {
  texts(knex, table, [
    "status",
    "channel_type",
    "direction",
    "origin",
    "destination",
    "termination_type",
    "abandoned_type",
    "terminating_end",
    "termination_reason",
    "entry_point_id",
    "entry_point_name",
    "first_queue_id",
    "first_queue_name",
    "last_queue_id",
    "last_queue_name",
    "last_agent_id",
    "last_agent_name",
    "last_team_id",
    "last_team_name",
    "last_site_id",
    "last_site_name",
    "wrapup_code",
    "reason_code",
    "cpa_status",
  ]);
  integers(table, ["is_outdial", "is_active", "started_at_ms", "ended_at_ms", "total_ms"]);
  for (const measure of REPORTED_MEASURES) integers(table, [`${measure}_count`, `${measure}_ms`]);
  integers(table, ["transfer_count", "blind_transfer_count", "consult_transfer_count"]);
  integers(table, ["is_within_service_level"]);
}

async function createReported(knex: Knex): Promise<void> {
  await knex.schema.createTable("reported_contacts", (table) => {
    table.bigIncrements("reported_key");
    table.bigInteger("contact_key").notNullable().index();
    table.bigInteger("dump_key").notNullable();
    table.bigInteger("dump_line").notNullable();
    reportedContactColumns(knex, table);
    table.text("attributes");
  });
  // The copies of one contact merged: the vendor's own figures, for contacts without events and for reconciliation.
  await knex.schema.createTable("reported_sessions", (table) => {
    table.bigInteger("contact_key").notNullable().primary();
    reportedContactColumns(knex, table);
  });
  await knex.schema.createTable("reported_agent_sessions", (table) => {
    table.bigIncrements("reported_key");
    table.bigInteger("agent_key").notNullable().index();
    table.bigInteger("dump_key").notNullable();
    table.bigInteger("dump_line").notNullable();
    texts(knex, table, [
      "agent_name",
      "agent_session_id",
      "page_session_id",
      "channel_id",
      "channel_type",
      "site_id",
      "site_name",
      "team_id",
      "team_name",
      "last_idle_code",
    ]);
    integers(table, ["is_active", "started_at_ms", "ended_at_ms", "total_ms"]);
    for (const measure of AGENT_MEASURES) integers(table, [`${measure}_count`, `${measure}_ms`]);
    for (const measure of OUTDIAL_MEASURES) integers(table, [`outdial_${measure}_count`, `outdial_${measure}_ms`]);
    integers(table, ["transfer_count", "blind_transfer_count", "consult_transfer_count", "disconnected_count"]);
    table.text("attributes");
  });
  await knex.schema.createTable("reported_legs", (table) => {
    table.bigIncrements("reported_key");
    table.bigInteger("contact_key").notNullable().index();
    table.bigInteger("dump_key").notNullable();
    table.bigInteger("dump_line").notNullable();
    texts(knex, table, [
      "leg_id",
      "queue_id",
      "queue_name",
      "agent_id",
      "agent_name",
      "entry_point_id",
      "entry_point_name",
    ]);
    integers(table, ["started_at_ms", "ended_at_ms"]);
    table.text("attributes");
  });
  await knex.schema.createTable("delivered_lists", (table) => {
    table.bigIncrements("list_key");
    table.bigInteger("contact_key").index();
    table.bigInteger("agent_key").index();
    byteText(knex, table, "channel_id");
    table.bigInteger("dump_key").notNullable();
    integers(table, ["node_count", "total_count", "has_next_page", "oldest_at_ms", "newest_at_ms"]);
  });
}

async function createRules(knex: Knex): Promise<void> {
  // Folded spelling → name, for everything that is neither an event nor a state: ends, termination and offer reasons.
  await knex.schema.createTable("rule_names", (table) => {
    byteText(knex, table, "kind").notNullable();
    byteText(knex, table, "folded").notNullable();
    byteText(knex, table, "name").notNullable();
    texts(knex, table, ["outcome", "owner", "meaning"]);
    table.primary(["kind", "folded"]);
  });
  await knex.schema.createTable("state_kinds", (table) => {
    byteText(knex, table, "kind").primary();
    integers(table, ["precedence", "is_occupied", "is_available", "is_utilised"]);
  });
  await knex.schema.createTable("reason_codes", (table) => {
    byteText(knex, table, "code").primary();
    texts(knex, table, ["phrase", "class", "acts", "owner", "meaning"]);
    table.bigInteger("is_failure").notNullable();
  });
  await knex.schema.createTable("cpa_reasons", (table) => {
    // One row per spelling, folded: a reason has several.
    byteText(knex, table, "folded").primary();
    texts(knex, table, ["reason", "phase", "outcome", "owner", "meaning"]);
    table.bigInteger("is_failure").notNullable();
  });
  await knex.schema.createTable("sequence_cells", (table) => {
    byteText(knex, table, "table_name").notNullable();
    byteText(knex, table, "state").notNullable();
    byteText(knex, table, "event").notNullable();
    table.bigInteger("is_accepted").notNullable();
    byteText(knex, table, "confidence").notNullable();
    integers(table, ["state_position", "event_position"]);
    table.primary(["table_name", "state", "event"]);
  });
  // One row per queue named in the configuration, and one with queue = '' for all others.
  await knex.schema.createTable("queue_thresholds", (table) => {
    byteText(knex, table, "queue").primary();
    texts(knex, table, ["formula"]);
    integers(table, [
      "service_level_ms",
      "short_abandon_ms",
      "short_contact_ms",
      "sudden_disconnect_ms",
      "rona_after_ms",
    ]);
    table.specificType("service_level_goal_share", "double precision");
  });
  // One row per channel type named in the configuration, and one with channel_type = '' for all others.
  await knex.schema.createTable("channel_thresholds", (table) => {
    byteText(knex, table, "channel_type").primary();
    table.bigInteger("stale_after_ms").notNullable();
  });
  await knex.schema.createTable("calendar_days", (table) => {
    table.text("day").primary();
    table.bigInteger("starts_at_ms").notNullable().unique();
    table.bigInteger("ends_at_ms").notNullable();
  });
  await knex.schema.createTable("settings", (table) => {
    table.text("name").primary();
    table.text("value").notNullable();
  });
  for (const name of ["contacts_to_rebuild", "contacts_to_check"]) {
    await knex.schema.createTable(name, (table) => {
      table.bigInteger("contact_key").notNullable().primary();
    });
  }
  await knex.schema.createTable("agents_to_rebuild", (table) => {
    table.bigInteger("agent_key").notNullable().primary();
  });
}

async function createCustomerTables(knex: Knex): Promise<void> {
  await knex.schema.createTable("customer_activities", (table) => {
    table.bigInteger("contact_key").notNullable();
    table.bigInteger("activity_number").notNullable();
    // The stored event: agent, queue, reason, event id, dump and line are read through it, once, not copied.
    table.bigInteger("event_key").notNullable();
    table.bigInteger("name_key").notNullable();
    table.bigInteger("context_key").notNullable();
    byteText(knex, table, "event").notNullable();
    integers(table, ["is_known", "is_in_table"]);
    table.bigInteger("started_at_ms").notNullable();
    table.bigInteger("ended_at_ms");
    table.specificType("duration_ms", "bigint generated always as (ended_at_ms - started_at_ms) stored");
    texts(knex, table, ["previous_event", "next_event", "leg"]);
    table.primary(["contact_key", "activity_number"]);
  });
  await knex.schema.createTable("customer_sessions", (table) => {
    table.bigInteger("contact_key").notNullable().primary();
    byteText(knex, table, "contact_id").notNullable();
    texts(knex, table, ["channel_type", "direction", "origin", "destination"]);
    integers(table, ["is_outdial", "started_at_ms"]);
    table.text("started_day").index();
    integers(table, ["ended_at_ms", "is_open", "is_stale", "total_ms"]);
    integers(table, [
      "ivr_count",
      "ivr_ms",
      "queue_count",
      "queue_ms",
      "ringing_count",
      "ringing_ms",
      "connected_count",
      "connected_ms",
      "talk_ms",
      "hold_count",
      "hold_ms",
      "consult_count",
      "consult_ms",
      "conference_count",
      "conference_ms",
      "wrapup_count",
      "wrapup_ms",
      "wrapup_unmeasured_count",
      "transfer_count",
      "blind_transfer_count",
      "consult_transfer_count",
      "offer_count",
      "rona_count",
      "declined_count",
      "offer_error_count",
      "customer_unreached_count",
      "offer_unexplained_count",
    ]);
    texts(knex, table, [
      "entry_point_id",
      "entry_point_name",
      "first_queue_id",
      "first_queue_name",
      "last_queue_id",
      "last_queue_name",
      "last_agent_id",
      "last_agent_name",
      "last_team_id",
      "last_team_name",
      "last_site_id",
      "last_site_name",
      "handle_type",
      "abandoned_type",
      "terminating_end",
      "terminating_end_raw",
      "termination_reason",
      "termination_reason_raw",
      "reason_code",
      "cpa_result",
      "wrapup_code",
    ]);
    integers(table, ["is_truncated"]);
    texts(knex, table, ["basis"]);
    // For the data box: how many events made this row, and how many of them came late.
    integers(table, ["event_count", "late_event_count", "connected_at_ms"]);
  });
  await knex.schema.createTable("queue_visits", (table) => {
    table.bigInteger("contact_key").notNullable();
    table.bigInteger("visit_number").notNullable();
    texts(knex, table, ["queue_id", "queue_name", "channel_type", "direction"]);
    table.bigInteger("entered_at_ms").notNullable();
    table.text("entered_day").index();
    integers(table, ["offered_at_ms", "answered_at_ms", "left_at_ms"]);
    // answered, abandoned, callback, breakout, waiting
    texts(knex, table, ["outcome"]);
    integers(table, ["wait_ms", "queue_ms", "offer_count", "service_level_ms", "short_abandon_ms"]);
    // Entered after the contact took a callback: no visit of the queue's rates.
    integers(table, ["is_callback"]);
    // 1 where the visit enters rates: customer leg, inbound, contact closed and complete, no callback visit.
    integers(table, ["is_counted"]);
    table.primary(["contact_key", "visit_number"]);
  });
}

const AGENT_MEASURES = [
  "idle",
  "available",
  "ringing",
  "outdial_ringing",
  "connected",
  "hold",
  "consult",
  "conference",
  "wrapup",
  "not_responding",
] as const;

/** What an agent does in inbound calls and in outdial calls alike: the outdial part has columns of its own. */
const OUTDIAL_MEASURES = ["connected", "hold", "consult", "conference", "wrapup", "not_responding"] as const;

async function createAgentTables(knex: Knex): Promise<void> {
  await knex.schema.createTable("agent_activities", (table) => {
    table.bigInteger("agent_key").notNullable();
    byteText(knex, table, "agent_session_id").notNullable();
    byteText(knex, table, "channel_id").notNullable();
    table.bigInteger("activity_number").notNullable();
    integers(table, ["event_key", "context_key", "is_late"]);
    byteText(knex, table, "state").notNullable();
    integers(table, ["is_known"]);
    texts(knex, table, ["kind", "measure", "channel_type"]);
    table.bigInteger("started_at_ms").notNullable();
    integers(table, ["ended_at_ms", "duration_ms"]);
    // transfer: the transfer this stay counts as: blind, consult, other.
    texts(knex, table, ["previous_state", "next_state", "transfer"]);
    table.primary(["agent_key", "agent_session_id", "channel_id", "activity_number"]);
  });
  await knex.schema.createTable("agent_sessions", (table) => {
    table.bigInteger("agent_key").notNullable();
    byteText(knex, table, "agent_id").notNullable();
    byteText(knex, table, "agent_session_id").notNullable();
    byteText(knex, table, "channel_id").notNullable();
    texts(knex, table, ["agent_name", "channel_type", "site_id", "site_name", "team_id", "team_name"]);
    integers(table, ["started_at_ms"]);
    table.text("started_day").index();
    integers(table, ["ended_at_ms", "total_ms", "is_open", "is_stale", "is_truncated"]);
    for (const measure of AGENT_MEASURES) integers(table, [`${measure}_count`, `${measure}_ms`]);
    for (const measure of OUTDIAL_MEASURES) integers(table, [`outdial_${measure}_count`, `outdial_${measure}_ms`]);
    integers(table, ["transfer_count", "blind_transfer_count", "consult_transfer_count", "disconnected_count"]);
    texts(knex, table, ["last_idle_code", "basis"]);
    integers(table, ["event_count", "late_event_count"]);
    // For the person's clock: the last logged-out, and the latest instant anything is known of.
    integers(table, ["logged_out_at_ms", "known_until_ms"]);
    table.primary(["agent_key", "agent_session_id", "channel_id"]);
  });
  await knex.schema.createTable("person_stays", (table) => {
    table.bigInteger("agent_key").notNullable();
    table.bigInteger("started_at_ms").notNullable();
    // Null: still so at the horizon.
    integers(table, ["ended_at_ms"]);
    byteText(knex, table, "kind").notNullable();
    byteText(knex, table, "idle_code");
    table.primary(["agent_key", "started_at_ms"]);
    table.index(["ended_at_ms"]);
  });
}

async function createSequenceTables(knex: Knex): Promise<void> {
  await knex.schema.createTable("sequence_transitions", (table) => {
    table.bigInteger("contact_key").notNullable();
    table.bigInteger("activity_number").notNullable();
    byteText(knex, table, "state").notNullable();
    byteText(knex, table, "event").notNullable();
    // accepted, not-accepted, no-start, unjudged, not-in-table
    byteText(knex, table, "verdict").notNullable();
    table.primary(["contact_key", "activity_number"]);
  });
  await knex.schema.createTable("sequence_checks", (table) => {
    table.bigInteger("contact_key").notNullable().primary();
    integers(table, ["judged_count", "accepted_count", "not_in_table_count", "violation_count"]);
  });
  await knex.schema.createTable("sequence_violations", (table) => {
    table.bigInteger("contact_key").notNullable();
    byteText(knex, table, "contact_id").notNullable();
    table.bigInteger("activity_number").notNullable();
    table.bigInteger("at_ms").notNullable();
    texts(knex, table, [
      "state",
      "previous_event",
      "event",
      "kind",
      "severity",
      "confidence",
      "table_name",
      "table_version",
    ]);
    table.primary(["contact_key", "activity_number"]);
  });
}

async function createReceipts(knex: Knex): Promise<void> {
  await knex.schema.createTable("receipts", (table) => {
    table.bigIncrements("receipt_key");
    table.text("run_id").notNullable();
    table.text("workflow").notNullable();
    table.text("step").notNullable();
    table.text("from_day");
    table.text("to_day");
    table.bigInteger("started_at_ms").notNullable();
    table.bigInteger("finished_at_ms");
    // running, done, failed
    table.text("status").notNullable();
    table.text("counts");
    table.text("error");
    table.text("code_version");
    table.text("rules_version");
    // Batch, configuration, rules and code in one hash: where it is the same and nothing came, there is nothing to do.
    table.text("work_hash");
    table.index(["from_day", "to_day"]);
  });
}
