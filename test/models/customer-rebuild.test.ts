import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { assert, asyncProperty, boolean, integer } from "fast-check";
import { silentLog } from "../../src/base/log";
import { checkSequences } from "../../src/models/check";
import { type Period, rebuildTables } from "../../src/models/rebuild";
import { loadRules } from "../../src/reference/load";
import { type Centre, load, ndjson, openCentre } from "../support/centre";
import { events, given, rowsOf, sessionOf } from "../support/contacts";
import { lineOf, randomContacts, shuffled } from "../support/random-contacts";
import { rebuildAndCheck } from "../support/rebuilt";

const PENDING: Period = { from: null, to: null, all: false };
const CALL = "at  event\n09:00:00  new\n09:00:20  connected\n09:02:00  ended";

describe("a rebuild", () => {
  let centre: Centre;
  beforeEach(async () => {
    centre = await given(CALL);
  });
  afterEach(() => centre.close());

  const rebuild = async (period: Period, version = "rules"): Promise<Record<string, number>> => {
    await loadRules(centre.db, centre.config);
    return rebuildTables(centre.db, centre.config, silentLog, period, version);
  };

  it("does nothing where nothing is new", async () => {
    expect(await rebuild(PENDING)).toMatchObject({ contacts: 0, agents: 0, customer_sessions: 0 });
  });

  it("takes up a contact again whose events came later, with all its events", async () => {
    await load(centre, { "contact-events-2026-03-03.ndjson": ndjson(events("at  event\n09:01:00  on-hold")) });
    expect(await rebuild(PENDING)).toMatchObject({ contacts: 1, customer_activities: 4 });
    expect(await sessionOf(centre)).toMatchObject({ connected_ms: 40_000, hold_ms: 60_000, late_event_count: 1 });
  });

  it("redoes the contacts of the days asked for by hand, or all", async () => {
    const day = (from: string): Period => ({ from, to: from, all: false });
    expect(await rebuild(day("2026-03-02"))).toMatchObject({ contacts: 1 });
    expect(await rebuild(day("2026-03-01"))).toMatchObject({ contacts: 0 });
    expect(await rebuild({ ...PENDING, all: true })).toMatchObject({ contacts: 1 });
  });

  it("redoes everything under other rules", async () => {
    expect(await rebuild(PENDING, "other rules")).toMatchObject({ contacts: 1 });
    centre.config.zone = "Asia/Seoul";
    expect(await rebuild(PENDING, "other rules")).toMatchObject({ contacts: 1 });
  });

  it("looks again at what was open, as others go on", async () => {
    await load(centre, {
      "contact-events-2026-03-04.ndjson": ndjson([{ contactId: "open", event: "new", at: "2026-03-04T09:00:00Z" }]),
    });
    await rebuild(PENDING);
    expect(await sessionOf(centre, "open")).toMatchObject({ is_open: 1, is_stale: 0 });
    await load(centre, {
      "contact-events-2026-03-06.ndjson": ndjson([{ contactId: "next", event: "new", at: "2026-03-06T09:00:00Z" }]),
    });
    await rebuild(PENDING);
    expect(await sessionOf(centre, "open")).toMatchObject({ is_open: 1, is_stale: 1, handle_type: "unknown" });
  });

  it("hands what it made to the check, which empties its list", async () => {
    await rebuild({ ...PENDING, all: true });
    expect(await centre.db("contacts_to_check").pluck("contact_key")).toHaveLength(1);
    expect(await checkSequences(centre.db, centre.config, silentLog, PENDING, "sequence")).toMatchObject({
      contacts: 1,
      judged: 3,
    });
    expect(await centre.db("contacts_to_check").pluck("contact_key")).toHaveLength(0);
  });
});

const TABLES = [
  "customer_sessions",
  "customer_activities",
  "queue_visits",
  "sequence_transitions",
  "sequence_violations",
];

describe("the same events in any order and any number of dumps", () => {
  it("give the same rows", async () => {
    const lines = randomContacts(5, 25).flat().map(lineOf);
    const expected = await rowsAfter([lines]);
    await assert(
      asyncProperty(integer({ min: 1, max: 4 }), integer(), boolean(), async (count, seed, again) => {
        const mixed = shuffled(lines, seed);
        const batches = Array.from({ length: count }, (_, index) =>
          mixed.filter((_line, place) => place % count === index),
        );
        expect(await rowsAfter(again ? [...batches, lines] : batches)).toEqual(expected);
      }),
      { numRuns: 8 },
    );
  });
});

/** Everything the tables say after loading the batches one by one, without the keys, which depend on the order. */
async function rowsAfter(batches: ReturnType<typeof lineOf>[][]): Promise<unknown> {
  const centre = await openCentre();
  try {
    for (const [index, batch] of batches.entries()) {
      await load(centre, { [`contact-events-part-${index}.ndjson`]: ndjson(batch) });
      await rebuildAndCheck(centre);
    }
    const ids: string[] = await centre.db("contacts").orderBy("contact_id").pluck("contact_id");
    const rows: unknown[] = [];
    for (const table of TABLES.slice(1)) for (const id of ids) rows.push(await withoutKeys(centre, table, id));
    for (const id of ids) rows.push({ ...(await sessionOf(centre, id)), contact_key: null });
    return rows;
  } finally {
    await centre.close();
  }
}

async function withoutKeys(centre: Centre, table: string, id: string): Promise<unknown> {
  const columns = Object.keys(await centre.db(table).columnInfo()).filter((column) => !column.endsWith("_key"));
  return { table, id, rows: await rowsOf(centre, table, columns, id) };
}
