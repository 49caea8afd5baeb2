import { CONTEXT_COLUMNS } from "../../src/dumps/event";
import { agentParts, contactParts } from "../../src/dumps/formats/webex/nodes";
import { type Centre, load, openCentre, READ_AT_MS } from "../support/centre";

const AT = Date.parse("2026-03-02T09:00:00Z");
const tasks = (...elements: object[]): string =>
  JSON.stringify({ data: { taskDetails: { tasks: elements } } }, null, 2);
const sessions = (...elements: object[]): string =>
  JSON.stringify({ data: { agentSession: { agentSessions: elements } } });
const list = (nodes: object[], more: object = {}): object => ({ nodes, ...more });

/** Contexts, with unknown fields left out. */
async function contexts(centre: Centre): Promise<Record<string, unknown>[]> {
  const rows = (await centre
    .db("event_contexts")
    .select(...CONTEXT_COLUMNS)
    .orderBy("context_key")) as Record<string, unknown>[];
  return rows.map((row) => Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null)));
}

describe("a page of tasks", () => {
  let centre: Centre;
  beforeEach(async () => {
    centre = await openCentre();
  });
  afterEach(() => centre.close());

  it("gives one event per activity, named and timed by its id, repeated tasks or not", async () => {
    const nodes = [
      {
        id: `int-test-7-${AT + 9}-vt-transfer-queue`,
        eventName: "vt-transfer",
        createdTime: AT + 9,
        endedTime: AT + 9,
      },
      {
        id: `int-test-7-${AT + 2}-connected`,
        duration: 7,
        agentId: "a-1",
        agentName: "Anna",
        queue: { id: "q-1", name: null },
      },
      { id: `int-test-7-${AT}-new`, eventName: "new", createdTime: AT, endedTime: -1, duration: null },
    ];
    const task = {
      id: "int-test-7",
      channelType: "telephony",
      direction: "inbound",
      activities: list(nodes, { totalCount: 3, pageInfo: { hasNextPage: false } }),
    };
    const receipt = await load(centre, {
      "tasks.json": tasks({ ...task, status: "ended" }, { ...task, status: "wrapup" }),
    });
    expect(receipt).toMatchObject({ read: 8, new: 3, duplicate: 3, rejected: 0, truncated: 0 });
    const events = await centre
      .db("contact_events as e")
      .join("contact_event_names as n", "n.name_key", "e.name_key")
      .orderBy("at_ms");
    expect(
      events.map(({ identity, spelling, shown_as, at_ms, ended_at_ms }) => [
        identity,
        spelling,
        shown_as,
        at_ms,
        ended_at_ms,
      ]),
    ).toEqual([
      [`-${AT}-new`, "new", "", AT, null],
      [`-${AT + 2}-connected`, "connected", "", AT + 2, AT + 9],
      [`-${AT + 9}-vt-transfer-queue`, "vt-transfer-queue", "vt-transfer", AT + 9, AT + 9],
    ]);
    const shared = { channel_type: "telephony", direction: "inbound" };
    expect(await contexts(centre)).toEqual([
      shared,
      { ...shared, agent_id: "a-1", agent_name: "Anna", queue_id: "q-1" },
    ]);
    expect(await centre.db("reported_contacts").pluck("status")).toEqual(["ended", "wrapup"]);
    expect(
      await centre.db("delivered_lists").select("node_count", "total_count", "has_next_page", "oldest_at_ms"),
    ).toEqual([{ node_count: 3, total_count: 3, has_next_page: 0, oldest_at_ms: AT }]);
  });

  it("rejects a node without id or time, and keeps its task as reported", async () => {
    const receipt = await load(centre, {
      "tasks.json": tasks({
        id: "t",
        createdTime: AT,
        endedTime: -1,
        totalDuration: -1,
        lastQueue: { id: "NA", name: "Sales", duration: 3 },
        lastWrapUpCodeId: "w",
        isOutdial: false,
        isWithInServiceLevel: true,
        selfserviceDuration: 4,
        activities: list([{ createdTime: AT }, { id: "t-x" }, { id: `t-${AT}-new`, endedTime: AT - 1 }]),
      }),
    });
    expect(receipt).toMatchObject({ read: 4, new: 0, rejected: 3 });
    expect(await centre.db("rejected_lines").orderBy("line_number").select("line_number", "reason")).toEqual([
      { line_number: 2, reason: "no-id" },
      { line_number: 3, reason: "no-time" },
      { line_number: 4, reason: "ended-before-start" },
    ]);
    expect(await centre.db("reported_contacts")).toMatchObject([
      {
        started_at_ms: AT,
        ended_at_ms: null,
        total_ms: null,
        last_queue_id: null,
        last_queue_name: "Sales",
        wrapup_code: "w",
        is_outdial: 0,
        is_within_service_level: 1,
        ivr_ms: 4,
        attributes: '{"lastQueue.duration":3}',
      },
    ]);
    expect(await centre.db("contacts_to_rebuild")).toHaveLength(1);
  });

  it.each<[string, object, number]>([
    ["fewer nodes than the total", { totalCount: 2 }, 1],
    ["a further page", { pageInfo: { hasNextPage: true } }, 1],
    ["a total that is reached", { totalCount: 1, pageInfo: { hasNextPage: false } }, 0],
    ["neither said", {}, 0],
  ])("counts a contact as truncated: %s", async (_what, more, truncated) => {
    const receipt = await load(centre, {
      "tasks.json": tasks({ id: "t", activities: list([{ id: `t-${AT}-new` }], more) }),
    });
    expect(receipt.truncated).toBe(truncated);
  });

  it("takes a list of exactly 25 that says nothing for a cut one", async () => {
    const nodes = Array.from({ length: 25 }, (_, i) => ({ id: `t-${AT + i}-flow-activity` }));
    expect(await load(centre, { "a.json": tasks({ id: "t", activities: list(nodes) }) })).toMatchObject({
      new: 25,
      truncated: 1,
    });
    expect(
      await load(centre, { "b.json": tasks({ id: "u", activities: list(nodes, { totalCount: 25 }) }) }),
    ).toMatchObject({ truncated: 0 });
  });

  it("keeps an element once that two pages report alike, under the later stamp, in either order", async () => {
    const page = (more: object): string =>
      tasks({ id: "t", createdTime: AT, status: "ended" }, { id: "other", ...more });
    await load(centre, {
      "a-2026-03-03.json": page({}),
      "b-2026-03-02.json": page({ status: "new" }),
      "c-2026-03-04.json": page({ status: "x" }),
    });
    const rows = await centre
      .db("reported_contacts as r")
      .join("contacts as c", "c.contact_key", "r.contact_key")
      .where({ contact_id: "t" });
    expect(rows).toMatchObject([{ dump_key: 3, status: "ended" }]);
  });

  it("may be of sums beside the activities, as inner pages of an aggregation are", async () => {
    const receipt = await load(centre, {
      "tasks.json": tasks({
        id: "t",
        activities: { totalCount: null, nodes: [{ id: `t-${AT}-new` }] },
        aggregation: [{ name: "count", value: 1 }],
      }),
    });
    expect(receipt).toMatchObject({ new: 1, truncated: 0, rejected: 0 });
  });

  it("rejects what nests too deep, and loads the rest", async () => {
    const deep = (levels: number): string => "[".repeat(levels) + "]".repeat(levels);
    const page = `{"data":{"taskDetails":{"tasks":[{"id":"a","x":${deep(20_000)}},{"id":"b","activities":{"nodes":[{"id":"b-${AT}-new","x":${deep(100)}},{"id":"b-${AT}-ended"}]}}]}}}`;
    expect(await load(centre, { "tasks.json": page })).toMatchObject({ read: 4, new: 1, rejected: 2 });
    expect(await centre.db("rejected_lines").pluck("reason")).toEqual(["too-deep", "too-deep"]);
  });

  it("parts ids that hold hyphens and digits", () => {
    expect(contactParts("a-1693910954000-x-1693910954001-con-to-agent-error", "a-1693910954000-x")).toMatchObject({
      at_ms: 1693910954001,
      raw_name: "con-to-agent-error",
    });
    expect(contactParts("other-1693910954001-new", "t")).toMatchObject({ at_ms: 1693910954001, raw_name: "new" });
    expect(agentParts("c-9-telephony-1693910954001-idle-rona", null)).toEqual({
      channel_id: "c-9",
      channel_type: "telephony",
      at_ms: 1693910954001,
      raw_name: "idle-rona",
    });
    expect(agentParts("c-9-telephony-1693910954001-wrap-up", "c-9")).toMatchObject({
      channel_type: "telephony",
      raw_name: "wrap-up",
    });
    expect(agentParts("nothing", "c")).toBeNull();
  });
});

describe("an impossible instant of a session", () => {
  const HOURS = 3_600_000;

  it.each([
    ["an end before the start", { createdTime: AT, endedTime: AT - 5 }, AT, null, "ended-before-start"],
    ["a start before 2000", { createdTime: 12_345, endedTime: AT }, null, AT, "createdTime-before-2000"],
    ["seconds for milliseconds", { createdTime: AT, endedTime: AT / 1000 }, AT, null, "endedTime-before-2000"],
    ["an end in the future", { createdTime: AT, endedTime: READ_AT_MS + 49 * HOURS }, AT, null, "endedTime-in-future"],
    ["no instant at all", { createdTime: AT, endedTime: "yesterday" }, AT, null, "bad-endedTime"],
  ])("is left unknown and told among the rejected lines: %s", async (_name, times, started, ended, reason) => {
    const centre = await openCentre();
    const receipt = await load(centre, { "tasks.json": tasks({ id: "t", totalDuration: 7, ...times }) });
    expect(receipt).toMatchObject({ read: 1, rejected: 1 });
    expect(await centre.db("rejected_lines").select("line_number", "reason")).toEqual([{ line_number: 1, reason }]);
    expect(await centre.db("reported_contacts").select("started_at_ms", "ended_at_ms", "total_ms")).toEqual([
      { started_at_ms: started, ended_at_ms: ended, total_ms: 7 },
    ]);
    await centre.close();
  });

  it("is told once for all channels of an agent", async () => {
    const centre = await openCentre();
    await load(centre, {
      "asr.json": sessions({
        agentId: "a",
        agentSessionId: "s",
        startTime: AT,
        endTime: AT - 1,
        channelInfo: [{ channelId: "c-1" }, { channelId: "c-2" }],
      }),
    });
    expect(await centre.db("rejected_lines").pluck("reason")).toEqual(["ended-before-start"]);
    expect(await centre.db("reported_agent_sessions").pluck("ended_at_ms")).toEqual([null, null]);
    await centre.close();
  });
});

describe("where a task went", () => {
  const places = async (task: object): Promise<unknown> => {
    const centre = await openCentre();
    await load(centre, { "tasks.json": tasks({ id: "t", ...task }) });
    const [row] = await centre
      .db("reported_contacts")
      .select("first_queue_id", "last_queue_name", "queue_ms", "last_agent_id", "last_team_name", "last_site_id");
    await centre.close();
    return row;
  };
  const queues = [
    { id: "q-1", name: "One", duration: 100 },
    { id: "q-2", name: "Two", duration: 200 },
  ];

  it("is read from the lists of its queues, agents, teams and sites", async () => {
    const lists = {
      queues,
      contributors: [{ id: "a", name: "Anna" }],
      teams: [{ id: "t", name: "Team" }],
      sites: [{ id: "s", name: "Site" }],
    };
    expect(await places(lists)).toEqual({
      first_queue_id: "q-1",
      last_queue_name: "Two",
      queue_ms: 300,
      last_agent_id: "a",
      last_team_name: "Team",
      last_site_id: "s",
    });
  });

  it("is what the task itself says, where it does", async () => {
    const said = { queues, queueDuration: 250, lastQueue: { id: "q-9", name: "Nine" }, firstQueueId: "q-8" };
    expect(await places(said)).toMatchObject({ first_queue_id: "q-8", last_queue_name: "Nine", queue_ms: 250 });
  });
});

describe("a page of agent sessions", () => {
  let centre: Centre;
  beforeEach(async () => {
    centre = await openCentre();
  });
  afterEach(() => centre.close());

  it("gives one event per stay, with the session's names around it", async () => {
    const nodes = [
      { id: `ch-1-telephony-${AT + 5}-logged-out`, duration: 0, state: "logged-out", startTime: AT + 5 },
      {
        id: `ch-1-telephony-${AT}-idle-rona`,
        duration: 5,
        state: "idle",
        startTime: AT,
        idleCode: { id: "i-1", name: "RONA" },
        taskId: "t-1",
        isOutdial: true,
      },
    ];
    const receipt = await load(centre, {
      "aar.json": sessions({
        agentId: "a-1",
        agentName: "Anna",
        agentSessionId: "s-1",
        teamName: "Team 1",
        channelInfo: [{ channelId: "ch-1", channelType: "telephony", activities: list(nodes) }],
      }),
    });
    expect(receipt).toMatchObject({ read: 3, new: 2, rejected: 0 });
    expect(await contexts(centre)).toEqual([
      {
        agent_id: "a-1",
        agent_name: "Anna",
        agent_session_id: "s-1",
        channel_id: "ch-1",
        channel_type: "telephony",
        team_name: "Team 1",
      },
      {
        agent_id: "a-1",
        agent_name: "Anna",
        agent_session_id: "s-1",
        channel_id: "ch-1",
        channel_type: "telephony",
        team_name: "Team 1",
        idle_code: "RONA",
        is_outdial: 1,
      },
    ]);
    expect(await centre.db("agent_events").where("at_ms", AT)).toMatchObject([
      { ended_at_ms: AT + 5, contact_id: "t-1", attributes: '{"idleCode.id":"i-1"}' },
    ]);
  });

  it("names a session without id after its agent and first activity, and a channel after the ids", async () => {
    await load(centre, {
      "aar.json": sessions({
        agentId: "a-1",
        channelInfo: [
          { activities: list([{ id: `ch-2-chat-${AT + 7}-available` }]) },
          { activities: list([{ id: `ch-1-telephony-${AT + 3}-idle` }]) },
        ],
      }),
    });
    const named = { agent_id: "a-1", page_session_id: `a-1-${AT + 3}` };
    expect(await contexts(centre)).toEqual([
      { ...named, channel_id: "ch-2", channel_type: "chat" },
      { ...named, channel_id: "ch-1", channel_type: "telephony" },
    ]);
    expect(await centre.db("delivered_lists").pluck("channel_id")).toEqual(["ch-2", "ch-1"]);
  });

  it("without activities is reported with the vendor's figures, an end of -1 unknown", async () => {
    await load(centre, {
      "asr.json": sessions({
        agentId: "a-1",
        agentSessionId: "s-1",
        startTime: AT,
        endTime: -1,
        isActive: true,
        channelInfo: [
          {
            channelId: "c",
            channelType: "chat",
            idleCount: 1,
            idleDuration: 3176,
            notRespondedCount: 2,
            outdialRingingDuration: 9,
            callBackCount: 1,
          },
        ],
      }),
    });
    expect(await centre.db("reported_agent_sessions")).toMatchObject([
      {
        started_at_ms: AT,
        ended_at_ms: null,
        is_active: 1,
        channel_id: "c",
        idle_count: 1,
        idle_ms: 3176,
        not_responding_count: 2,
        outdial_ringing_ms: 9,
        attributes: '{"callBackCount":1}',
      },
    ]);
  });

  it("has totals of inbound and outdial calls together, and the outdial part beside them", async () => {
    await load(centre, {
      "asr.json": sessions({
        agentId: "a-1",
        agentSessionId: "s-1",
        channelInfo: [
          {
            channelId: "c",
            connectedCount: 1,
            connectedDuration: 20_000,
            outdialConnectedCount: 2,
            outdialConnectedDuration: 7_000,
            holdDuration: 100,
            outdialHoldDuration: 50,
            wrapupDuration: 10,
            outdialConferenceDuration: 5,
            transferCount: 3,
            outdialTransferCount: 1,
            blindTransferCount: 1,
            outdialBlindTransferCount: 1,
          },
        ],
      }),
    });
    expect(await centre.db("reported_agent_sessions")).toMatchObject([
      {
        connected_count: 3,
        connected_ms: 27_000,
        outdial_connected_count: 2,
        outdial_connected_ms: 7_000,
        hold_ms: 150,
        outdial_hold_ms: 50,
        wrapup_ms: 10,
        outdial_wrapup_ms: null,
        conference_ms: null,
        outdial_conference_ms: 5,
        transfer_count: 4,
        blind_transfer_count: 2,
        attributes: null,
      },
    ]);
  });

  it("leaves a stay that goes on without an end", async () => {
    await load(centre, {
      "aar.json": sessions({
        agentId: "a",
        channelInfo: [
          {
            channelId: "c",
            activities: list([{ id: `c-chat-${AT}-idle`, duration: 60_000, isCurrentActivity: true, endTime: -1 }]),
          },
        ],
      }),
    });
    expect(await centre.db("agent_events").pluck("ended_at_ms")).toEqual([null]);
  });
});

it("a page of legs is kept beside its contacts", async () => {
  const centre = await openCentre();
  const legs = [
    {
      id: `t-1-callLeg-${AT}`,
      createdTime: AT,
      endedTime: AT + 5,
      queue: { id: "q" },
      owner: { id: "a", name: "Anna" },
    },
    { id: "no task" },
  ];
  const receipt = await load(centre, { "legs.json": JSON.stringify({ data: { taskLegDetails: { taskLegs: legs } } }) });
  expect(receipt).toMatchObject({ read: 2, new: 0, rejected: 1 });
  expect(await centre.db("reported_legs")).toMatchObject([
    { queue_id: "q", agent_name: "Anna", started_at_ms: AT, ended_at_ms: AT + 5 },
  ]);
  expect(await centre.db("contacts").pluck("contact_id")).toEqual(["t-1"]);
  await centre.close();
});
