import { join } from "node:path";
import { dayStartMs, localDay, MINUTE } from "../base/days";
import type { Words } from "../i18n/words";
import { readSql, selectRows, type Bindings } from "../db/sql";
import { grouped } from "./page";
import type { Ask } from "./report";
import { abandonRate, serviceLevel, type VisitCounts } from "./service-level";
import { type QueueThresholds, thresholdsOf } from "./thresholds";
import { shareOf } from "./units";

/** Visits of one scope: a queue or all of a channel, in one slot of time or the whole period. */
interface VisitSums extends VisitCounts {
  channel_type: string;
  queue_key: string;
  queue_id: string | null;
  queue_name: string | null;
  least_service_level_ms: number | null;
  most_service_level_ms: number | null;
  callback_visit_count: number;
  waiting_count: number;
  left_out_count: number;
  answered_wait_ms: number;
  longest_wait_ms: number | null;
}

interface HalfHourRow extends VisitSums {
  half_hour_at_ms: number;
}

interface WaitRow {
  channel_type: string;
  queue_key: string;
  slot_at_ms: number;
  median_wait_ms: number | null;
  p90_wait_ms: number | null;
}

/** Visits with the figures made of them; shares 0…1, null where there is nothing to divide by. */
export interface Visits extends VisitSums {
  /** Where the slot begins; 0 for the whole period. */
  slot_at_ms: number;
  /** Its name, else its id; empty where neither was delivered. */
  queue: string;
  /** `mixed` where queues with different formulas are put together: then there is no service level. */
  formula: string;
  /** Null where queues with different thresholds are put together. */
  threshold_ms: number | null;
  /** Null where the queues have different goals. */
  goal_share: number | null;
  service_level_share: number | null;
  abandon_rate_share: number | null;
  asa_ms: number | null;
  median_wait_ms: number | null;
  p90_wait_ms: number | null;
}

export interface AllVisits {
  /** All telephone queues together. */
  telephony: Visits;
  channels: Visits[];
  /** Telephone queues first. */
  queues: Visits[];
  /** All telephone queues together, by half-hour and by day. */
  half_hours: Visits[];
  days: Visits[];
  queue_half_hours: Visits[];
}

const HALF_HOUR_MS = 30 * MINUTE;
/** Longer than any local day: the whole day is one slot. */
const DAY_MS = 48 * 60 * MINUTE;

/** Every inbound visit that entered a queue in the period, put together in the scopes the report shows. */
export async function readVisits(ask: Ask): Promise<AllVisits> {
  const { zone } = ask.config;
  const rows = await askPart<HalfHourRow>(ask, "visits", {});
  const dayOf = remembered((at: number) => dayStartMs(zone, localDay(zone, at)));
  const scope = async (byQueue: boolean, slotMs: number, slotOf: (at: number) => number): Promise<Visits[]> => {
    const waits = await askPart<WaitRow>(ask, "waits", { by_queue: byQueue ? 1 : 0, slot_ms: slotMs });
    return putTogether(rows, waits, byQueue, slotOf, ask.box.thresholds);
  };
  const whole = (): number => 0;
  const itself = (at: number): number => at;
  const channels = await scope(false, 0, whole);
  const queues = await scope(true, 0, whole);
  return {
    telephony: channels.find(isTelephony) ?? noTelephony(ask.box.thresholds),
    channels,
    queues: [...queues.filter(isTelephony), ...queues.filter((visits) => !isTelephony(visits))],
    half_hours: (await scope(false, HALF_HOUR_MS, itself)).filter(isTelephony),
    days: ask.period.from === ask.period.to ? [] : (await scope(false, DAY_MS, dayOf)).filter(isTelephony),
    queue_half_hours: await scope(true, HALF_HOUR_MS, itself),
  };
}

/** The threshold of the service level in words: `20 s`, or `by queue`. */
export function withinWords(words: Words, { threshold_ms }: Visits): string {
  return threshold_ms === null ? words.t("by queue") : words.threshold(threshold_ms);
}

export function isTelephony({ channel_type }: { channel_type: string }): boolean {
  return channel_type === "telephony";
}

/** The same scope without a single visit: counts are 0, and there is nothing to divide or to measure. */
export function withoutVisits(visits: Visits): Visits {
  const sums = Object.fromEntries(SUMS.map((name) => [name, 0]));
  const waits = { asa_ms: null, median_wait_ms: null, p90_wait_ms: null, longest_wait_ms: null };
  return { ...visits, ...sums, ...waits, service_level_share: null, abandon_rate_share: null };
}

async function askPart<Row>({ db, period }: Ask, part: string, more: Bindings): Promise<Row[]> {
  const bindings = { from_day: period.from, to_day: period.to, ...more };
  return await selectRows<Row>(db, readSql(join(__dirname, `contact-sessions-${part}.sql`)), bindings);
}

const SUMS = [
  "offered_count",
  "answered_count",
  "answered_in_time_count",
  "abandoned_count",
  "abandoned_in_time_count",
  "short_abandon_count",
  "callback_count",
  "callback_in_time_count",
  "breakout_count",
  "callback_visit_count",
  "waiting_count",
  "left_out_count",
  "answered_wait_ms",
] as const;

/** Sums of half-hours by scope, with the percentiles of the same scope, which cannot be summed. */
function putTogether(
  rows: readonly HalfHourRow[],
  waits: readonly WaitRow[],
  byQueue: boolean,
  slotOf: (at: number) => number,
  thresholds: readonly QueueThresholds[],
): Visits[] {
  const keyOf = (channel: string, queue: string, slot: number): string => `${channel}\t${queue}\t${slot}`;
  const waitsOf = new Map(waits.map((row) => [keyOf(row.channel_type, row.queue_key, row.slot_at_ms), row]));
  const scopes = grouped(rows, (row) =>
    keyOf(row.channel_type, byQueue ? row.queue_key : "", slotOf(row.half_hour_at_ms)),
  );
  return [...scopes].map(([key, members]) => {
    const own = members.map(({ queue_id, queue_name }) => thresholdsOf(thresholds, queue_id, queue_name));
    const measured = measure(summed(members, byQueue), slotOf(members[0]?.half_hour_at_ms ?? 0), own);
    const { median_wait_ms = null, p90_wait_ms = null } = waitsOf.get(key) ?? {};
    return { ...measured, median_wait_ms, p90_wait_ms };
  });
}

function summed(members: readonly HalfHourRow[], byQueue: boolean): VisitSums {
  const [first] = members;
  if (first === undefined) throw new Error("a scope without visits");
  const total: VisitSums = { ...first };
  for (const member of members.slice(1)) {
    for (const name of SUMS) total[name] += member[name];
    total.longest_wait_ms = furthest(total.longest_wait_ms, member.longest_wait_ms, Math.max);
    total.least_service_level_ms = furthest(total.least_service_level_ms, member.least_service_level_ms, Math.min);
    total.most_service_level_ms = furthest(total.most_service_level_ms, member.most_service_level_ms, Math.max);
  }
  return byQueue ? total : { ...total, queue_key: "", queue_id: null, queue_name: null };
}

function furthest(a: number | null, b: number | null, choose: (a: number, b: number) => number): number | null {
  if (a === null || b === null) return a ?? b;
  return choose(a, b);
}

function measure(sums: VisitSums, slotAtMs: number, thresholds: readonly QueueThresholds[]): Visits {
  const [formula, otherFormula] = new Set(thresholds.map((each) => each.formula));
  const [goal, otherGoal] = new Set(thresholds.map((each) => each.service_level_goal_share));
  const used = otherFormula === undefined ? (formula ?? "mixed") : "mixed";
  const { least_service_level_ms: least, most_service_level_ms: most } = sums;
  return {
    ...sums,
    slot_at_ms: slotAtMs,
    queue: sums.queue_name ?? sums.queue_id ?? "",
    formula: used,
    threshold_ms: least === most ? least : null,
    goal_share: otherGoal === undefined ? (goal ?? null) : null,
    service_level_share: serviceLevel(used, sums),
    abandon_rate_share: abandonRate(sums),
    asa_ms: shareOf(sums.answered_wait_ms, sums.answered_count),
    median_wait_ms: null,
    p90_wait_ms: null,
  };
}

function noTelephony(thresholds: readonly QueueThresholds[]): Visits {
  const general = thresholdsOf(thresholds, null, null);
  const { service_level_ms: level } = general;
  const place = { channel_type: "telephony", queue_key: "", queue_id: null, queue_name: null };
  const zeroes = Object.fromEntries(SUMS.map((name) => [name, 0])) as Record<(typeof SUMS)[number], number>;
  const limits = { least_service_level_ms: level, most_service_level_ms: level, longest_wait_ms: null };
  return measure({ ...place, ...zeroes, ...limits }, 0, [general]);
}

function remembered(compute: (at: number) => number): (at: number) => number {
  const known = new Map<number, number>();
  return (at) => {
    const value = known.get(at) ?? compute(at);
    known.set(at, value);
    return value;
  };
}
