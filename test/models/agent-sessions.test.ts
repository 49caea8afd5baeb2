import { type Centre, openCentre } from "../support/centre";
import { agentEvents, at, rebuilt, rebuiltFrom, rows } from "./agent-centre";

let centre: Centre;
beforeEach(async () => {
  centre = await openCentre();
});
afterEach(() => centre.close());

async function sessions(columns: string): Promise<unknown[]> {
  return centre
    .db("agent_sessions")
    .select(columns.split(" "))
    .orderBy(["agent_key", "agent_session_id", "channel_id"]);
}

/** Stores rows the vendor's pages would bring and marks the agent they belong to. */
async function report(table: string, ...reported: Record<string, unknown>[]): Promise<void> {
  const agent = await centre.db("agents").first("agent_key");
  for (const row of reported) {
    const dump = { sha256: String(row.stamp), name: "page.json", format: "webex", byte_count: 1, first_read_at_ms: 0 };
    await centre
      .db("dumps")
      .insert({ ...dump, stamp_day: row.stamp })
      .onConflict("sha256")
      .ignore();
    const { dump_key } = await centre.db("dumps").where({ sha256: dump.sha256 }).first();
    const { stamp: _stamp, ...rest } = row;
    const line = table === "delivered_lists" ? {} : { dump_line: 1 };
    await centre.db(table).insert({ agent_key: agent.agent_key, dump_key, ...line, ...rest });
  }
  await centre.db("agents_to_rebuild").insert(agent).onConflict("agent_key").ignore();
}

describe("a session's measures", () => {
  it("are counts and times per measure; total is the latest known end less the first start, also while open", async () => {
    await rebuiltFrom(
      centre,
      agentEvents(`
      agentSessionId  at        endedAt   state           idleCode  teamName
      s-1             09:00:00  -         LoggedIn        -         Blue
      s-1             09:00:10  -         idle-rona       Lunch     -
      s-1             09:01:00  -         available       -         -
      s-1             09:02:00  -         reserved        -         -
      s-1             09:02:10  -         NotResponding   -         -
      s-1             09:03:00  09:08:00  connected       -         Green
      s-1             09:04:00  09:05:00  hold            -         -
      s-1             09:05:00  -         available       -         -
    `),
    );
    expect(
      await sessions(
        "agent_session_id channel_id channel_type team_name started_at_ms started_day ended_at_ms total_ms is_open is_stale is_truncated basis event_count",
      ),
    ).toEqual([
      {
        agent_session_id: "s-1",
        channel_id: "s-1:telephony",
        channel_type: "telephony",
        team_name: "Green",
        started_at_ms: at("09:00"),
        started_day: "2026-03-02",
        ended_at_ms: null,
        total_ms: 480_000,
        is_open: 1,
        is_stale: 0,
        is_truncated: 0,
        basis: "rebuilt",
        event_count: 8,
      },
    ]);
    expect(
      await sessions(
        "idle_count idle_ms available_count available_ms ringing_count ringing_ms not_responding_count not_responding_ms connected_count connected_ms hold_count hold_ms disconnected_count last_idle_code",
      ),
    ).toEqual(
      rows(`
      idle_count  idle_ms  available_count  available_ms  ringing_count  ringing_ms  not_responding_count  not_responding_ms  connected_count  connected_ms  hold_count  hold_ms  disconnected_count  last_idle_code
      1           50000    2                60000         1              10000       1                     50000              1                300000        1           60000    -                   Lunch
    `),
    );
  });

  it("end with the last known end once the agent logged out or the last stay ended", async () => {
    await rebuiltFrom(
      centre,
      agentEvents(`
      agentId  agentSessionId  at        endedAt   state
      A        s-1             09:00:00  -         idle
      A        s-1             09:05:00  -         logged-out
      B        s-2             09:00:00  09:02:00  connected
      C        s-3             09:00:00  -         connected
    `),
    );
    expect(await sessions("agent_id started_at_ms ended_at_ms total_ms is_open")).toEqual(
      rows(`
      agent_id  started_at_ms  ended_at_ms  total_ms  is_open
      A         09:00:00       09:05:00     300000    0
      B         09:00:00       09:02:00     120000    0
      C         09:00:00       -            -         1
    `),
    );
  });

  it("count events that came after the day of the first dump that held them as late", async () => {
    const events = agentEvents(`
      agentSessionId  at        state
      s-1             09:00:00  idle
      s-1             09:05:00  available
    `);
    await rebuiltFrom(centre, events.slice(0, 1), "agent-events-2026-03-02.ndjson");
    await rebuiltFrom(centre, events, "agent-events-2026-03-03.ndjson");
    expect(await sessions("event_count late_event_count")).toEqual([{ event_count: 2, late_event_count: 1 }]);
  });
});

describe("markers", () => {
  it("are events of their session, late or stored, and say whose it is, but no stays and no time", async () => {
    const events = agentEvents(`
      agentSessionId  channelId  at        state         teamName
      s-1             c-1        09:00:00  idle          Blue
      s-1             c-1        09:01:00  skill-update  Green
      s-1             c-1        09:05:00  logged-out    -
      s-1             c-1        09:06:00  skill-update  -
    `);
    await rebuiltFrom(centre, events.slice(0, 2), "agent-events-2026-03-03.ndjson");
    await rebuiltFrom(centre, events.slice(2), "agent-events-2026-03-02.ndjson");
    const list = { channel_id: "c-1", node_count: 4, oldest_at_ms: at("09:00"), newest_at_ms: at("09:06") };
    await report("delivered_lists", { ...list, stamp: "2026-03-02", total_count: 4 });
    await rebuilt(centre);
    expect(
      await sessions("team_name ended_at_ms total_ms is_open is_truncated idle_ms event_count late_event_count"),
    ).toEqual(
      rows(`
      team_name  ended_at_ms  total_ms  is_open  is_truncated  idle_ms  event_count  late_event_count
      Green      09:05:00     300000    0        0             300000   4            2
    `),
    );
    expect(await centre.db("person_stays").max({ until: "ended_at_ms" })).toEqual([{ until: at("09:05") }]);
  });

  it("alone make a session from the first to the last of them, as rebuilt", async () => {
    await rebuiltFrom(
      centre,
      agentEvents(`
      agentSessionId  channelId  at        state
      s-1             c-1        09:00:00  skill-update
      s-1             c-1        09:01:00  consult-error
    `),
    );
    await report("reported_agent_sessions", { agent_session_id: "s-1", channel_id: "c-1", stamp: "x", idle_count: 9 });
    await rebuilt(centre);
    expect(await sessions("started_at_ms ended_at_ms total_ms is_open basis idle_count event_count")).toEqual(
      rows(`
      started_at_ms  ended_at_ms  total_ms  is_open  basis    idle_count  event_count
      09:00:00       09:01:00     60000     0        rebuilt  0           2
    `),
    );
    expect(await centre.db("agent_activities")).toEqual([]);
  });
});

describe("outdial calls", () => {
  const columns =
    "channel_id connected_count connected_ms outdial_connected_count outdial_connected_ms hold_ms outdial_hold_ms outdial_wrapup_count outdial_not_responding_ms";

  it("have their part of a measure in columns of its own, where the stays say which they are", async () => {
    await rebuiltFrom(
      centre,
      agentEvents(`
      agentSessionId  channelId  at        state       isOutdial
      s-1             c-1        09:00:00  connected   1
      s-1             c-1        09:01:00  on-hold     1
      s-1             c-1        09:02:00  wrapup      1
      s-1             c-1        09:03:00  connected   0
      s-1             c-1        09:05:00  on-hold     -
      s-1             c-1        09:06:00  logged-out  -
      s-1             c-2        09:00:00  connected   0
      s-1             c-2        09:01:00  logged-out  -
      s-1             c-3        09:00:00  connected   -
      s-1             c-3        09:01:00  logged-out  -
    `),
    );
    expect(await sessions(columns)).toEqual(
      rows(`
      channel_id  connected_count  connected_ms  outdial_connected_count  outdial_connected_ms  hold_ms  outdial_hold_ms  outdial_wrapup_count  outdial_not_responding_ms
      c-1         2                180000        1                        60000                 120000   60000            1                     0
      c-2         1                60000         0                        0                     0        0                0                     0
      c-3         1                60000         -                        -                     0        -                -                     -
    `),
    );
  });
});

describe("channels of pages without session ids", () => {
  it("belong together where they share a page's name, under the smallest; a session id anywhere beats the names", async () => {
    // The page name travels as team id here and is moved to its own place below.
    const events = agentEvents(`
      channelId  at        state      teamId
      c-1        09:00:00  idle       A-2
      c-2        09:00:00  idle       A-2
      c-1        09:05:00  available  A-1
      c-3        09:00:00  idle       A-7
      c-4        09:00:00  idle       A-7
      c-4        09:05:00  available  -
    `);
    await rebuiltFrom(centre, [
      ...events,
      { agentId: "A", channelId: "c-4", agentSessionId: "s-9", at: at("09:09"), state: "wrapup" },
    ]);
    await centre.db("event_contexts").update({ page_session_id: centre.db.ref("team_id"), team_id: null });
    await centre.db("agents_to_rebuild").insert({ agent_key: 1 });
    await rebuilt(centre);
    expect(await sessions("channel_id agent_session_id event_count")).toEqual(
      rows(`
      channel_id  agent_session_id  event_count
      c-1         A-1               2
      c-2         A-1               1
      c-3         s-9               1
      c-4         s-9               3
    `),
    );
  });
});

describe("a truncated list", () => {
  const events = `
    agentSessionId  channelId  at        state
    s-1             c-1        09:00:00  idle
    s-1             c-1        09:05:00  available
  `;
  const list = {
    channel_id: "c-1",
    node_count: 2,
    oldest_at_ms: at("09:00"),
    newest_at_ms: at("09:05"),
    stamp: "2026-03-02",
  };

  it.each([
    ["has fewer events stored than it counts", [{ ...list, total_count: 3, has_next_page: 0 }], 1],
    ["has a next page nobody read", [{ ...list, has_next_page: 1 }], 1],
    ["holds exactly 25 and says neither", [{ ...list, node_count: 25 }], 1],
    ["is whole where as many are stored as it counts", [{ ...list, total_count: 2, has_next_page: 0 }], 0],
    [
      "is whole where its last page was read",
      [
        { ...list, has_next_page: 1 },
        { ...list, has_next_page: 0, oldest_at_ms: at("08:00"), newest_at_ms: at("08:59") },
      ],
      0,
    ],
    [
      "is not read to its end by a list that ends before it",
      [
        { ...list, has_next_page: 1 },
        { ...list, has_next_page: 0, oldest_at_ms: at("09:01"), newest_at_ms: at("09:04") },
      ],
      1,
    ],
    ["is whole where it holds 24 and says neither", [{ ...list, node_count: 24 }], 0],
  ])("%s", async (_name, lists, expected) => {
    await rebuiltFrom(centre, agentEvents(events));
    await report("delivered_lists", ...lists);
    await rebuilt(centre);
    expect(await sessions("is_truncated")).toEqual([{ is_truncated: expected }]);
  });
});

describe("a session without activities", () => {
  it("has the figures of the vendor's copy with the later end, and what that does not know from the others", async () => {
    await rebuiltFrom(centre, agentEvents("agentSessionId  channelId  at  state\n  s-1  c-1  09:00:00  idle"));
    const copy = { agent_session_id: "s-2", channel_id: "c-2", started_at_ms: at("10:00") };
    await report(
      "reported_agent_sessions",
      { ...copy, stamp: "2026-03-04", is_active: 0, ended_at_ms: at("11:00"), idle_count: 4, ringing_count: 2 },
      {
        ...copy,
        stamp: "2026-03-03",
        is_active: 1,
        ended_at_ms: at("11:30"),
        idle_count: 1,
        idle_ms: 1_000,
        team_name: "Blue",
      },
      { agent_session_id: "s-1", channel_id: "c-1", stamp: "2026-03-03", idle_count: 99 },
    );
    await rebuilt(centre);
    expect(
      await sessions(
        "agent_session_id basis started_day ended_at_ms total_ms is_open idle_count idle_ms ringing_count team_name",
      ),
    ).toEqual(
      rows(`
      agent_session_id  basis     started_day  ended_at_ms  total_ms  is_open  idle_count  idle_ms  ringing_count  team_name
      s-1               rebuilt   2026-03-02   -            -         1        1           0        0              -
      s-2               reported  2026-03-02   11:30:00     5400000   0        1           1000     2              Blue
    `),
    );
  });

  it("is signed-in time of unknown state on the person's clock", async () => {
    await rebuiltFrom(centre, agentEvents("agentSessionId  channelId  at  state\n  s-1  c-1  09:00:00  logged-out"));
    await report("reported_agent_sessions", {
      agent_session_id: "s-2",
      channel_id: "c-2",
      started_at_ms: at("10:00"),
      ended_at_ms: at("11:00"),
      stamp: "2026-03-03",
    });
    await rebuilt(centre);
    expect(await centre.db("person_stays").select("started_at_ms", "ended_at_ms", "kind")).toEqual(
      rows(`
      started_at_ms  ended_at_ms  kind
      10:00:00       11:00:00     unknown
    `),
    );
  });
});
