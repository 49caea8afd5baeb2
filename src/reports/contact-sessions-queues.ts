import type { Words } from "../i18n/words";
import { intervalMarks, localDay, localTime, MINUTE } from "../base/days";
import {
  type AllVisits,
  isTelephony,
  METRIC_OF,
  type Visits,
  withinWords,
  withoutVisits,
} from "./contact-sessions-visits";
import type { Ask } from "./report";
import { shareBar } from "./svg";
import { type Column, type CsvTable, pageTable, type PageTable, type TableRow } from "./table";

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

/**
 * Every queue with its figures: telephony first with a total; channels are never added up.
 *
 * @param placeOf the page with the evidence of a row; empty for none
 */
export function queueTables(
  { queues, telephony }: AllVisits,
  placeOf: (visits: Visits) => string,
  ask: Ask,
): { page: PageTable; csv: CsvTable } {
  const { words } = ask;
  const told = (visits: Visits): Visits & TableRow => ({ ...barred(words, visits), evidence: placeOf(visits) });
  const columns: Column[] = [
    { key: "queue", label: "Queue", unit: "text" },
    { key: "queue_id", label: "Queue id", unit: "text", only: "csv" },
    { key: "channel_type", label: "Channel", unit: "text", names: "channel" },
    { key: "within", label: "Within", unit: "text", only: "page", hint: "threshold of the service level" },
    ...[...withBar(MEASURES), ...LEFT_OUT].map(linked),
    ...FORMULA,
  ];
  const shown = queues.filter((queue) => queue.offered_count + queue.waiting_count + queue.left_out_count > 0);
  const calls = shown.filter(isTelephony);
  const total = calls.length > 1 ? [{ ...told(telephony), queue: words.t("All telephone queues"), is_total: 1 }] : [];
  const others = shown.filter((visits) => !isTelephony(visits));
  const rows = [...calls.map(told), ...total, ...others.map(told)];
  return {
    page: pageTable(
      words.t("Queues"),
      columns,
      rows,
      ask,
      words.t("Inbound visits that entered in the period. The tick on a bar is the goal."),
    ),
    csv: { name: "contact-sessions", columns, rows: queues.map(told) },
  };
}

/** By half-hour for one day, by day for more; the CSV file has every half-hour, all queues together and each. */
export function intervalTables(visits: AllVisits, ask: Ask): { page: PageTable; csv: CsvTable } {
  const { words } = ask;
  const { zone } = ask.config;
  const { from, to } = ask.period;
  const isOneDay = from === to;
  const marks = intervalMarks(zone, from, to, 30).slice(0, -1);
  const bySlot = new Map(visits.half_hours.map((row) => [row.slot_at_ms, row]));
  const grid = marks.map((at) => bySlot.get(at) ?? { ...withoutVisits(visits.telephony), slot_at_ms: at });
  const slots: TableRow[] = isOneDay
    ? halfHours(words, grid, zone)
    : visits.days.map((row) => ({ ...barred(words, row), begins: localDay(zone, row.slot_at_ms) }));
  const pageColumns: Column[] = [
    { key: "begins", label: isOneDay ? "Begins" : "Day", unit: "text" },
    ...withBar(MEASURES).map((column) => ({ ...column, empty: "–" })),
  ];
  const csvRows = [
    ...grid.map((row) => ({ ...row, queue: words.t("(all telephone queues)") })),
    ...visits.queue_half_hours,
  ];
  return {
    page: pageTable(
      isOneDay ? words.t("Half-hours") : words.t("Days"),
      pageColumns,
      slots,
      ask,
      words.t("All telephone queues together, by the time a visit entered its queue."),
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
      rows: csvRows.map((row) => ({ ...barred(words, row), offset: utcOffset(zone, row.slot_at_ms) })),
    },
  };
}

/** Every figure that has a metric links to what it is made of. */
function linked(column: Column): Column {
  const metric = METRIC_OF[column.key];
  if (metric === undefined) return column;
  return {
    ...column,
    href: ({ evidence }) => (typeof evidence === "string" && evidence !== "" ? `${evidence}#${metric}` : ""),
  };
}

function withBar(columns: readonly Column[]): Column[] {
  const bar: Column = { key: "bar", label: "", unit: "markup" };
  return columns.flatMap((column) => (column.key === "service_level_share" ? [column, bar] : [column]));
}

/** The half-hours from the first to the last with a visit; the quiet night before and after stays in the CSV file. */
function halfHours(words: Words, grid: Visits[], zone: string): TableRow[] {
  const busy = ({ offered_count, waiting_count, left_out_count }: Visits): boolean =>
    offered_count + waiting_count + left_out_count > 0;
  const first = grid.findIndex(busy);
  if (first === -1) return [];
  return grid
    .slice(first, grid.findLastIndex(busy) + 1)
    .map((row) => ({ ...barred(words, row), begins: localTime(zone, row.slot_at_ms).slice(11, 16) }));
}

function barred(words: Words, visits: Visits): Visits & TableRow {
  return {
    ...visits,
    queue: visits.queue === "" ? words.t("(no queue named)") : visits.queue,
    within: withinWords(words, visits),
    bar: shareBar(visits.service_level_share, "s1", visits.service_level_share === null ? null : visits.goal_share),
  };
}

/** `UTC+09:00`: tells the two half-hours apart that an autumn night gives the same clock time. */
function utcOffset(zone: string, atMs: number): string {
  const minutes = Math.round((Date.parse(`${localTime(zone, atMs)}Z`) - atMs) / MINUTE);
  const two = (part: number): string => String(Math.floor(part)).padStart(2, "0");
  return `UTC${minutes < 0 ? "-" : "+"}${two(Math.abs(minutes) / 60)}:${two(Math.abs(minutes) % 60)}`;
}
