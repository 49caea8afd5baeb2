import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { findViolations } from "../../src/models/check";
import {
  type BruteActivity,
  type BruteEvent,
  bruteActivities,
  bruteFindings,
  bruteSession,
  bruteVisits,
} from "../support/brute";
import { type Centre, load, ndjson, openCentre } from "../support/centre";
import { lineOf, randomContacts, shuffled } from "../support/random-contacts";
import { grouped, rebuildAndCheck } from "../support/rebuilt";

type Row = Record<string, unknown>;

const CONTACT_COUNT = 600;

describe("what the SQL makes of contacts that no centre would have", () => {
  let centre: Centre;
  let contacts: Map<string, BruteActivity[]>;
  let newest: number;

  beforeAll(async () => {
    const base = await openCentre();
    const queues = {
      "queue-1": {
        ...base.config.thresholds,
        sudden_disconnect_ms: 30_000,
        rona_after_ms: 3000,
        short_contact_ms: 60_000,
      },
    };
    centre = { ...base, config: { ...base.config, queues } };
    const events: BruteEvent[] = randomContacts(20_260_302, CONTACT_COUNT).flat();
    newest = events.reduce((latest, event) => Math.max(latest, event.at), 0) + 20 * 3_600_000;
    const last = { contactId: "last", event: "new", at: newest };
    await load(centre, { "contact-events-2026-03-02.ndjson": ndjson([...shuffled(events, 7).map(lineOf), last]) });
    await rebuildAndCheck(centre);
    const byContact = grouped(events, (event) => event.contactId);
    contacts = new Map([...byContact].map(([id, own]) => [id, bruteActivities(own)]));
  });

  afterAll(() => centre.close());

  const rowsOf = async (table: string): Promise<Map<string, Row[]>> => {
    const rows: Row[] = await centre
      .db(`${table} as made`)
      .join("contacts", "contacts.contact_key", "made.contact_key")
      .select("made.*", "contacts.contact_id");
    return grouped(rows, (row) => String(row.contact_id));
  };

  it("numbers activities, finds their ends and legs as told", async () => {
    const made = await rowsOf("customer_activities");
    for (const [id, activities] of contacts) {
      const rows = (made.get(id) ?? []).toSorted((a, b) => Number(a.activity_number) - Number(b.activity_number));
      const told = activities.map((one, index) => ({
        activity_number: one.number,
        event: one.name,
        is_in_table: Number(one.inTable),
        started_at_ms: one.at,
        ended_at_ms: one.end,
        duration_ms: one.duration,
        previous_event: activities[index - 1]?.name ?? null,
        next_event: activities[index + 1]?.name ?? null,
        leg: one.leg,
      }));
      expect({ id, rows: rows.map((row) => like(row, told[0])) }).toEqual({ id, rows: told });
    }
  });

  it("makes every measure of a session as told", async () => {
    const thresholds = {
      "": { sudden: 5000, short: 10_000, rona: 10_000 },
      "queue-1": { sudden: 30_000, short: 60_000, rona: 3000 },
    };
    const made = await rowsOf("customer_sessions");
    for (const [id, activities] of contacts) {
      const told = bruteSession(activities, newest, thresholds);
      expect({ id, ...like(made.get(id)?.[0], told) }).toEqual({ id, ...told });
    }
  });

  it("cuts a contact into queue visits as told", async () => {
    const made = await rowsOf("queue_visits");
    for (const [id, activities] of contacts) {
      const told = bruteVisits(activities);
      const rows = (made.get(id) ?? []).toSorted((a, b) => Number(a.visit_number) - Number(b.visit_number));
      expect({ id, visits: rows.map((row) => like(row, told[0])) }).toEqual({ id, visits: told });
    }
  });

  it.each([
    ["overlay", "repaired"],
    ["strict", "repaired"],
    ["overlay", "as-printed"],
    ["strict", "as-printed"],
  ] as const)("finds in %s mode by the table %s what a walk finds", async (mode, table) => {
    const cells: Row[] = await centre.db("sequence_cells").where({ table_name: table, is_accepted: 1 });
    const accepted = new Set(cells.map((cell) => `${String(cell.state)} ${String(cell.event)}`));
    const found = new Map<string, Row[]>();
    const everything = { from: null, to: null, all: true };
    for await (const page of findViolations(centre.db, centre.config, { mode, table, version: "1" }, everything)) {
      for (const row of page) found.set(row.contact_id, [...(found.get(row.contact_id) ?? []), { ...row }]);
    }
    for (const [id, activities] of contacts) {
      const told = bruteFindings(activities, mode, (state, event) => accepted.has(`${state} ${event}`));
      expect({ id, found: (found.get(id) ?? []).map((row) => like(row, told[0])) }).toEqual({ id, found: told });
    }
  });
});

/** The columns of a row that its counterpart has. */
function like(row: Row | undefined, told: object | undefined): Row {
  return Object.fromEntries(Object.keys(told ?? row ?? {}).map((column) => [column, row?.[column]]));
}
