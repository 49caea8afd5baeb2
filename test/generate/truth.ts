import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Knex } from "knex";
import type { ContactTruth, InjectedFault, SessionTruth, Totals } from "../../src/generate/truth";

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

export type Row = Record<string, unknown>;

export function readTruth(folder: string): Truth {
  return JSON.parse(readFileSync(join(folder, "truth.json"), "utf8")) as Truth;
}

/**
 * Every difference between the rows that were found and those that must be, as sentences: rows too few and too many,
 * and every column of the wanted rows that has another value.
 */
export function differences(found: readonly Row[], wanted: readonly Row[], key: readonly string[]): string[] {
  const nameOf = (row: Row): string => key.map((column) => String(row[column])).join(" ");
  const left = new Map(found.map((row) => [nameOf(row), row]));
  const told = wanted.flatMap((row) => {
    const name = nameOf(row);
    const own = left.get(name);
    left.delete(name);
    if (own === undefined) return [`${name}: missing`];
    return Object.keys(row)
      .filter((column) => (own[column] ?? null) !== (row[column] ?? null))
      .map((column) => `${name}: ${column} is ${String(own[column])}, must be ${String(row[column])}`);
  });
  return [...told, ...Array.from(left.keys(), (name) => `${name}: must not be`)];
}

/** The truth's columns of the customer sessions. */
export function sessionRows(truth: Truth): Row[] {
  return truth.contacts.map((contact) => {
    const { visits: _visits, violations: _violations, ...columns } = contact;
    return columns;
  });
}

export function visitRows(truth: Truth): Row[] {
  return truth.contacts.flatMap(({ contact_id, visits }) =>
    visits.map((visit, index) => ({
      ...visit,
      contact_id,
      visit_number: index + 1,
      is_callback: visit.is_callback ? 1 : 0,
    })),
  );
}

/** The visits of the database; `left_at_ms` is the end of the wait, answered or not. */
export async function foundVisits(db: Knex): Promise<Row[]> {
  const rows: Row[] = await db("queue_visits")
    .join("contacts", "contacts.contact_key", "queue_visits.contact_key")
    .select("queue_visits.*", "contact_id");
  return rows.map((row) => ({ ...row, left_at_ms: row.answered_at_ms ?? row.left_at_ms }));
}

export function violationRows(truth: Truth): Row[] {
  return truth.contacts.flatMap(({ contact_id, violations }) =>
    violations.map((violation) => ({ contact_id, ...violation })),
  );
}

/** Rejected lines of the database, by the file's name. */
export async function foundRejections(db: Knex): Promise<Row[]> {
  return db("rejected_lines")
    .join("dumps", "dumps.dump_key", "rejected_lines.dump_key")
    .select("name as file", "line_number as line", "reason");
}

export function rejectionRows({ faults }: Truth): Row[] {
  return faults
    .filter(({ fault }) => fault === "bad-line" || fault === "seconds")
    .map(({ file, line, reason }) => ({ file, line, reason }));
}

/** Counts by day and name, as the truth tells them: `{ "2026-03-02": { normal: 3 } }`. */
export function tallied(rows: readonly Row[], day: string, name: string): Record<string, Record<string, number>> {
  const tally: Record<string, Record<string, number>> = {};
  for (const row of rows) {
    const counts = (tally[String(row[day])] ??= {});
    counts[String(row[name])] = (counts[String(row[name])] ?? 0) + 1;
  }
  return tally;
}
