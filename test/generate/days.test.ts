import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { HOUR, MINUTE } from "../../src/base/days";
import { FAULTS, generateDays, type GenerateRequest } from "../../src/generate/generate";
import { readTruth, type Row, type Truth } from "./truth";

const REQUEST: Omit<GenerateRequest, "out"> = {
  day: "2026-03-02",
  days: 5,
  contacts: 600,
  agents: 40,
  seed: 12,
  faults: [],
  zone: "UTC",
};

const folders: string[] = [];
afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })));

async function generated(change: Partial<GenerateRequest> = {}): Promise<string> {
  const out = mkdtempSync(join(tmpdir(), "nightdesk-days-"));
  folders.push(out);
  await generateDays({ ...REQUEST, out, ...change });
  return out;
}

function bytesOf(folder: string): Record<string, string> {
  const files = readdirSync(folder).sort();
  return Object.fromEntries(
    files.map((name) => [
      name,
      createHash("sha256")
        .update(readFileSync(join(folder, name)))
        .digest("hex"),
    ]),
  );
}

/** The events of one kind in the order of their instants. */
function eventsOf(folder: string, kind: string): Row[] {
  const lines = readdirSync(folder)
    .filter((name) => name.startsWith(`${kind}-events-`))
    .flatMap((name) => readFileSync(join(folder, name), "utf8").trim().split("\n"));
  return lines.map((line) => JSON.parse(line) as Row).sort((a, b) => Number(a.at) - Number(b.at));
}

function groupedBy(rows: readonly Row[], column: string): Map<unknown, Row[]> {
  const groups = new Map<unknown, Row[]>();
  for (const row of rows) groups.set(row[column], [...(groups.get(row[column]) ?? []), row]);
  return groups;
}

describe("the same request", () => {
  it("gives the same bytes", async () => {
    const faults = [...FAULTS];
    const [first, second] = [await generated({ days: 2, faults }), await generated({ days: 2, faults })];
    expect(bytesOf(first)).toEqual(bytesOf(second));
  });

  it("gives another day with another seed", async () => {
    const [first, second] = [bytesOf(await generated({ days: 1 })), bytesOf(await generated({ days: 1, seed: 13 }))];
    for (const name of Object.keys(first)) expect(first[name]).not.toBe(second[name]);
  });
});

describe("what is written", () => {
  it("is two dumps a day and the truth, which says so first", async () => {
    const folder = await generated({ days: 2 });
    expect(readdirSync(folder).sort()).toEqual([
      "agent-events-2026-03-02.ndjson",
      "agent-events-2026-03-03.ndjson",
      "contact-events-2026-03-02.ndjson",
      "contact-events-2026-03-03.ndjson",
      "truth.json",
    ]);
    expect(readFileSync(join(folder, "truth.json"), "utf8")).toMatch(/^\{"nightdesk_truth":1,/);
  });

  it("counts what was made", async () => {
    const out = mkdtempSync(join(tmpdir(), "nightdesk-days-"));
    folders.push(out);
    const made = await generateDays({ ...REQUEST, days: 1, out });
    expect(made.events).toBe(eventsOf(out, "contact").length);
    expect(made.agent_events).toBe(eventsOf(out, "agent").length);
    expect(made.files.map((path) => path.slice(out.length + 1))).toEqual([
      "contact-events-2026-03-02.ndjson",
      "agent-events-2026-03-02.ndjson",
    ]);
    expect(made.contacts).toBeGreaterThan(500);
    expect(made.contacts).toBeLessThan(720);
  });

  it("lists no single contact where there are too many, but still the totals", async () => {
    const folder = await generated({ days: 1, contacts: 51_000, agents: 2 });
    const truth = readTruth(folder);
    expect([truth.is_listed, truth.contacts, truth.agent_sessions]).toEqual([false, [], []]);
    expect(truth.totals.contacts).toBeGreaterThan(45_000);
    expect(truth.days).toHaveLength(1);
  });

  it.each([
    ["days", { days: 0 }],
    ["contacts", { contacts: 1.5 }],
    ["agents", { agents: -1 }],
    ["seed", { seed: Number.NaN }],
  ])("is nothing where --%s makes no sense", async (name, change) => {
    await expect(generated(change)).rejects.toThrow(`--${name} is`);
  });
});

describe("the centre", () => {
  let contactEvents: Row[];
  let agentEvents: Row[];
  let channels: Map<unknown, Row[]>;
  let truth: Truth;

  beforeAll(async () => {
    const folder = await generated();
    contactEvents = eventsOf(folder, "contact");
    agentEvents = eventsOf(folder, "agent");
    channels = groupedBy(agentEvents, "channelId");
    truth = readTruth(folder);
  });

  /** The state a channel of an agent's session was in just before an instant, and the contact it was about. */
  function stateBefore(channelId: string, at: number): Row | undefined {
    return channels.get(channelId)?.findLast((event) => Number(event.at) <= at);
  }

  it("offers contacts only to agents who are signed in and ring at that moment", () => {
    const offers = contactEvents.filter(({ event, agentId }) => event === "connect" && agentId !== undefined);
    expect(offers.length).toBeGreaterThan(1000);
    for (const offer of offers) {
      const session = agentEvents.filter((event) => event.agentSessionId === offer.agentSessionId);
      const rung = session.filter((event) => event.state === "ringing" && event.contactId === offer.contactId);
      const near = rung.map((event) => Math.abs(Number(event.at) - Number(offer.at)));
      expect(Math.min(...near)).toBeLessThan(1000);
    }
  });

  it("rings an agent only who was available on that channel, or dials out", () => {
    for (const [channelId, events] of channels) {
      for (const { state, at } of events) {
        if (state !== "ringing" && state !== "available-consult-reserved") continue;
        const before = stateBefore(String(channelId), Number(at) - 1)?.state;
        expect(["available", "outdial-reserved"]).toContain(before);
      }
    }
  });

  it("never has an agent in two calls at once: between two times of rest a channel is about one contact", () => {
    const mixed = Array.from(channels.values()).flatMap((events) =>
      events.filter((event, index) => {
        const before = events[index - 1]?.contactId;
        return before !== undefined && event.contactId !== undefined && event.contactId !== before;
      }),
    );
    expect(mixed).toEqual([]);
  });

  it("has an agent connected whenever a contact is, within a tenth of a second", () => {
    const connected = contactEvents.filter(({ event, agentSessionId }) => event === "connected" && agentSessionId);
    expect(connected.length).toBeGreaterThan(1000);
    const answers = agentEvents.filter(({ state }) => state === "connected");
    const bySession = groupedBy(answers, "agentSessionId");
    for (const { agentSessionId, contactId, at } of connected) {
      const own = bySession.get(agentSessionId)?.filter((event) => event.contactId === contactId) ?? [];
      const away = own.map((event) => Math.abs(Number(event.at) - Number(at)));
      expect(Math.min(...away)).toBeLessThan(100);
    }
  });

  it("has agents sign in before and out after everything else", () => {
    for (const events of channels.values()) {
      expect(events[0]?.state).toBe("logged-in");
      expect(events.slice(1, -1).map(({ state }) => state)).not.toContain("logged-out");
      expect(events.at(-1)?.state).toBe("logged-out");
    }
  });

  it("lets an agent be on one shift a day, with a lunch break in the long ones", () => {
    const long = truth.agent_sessions.filter((each) => each.channel_type === "telephony" && each.total_ms > 7 * HOUR);
    expect(long.length).toBeGreaterThan(20);
    const idleCodes = groupedBy(agentEvents, "agentSessionId");
    for (const { agent_session_id } of long) {
      const codes = idleCodes.get(agent_session_id)?.map(({ idleCode }) => idleCode);
      expect(codes).toContain("Lunch");
    }
  });

  it("tells instants that only grow, and every event of a contact once", () => {
    for (const events of groupedBy(contactEvents, "contactId").values()) {
      const instants = events.filter(({ endedAt }) => endedAt === undefined).map(({ at }) => at);
      expect(new Set(instants).size).toBe(instants.length);
    }
  });

  it("has two hills a day with a dip at lunch", () => {
    const began = truth.contacts
      .filter(({ direction }) => direction === "inbound")
      .map((each) => {
        const time = new Date(Number(each.started_at_ms));
        return time.getUTCHours() + time.getUTCMinutes() / 60;
      });
    const between = (from: number, to: number): number => began.filter((hour) => hour >= from && hour < to).length;
    expect(between(10, 11)).toBeGreaterThan(between(12, 13) * 1.1);
    expect(between(15, 16)).toBeGreaterThan(between(12, 13) * 1.1);
    expect(between(2, 3)).toBeLessThan(between(12, 13) * 0.1);
  });

  it("has one half-hour in which more callers give up than ever", () => {
    const lost = new Map<number, number>();
    for (const { channel_type, handle_type, started_at_ms } of truth.contacts) {
      if (channel_type !== "telephony" || handle_type !== "abandoned") continue;
      const slot = Math.floor(Number(started_at_ms) / (30 * MINUTE)) * 30 * MINUTE;
      lost.set(slot, (lost.get(slot) ?? 0) + 1);
    }
    const worst = [...lost].toSorted((a, b) => b[1] - a[1])[0]?.[0] ?? 0;
    expect(new Date(worst).toISOString()).toBe("2026-03-03T10:30:00.000Z");
  });

  it("has everything a centre has: each kind of event, way to be handled and state of an agent", () => {
    const names = (rows: Row[], column: string): string[] => [...new Set(rows.map((row) => String(row[column])))];
    const events = "new ivr-connected ivr-done parked connect connected on-hold hold-done consulting consult-done";
    const more = "conferencing conference-done transferred blind-transfer vt-transfer-queue opt-out-of-queue wrapup";
    const rest = "wrapup-done ended recording-started monitoring-done campaign-outbound con-to-agent-error";
    expect(names(contactEvents, "event")).toEqual(expect.arrayContaining(`${events} ${more} ${rest}`.split(" ")));
    const states = "idle available ringing outdial-reserved connected on-hold consulting available-consulting";
    const others = "conferencing wrapup not-responding blind-transfer consult-transfer vt-transfer";
    expect(names(agentEvents, "state")).toEqual(expect.arrayContaining(`${states} ${others}`.split(" ")));
    const ways = ["normal", "abandoned", "short", "self_service", "sudden_disconnect"];
    expect(names(truth.contacts as unknown as Row[], "handle_type")).toEqual(expect.arrayContaining(ways));
    const codes = ["Lunch", "Break", "Meeting", "Training", "Missed offer"];
    expect(names(agentEvents, "idleCode")).toEqual(expect.arrayContaining(codes));
    const reasons = [
      "486",
      "404",
      "480",
      "voice",
      "busy1",
      "no_answer",
      "no-answer",
      "RONA_TIMER_EXPIRED",
      "USER_DECLINED",
    ];
    expect(names(contactEvents, "reasonCode")).toEqual(expect.arrayContaining(reasons));
  });
});
