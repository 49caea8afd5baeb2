import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { addDays } from "../../src/base/days";
import { generateDays } from "../../src/generate/generate";
import { type Metric, metrics } from "../../src/metrics/catalogue";
import type { Figure } from "../../src/metrics/figure";
import { measure } from "../../src/metrics/measure";
import { type Clock, type MetricAsk, plainAsk } from "../../src/metrics/placed";
import { bruteActivities, type BruteEvent } from "../support/brute";
import { BY_HAND, type BruteRows, contactRows, type Row } from "../support/brute-metrics";
import { type Centre, load, ndjson, openCentre } from "../support/centre";
import { lineOf, randomContacts, randomNumbers } from "../support/random-contacts";
import { grouped, rebuildAndCheck } from "../support/rebuilt";

const ZONE = "Europe/Berlin";
/** Fifty days about each change of the clock: 29 March and 25 October. */
const SPANS = [
  { day: "2026-03-05", seed: 11 },
  { day: "2026-09-30", seed: 12 },
];
const DAYS = 50;

let centre: Centre;
let rows: BruteRows;

beforeAll(async () => {
  const out = mkdtempSync(join(tmpdir(), "nightdesk-brute-"));
  const base = await openCentre({ zone: ZONE });
  const queues = {
    "queue-sales": { ...base.config.thresholds, formula: "connect" as const, service_level_ms: 12_000 },
    "queue-billing": { ...base.config.thresholds, formula: "short_credited" as const, short_abandon_ms: 30_000 },
  };
  centre = { ...base, config: { ...base.config, queues } };
  const texts: Record<string, string> = {};
  for (const { day, seed } of SPANS) {
    const request = {
      days: DAYS,
      contacts: 12,
      agents: 4,
      zone: ZONE,
      faults: ["midnight" as const, "never-ended" as const],
    };
    const { files } = await generateDays({ ...request, day, seed, out: join(out, day) });
    for (const file of files) texts[basename(file)] = readFileSync(file, "utf8");
  }
  texts["contact-events-2026-03-02.ndjson"] = ndjson(oddContacts().map(lineOf));
  await load(centre, texts);
  await rebuildAndCheck(centre);
  rows = await rowsByHand(texts);
  rmSync(out, { recursive: true, force: true });
}, 120_000);

afterAll(() => centre.close());

/** Contacts as no centre would have them, with every reason there is. */
function oddContacts(): BruteEvent[] {
  const codes =
    "RONA_TIMER_EXPIRED USER_DECLINED 401 405 408 413 480 486 404 503 600 mCCG busy1 sit_reorder ced cadence_break voice answer-machine sit_vacant_circuit no-answer 799 487";
  const reasons = codes.split(" ");
  const odd = randomContacts(2_026, 300)
    .flat()
    .map((event, index) => ({
      ...event,
      reasonCode: event.reasonCode === null ? null : (reasons[index % reasons.length] ?? null),
    }));
  const lone = (contactId: string, names: string): BruteEvent[] =>
    names.split(" ").map((event, index) => {
      const at = Date.parse("2026-03-02T09:00:00Z") + index * 20_000;
      const empty = Object.fromEntries(Object.keys(odd[0] ?? {}).map((key) => [key, null]));
      return {
        ...empty,
        contactId,
        event,
        at,
        eventId: `${contactId}-${index}`,
        queueId: "queue-1",
      } as unknown as BruteEvent;
    });
  return [
    ...odd,
    ...lone("never-reached", "new parked opt-out-of-queue parked ended"),
    ...lone("never-tried", "new parked opt-out-of-queue ended"),
    ...lone("hung-up", "new parked connect ended"),
  ];
}

/** What odd contacts and a generated centre never bring: the vendor's own figures, and what few have. */
const NEVER = [
  "truncated_contacts",
  "engaged_time",
  "unknown_time",
  "service_level_wxcc",
  "reported_queue_time",
  "reported_aht",
];

it("has a case of its own for every metric", () => {
  expect(Object.keys(BY_HAND).toSorted()).toEqual(
    metrics()
      .map(({ id }) => id)
      .toSorted(),
  );
});

describe("every metric agrees with a count by hand over a hundred days", () => {
  const random = randomNumbers(2_026);
  const one = <Value>(of: readonly Value[]): Value => of[Math.floor(random() * of.length)] as Value;

  it.each(metrics().map((metric) => [metric.id, metric] as const))("%s", async (_id, metric) => {
    const horizon = Number((await centre.db("dumps").max("newest_at_ms as at"))[0]?.at);
    const whole = { ...plainAsk(ZONE, "2026-03-01", "2026-11-20"), horizon_at_ms: horizon };
    const figures = shortly(await measure(centre.db, [metric], whole));
    expect(differences(figures, byHand(metric, whole))).toEqual([]);
    expect(Object.keys(figures).length > 0).toBe(!NEVER.includes(metric.id));
    for (let round = 0; round < 3; round += 1) {
      const from = addDays(one(SPANS).day, Math.floor(random() * DAYS) - 4);
      const ask: MetricAsk = {
        ...plainAsk(ZONE, from, addDays(from, one([0, 1, 6, 40]))),
        zone: one([ZONE, "Asia/Seoul", "Asia/Kathmandu"]),
        slot: one([null, 15, 30, 60, "day", "week", "month"] as const),
        week_starts_on: one([1, 7]),
        dimension: one(metric.dimensions),
        clock: one(metric.clock === "K1" ? (["K1", "K2", "K3"] as Clock[]) : ["K1" as const]),
        attribution: one(["entry", "end"] as const),
        horizon_at_ms: horizon,
      };
      const found = differences(shortly(await measure(centre.db, [metric], ask)), byHand(metric, ask));
      expect(found.map((difference) => ({ ask, difference }))).toEqual([]);
    }
  });
});

type Told = Record<string, (number | null)[]>;

/** The first few: a thousand of them would take longer to print than to find. */
function differences(found: Told, wanted: Told): object[] {
  const keys = [...new Set([...Object.keys(found), ...Object.keys(wanted)])];
  const differing = keys.filter((key) => JSON.stringify(found[key]) !== JSON.stringify(wanted[key]));
  return differing.slice(0, 3).map((key) => ({ key, found: found[key], wanted: wanted[key] }));
}

/** What the figures say, without the zeroes that stand for an empty centre. */
function shortly(figures: readonly Figure[]): Told {
  const told = figures.filter(({ numerator, entered_count }) => entered_count > 0 || (numerator ?? 0) !== 0);
  return Object.fromEntries(
    told.map((figure) => [
      `${figure.channel_type} ${figure.scope_id} ${figure.slot_at_ms}`,
      [figure.numerator, figure.denominator, figure.value],
    ]),
  );
}

function byHand(metric: Metric, ask: MetricAsk): Told {
  const hand = BY_HAND[metric.id];
  if (hand === undefined) throw new Error(metric.id);
  const groups = new Map<string, Row[]>();
  for (const row of rows[hand.of]) {
    const clocked = ask.clock === "K1" || row[ask.clock] === undefined ? row : { ...row, wait: row[ask.clock] ?? null };
    for (const { slot, part } of slotsOf(clocked, hand.of, ask)) {
      const channel = metric.channels === "apart" || ask.dimension === "channel" ? String(row.channel) : "null";
      const scope = ask.dimension === "all" ? "" : String(row[ask.dimension] ?? "");
      const key = `${channel} ${scope} ${slot}`;
      const group = groups.get(key);
      if (group === undefined) groups.set(key, [part]);
      else group.push(part);
    }
  }
  const told = Array.from(
    groups,
    ([key, of]) => [key, measured(hand.how, of.map(hand.take), of, metric.by_preset !== undefined)] as const,
  );
  return Object.fromEntries(told.flatMap(([key, value]) => (value === null ? [] : [[key, value]])));
}

type Taken = [number, number] | number | string | null;

/** Numerator, denominator and value; null where no row gives anything. */
function measured(
  how: (typeof BY_HAND)[string]["how"],
  taken: Taken[],
  of: readonly Row[],
  isByQueue: boolean,
): (number | null)[] | null {
  const add = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0);
  if (how === "ratio") {
    const pairs = taken as [number, number][];
    if (pairs.every(([part, whole]) => part === 0 && whole === 0)) return null;
    // Queues under different formulas have no service level together.
    const formulas = new Set(of.map(({ formula }) => formula));
    if (isByQueue && formulas.size > 1) return [null, null, null];
    const [part, whole] = [add(pairs.map((pair) => pair[0])), add(pairs.map((pair) => pair[1]))];
    return [part, whole, whole === 0 ? null : part / whole];
  }
  const values = taken.filter((value) => value !== null) as number[];
  if (how === "sum") return values.every((value) => value === 0) ? null : [add(values), null, add(values)];
  if (values.length === 0) return null;
  if (how === "distinct") return [new Set(values).size, null, new Set(values).size];
  if (how === "mean") return [add(values), values.length, add(values) / values.length];
  const nearest = values.toSorted((a, b) => a - b)[Math.ceil((how * values.length) / 100) - 1] ?? null;
  return [nearest, null, nearest];
}

/** The slots a row lies in, with its part of each. */
function slotsOf(row: Row, of: keyof BruteRows, ask: MetricAsk): { slot: number | null; part: Row }[] {
  if (of !== "stays") {
    const at = ask.attribution === "end" ? row.end : row.start;
    if (at === null || at === undefined) return [];
    const slot = slotAt(Number(at), ask);
    return slot === undefined ? [] : [{ slot, part: row }];
  }
  const parts: { slot: number | null; part: Row }[] = [];
  const end = Math.min(Number(row.end ?? ask.horizon_at_ms));
  // Quarter-hours: every zone's day, hour and change of the clock begins with one.
  const quarter = 900_000;
  for (let at = Number(row.start); at < end; at = Math.min(end, (Math.floor(at / quarter) + 1) * quarter)) {
    const until = Math.min(end, (Math.floor(at / quarter) + 1) * quarter);
    const slot = slotAt(at, ask);
    if (slot !== undefined) parts.push({ slot, part: { ...row, ms: until - at } });
  }
  return parts;
}

const dates = new Map<string, Intl.DateTimeFormat>();
const remembered = new Map<string, string>();

function dateOf(zone: string, at: number): string {
  const key = `${zone} ${Math.floor(at / 900_000)}`;
  const format = dates.get(zone) ?? new Intl.DateTimeFormat("sv-SE", { timeZone: zone, dateStyle: "short" });
  dates.set(zone, format);
  const date = remembered.get(key) ?? format.format(at);
  remembered.set(key, date);
  return date;
}

/** The first quarter-hour of the day that has this date. */
function midnight(zone: string, date: string): number {
  let at = Date.parse(`${date}T00:00:00Z`) - 15 * 3_600_000;
  while (dateOf(zone, at) < date) at += 900_000;
  return at;
}

/** Undefined outside of the period. */
function slotAt(at: number, { zone, from, to, slot, week_starts_on }: MetricAsk): number | null | undefined {
  const date = dateOf(zone, at);
  if (date < from || date > to) return undefined;
  if (slot === null) return null;
  if (typeof slot === "number") return at - ((at - midnight(zone, date)) % (slot * 60_000));
  if (slot === "day") return midnight(zone, date);
  if (slot === "month") return midnight(zone, `${date.slice(0, 7)}-01`);
  let first = date;
  while ((new Date(`${first}T00:00:00Z`).getUTCDay() || 7) !== week_starts_on) first = addDays(first, -1);
  return midnight(zone, first);
}

async function rowsByHand(texts: Record<string, string>): Promise<BruteRows> {
  const lines = Object.entries(texts).flatMap(([name, text]) =>
    text
      .split("\n")
      .filter(Boolean)
      .map((line): { name: string; line: Record<string, never> } => ({ name, line: JSON.parse(line) })),
  );
  const empty = {
    endedAt: null,
    sequence: null,
    agentId: null,
    queueId: null,
    teamId: null,
    siteId: null,
    entryPointId: null,
  };
  const none = { reasonCode: null, terminatingEnd: null, channelType: null, direction: null, isOutdial: null };
  const rest = { origin: null, destination: null, wrapupCode: null };
  const events = lines
    .filter(({ name }) => name.startsWith("contact"))
    .map(({ line }): BruteEvent => {
      const { contactId, at, event } = line as unknown as { contactId: string; at: number; event: string };
      return { ...empty, ...none, ...rest, eventId: `${contactId}-${at}-${event}`, ...line } as BruteEvent;
    });
  const byAgent = grouped(
    lines.filter(
      ({ name, line }) => name.startsWith("agent") && line.reasonCode !== undefined && line.contactId !== undefined,
    ),
    ({ line }) => String(line.contactId),
  );
  const checks = new Map(
    (
      await centre
        .db("sequence_checks")
        .join("contacts", "contacts.contact_key", "sequence_checks.contact_key")
        .select()
    ).map((row: Row) => [
      row.contact_id,
      {
        judged: row.judged_count,
        accepted: row.accepted_count,
        found: row.violation_count,
        beside: row.not_in_table_count,
      } as Row,
    ]),
  );
  const newest = lines.reduce((latest, { line }) => Math.max(latest, Number(line.at)), 0);
  const all: BruteRows = {
    visits: [],
    centre: [],
    contacts: [],
    handled: [],
    reported: [],
    offers: [],
    callbacks: [],
    failures: [],
    checks: [],
    stays: await staysByHand(),
  };
  const limits = (queue: string | null) => {
    const own = centre.config.queues[queue ?? ""] ?? centre.config.thresholds;
    return {
      level: own.service_level_ms,
      abandon: own.short_abandon_ms,
      formula: own.formula,
      rona: own.rona_after_ms,
    };
  };
  for (const [id, own] of grouped(events, ({ contactId }) => contactId)) {
    const told = (byAgent.get(id) ?? []).map(({ line }) => {
      const { reasonCode, queueId, agentId, at } = line as unknown as Record<string, string | undefined>;
      return { code: String(reasonCode), queue: queueId ?? null, agent: String(agentId), at: Number(at) };
    });
    const made = contactRows(bruteActivities(own), newest, limits, checks.get(id), told);
    for (const [name, more] of Object.entries(made)) all[name as keyof BruteRows].push(...more);
  }
  return all;
}

/** The stays of persons as they are stored: how they come about is tested where they are made. */
async function staysByHand(): Promise<Row[]> {
  const stays: Row[] = await centre
    .db("person_stays")
    .join("agents", "agents.agent_key", "person_stays.agent_key")
    .select();
  const sessions: Row[] = await centre.db("agent_sessions").orderBy("started_at_ms").select();
  return stays.map((stay) => {
    const own = sessions.filter(
      (each) => each.agent_key === stay.agent_key && Number(each.started_at_ms) <= Number(stay.started_at_ms),
    );
    const last = own.at(-1);
    const place = {
      agent: stay.agent_id,
      team: last?.team_id ?? null,
      site: last?.site_id ?? null,
      channel: "telephony",
    };
    return { ...place, kind: stay.kind, start: stay.started_at_ms, end: stay.ended_at_ms } as Row;
  });
}
