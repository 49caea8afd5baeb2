import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Knex } from "knex";
import type { ContactTruth, InjectedFault, SessionTruth, Totals, Visit } from "../../src/generate/truth";

/** What `truth.json` says. */
export interface Truth {
  nightdesk_truth: number;
  contacts: ContactTruth[];
  agent_sessions: SessionTruth[];
  days: { day: string; contacts: Record<string, number>; visits: Record<string, Record<string, number>> }[];
  faults: InjectedFault[];
  is_listed: boolean;
  totals: Totals;
}

type Row = Record<string, unknown>;

export function readTruth(folder: string): Truth {
  return JSON.parse(readFileSync(join(folder, "truth.json"), "utf8")) as Truth;
}

/** Every difference between rows that were found and rows that must be, as sentences; the same columns are compared. */
export function differences(found: readonly Row[], wanted: readonly Row[], key: (row: Row) => string): string[] {
  const byKey = new Map(found.map((row) => [key(row), row]));
  const missing = wanted.flatMap((row) => {
    const own = byKey.get(key(row));
    byKey.delete(key(row));
    if (own === undefined) return [`${key(row)}: missing`];
    return Object.keys(row)
      .filter((column) => JSON.stringify(own[column] ?? null) !== JSON.stringify(row[column] ?? null))
      .map((column) => `${key(row)}: ${column} is ${String(own[column])}, must be ${String(row[column])}`);
  });
  return [...missing, ...Array.from(byKey.keys(), (name) => `${name}: must not be`)];
}

/** The customer sessions' own columns of the truth. */
export function sessionRows(truth: Truth): Row[] {
  return truth.contacts.map((contact) => {
    const { visits: _visits, violations: _violations, ...columns } = contact;
    return columns;
  });
}

export async function foundVisits(db: Knex): Promise<Row[]> {
  const rows: Row[] = await db("queue_visits")
    .join("contacts", "contacts.contact_key", "queue_visits.contact_key")
    .select(
      "contact_id",
      "visit_number",
      "queue_id",
      "entered_at_ms",
      "answered_at_ms",
      "left_at_ms",
      "outcome",
      "is_callback",
      "offer_count",
    );
  return rows.map((row) => ({ ...row, left_at_ms: row.answered_at_ms ?? row.left_at_ms }));
}

export function visitRows(truth: Truth): Row[] {
  return truth.contacts.flatMap((contact) =>
    contact.visits.map((visit: Visit, index) => ({
      contact_id: contact.contact_id,
      visit_number: index + 1,
      queue_id: visit.queue_id,
      entered_at_ms: visit.entered_at_ms,
      entered_day: visit.entered_day,
      left_at_ms: visit.left_at_ms,
      outcome: visit.outcome,
      is_callback: visit.is_callback ? 1 : 0,
      offer_count: visit.offer_count,
    })),
  );
}

export function violationRows(truth: Truth): Row[] {
  return truth.contacts.flatMap(({ contact_id, violations }) =>
    violations.map((violation) => ({ contact_id, ...violation })),
  );
}
