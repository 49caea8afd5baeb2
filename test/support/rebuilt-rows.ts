import type { Knex } from "knex";

/** The tables that are made from events, and the check's. */
const TABLES = [
  "customer_activities",
  "customer_sessions",
  "queue_visits",
  "agent_activities",
  "agent_sessions",
  "person_stays",
  "sequence_transitions",
  "sequence_checks",
  "sequence_violations",
];

const KEYS = new Set(["contact_key", "agent_key", "event_key", "context_key", "name_key"]);

/**
 * All rows of the nine rebuilt tables, in an order of their own, with ids in the place of the keys that loads give out in
 * the order they come.
 */
export async function rebuiltRows(db: Knex): Promise<Record<string, string[]>> {
  const contacts = await idsOf(db, "contacts", "contact");
  const agents = await idsOf(db, "agents", "agent");
  const told = (row: Record<string, number>): string => {
    const named = { contact: contacts.get(row.contact_key ?? 0), agent: agents.get(row.agent_key ?? 0) };
    return JSON.stringify({ ...named, ...Object.fromEntries(Object.entries(row).filter(([name]) => !KEYS.has(name))) });
  };
  const rows: Record<string, string[]> = {};
  for (const table of TABLES) rows[table] = (await db(table)).map(told).sort();
  return rows;
}

async function idsOf(db: Knex, table: string, entity: string): Promise<Map<number, string>> {
  const rows: Record<string, string | number>[] = await db(table);
  return new Map(rows.map((row) => [Number(row[`${entity}_key`]), String(row[`${entity}_id`])]));
}
