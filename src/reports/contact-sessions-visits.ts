import { join } from "node:path";
import { intervalMarks, localDay, localTime, MINUTE } from "../base/days";
import { readSql, selectRows } from "../db/sql";
import type { Ask } from "./report";
import { abandonRate, serviceLevel, type VisitCounts } from "./service-level";
import { shareBar } from "./svg";
import { type Column, type CsvTable, pageTable, type PageTable, type TableRow } from "./table";
import { type QueueThresholds, thresholdsOf } from "./thresholds";
import { formatThreshold, shareOf } from "./units";

interface VisitRow extends VisitCounts {
  channel_type: string;
  queue_key: string;
  slot_at_ms: number;
  queue_id: string | null;
  queue_name: string | null;
  least_service_level_ms: number | null;
  most_service_level_ms: number | null;
  callback_visit_count: number;
  waiting_count: number;
  left_out_count: number;
  wait_ms: number | null;
  median_wait_ms: number | null;
  p90_wait_ms: number | null;
  longest_wait_ms: number | null;
}

/** Visits of one scope with the figures made of them; shares 0…1, null where there is nothing to divide by. */
export interface Visits extends VisitRow {
  queue: string;
  /** `mixed` where queues with different formulas are put together: then there is no service level. */
  formula: string;
  /** `20 s`; `by queue` where queues with different thresholds are put together. */
  threshold: string;
  goal_share: number | null;
  service_level_share: number | null;
  abandon_rate_share: number | null;
  asa_ms: number | null;
}

export interface AllVisits {
  /** All telephone queues together. */
  telephony: Visits;
  channels: Visits[];
  queues: Visits[];
  /** All telephone queues together, by half-hour and by day. */
  half_hours: Visits[];
  days: Visits[];
  queue_half_hours: Visits[];
}

const HALF_HOUR = 30 * MINUTE;
/** Longer than any local day: the whole day is one slot. */
const DAY_SLOT = 48 * 60 * MINUTE;

export async function readVisits(ask: Ask): Promise<AllVisits> {
  const { thresholds } = ask.box;
  const part = async (byQueue: 0 | 1, slotMs: number): Promise<VisitRow[]> =>
    await selectRows<VisitRow>(ask.db, readSql(join(__dirname, "contact-sessions-visits.sql")), {
      by_queue: byQueue,
      slot_ms: slotMs,
      from_day: ask.period.from,
      to_day: ask.period.to,
    });
  const queues = (await part(1, 0)).map((row) =>
    measured(row, [thresholdsOf(thresholds, row.queue_id, row.queue_name)]),
  );
  const used = (channel: string): QueueThresholds[] =>
    queues
      .filter(({ channel_type }) => channel_type === channel)
      .map(({ queue_id, queue_name }) => thresholdsOf(thresholds, queue_id, queue_name));
  const together = (rows: VisitRow[]): Visits[] => rows.map((row) => measured(row, used(row.channel_type)));
  const channels = together(await part(0, 0));
  return {
    telephony: channels.find(isTelephony) ?? measured(nothing(0), [thresholdsOf(thresholds, null, null)]),
    channels,
    queues: queues.toSorted(telephonyFirst),
    half_hours: together(await part(0, HALF_HOUR)).filter(isTelephony),
    days: together(await part(0, DAY_SLOT)).filter(isTelephony),
    queue_half_hours: (await part(1, HALF_HOUR)).map((row) =>
      measured(row, [thresholdsOf(thresholds, row.queue_id, row.queue_name)]),
    ),
  };
}

/** Counts and waits, as the page and the CSV files show them. */
const MEASURES: readonly Column[] = [
  { key: "offered_count", label: "Offered", unit: "count", of: "visits" },
  { key: "answered_count", label: "Answered", unit: "count", of: "visits" },
  {
    key: "answered_in_time_count",
    label: "in time",
    unit: "count",
    of: "visits",
    hint: "answered within the threshold",
  },
  { key: "service_level_share", label: "Service level", unit: "share" },
  { key: "asa_ms", label: "ASA", unit: "duration", hint: "average speed of answer: mean wait of the answered" },
  { key: "median_wait_ms", label: "Median wait", unit: "duration" },
  { key: "p90_wait_ms", label: "P90 wait", unit: "duration", hint: "nine of ten waited no longer" },
  { key: "longest_wait_ms", label: "Longest wait", unit: "duration", hint: "answered or abandoned" },
  { key: "abandoned_count", label: "Abandoned", unit: "count", of: "visits" },
  { key: "abandoned_in_time_count", label: "Abandoned in time", unit: "count", of: "visits", only: "csv" },
  { key: "short_abandon_count", label: "of these short", csv_label: "Short abandons", unit: "count", of: "visits" },
  { key: "abandon_rate_share", label: "Abandon rate", unit: "share" },
  {
    key: "callback_count",
    label: "Callbacks",
    unit: "count",
    of: "visits",
    hint: "a callback was taken instead of waiting",
  },
  { key: "callback_in_time_count", label: "Callbacks in time", unit: "count", of: "visits", only: "csv" },
  { key: "breakout_count", label: "Breakouts", unit: "count", of: "visits", hint: "left the queue some other way" },
];

const LEFT_OUT: readonly Column[] = [
  { key: "waiting_count", label: "Still waiting", unit: "count", of: "visits" },
  {
    key: "left_out_count",
    label: "Left out",
    unit: "count",
    of: "visits",
    hint: "of contacts that are open, truncated or came without their start: in no rate",
  },
  { key: "callback_visit_count", label: "Callback visits", unit: "count", of: "visits", only: "csv" },
];

const FORMULA: readonly Column[] = [
  { key: "formula", label: "Formula", unit: "text", only: "csv" },
  { key: "threshold_ms", label: "Threshold", unit: "duration", only: "csv" },
  { key: "goal_share", label: "Goal", unit: "share", only: "csv" },
];

/** Every queue with its figures: telephony first with a total; channels are never added up. */
export function queueTables({ queues, telephony }: AllVisits, ask: Ask): { page: PageTable; csv: CsvTable } {
  const columns: Column[] = [
    { key: "queue", label: "Queue", unit: "text" },
    { key: "queue_id", label: "Queue id", unit: "text", only: "csv" },
    { key: "channel_type", label: "Channel", unit: "text" },
    { key: "threshold", label: "Within", unit: "text", only: "page", hint: "threshold of the service level" },
    ...withBar(MEASURES),
    ...LEFT_OUT,
    ...FORMULA,
  ];
  const shown = queues.filter((queue) => queue.offered_count + queue.waiting_count + queue.left_out_count > 0);
  const calls = shown.filter(isTelephony);
  const total = calls.length > 1 ? [{ ...barred(telephony), queue: "All telephone queues", is_total: 1 }] : [];
  const others = shown.filter((visits) => !isTelephony(visits));
  const rows = [...calls.map(barred), ...total, ...others.map(barred)];
  return {
    page: pageTable(
      "Queues",
      columns,
      rows,
      ask.config.zone,
      "Inbound visits that entered in the period. The tick on a bar is the goal.",
    ),
    csv: { name: "contact-sessions", columns, rows: queues.map(barred) },
  };
}

/** By half-hour for one day, by day for more; the CSV file has every half-hour, all queues together and each. */
export function intervalTables(visits: AllVisits, ask: Ask): { page: PageTable; csv: CsvTable } {
  const { zone } = ask.config;
  const { from, to } = ask.period;
  const isOneDay = from === to;
  const marks = intervalMarks(zone, from, to, 30).slice(0, -1);
  const bySlot = new Map(visits.half_hours.map((row) => [row.slot_at_ms, row]));
  const grid = marks.map((at) => bySlot.get(at) ?? { ...visits.telephony, ...nothing(at), ...NOTHING_MEASURED });
  const slots: TableRow[] = isOneDay
    ? halfHours(grid, zone)
    : visits.days.map((row) => ({ ...barred(row), begins: localDay(zone, row.slot_at_ms) }));
  const pageColumns: Column[] = [
    { key: "begins", label: isOneDay ? "From" : "Day", unit: "text" },
    ...withBar(MEASURES).map((column) => ({ ...column, empty: "–" })),
  ];
  const csvRows = [...grid.map((row) => ({ ...row, queue: "(all telephone queues)" })), ...visits.queue_half_hours];
  return {
    page: pageTable(
      isOneDay ? "Half-hours" : "Days",
      pageColumns,
      slots,
      zone,
      "All telephone queues together, by the time a visit entered its queue.",
    ),
    csv: {
      name: "contact-sessions-intervals",
      columns: [
        { key: "slot_at_ms", label: "Half-hour from", unit: "instant" },
        { key: "offset", label: "UTC offset", unit: "text" },
        { key: "channel_type", label: "Channel", unit: "text" },
        { key: "queue", label: "Queue", unit: "text" },
        { key: "queue_id", label: "Queue id", unit: "text" },
        ...MEASURES,
        ...LEFT_OUT,
        ...FORMULA,
      ],
      rows: csvRows.map((row) => ({ ...barred(row), offset: `UTC${localTime(zone, row.slot_at_ms, "ZZ")}` })),
    },
  };
}

function withBar(columns: readonly Column[]): Column[] {
  const bar: Column = { key: "bar", label: "", unit: "markup" };
  return columns.flatMap((column) => (column.key === "service_level_share" ? [column, bar] : [column]));
}

const NOTHING_MEASURED = { service_level_share: null, abandon_rate_share: null, asa_ms: null };

/** The half-hours from the first to the last with a visit; the quiet night before and after stays in the CSV file. */
function halfHours(grid: Visits[], zone: string): TableRow[] {
  const busy = ({ offered_count, waiting_count, left_out_count }: Visits): boolean =>
    offered_count + waiting_count + left_out_count > 0;
  const first = grid.findIndex(busy);
  if (first === -1) return [];
  return grid
    .slice(first, grid.findLastIndex(busy) + 1)
    .map((row) => ({ ...barred(row), begins: localTime(zone, row.slot_at_ms, "HH:mm") }));
}

function barred(visits: Visits): Visits & TableRow {
  return {
    ...visits,
    threshold_ms: visits.least_service_level_ms === visits.most_service_level_ms ? visits.least_service_level_ms : null,
    bar: shareBar(visits.service_level_share, "s1", visits.service_level_share === null ? null : visits.goal_share),
  };
}

function measured(row: VisitRow, thresholds: readonly QueueThresholds[]): Visits {
  const formulas = new Set(thresholds.map(({ formula }) => formula));
  const goals = new Set(thresholds.map(({ service_level_goal_share }) => service_level_goal_share));
  const formula = formulas.size === 1 ? ([...formulas][0] ?? "mixed") : "mixed";
  const own = thresholds[0]?.service_level_ms ?? 0;
  const [least, most] = [row.least_service_level_ms ?? own, row.most_service_level_ms ?? own];
  return {
    ...row,
    queue: row.queue_name ?? row.queue_id ?? (row.queue_key === "" ? "(no queue named)" : row.queue_key),
    formula,
    threshold: least === most ? formatThreshold(least) : "by queue",
    goal_share: goals.size === 1 ? ([...goals][0] ?? null) : null,
    service_level_share: serviceLevel(formula, row),
    abandon_rate_share: abandonRate(row),
    asa_ms: shareOf(row.wait_ms ?? 0, row.answered_count),
  };
}

function nothing(slotAtMs: number): VisitRow {
  const counts = {
    offered_count: 0,
    answered_count: 0,
    answered_in_time_count: 0,
    abandoned_count: 0,
    abandoned_in_time_count: 0,
  };
  const others = { short_abandon_count: 0, callback_count: 0, callback_in_time_count: 0, breakout_count: 0 };
  const leftOut = { callback_visit_count: 0, waiting_count: 0, left_out_count: 0 };
  const waits = { wait_ms: null, median_wait_ms: null, p90_wait_ms: null, longest_wait_ms: null };
  const place = { channel_type: "telephony", queue_key: "", slot_at_ms: slotAtMs, queue_id: null, queue_name: null };
  const levels = { least_service_level_ms: null, most_service_level_ms: null };
  return { ...place, ...levels, ...counts, ...others, ...leftOut, ...waits };
}

function isTelephony({ channel_type }: VisitRow): boolean {
  return channel_type === "telephony";
}

function telephonyFirst(a: Visits, b: Visits): number {
  return Number(isTelephony(b)) - Number(isTelephony(a));
}
