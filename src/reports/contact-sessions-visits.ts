import type { Words } from "../i18n/words";
import { metricOf } from "../metrics/catalogue";
import type { Figure } from "../metrics/figure";
import { measure } from "../metrics/measure";
import { plainAsk } from "../metrics/placed";
import type { SlotLength } from "../metrics/slots";
import { grouped } from "./page";
import type { Ask } from "./report";
import { type QueueThresholds, thresholdsOf } from "./thresholds";

/** The columns of the report, and the metrics of the catalogue they show. */
const COLUMNS = {
  offered_count: "offered_visits",
  answered_count: "answered_visits",
  answered_in_time_count: "answered_in_time_visits",
  abandoned_count: "abandoned_visits",
  abandoned_in_time_count: "abandoned_in_time_visits",
  short_abandon_count: "short_abandon_visits",
  callback_count: "callback_taken_visits",
  callback_in_time_count: "callback_taken_in_time_visits",
  breakout_count: "breakout_visits",
  callback_visit_count: "callback_visits",
  waiting_count: "waiting_visits",
  left_out_count: "left_out_visits",
} as const;

const MEASURES = {
  service_level_share: "service_level",
  abandon_rate_share: "abandon_rate",
  asa_ms: "asa",
  median_wait_ms: "median_wait",
  p90_wait_ms: "p90_wait",
  longest_wait_ms: "longest_wait",
} as const;

/** The metric of each column. */
export const METRIC_OF: Readonly<Record<string, string>> = { ...COLUMNS, ...MEASURES };

/** The columns that count visits, in the order of the report. */
export const COUNTED = Object.keys(COLUMNS) as (keyof typeof COLUMNS)[];

/** Visits of one scope: a queue or all of a channel, in one slot of time or the whole period; shares 0…1, null is no data. */
export interface Visits extends Record<keyof typeof COLUMNS, number>, Record<keyof typeof MEASURES, number | null> {
  channel_type: string;
  queue_key: string;
  queue_id: string | null;
  queue_name: string | null;
  least_service_level_ms: number | null;
  most_service_level_ms: number | null;
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

/** Every inbound visit that entered a queue in the period, put together in the scopes the report shows. */
export async function readVisits(ask: Ask): Promise<AllVisits> {
  const { thresholds } = ask.box;
  const queues = await readScope(ask, "queue", null);
  const queueHalfHours = await readScope(ask, "queue", 30);
  const alone = (visits: Visits): Visits => limited(visits, [visits], thresholds);
  const all = async (slot: SlotLength): Promise<Visits[]> => {
    const rows = await readScope(ask, "all", slot);
    const together = rows.map((visits) => ({
      visits,
      members: slot === 30 ? membersOf(queueHalfHours, visits) : membersOf(queues, { ...visits, slot_at_ms: 0 }),
    }));
    // Without a single visit there is one row of zeroes, of no queue.
    const told = together.filter(({ members }) => members.length > 0);
    return told.map(({ visits, members }) => limited(visits, members, thresholds));
  };
  const own = queues.map(alone);
  const channels = await all(null);
  return {
    telephony: channels.find(isTelephony) ?? alone(empty("telephony")),
    channels,
    queues: [...own.filter(isTelephony), ...own.filter((visits) => !isTelephony(visits))],
    half_hours: (await all(30)).filter(isTelephony),
    days: ask.period.from === ask.period.to ? [] : (await all("day")).filter(isTelephony),
    queue_half_hours: queueHalfHours.map(alone),
  };
}

/** A formula as a page names it: by its id, by which it is looked up and compared. */
export function formulaName({ t }: Words, formula: string): string {
  return formula === "mixed" ? t("mixed") : formula;
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
  return { ...visits, ...NO_COUNTS, ...NO_MEASURES };
}

const NO_COUNTS = Object.fromEntries(Object.keys(COLUMNS).map((name) => [name, 0])) as Record<
  keyof typeof COLUMNS,
  number
>;
const NO_MEASURES = Object.fromEntries(Object.keys(MEASURES).map((name) => [name, null])) as Record<
  keyof typeof MEASURES,
  null
>;

/** Rows of figures that belong together, still without what is told of thresholds. */
async function readScope({ db, config, period }: Ask, dimension: "all" | "queue", slot: SlotLength): Promise<Visits[]> {
  const ask = { ...plainAsk(config.zone, period.from, period.to), dimension, slot };
  const wanted = [...Object.values(COLUMNS), ...Object.values(MEASURES)].map(metricOf);
  const figures = await measure(db, wanted, ask);
  const scopes = grouped(figures, (figure) => `${figure.channel_type}\t${figure.scope_id}\t${figure.slot_at_ms}`);
  return [...scopes.values()].map(rowOf);
}

function rowOf(figures: readonly Figure[]): Visits {
  const [first] = figures;
  if (first === undefined) throw new Error("a scope without figures");
  const value = (id: string): number | null => figures.find(({ metric_id }) => metric_id === id)?.value ?? null;
  const counts = Object.entries(COLUMNS).map(([name, id]) => [name, value(id) ?? 0] as const);
  const measures = Object.entries(MEASURES).map(([name, id]) => [name, value(id)] as const);
  const row: Visits = {
    ...empty(first.channel_type ?? ""),
    ...Object.fromEntries(counts),
    ...Object.fromEntries(measures),
  };
  const isQueue = first.dimension === "queue";
  return {
    ...row,
    // Those still waiting have a column of their own.
    left_out_count: row.left_out_count - row.waiting_count,
    slot_at_ms: first.slot_at_ms ?? 0,
    queue_key: first.scope_id,
    queue_id: isQueue && first.scope_id !== "" ? first.scope_id : null,
    queue_name: isQueue ? first.scope_name : null,
    queue: first.scope_name ?? first.scope_id,
  };
}

function empty(channel: string): Visits {
  const place = { channel_type: channel, queue_key: "", queue_id: null, queue_name: null, queue: "", slot_at_ms: 0 };
  const limits = {
    least_service_level_ms: null,
    most_service_level_ms: null,
    formula: "",
    threshold_ms: null,
    goal_share: null,
  };
  return { ...place, ...limits, ...NO_COUNTS, ...NO_MEASURES };
}

/** The queues that are put together in a scope. */
function membersOf(queues: readonly Visits[], { channel_type, slot_at_ms }: Visits): Visits[] {
  return queues.filter((queue) => queue.channel_type === channel_type && queue.slot_at_ms === slot_at_ms);
}

/** Visits with the thresholds, the formula and the goal of the queues they are of. */
function limited(visits: Visits, queues: readonly Visits[], thresholds: readonly QueueThresholds[]): Visits {
  const own = queues.map(({ queue_id, queue_name }) => thresholdsOf(thresholds, queue_id, queue_name));
  const [formula, otherFormula] = new Set(own.map((each) => each.formula));
  const [goal, otherGoal] = new Set(own.map((each) => each.service_level_goal_share));
  const levels = own.map((each) => each.service_level_ms);
  const [least, most] = levels.length === 0 ? [null, null] : [Math.min(...levels), Math.max(...levels)];
  return {
    ...visits,
    least_service_level_ms: least,
    most_service_level_ms: most,
    formula: otherFormula === undefined ? (formula ?? "mixed") : "mixed",
    threshold_ms: least === most ? least : null,
    goal_share: otherGoal === undefined ? (goal ?? null) : null,
  };
}
