import { readFileSync } from "node:fs";
import { join } from "node:path";
import { readCsvTable } from "../../src/base/csv";
import { type Centre, type Fields, openCentre } from "../support/centre";
import { agentEvents, at, rebuiltFrom, rows } from "./agent-centre";

let centre: Centre;
beforeEach(async () => {
  centre = await openCentre();
});
afterEach(() => centre.close());

async function stays(): Promise<unknown[]> {
  return centre
    .db("person_stays")
    .select("started_at_ms", "ended_at_ms", "kind", "idle_code")
    .orderBy(["agent_key", "started_at_ms"]);
}

describe("the person's one clock", () => {
  it("shows the strongest state of all channels, once", async () => {
    await rebuiltFrom(
      centre,
      agentEvents(`
      agentSessionId  channelType  at        state       idleCode
      s-1             telephony    09:00:00  idle        Meeting
      s-1             chat         09:00:00  idle        Meeting
      s-1             telephony    09:10:00  available   -
      s-1             chat         09:10:00  available   -
      s-1             chat         09:12:00  connected   -
      s-1             telephony    09:13:00  ringing     -
      s-1             chat         09:15:00  wrapup      -
      s-1             chat         09:16:00  available   -
      s-1             telephony    09:17:00  idle        Lunch
      s-1             telephony    09:20:00  logged-out  -
      s-1             chat         09:20:00  logged-out  -
    `),
    );
    expect(await stays()).toEqual(
      rows(`
      started_at_ms  ended_at_ms  kind       idle_code
      09:00:00       09:10:00     idle       Meeting
      09:10:00       09:12:00     available  -
      09:12:00       09:15:00     connected  -
      09:15:00       09:16:00     wrapup     -
      09:16:00       09:17:00     ringing    -
      09:17:00       09:20:00     available  -
    `),
    );
  });

  it("calls gaps and states it does not know unknown, and drops stays of no length", async () => {
    await rebuiltFrom(
      centre,
      agentEvents(`
      agentSessionId  at        endedAt   state
      s-1             09:00:00  09:01:00  idle
      s-1             09:02:00  -         juggling
      s-1             09:03:00  -         ringing
      s-1             09:03:00  -         wrapup
      s-1             09:04:00  -         logged-out
    `),
    );
    expect(await stays()).toEqual(
      rows(`
      started_at_ms  ended_at_ms  kind     idle_code
      09:00:00       09:01:00     idle     -
      09:01:00       09:03:00     unknown  -
      09:03:00       09:04:00     wrapup   -
    `),
    );
  });

  it("takes the idle code of telephony before that of other channels", async () => {
    await rebuiltFrom(
      centre,
      agentEvents(`
      agentSessionId  channelType  at        endedAt   state  idleCode
      s-1             chat         09:00:00  09:30:00  idle   Away
      s-1             telephony    09:05:00  09:10:00  idle   Lunch
      s-1             telephony    09:10:00  09:15:00  idle   Break
      s-1             telephony    09:20:00  09:25:00  idle   -
    `),
    );
    expect(await stays()).toEqual(
      rows(`
      started_at_ms  ended_at_ms  kind  idle_code
      09:00:00       09:05:00     idle  Away
      09:05:00       09:10:00     idle  Lunch
      09:10:00       09:15:00     idle  Break
      09:15:00       09:20:00     idle  Away
      09:20:00       09:25:00     idle  -
      09:25:00       09:30:00     idle  Away
    `),
    );
  });

  it("stays open while a channel is, but not after a logged-out of another", async () => {
    await rebuiltFrom(
      centre,
      agentEvents(`
      agentId  agentSessionId  channelType  at        state
      A        s-1             telephony    09:00:00  idle
      A        s-1             chat         09:05:00  available
      B        s-2             telephony    09:00:00  idle
      B        s-2             chat         09:00:00  available
      B        s-2             telephony    09:30:00  logged-out
    `),
    );
    expect(await stays()).toEqual(
      rows(`
      started_at_ms  ended_at_ms  kind       idle_code
      09:00:00       09:05:00     idle       -
      09:05:00       -            available  -
      09:00:00       09:30:00     available  -
    `),
    );
  });

  it("does not run on for ever where a session went stale: it ends where the last was heard of it", async () => {
    await rebuiltFrom(
      centre,
      agentEvents(`
      agentSessionId  at        state
      s-1             09:00:00  idle
      s-1             09:05:00  available
    `),
    );
    const aDayOn = at("09:06:00") + 24 * 3_600_000;
    await rebuiltFrom(
      centre,
      [{ agentId: "B", agentSessionId: "s-2", at: aDayOn, state: "idle" }],
      "agent-events-2.ndjson",
    );
    expect(await centre.db("agent_sessions").select("agent_id", "is_open", "is_stale").orderBy("agent_id")).toEqual([
      { agent_id: "A", is_open: 1, is_stale: 1 },
      { agent_id: "B", is_open: 1, is_stale: 0 },
    ]);
    expect(await stays()).toEqual([
      { started_at_ms: at("09:00"), ended_at_ms: at("09:05"), kind: "idle", idle_code: null },
      { started_at_ms: aDayOn, ended_at_ms: null, kind: "idle", idle_code: null },
    ]);
  });
});

/** Numbers from 0 to below 1 that are the same on every run. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

const STATES = [
  "idle",
  "available",
  "connected",
  "on-hold",
  "consulting",
  "conferencing",
  "wrapup",
  "ringing",
  "not-responding",
  "engaged",
  "juggling",
  "skill-update",
  "transferred",
];
const CHANNELS = 16;

/** One agent's session over midnight: up to 16 channels, copied idles, ends that overlap the next stay, gaps, perhaps a logged-out. */
function randomSession(agentId: string, next: () => number): Fields[] {
  const pick = (count: number): number => Math.floor(next() * count);
  const start = at("22:00:00") + pick(3_600_000);
  const channels = 1 + pick(CHANNELS);
  const events: Fields[] = [];
  for (let channel = 0; channel < channels; channel++) {
    let now = start + pick(3) * 1_000;
    for (let count = 1 + pick(12); count > 0; count--) {
      const length = pick(4) === 0 ? 0 : pick(1_800_000);
      const endedAt = pick(3) === 0 ? now + pick(2_400_000) : null;
      const place = {
        agentSessionId: `s-${agentId}`,
        channelId: `${agentId}-${channel}`,
        channelType: channel % 3 === 0 ? "telephony" : "chat",
      };
      events.push({
        agentId,
        ...place,
        at: now,
        endedAt,
        state: STATES[pick(STATES.length)] ?? "idle",
        sequence: count,
      });
      now += length;
    }
    if (pick(3) > 0)
      events.push({
        agentId,
        agentSessionId: `s-${agentId}`,
        channelId: `${agentId}-${channel}`,
        at: now,
        state: "logged-out",
        sequence: 0,
      });
  }
  return events;
}

interface Span {
  from: number;
  to: number;
  kind: string;
}

/** The kind of every stretch between two instants at which anything changes, found by looking at every span. */
function clockOf(spans: readonly Span[], precedence: ReadonlyMap<string, number>): Map<number, string> {
  const cuts = [...new Set(spans.flatMap((span) => [span.from, span.to]))].sort((a, b) => a - b);
  const kinds = cuts.map((cut): [number, string] => {
    const active = spans.filter((span) => span.from <= cut && cut < span.to).map((span) => span.kind);
    return [cut, active.sort((a, b) => (precedence.get(a) ?? 99) - (precedence.get(b) ?? 99))[0] ?? "-"];
  });
  return new Map(kinds.filter(([, kind], index) => kind !== kinds[index - 1]?.[1]));
}

describe("on random days", () => {
  it("the person's stays are the strongest states of all channels and add up to the signed-in time, to the millisecond", async () => {
    const next = random(20_260_302);
    const agents = Array.from({ length: 60 }, (_, index) => `agent-${index}`);
    await rebuiltFrom(
      centre,
      agents.flatMap((agentId) => randomSession(agentId, next)),
    );
    const kinds = readCsvTable(readFileSync(join(__dirname, "../../src/reference/state-kinds.csv"), "utf8"));
    const precedence = new Map(
      kinds.filter((row) => row.precedence).map((row) => [row.kind ?? "", Number(row.precedence)]),
    );
    const horizon = at("09:00") + 7 * 86_400_000;
    for (const agentId of agents) {
      const { agent_key } = await centre
        .db("agents")
        .where({ agent_id: agentId })
        .first<{ agent_key: number }>("agent_key");
      const activities = await centre.db("agent_activities").where({ agent_key });
      const sessions = await centre.db("agent_sessions").where({ agent_key });
      const isOut = activities.some((row) => row.kind === "logged-out");
      const known = Math.max(...activities.map((row) => row.ended_at_ms ?? row.started_at_ms));
      const untilOf = (session: Record<string, number | null>): number =>
        session.is_open === 1 ? (isOut ? known : horizon) : (session.ended_at_ms ?? 0);
      const spans = sessions.map((session): Span => ({
        from: session.started_at_ms,
        to: untilOf(session),
        kind: "unknown",
      }));
      for (const row of activities.filter((activity) => precedence.has(activity.kind))) {
        const session = sessions.find((one) => one.channel_id === row.channel_id) ?? {};
        spans.push({ from: row.started_at_ms, to: row.ended_at_ms ?? untilOf(session), kind: row.kind });
      }
      const expected = clockOf(
        spans.filter((span) => span.to > span.from),
        precedence,
      );
      const made: Span[] = (await centre.db("person_stays").where({ agent_key }).orderBy("started_at_ms")).map(
        (row) => ({
          from: row.started_at_ms,
          to: row.ended_at_ms ?? horizon,
          kind: row.kind,
        }),
      );
      expect(clockOf(made, precedence)).toEqual(expected);
      const union = [
        ...clockOf(
          spans.map((span) => ({ ...span, kind: "on" })),
          precedence,
        ),
      ];
      const signedIn = union.reduce(
        (sum, [from, kind], index) => sum + (kind === "on" ? (union[index + 1]?.[0] ?? from) - from : 0),
        0,
      );
      expect(made.reduce((sum, stay) => sum + stay.to - stay.from, 0)).toBe(signedIn);
    }
  });
});
