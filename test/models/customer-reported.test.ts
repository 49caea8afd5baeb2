import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { type Centre, load, ndjson, openCentre } from "../support/centre";
import { events, sessionOf } from "../support/contacts";
import { rebuildAndCheck } from "../support/rebuilt";

type Fields = Record<string, unknown>;

const NINE = Date.parse("2026-03-02T09:00:00Z");

let centre: Centre;
beforeEach(async () => {
  centre = await openCentre();
});
afterEach(() => centre.close());

/** Loads a page of the vendor's with the tasks given, and rebuilds. */
async function page(name: string, ...tasks: Fields[]): Promise<void> {
  await load(centre, { [name]: JSON.stringify({ data: { taskDetails: { tasks } } }) });
  await rebuildAndCheck(centre);
}

/** Activities of task `c-1`, newest first as the vendor lists them: one a second, numbered from `first`. */
function list(count: number, first = 0, said: Fields = {}): Fields {
  const nodes = Array.from({ length: count }, (_, index) => {
    const at = NINE + (first + index) * 1000;
    return { id: `c-1-${at}-flow-activity`, createdTime: at };
  });
  return { id: "c-1", activities: { nodes: nodes.toReversed(), ...said } };
}

const isTruncated = async (): Promise<unknown> => (await sessionOf(centre)).is_truncated;

describe("a contact is truncated", () => {
  it("while fewer activities are stored than the vendor counts", async () => {
    await page("page-1.json", list(3, 0, { totalCount: 5 }));
    expect(await isTruncated()).toBe(1);
    await page("page-2.json", list(2, 3, { totalCount: 5 }));
    expect(await isTruncated()).toBe(0);
  });

  it("while a list has a next page that was not read", async () => {
    await page("page-1.json", list(3, 5, { pageInfo: { hasNextPage: true } }));
    expect(await isTruncated()).toBe(1);
    await page("page-2.json", list(5, 0, { pageInfo: { hasNextPage: false } }));
    expect(await isTruncated()).toBe(0);
  });

  it("not where all that a list counts is stored, though it has a next page", async () => {
    await page("page-1.json", list(3, 5, { totalCount: 8, pageInfo: { hasNextPage: true } }));
    await page("page-2.json", list(5, 0));
    expect(await isTruncated()).toBe(0);
  });

  it("where a list holds exactly 25 and says neither", async () => {
    await page("page-1.json", list(25));
    expect(await isTruncated()).toBe(1);
  });

  it("not where it holds 24, or another list says that 25 are all", async () => {
    await page("page-1.json", list(24));
    expect(await isTruncated()).toBe(0);
    await page("page-2.json", list(25));
    await page("page-3.json", list(25, 0, { totalCount: 25, pageInfo: { hasNextPage: false } }));
    expect(await isTruncated()).toBe(0);
  });
});

describe("a contact without events", () => {
  const task = {
    id: "c-1",
    createdTime: NINE,
    endedTime: NINE + 90_000,
    totalDuration: 90_000,
    connectedDuration: 60_000,
    queueDuration: 0,
    terminatingEnd: "caller",
    terminationReason: "Customer Left",
    lastQueue: { id: "q-1", name: "Support" },
  };

  it("keeps the vendor's own figures, and nothing that the vendor did not say", async () => {
    await page("page-1.json", task);
    expect(await sessionOf(centre)).toMatchObject({
      basis: "reported",
      started_day: "2026-03-02",
      is_open: 0,
      total_ms: 90_000,
      connected_ms: 60_000,
      queue_ms: 0,
      hold_ms: null,
      handle_type: "normal",
      terminating_end: "customer",
      termination_reason: "customer left",
      last_queue_name: "Support",
      event_count: 0,
    });
  });

  it("is handled as the vendor says it was", async () => {
    await page("page-1.json", { ...task, terminationType: "short_call" });
    expect(await sessionOf(centre)).toMatchObject({ handle_type: "short" });
  });

  it("is abandoned where the vendor's handle type says so, and at the place it names", async () => {
    await page("page-1.json", { ...task, contactHandleType: "abandoned", abandonedType: "queue", cpaStatus: "Voice" });
    expect(await sessionOf(centre)).toMatchObject({
      handle_type: "abandoned",
      abandoned_type: "queue",
      cpa_result: "voice",
    });
    await page("page-2.json", { ...task, id: "c-2", contactHandleType: "normal", cpaStatus: "LIVE_VOICE" });
    expect(await sessionOf(centre, "c-2")).toMatchObject({
      handle_type: "normal",
      abandoned_type: null,
      cpa_result: "LIVE_VOICE",
    });
  });

  it("never lasts less than nothing", async () => {
    const { totalDuration: _total, ...untimed } = task;
    await page("page-1.json", { ...untimed, endedTime: NINE - 5 });
    expect(await sessionOf(centre)).toMatchObject({ started_day: "2026-03-02", ended_at_ms: null, total_ms: null });
  });

  it("is open while it has no end, and not where the vendor says that it is not active", async () => {
    await page("page-1.json", { ...task, endedTime: -1, isActive: true });
    expect(await sessionOf(centre)).toMatchObject({ is_open: 1, ended_at_ms: null, total_ms: null });
    await page("page-2.json", { ...task, id: "c-2", endedTime: -1, isActive: false });
    expect(await sessionOf(centre, "c-2")).toMatchObject({ is_open: 0, ended_at_ms: null });
  });

  const dated = (day: string) => ndjson([{ contactId: `dated-${day}`, event: "new", at: `${day}T08:00:00Z` }]);

  it("has the figures of the copy with the later end, and what that does not know from the others", async () => {
    const later = {
      ...task,
      endedTime: NINE + 60_000,
      terminatingEnd: null,
      connectedDuration: 61_000,
      holdDuration: 5,
    };
    await load(centre, { "contact-events-2026-03-02.ndjson": dated("2026-03-02") });
    await page("tasks-2026-03-03.json", later);
    await page("tasks-2026-03-02.json", task);
    expect(await sessionOf(centre)).toMatchObject({
      ended_at_ms: NINE + 90_000,
      terminating_end: "customer",
      connected_ms: 60_000,
      hold_ms: 5,
    });
  });

  it("has the figures of the later day's copy where both end alike", async () => {
    await page("tasks-2026-03-03.json", { ...task, connectedDuration: 61_000 });
    await page("tasks-2026-03-02.json", task);
    expect(await sessionOf(centre)).toMatchObject({ total_ms: 90_000, connected_ms: 61_000 });
  });

  const ended = { ...task, status: "ended", isActive: false, lastAgent: { id: "a-2" } };
  const running = { ...task, status: "connected", isActive: true, endedTime: -1, lastAgent: { id: "a-1" } };
  const ringing = { ...running, totalDuration: 0, connectedDuration: 0, ringingDuration: 3_000 };

  it.each([
    ["newest first", [ended, running, ringing]],
    ["oldest first", [ringing, running, ended]],
  ])("is what the row of its end says, where a page repeats it for each status, %s", async (_order, rows) => {
    await page("page-1.json", ...rows);
    expect(await sessionOf(centre)).toMatchObject({
      is_open: 0,
      total_ms: 90_000,
      connected_ms: 60_000,
      ringing_ms: 3_000,
      last_agent_id: "a-2",
    });
  });

  it("stays as it ended though a page of a later day does not know the end, and open with the longest of several rows", async () => {
    await page("tasks-2026-03-03.json", ringing, { ...running, id: "c-2" }, { ...ringing, id: "c-2" });
    await page("tasks-2026-03-02.json", ended);
    expect(await sessionOf(centre)).toMatchObject({ is_open: 0, total_ms: 90_000, connected_ms: 60_000 });
    expect(await sessionOf(centre, "c-2")).toMatchObject({ is_open: 1, connected_ms: 60_000 });
  });

  it("has the figures of the row that is no longer active where none knows the end", async () => {
    const over = { ...ended, endedTime: -1, totalDuration: 1 };
    await page("page-1.json", over, running);
    expect(await sessionOf(centre)).toMatchObject({ is_open: 0, total_ms: 1, last_agent_id: "a-2" });
  });

  it("is rebuilt as soon as it has events, and what only the vendor says of it stays", async () => {
    await page("page-1.json", { ...task, channelType: "chat", direction: "inbound" });
    await load(centre, {
      "contact-events-2026-03-02.ndjson": ndjson(events("at  event\n09:00:00  new\n09:00:30  ended")),
    });
    await rebuildAndCheck(centre);
    expect(await sessionOf(centre)).toMatchObject({
      basis: "rebuilt",
      total_ms: 30_000,
      connected_ms: 0,
      channel_type: "chat",
      terminating_end: "customer",
      last_queue_name: "Support",
    });
  });
});
