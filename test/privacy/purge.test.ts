import { createHash } from "node:crypto";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { silentLog } from "../../src/base/log";
import { batchOf } from "../../src/batch";
import { selectRows } from "../../src/db/sql";
import { purge, type PurgeReceipt } from "../../src/privacy/purge";
import { runWorkflow } from "../../src/runner";
import { textsIn } from "../support/folders";
import { type Centre, type Fields, load, ndjson, openCentre } from "../support/centre";

const KEPT = { events: null, sessions: null, stays: null, rejected_lines: null, receipts: null };
const NOW_MS = Date.parse("2026-03-10T06:00:00Z");

let centre: Centre;
afterEach(() => centre.close());

const call = (contactId: string, day: string, more: Fields[] = []): Fields[] => [
  { contactId, event: "new", at: `${day}T09:00:00Z`, origin: "+49301234567" },
  { contactId, event: "parked", at: `${day}T09:00:10Z`, queueName: "Support" },
  { contactId, event: "connected", at: `${day}T09:00:30Z`, agentName: `Agent of ${contactId}` },
  ...(more.length > 0 ? more : [{ contactId, event: "ended", at: `${day}T09:05:00Z` }]),
];

const shift = (agentId: string, session: string, from: string, to: string): Fields[] => [
  { type: "agent", agentId, agentSessionId: session, state: "available", at: from },
  { type: "agent", agentId, agentSessionId: session, state: "idle", at: from.replace(":00:00Z", ":30:00Z") },
  { type: "agent", agentId, agentSessionId: session, state: "logged-out", at: to },
];

const CALLS = [
  ...call("old", "2026-03-01"),
  ...call("spanning", "2026-03-04", [{ contactId: "spanning", event: "ended", at: "2026-03-05T00:10:00Z" }]),
  ...call("open", "2026-03-02", [{ contactId: "open", event: "on-hold", at: "2026-03-02T09:02:00Z" }]),
  ...call("new", "2026-03-06"),
];
const SHIFTS = [
  ...shift("kim", "kim-1", "2026-03-01T08:00:00Z", "2026-03-01T16:00:00Z"),
  ...shift("kim", "kim-2", "2026-03-04T22:00:00Z", "2026-03-05T06:00:00Z"),
  ...shift("kim", "kim-3", "2026-03-06T08:00:00Z", "2026-03-06T16:00:00Z"),
  ...shift("lee", "lee-1", "2026-03-02T08:00:00Z", "2026-03-02T16:00:00Z"),
];

/** @param retention days kept; on the 10th five days are those from the 5th on */
async function given(retention: Partial<Centre["config"]["retention"]>): Promise<void> {
  centre = await openCentre({
    retention: { ...KEPT, ...retention },
    stale_after_ms: { default: 1e12, telephony: 1e12 },
  });
  await load(centre, {
    "contact-events-2026-03-06.ndjson": `${ndjson(CALLS)}not JSON\n`,
    "agent-events-2026-03-06.ndjson": ndjson(SHIFTS),
  });
  await run("rebuild");
}

async function run(workflow: "rebuild" | "check", more: object = {}): Promise<Record<string, number>> {
  const context = { db: centre.db, config: centre.config, log: silentLog, now: () => NOW_MS };
  const done = await runWorkflow(context, batchOf({ workflow, ...more }));
  expect(done.steps.map(({ failure }) => failure)).toEqual([undefined]);
  if (workflow === "rebuild") await runWorkflow(context, batchOf({ workflow: "check", ...more }));
  return done.steps[0]?.counts ?? {};
}

const purged = async (isDryRun = false): Promise<PurgeReceipt> =>
  await purge(centre.db, centre.config, { today: "2026-03-10", now_ms: NOW_MS }, isDryRun);

const contactsIn = async (table: string): Promise<string[]> => {
  const rows = await selectRows<{ contact_id: string }>(
    centre.db,
    `select distinct contacts.contact_id from ${table} as t join contacts on contacts.contact_key = t.contact_key`,
  );
  return rows.map((row) => row.contact_id).sort();
};
const sessionsIn = async (table: string): Promise<string[]> =>
  [...new Set(await centre.db(table).pluck("agent_session_id"))].map(String).sort();
const everything = async (): Promise<string> =>
  JSON.stringify(
    await Promise.all(
      ["customer_sessions", "queue_visits", "agent_sessions", "person_stays"].map((name) => rowsOf(name)),
    ),
  );
const rowsOf = async (table: string): Promise<string[]> =>
  (await centre.db(table)).map((row) => JSON.stringify(row)).sort();

describe("a purge of events", () => {
  beforeEach(() => given({ events: 5 }));

  it("removes contacts whole, and leaves those that are open or reach over the limit", async () => {
    await purged();
    for (const table of ["contact_events", "customer_activities", "sequence_transitions"]) {
      expect(await contactsIn(table)).toEqual(["new", "open", "spanning"]);
    }
    expect(await contactsIn("customer_sessions")).toEqual(["new", "old", "open", "spanning"]);
  });

  it("removes agents' sessions whole, none that reaches over the limit, and none begun after a kept one", async () => {
    await purged();
    expect(await sessionsIn("agent_activities")).toEqual(["kim-2", "kim-3"]);
    expect(await sessionsIn("agent_sessions")).toEqual(["kim-1", "kim-2", "kim-3", "lee-1"]);
    expect(await centre.db("agent_events").count({ count: "*" })).toMatchObject([{ count: 6 }]);
  });

  it("removes names that no event speaks of any more", async () => {
    await purged();
    expect(await centre.db("event_contexts").whereNotNull("agent_name").pluck("agent_name")).not.toContain(
      "Agent of old",
    );
    expect(await centre.db("event_contexts").pluck("agent_name")).toContain("Agent of new");
  });

  it("proves what went: rows before, removed and after, days, and a hash anybody can make from a backup", async () => {
    const receipt = await purged();
    const events = receipt.tables.find((table) => table.table_name === "contact_events");
    const [first, last] = [Date.parse("2026-03-01T09:00:00Z"), Date.parse("2026-03-01T09:05:00Z")];
    expect(events).toEqual({
      group_name: "events",
      table_name: "contact_events",
      kept_from_day: "2026-03-05",
      before_count: 16,
      removed_count: 4,
      after_count: 12,
      first_day: "2026-03-01",
      last_day: "2026-03-01",
      oldest_kept_day: "2026-03-02",
      sha256: createHash("sha256").update(`old\t4\t${first}\t${last}\n`).digest("hex"),
    });
    expect(await centre.db("purges").where({ table_name: "contact_events" })).toMatchObject([
      { purged_at_ms: NOW_MS, removed_count: 4, after_count: 12, sha256: events?.sha256 },
    ]);
    expect(JSON.stringify(await centre.db("purges"))).not.toContain("old\t");
  });

  it("says in a dry run what would go, and removes nothing", async () => {
    const before = await rowsOf("contact_events");
    const dry = await purged(true);
    expect(await rowsOf("contact_events")).toEqual(before);
    expect([await rowsOf("purges"), await rowsOf("sealed_contacts")]).toEqual([[], []]);
    expect((await purged()).tables).toEqual(dry.tables);
  });

  it("finds nothing more the second time", async () => {
    await purged();
    expect((await purged()).removed_count).toBe(0);
  });

  it("keeps sessions as they were through rebuilds of everything, under other rules too", async () => {
    const before = await everything();
    await purged();
    await run("rebuild", { all: true });
    expect(await everything()).toBe(before);
    centre.config.thresholds.short_contact_ms += 1;
    await run("rebuild");
    expect(await contactsIn("customer_sessions")).toEqual(["new", "old", "open", "spanning"]);
    expect(await contactsIn("sequence_checks")).toEqual(["new", "old", "open", "spanning"]);
    expect(await sessionsIn("agent_sessions")).toEqual(["kim-1", "kim-2", "kim-3", "lee-1"]);
  });

  it("does not let another dump bring half a day back, and says so", async () => {
    const before = await everything();
    await purged();
    await load(centre, {
      "contact-events-2026-03-01.ndjson": ndjson([...call("old", "2026-03-01"), ...call("unseen", "2026-03-01")]),
      "agent-events-2026-03-01.ndjson": ndjson([
        ...shift("kim", "kim-1", "2026-03-01T08:00:00Z", "2026-03-01T16:00:00Z"),
        ...shift("mo", "mo-1", "2026-03-01T08:00:00Z", "2026-03-01T16:00:00Z"),
      ]),
    });
    expect(await run("rebuild")).toMatchObject({ purged_contacts_returned: 2, purged_agents_returned: 2 });
    expect(await everything()).toBe(before);
    expect(await contactsIn("contact_events")).toEqual(["new", "open", "spanning"]);
  });

  it("takes late events of what was kept", async () => {
    await purged();
    const late = [{ contactId: "open", event: "ended", at: "2026-03-07T09:00:00Z" }, ...call("today", "2026-03-07")];
    await load(centre, { "contact-events-2026-03-07.ndjson": ndjson(late) });
    await run("rebuild");
    expect(await centre.db("customer_sessions").where({ contact_id: "open" }).first("is_open")).toEqual({ is_open: 0 });
    expect(await contactsIn("customer_sessions")).toEqual(["new", "old", "open", "spanning", "today"]);
  });

  it("refuses reports of days whose events are gone", async () => {
    await purged();
    const context = { db: centre.db, config: centre.config, log: silentLog, now: () => NOW_MS };
    const report = async (day: string): Promise<unknown> =>
      (await runWorkflow(context, batchOf({ workflow: "report", from: day, to: day, reports: ["contact-sessions"] })))
        .steps[0]?.failure;
    expect(await report("2026-03-04")).toMatchObject({ code: "purged", can_retry: false });
    expect(await report("2026-03-05")).toBeUndefined();
  });

  it("publishes of these days the bytes that were issued, and no other report", async () => {
    const folder = join(centre.folder, "reports", "2026-03-01");
    const context = { db: centre.db, config: centre.config, log: silentLog, now: () => NOW_MS };
    const report = async (...reports: string[]): Promise<unknown> =>
      (await runWorkflow(context, batchOf({ workflow: "report", from: "2026-03-01", to: "2026-03-01", reports })))
        .steps[0]?.failure;
    const pages = (): Record<string, string> => textsIn(folder);
    await report("contact-sessions", "agent-states");
    const issued = pages();
    await purged();
    rmSync(folder, { recursive: true });
    expect(await report("contact-sessions", "agent-states")).toBeUndefined();
    expect(pages()).toEqual(issued);
    expect(await report("failure-reasons")).toMatchObject({ code: "purged" });
    expect(await centre.db("editions").count({ count: "*" })).toMatchObject([{ count: 2 }]);
  });
});

it("removes sessions, stays, rejected lines and receipts after as many days as each is kept", async () => {
  await given({ events: 5, sessions: 7, stays: 8, rejected_lines: 3, receipts: 1 });
  await centre.db("receipts").update({ finished_at_ms: Date.parse("2026-03-08T00:00:00Z") });
  const receipt = await purged();
  expect(await contactsIn("customer_sessions")).toEqual(["new", "open", "spanning"]);
  expect(await centre.db("contacts").orderBy("contact_id").pluck("contact_id")).toEqual(["new", "open", "spanning"]);
  expect(await sessionsIn("agent_sessions")).toEqual(["kim-2", "kim-3"]);
  expect(await centre.db("person_stays").min({ first: "started_at_ms" })).toEqual([
    { first: Date.parse("2026-03-02T08:00:00Z") },
  ]);
  expect([await rowsOf("rejected_lines"), await rowsOf("receipts")]).toEqual([[], []]);
  expect(receipt.tables.find((table) => table.table_name === "receipts")).toMatchObject({
    removed_count: 2,
    after_count: 0,
  });
  expect(await centre.db("dumps").count({ count: "*" })).toMatchObject([{ count: 2 }]);
});
