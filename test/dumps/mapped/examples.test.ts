import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Centre, load, openCentre } from "../../support/centre";
import { rejects } from "../../support/mapped";
import { rebuildAndCheck } from "../../support/rebuilt";

const EXAMPLES = join(__dirname, "../../../examples");

describe("the example of", () => {
  let centre: Centre;
  beforeEach(async () => {
    centre = await openCentre();
  });
  afterEach(() => centre.close());

  const given = async (table: string, mapping: string): Promise<Awaited<ReturnType<typeof load>>> => {
    const mappings = [{ files: table, mapping: join(EXAMPLES, mapping) }];
    const config = { ...centre.config, mappings };
    const receipt = await load({ ...centre, config }, { [table]: readFileSync(join(EXAMPLES, table)) });
    await rebuildAndCheck(centre);
    return receipt;
  };
  const sessions = (...columns: string[]): Promise<unknown[]> =>
    centre
      .db("customer_sessions")
      .orderBy("contact_id")
      .select("contact_id", ...columns);
  const agents = (...columns: string[]): Promise<unknown[]> =>
    centre
      .db("agent_sessions")
      .orderBy("agent_session_id")
      .select(...columns);
  const unknown = async (): Promise<unknown[]> => [
    ...(await centre.db("contact_event_names").where({ is_known: 0 }).pluck("spelling")),
    ...(await centre.db("agent_state_names").where({ is_known: 0 }).pluck("spelling")),
  ];

  it("call records tells waiting, ringing, talking and work after the call of every call", async () => {
    const receipt = await given("call-records-2026-03-02.csv", "call-records.mapping.json");
    expect(receipt).toMatchObject({ read: 5, new: 15, rejected: 1 });
    expect(await rejects(centre)).toEqual([
      '5 unknown-value: {Queue} is "99". Expected one of the values the mapping lists.',
    ]);
    const figures = ["started_at_ms", "total_ms", "queue_ms", "ringing_ms", "connected_ms", "wrapup_ms"];
    expect(await sessions(...figures, "handle_type", "terminating_end", "last_queue_name")).toEqual([
      {
        contact_id: "BONN-4711",
        started_at_ms: Date.parse("2026-03-02T09:06:00+01:00"),
        total_ms: 135_000,
        queue_ms: 6_000,
        ringing_ms: 4_000,
        connected_ms: 120_000,
        wrapup_ms: 15_000,
        handle_type: "normal",
        terminating_end: "agent",
        last_queue_name: "Orders",
      },
      {
        contact_id: "KOELN-4711",
        started_at_ms: Date.parse("2026-03-02T09:00:00+01:00"),
        total_ms: 220_000,
        queue_ms: 22_000,
        ringing_ms: 6_000,
        connected_ms: 180_000,
        wrapup_ms: 30_000,
        handle_type: "normal",
        terminating_end: "customer",
        last_queue_name: "Billing",
      },
      {
        contact_id: "KOELN-4712",
        started_at_ms: Date.parse("2026-03-02T09:01:10+01:00"),
        total_ms: 100_000,
        queue_ms: 90_000,
        ringing_ms: 0,
        connected_ms: 0,
        wrapup_ms: 0,
        handle_type: "abandoned",
        terminating_end: "customer",
        last_queue_name: "Orders",
      },
    ]);
    expect(await unknown()).toEqual([]);
    expect(await centre.db("sequence_violations").select()).toEqual([]);
  });

  it("an Asterisk queue_log tells an offer nobody took, an abandoned call, a transfer and the agents' day", async () => {
    const receipt = await given("queue_log", "queue-log.mapping.json");
    expect(receipt).toMatchObject({ read: 16, new: 30, rejected: 0 });
    const figures = ["queue_ms", "ringing_ms", "connected_ms", "rona_count", "transfer_count", "origin"];
    expect(await sessions(...figures, "handle_type", "last_agent_id")).toEqual([
      {
        contact_id: "1772438695.12",
        queue_ms: 1_000,
        ringing_ms: 19_000,
        connected_ms: 120_000,
        rona_count: 1,
        transfer_count: 0,
        origin: "+3225550101",
        handle_type: "normal",
        last_agent_id: "1001",
      },
      {
        contact_id: "1772438996.20",
        queue_ms: 45_000,
        ringing_ms: 0,
        connected_ms: 0,
        rona_count: 0,
        transfer_count: 0,
        origin: "+3225550102",
        handle_type: "abandoned",
        last_agent_id: null,
      },
      {
        contact_id: "1772439098.31",
        queue_ms: 3_000,
        ringing_ms: 7_000,
        connected_ms: 180_000,
        rona_count: 0,
        transfer_count: 1,
        origin: "+3225550103",
        handle_type: "normal",
        last_agent_id: "1001",
      },
    ]);
    expect(await agents("agent_id", "total_ms", "ringing_ms", "connected_ms", "available_ms", "idle_ms")).toEqual([
      {
        agent_id: "1001",
        total_ms: 3_590_000,
        ringing_ms: 11_000,
        connected_ms: 300_000,
        available_ms: 3_279_000,
        idle_ms: 0,
      },
      {
        agent_id: "1002",
        total_ms: 3_591_000,
        ringing_ms: 15_000,
        connected_ms: 0,
        available_ms: 1_776_000,
        idle_ms: 1_800_000,
      },
    ]);
    expect(await unknown()).toEqual([]);
  });

  it("Amazon Connect makes one stay of every state, however many snapshots show it", async () => {
    const receipt = await given("connect-agent-events-2026-03-02.ndjson", "connect.mapping.json");
    expect(receipt).toMatchObject({ read: 12, new: 19, duplicate: 8, revised: 0, rejected: 0 });
    const figures = ["queue_ms", "ringing_ms", "connected_ms", "hold_count", "hold_ms", "talk_ms", "wrapup_ms"];
    expect(await sessions(...figures, "total_ms", "last_queue_name", "last_agent_name", "handle_type")).toEqual([
      {
        contact_id: "c-2001",
        queue_ms: 19_750,
        ringing_ms: 6_000,
        connected_ms: 154_000,
        hold_count: 1,
        hold_ms: 40_000,
        talk_ms: 234_000,
        wrapup_ms: 30_000,
        total_ms: 299_750,
        last_queue_name: "Support",
        last_agent_name: "Mira Okafor",
        handle_type: "normal",
      },
    ]);
    const states = ["ringing_ms", "connected_ms", "hold_ms", "wrapup_ms", "available_ms", "last_idle_code"];
    expect(await agents("agent_id", "total_ms", ...states)).toEqual([
      {
        agent_id: "u-31",
        total_ms: 16_200_000,
        ringing_ms: 6_000,
        connected_ms: 234_000,
        hold_ms: 40_000,
        wrapup_ms: 30_000,
        available_ms: 14_086_000,
        last_idle_code: "Lunch",
      },
    ]);
    expect(await unknown()).toEqual([]);
  });
});
