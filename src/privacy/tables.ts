import type { Group } from "./limits";

/** How a table is purged: whose its rows are, when they were, and which of them go. */
export interface PurgedTable {
  group: Group;
  table: string;
  /** The column that says whose a row is, and where its id stands; null where nobody's. */
  owner: "contact" | "agent" | null;
  /** When a row was, epoch ms, as SQL over the table. */
  at: string;
  /** Which rows go: SQL with `:before_ms` and `:before_day`. */
  where: string;
}

const OF_CONTACT = "contact_key in (select contact_key from contacts_to_purge)";
const SESSION_OF_CONTACT = "contact_key in (select contact_key from sessions_to_purge)";

/** Rows of an agent before its own limit, by a column of instants. */
function ofAgent(table: string, at: string): string {
  return `${at} < (select before_ms from agents_to_purge where agents_to_purge.agent_key = ${table}.agent_key)`;
}

/** The same, and before the group's limit too. */
function sealedOfAgent(table: string): string {
  return `started_at_ms < :before_ms and started_at_ms < (select before_ms from sealed_agents where sealed_agents.agent_key = ${table}.agent_key)`;
}

function contact(group: Group, table: string, at: string, where: string): PurgedTable {
  return { group, table, owner: "contact", at, where };
}

function agent(group: Group, table: string, at: string, where: string): PurgedTable {
  return { group, table, owner: "agent", at, where };
}

/** All tables that retention touches, in the order they are emptied: what is asked about goes after what asks. */
export const PURGED_TABLES: readonly PurgedTable[] = [
  contact("events", "customer_activities", "started_at_ms", OF_CONTACT),
  contact("events", "sequence_transitions", "null", OF_CONTACT),
  contact("events", "contact_event_copies", "at_ms", OF_CONTACT),
  contact("events", "contact_events", "at_ms", OF_CONTACT),
  contact("events", "reported_contacts", "started_at_ms", OF_CONTACT),
  contact("events", "reported_legs", "started_at_ms", OF_CONTACT),
  contact("events", "delivered_lists", "newest_at_ms", OF_CONTACT),
  agent("events", "agent_activities", "started_at_ms", ofAgent("agent_activities", "started_at_ms")),
  agent("events", "agent_event_copies", "at_ms", ofAgent("agent_event_copies", "at_ms")),
  agent("events", "agent_events", "at_ms", ofAgent("agent_events", "at_ms")),
  agent("events", "reported_agent_sessions", "started_at_ms", ofAgent("reported_agent_sessions", "started_at_ms")),
  agent("events", "delivered_lists", "newest_at_ms", ofAgent("delivered_lists", "newest_at_ms")),
  contact("sessions", "queue_visits", "entered_at_ms", SESSION_OF_CONTACT),
  contact("sessions", "sequence_violations", "at_ms", SESSION_OF_CONTACT),
  contact("sessions", "sequence_checks", "null", SESSION_OF_CONTACT),
  contact("sessions", "reported_sessions", "started_at_ms", SESSION_OF_CONTACT),
  contact("sessions", "customer_sessions", "started_at_ms", SESSION_OF_CONTACT),
  agent("sessions", "agent_sessions", "started_at_ms", sealedOfAgent("agent_sessions")),
  agent("stays", "person_stays", "started_at_ms", sealedOfAgent("person_stays")),
  {
    group: "rejected_lines",
    table: "rejected_lines",
    owner: null,
    at: "(select newest_at_ms from dumps where dumps.dump_key = rejected_lines.dump_key)",
    where:
      "dump_key in (select dump_key from dumps where coalesce(stamp_day, named_day) < :before_day or (coalesce(stamp_day, named_day) is null and first_read_at_ms < :before_ms))",
  },
  { group: "receipts", table: "receipts", owner: null, at: "started_at_ms", where: "finished_at_ms < :before_ms" },
  {
    group: "receipts",
    table: "requested_runs",
    owner: null,
    at: "requested_at_ms",
    where: "taken_at_ms is not null and requested_at_ms < :before_ms",
  },
];
