/** How the tables of the two kinds of event are called. */
export interface EventTables {
  kind: "contact" | "agent";
  events: string;
  copies: string;
  owner: string;
  own: readonly string[];
  owners: "contacts" | "agents";
  names: "contact_names" | "agent_names";
  to_rebuild: string;
  repeats: string;
}

export const EVENT_TABLES: Record<"contact" | "agent", EventTables> = {
  contact: {
    kind: "contact",
    events: "contact_events",
    copies: "contact_event_copies",
    owner: "contact_key",
    own: ["origin", "destination"],
    owners: "contacts",
    names: "contact_names",
    to_rebuild: "contacts_to_rebuild",
    repeats: "repeated_contact_events",
  },
  agent: {
    kind: "agent",
    events: "agent_events",
    copies: "agent_event_copies",
    owner: "agent_key",
    own: ["contact_id"],
    owners: "agents",
    names: "agent_names",
    to_rebuild: "agents_to_rebuild",
    repeats: "repeated_agent_events",
  },
};

/** The columns that make the content of an event: two copies that agree in all of them are one. */
export function contentColumns(tables: EventTables): string[] {
  return ["at_ms", "ended_at_ms", "sequence", "name_key", "context_key", ...tables.own, "attributes"];
}

/** The columns a row of events brings with it, in their order. */
export function eventColumns(tables: EventTables): string[] {
  return [tables.owner, "identity", ...contentColumns(tables), "dump_line"];
}
