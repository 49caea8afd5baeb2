import { type Fault, FAULTS, type GenerateRequest } from "../../src/generate/generate";
import {
  differences,
  foundRejections,
  foundVisits,
  rejectionRows,
  type Row,
  sessionRows,
  tallied,
  type Truth,
  violationRows,
  visitRows,
} from "./truth";
import { rebuiltWeek, type Week, weekFileByFile } from "./week";

type Centre = Omit<GenerateRequest, "out">;

const SEOUL: Centre = {
  day: "2026-03-02",
  days: 7,
  contacts: 220,
  agents: 16,
  seed: 4,
  faults: [],
  zone: "Asia/Seoul",
};

const WEEKS: [name: string, request: Centre][] = [
  ["a week without a fault", SEOUL],
  ["a week with every fault", { ...SEOUL, seed: 5, faults: [...FAULTS] }],
  [
    "a week in which the clock springs forward",
    { ...SEOUL, day: "2026-03-25", seed: 6, faults: [...FAULTS], zone: "Europe/Berlin" },
  ],
  [
    "a week in which the clock falls back",
    { ...SEOUL, day: "2026-10-28", seed: 7, faults: [...FAULTS], zone: "America/New_York" },
  ],
];

/** Three days for each fault alone: it must be found, and nothing else. */
const ALONE: [name: string, request: Centre][] = FAULTS.map((fault, index) => [
  `three days with nothing wrong but ${fault}`,
  { ...SEOUL, days: 3, contacts: 150, agents: 14, seed: 20 + index, faults: [fault] },
]);

describe.each([...WEEKS, ...ALONE])("%s", (_name, request) => {
  let week: Week;
  let truth: Truth;
  const rowsOf = async (table: string): Promise<Row[]> => week.centre.db(table).select();
  const injected = (fault: Fault): Truth["faults"] => truth.faults.filter((each) => each.fault === fault);

  beforeAll(async () => {
    week = await rebuiltWeek(request);
    truth = week.truth;
  });
  afterAll(() => week.close());

  it("has every fault that was asked for and no other", () => {
    expect(new Set(truth.faults.map(({ fault }) => fault))).toEqual(new Set(request.faults));
  });

  it("gives every contact the session the truth tells of", async () => {
    expect(differences(await rowsOf("customer_sessions"), sessionRows(truth), ["contact_id"])).toEqual([]);
  });

  it("finds every visit to a queue, its entry, its end and its outcome", async () => {
    const key = ["contact_id", "visit_number"];
    expect(differences(await foundVisits(week.centre.db), visitRows(truth), key)).toEqual([]);
  });

  it("gives every sign-in and channel of an agent the times and counts the truth tells of", async () => {
    const key = ["agent_session_id", "channel_id"];
    expect(differences(await rowsOf("agent_sessions"), truth.agent_sessions as unknown as Row[], key)).toEqual([]);
  });

  it("finds every violation of the event sequence and no other", async () => {
    const key = ["contact_id", "activity_number"];
    expect(differences(await rowsOf("sequence_violations"), violationRows(truth), key)).toEqual([]);
  });

  it("rejects the broken lines, each for its reason, and no other", async () => {
    const found = await foundRejections(week.centre.db);
    expect(differences(found, rejectionRows(truth), ["file", "line"])).toEqual([]);
  });

  it("counts what it read as the truth does", () => {
    const { totals } = truth;
    const events = totals.contact_events + totals.agent_events;
    expect(week.receipt).toMatchObject({
      new: events,
      duplicate: totals.duplicates,
      revised: totals.revised,
      rejected: totals.rejected,
      truncated: 0,
      read: events + totals.duplicates + totals.revised + totals.rejected,
    });
  });

  it("fails for the file that is cut off, and for no other", () => {
    const failed = week.receipt.files.filter(({ status }) => status === "failed").map(({ name }) => name);
    expect(failed).toEqual(injected("truncated-gzip").map(({ file }) => file));
  });

  it("is not taken in by the truth itself", () => {
    const skipped = week.receipt.files.filter(({ status }) => status === "skipped").map(({ name }) => name);
    expect(skipped).toEqual(["truth.json"]);
  });

  it("loads nothing of a file that is cut off, nor of a line that was rejected", async () => {
    for (const table of ["contacts", "agents"]) {
      const id = table === "contacts" ? "contact_id" : "agent_id";
      expect(await week.centre.db(table).where(id, "like", "ghost%")).toEqual([]);
    }
  });

  it("names the events and states it does not know and no other", async () => {
    const { db } = week.centre;
    const events = await db("contact_event_names").where({ is_known: 0 }).pluck("spelling");
    const states = await db("agent_state_names").where({ is_known: 0 }).pluck("spelling");
    const wanted = injected("unknown-event").map(({ event, state }) => event ?? state);
    expect(new Set([...events, ...states])).toEqual(new Set(wanted));
  });

  it("keeps a reason code it does not know with its contact", async () => {
    const found = await week.centre.db("customer_sessions").where({ reason_code: "799" }).pluck("contact_id");
    expect(new Set(found)).toEqual(new Set(injected("unknown-code").map((each) => each.contact_id)));
  });

  it("puts two events of one millisecond in their order", async () => {
    for (const { contact_id, at_ms, events } of injected("same-millisecond")) {
      const found = await week.centre
        .db("customer_activities as activity")
        .join("contacts", "contacts.contact_key", "activity.contact_key")
        .where({ contact_id, started_at_ms: at_ms as number })
        .orderBy("activity_number")
        .pluck("event");
      expect(found).toEqual(events);
    }
  });

  it("counts contacts by how they were handled, on the day they began, and visits on the day of their entry", async () => {
    const visits = await foundVisits(week.centre.db);
    const handled = tallied(await rowsOf("customer_sessions"), "started_day", "handle_type");
    for (const { day, contacts, visits: wanted } of truth.days) {
      expect(handled[day] ?? {}).toEqual(contacts);
      const ofDay = visits.filter((visit) => visit.entered_day === day);
      expect(tallied(ofDay, "queue_id", "outcome")).toEqual(wanted);
    }
  });
});

it("has contacts over midnight, each counted once on the day it began", async () => {
  const week = await rebuiltWeek({ ...SEOUL, days: 2, faults: ["midnight"] });
  const ids = week.truth.faults.filter(({ fault }) => fault === "midnight").map((each) => each.contact_id as string);
  const rows: Row[] = await week.centre.db("customer_sessions").whereIn("contact_id", ids);
  await week.close();
  const overMidnight = rows.filter((row) => row.started_day === "2026-03-02");
  expect(overMidnight.map((row) => [row.handle_type, Number(row.ended_at_ms) > Date.UTC(2026, 2, 2, 15)])).toEqual([
    ["normal", true],
    ["normal", true],
  ]);
});

it("finds the same when every file is loaded, rebuilt and checked for itself, the last one first", async () => {
  const week = await weekFileByFile({ ...SEOUL, seed: 5, faults: [...FAULTS] });
  const { centre, truth } = week;
  const rowsOf = async (table: string): Promise<Row[]> => centre.db(table).select();
  const sessions = differences(await rowsOf("customer_sessions"), sessionRows(truth), ["contact_id"]);
  const visits = differences(await foundVisits(centre.db), visitRows(truth), ["contact_id", "visit_number"]);
  const findings = ["contact_id", "activity_number"];
  const violations = differences(await rowsOf("sequence_violations"), violationRows(truth), findings);
  const channels = truth.agent_sessions as unknown as Row[];
  const agents = differences(await rowsOf("agent_sessions"), channels, ["agent_session_id", "channel_id"]);
  await week.close();
  expect([sessions, visits, violations, agents]).toEqual([[], [], [], []]);
});
