import { type Centre, openCentre } from "../support/centre";
import { agentEvents, at, rebuiltFrom, rows } from "./agent-centre";

let centre: Centre;
beforeEach(async () => {
  centre = await openCentre();
});
afterEach(() => centre.close());

async function activities(columns: string): Promise<unknown[]> {
  return centre
    .db("agent_activities")
    .select(columns.split(" "))
    .orderBy(["agent_key", "agent_session_id", "channel_id", "activity_number"]);
}

describe("the end of a stay", () => {
  it("is the delivered end, else the next event of the channel, else unknown", async () => {
    await rebuiltFrom(
      centre,
      agentEvents(`
      agentSessionId  at        endedAt   state
      s-1             09:00:00  -         idle
      s-1             09:05:00  09:07:00  connected
      s-1             09:06:00  -         on-hold
      s-1             09:08:00  -         available
    `),
    );
    expect(
      await activities("activity_number state started_at_ms ended_at_ms duration_ms previous_state next_state"),
    ).toEqual(
      rows(`
      activity_number  state      started_at_ms  ended_at_ms  duration_ms  previous_state  next_state
      1                idle       09:00:00       09:05:00     300000       -               connected
      2                connected  09:05:00       09:07:00     120000       idle            on-hold
      3                on-hold    09:06:00       09:08:00     120000       connected       available
      4                available  09:08:00       -            -            on-hold         -
    `),
    );
  });

  it("is not made by a marker, which is no stay, has no row and is nobody's neighbour", async () => {
    await rebuiltFrom(
      centre,
      agentEvents(`
      agentSessionId  at        endedAt   state
      s-1             09:00:00  -         idle
      s-1             09:01:00  09:02:00  skill-update
      s-1             09:02:00  -         skillUpdate
      s-1             09:05:00  -         available
      s-1             09:09:00  -         skill-update
    `),
    );
    expect(await activities("activity_number state started_at_ms ended_at_ms previous_state next_state")).toEqual(
      rows(`
      activity_number  state      started_at_ms  ended_at_ms  previous_state  next_state
      1                idle       09:00:00       09:05:00     -               available
      2                available  09:05:00       -            idle            -
    `),
    );
  });

  it("is its start where the agent logged out, whatever comes after", async () => {
    await rebuiltFrom(
      centre,
      agentEvents(`
      agentSessionId  at        endedAt   state
      s-1             09:00:00  -         idle
      s-1             09:05:00  09:06:00  logged-out
      s-1             09:05:00  -         available
    `),
    );
    expect(await activities("state started_at_ms ended_at_ms")).toEqual(
      rows(`
      state       started_at_ms  ended_at_ms
      idle        09:00:00       09:05:00
      available   09:05:00       09:05:00
      logged-out  09:05:00       09:05:00
    `),
    );
  });
});

describe("events of one millisecond", () => {
  it("come by sequence, missing last, then logged-out last, then by event id as bytes", async () => {
    await rebuiltFrom(
      centre,
      agentEvents(`
      agentSessionId  at        sequence  eventId  state
      s-1             09:00:00  -         b        ringing
      s-1             09:00:00  -         a        logged-out
      s-1             09:00:00  -         B        idle
      s-1             09:00:00  2         z        connected
      s-1             09:00:00  1         y        wrapup
    `),
    );
    expect(await activities("state")).toEqual(
      rows(`
      state
      wrapup
      connected
      idle
      ringing
      logged-out
    `),
    );
  });
});

describe("outdial ringing", () => {
  it("is outdial-reserved and the ringing right after it, markers aside", async () => {
    await rebuiltFrom(
      centre,
      agentEvents(`
      agentSessionId  at        state
      s-1             09:00:00  outdial-reserved
      s-1             09:00:01  skill-update
      s-1             09:00:02  ringing
      s-1             09:00:03  ringing
      s-1             09:00:04  OutdialReserved
    `),
    );
    expect(await activities("state measure")).toEqual(
      rows(`
      state             measure
      outdial-reserved  outdial_ringing
      ringing           outdial_ringing
      ringing           ringing
      outdial-reserved  outdial_ringing
    `),
    );
  });
});

describe("transfers", () => {
  it("count once: as asked for, or as done where nobody asked; one taken over after a consult is none", async () => {
    await rebuiltFrom(
      centre,
      agentEvents(`
      agentSessionId  at        state
      s-1             09:00:00  consult-transfer
      s-1             09:00:01  transferred
      s-1             09:00:02  vt-transfer
      s-1             09:00:03  connected
      s-1             09:00:04  transferred
      s-1             09:00:05  available-consulting
      s-1             09:00:06  transferred
    `),
    );
    expect(await activities("state transfer")).toEqual(
      rows(`
      state                 transfer
      consult-transfer      consult
      transferred           -
      vt-transfer           blind
      connected             -
      transferred           other
      available-consulting  -
      transferred           -
    `),
    );
    expect(
      await centre.db("agent_sessions").select("transfer_count", "blind_transfer_count", "consult_transfer_count"),
    ).toEqual([{ transfer_count: 3, blind_transfer_count: 1, consult_transfer_count: 1 }]);
  });
});

describe("sessions nobody named", () => {
  it("begin with the agent's first event and with the first after a logged-out", async () => {
    await rebuiltFrom(
      centre,
      agentEvents(`
      at        state
      09:00:00  idle
      09:05:00  logged-out
      09:05:02  idle
      09:06:00  available
    `),
    );
    const first = `A-${Date.parse("2026-03-02T09:00:00Z")}`;
    const second = `A-${Date.parse("2026-03-02T09:05:02Z")}`;
    expect(await activities("agent_session_id channel_id activity_number state")).toEqual(
      rows(`
      agent_session_id  channel_id   activity_number  state
      ${first}   A:telephony  1  idle
      ${first}   A:telephony  2  logged-out
      ${second}  A:telephony  1  idle
      ${second}  A:telephony  2  available
    `),
    );
  });

  it("keep what other channels say up to five seconds after a logged-out, each until its own logged-out", async () => {
    await rebuiltFrom(
      centre,
      agentEvents(`
      at            channelType  state
      09:00:00      telephony    idle
      09:00:00      chat         idle
      09:00:00      email        idle
      09:05:00      telephony    logged-out
      09:05:01      telephony    idle
      09:05:02      chat         available
      09:05:03      chat         logged-out
      09:05:04      chat         idle
      09:05:08      email        logged-out
      09:05:09      email        idle
      09:20:00      email        logged-out
    `),
    );
    const first = `A-${Date.parse("2026-03-02T09:00:00Z")}`;
    const second = `A-${Date.parse("2026-03-02T09:05:01Z")}`;
    expect(await activities("agent_session_id channel_id state started_at_ms")).toEqual(
      rows(`
      agent_session_id  channel_id   state       started_at_ms
      ${first}   A:chat       idle        09:00:00
      ${first}   A:chat       available   09:05:02
      ${first}   A:chat       logged-out  09:05:03
      ${first}   A:email      idle        09:00:00
      ${first}   A:email      logged-out  09:05:08
      ${first}   A:telephony  idle        09:00:00
      ${first}   A:telephony  logged-out  09:05:00
      ${second}  A:chat       idle        09:05:04
      ${second}  A:email      idle        09:05:09
      ${second}  A:email      logged-out  09:20:00
      ${second}  A:telephony  idle        09:05:01
    `),
    );
  });

  it("begin with a channel the old one never had, however soon after the logged-out", async () => {
    await rebuiltFrom(
      centre,
      agentEvents(`
      at        channelId  state
      09:00:00  old-1      idle
      09:00:00  old-2      idle
      09:05:00  old-1      logged-out
      09:05:01  old-2      available
      09:05:02  new-1      logged-out
      09:05:03  old-2      available
      09:05:04  new-1      available
      09:05:05  new-2      idle
      09:05:06  old-2      logged-out
    `),
    );
    const [first, second, third] = ["09:00:00", "09:05:02", "09:05:03"].map((time) => `A-${at(time)}`);
    expect(await activities("agent_session_id channel_id state started_at_ms")).toEqual(
      rows(`
      agent_session_id  channel_id  state       started_at_ms
      ${first}          old-1       idle        09:00:00
      ${first}          old-1       logged-out  09:05:00
      ${first}          old-2       idle        09:00:00
      ${first}          old-2       available   09:05:01
      ${second}         new-1       logged-out  09:05:02
      ${third}          new-1       available   09:05:04
      ${third}          new-2       idle        09:05:05
      ${third}          old-2       available   09:05:03
      ${third}          old-2       logged-out  09:05:06
    `),
    );
  });

  it("are the one begun last, where several sessions share a channel's id", async () => {
    await rebuiltFrom(
      centre,
      agentEvents(`
      agentSessionId  channelId  at        state
      -               c-1        08:59:00  idle
      s-2             c-1        09:00:00  idle
      -               c-1        09:05:00  logged-out
      s-1             c-1        10:00:00  idle
      -               c-1        10:00:00  available
      -               c-1        10:05:00  logged-out
    `),
    );
    expect(await activities("agent_session_id activity_number state started_at_ms")).toEqual(
      rows(`
      agent_session_id  activity_number  state       started_at_ms
      s-1               1                available   10:00:00
      s-1               2                idle        10:00:00
      s-1               3                logged-out  10:05:00
      s-2               1                idle        08:59:00
      s-2               2                idle        09:00:00
      s-2               3                logged-out  09:05:00
    `),
    );
  });

  it("are those of the channel where the channel comes with a session anywhere", async () => {
    await rebuiltFrom(
      centre,
      agentEvents(`
      agentSessionId  channelId  at        state
      -               c-1        09:00:00  idle
      s-1             c-1        09:05:00  available
      -               c-1        09:06:00  connected
    `),
    );
    expect(await activities("agent_session_id state")).toEqual(
      rows(`
      agent_session_id  state
      s-1               idle
      s-1               available
      s-1               connected
    `),
    );
  });
});
