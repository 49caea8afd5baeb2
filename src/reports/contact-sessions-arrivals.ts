import type { Words } from "../i18n/words";
import { intervalMarks, localDay, localTime } from "../base/days";
import { isAbandoned, isHandled } from "./contact-sessions-contacts";
import type { Markup } from "./markup";
import type { Ask } from "./report";
import { columnChart, type ColumnSlot } from "./svg";

interface ArrivalRow {
  half_hour_at_ms: number;
  handle_type: string;
  contact_count: number;
}

interface Charts {
  charts: { title: string; drawing: Markup }[];
  legend: { style: string; label: string }[];
}

/** When contacts arrived: the half-hours of a day; of several days each day, and the day's shape of all together. */
export function arrivalCharts(rows: readonly ArrivalRow[], { config: { zone }, period, words }: Ask): Charts {
  const { t } = words;
  const marks = intervalMarks(zone, period.from, period.to, 30).slice(0, -1);
  const legend = [
    { style: "s1", label: t("handled") },
    { style: "s2", label: t("abandoned or short") },
    { style: "s3", label: t("other: self-service, callback, open, unknown") },
  ];
  const hour = (at: number): string => localTime(zone, at).slice(11, 16);
  if (period.from === period.to) {
    const slots = slotsOf(words, rows, marks, (at) => String(at), hour).map((slot, index) =>
      everyOther(slot, index, 4),
    );
    return { charts: [chart(words, t("Arrivals by half-hour"), slots)], legend };
  }
  const days = slotsOf(
    words,
    rows,
    marks,
    (at) => localDay(zone, at),
    (at) => chartDay(words, localDay(zone, at)),
  );
  const every = Math.ceil(days.length / 14);
  const shape = slotsOf(
    words,
    rows,
    [...marks].sort((a, b) => (hour(a) < hour(b) ? -1 : 1)),
    hour,
    hour,
  );
  return {
    charts: [
      chart(
        words,
        t("Arrivals by day"),
        days.map((slot, index) => everyOther(slot, index, every)),
      ),
      chart(
        words,
        t("Arrivals by time of day, all days together"),
        shape.map((slot, index) => everyOther(slot, index, 4)),
      ),
    ],
    legend,
  };
}

/** `Mon 2 Mar`; `3월 2일 (월)`. */
function chartDay(words: Words, day: string): string {
  const [weekday, date] = [words.weekday(day), words.shortDay(day)];
  return words.language === "en" ? `${weekday} ${date}` : `${date} (${weekday})`;
}

function chart({ t }: Words, title: string, slots: readonly ColumnSlot[]): Charts["charts"][number] {
  const fills = ["s1", "s2", "s3"] as const;
  return {
    title,
    drawing: columnChart({ label: t("{title}: inbound calls", { title }), unit: t("inbound calls"), fills, slots }),
  };
}

/** One slot per distinct key of the marks, in their order. */
function slotsOf(
  words: Words,
  rows: readonly ArrivalRow[],
  marks: readonly number[],
  keyOf: (at: number) => string,
  labelOf: (at: number) => string,
): ColumnSlot[] {
  const slots = new Map<string, { label: string; values: [number, number, number] }>();
  for (const at of marks) {
    if (!slots.has(keyOf(at))) slots.set(keyOf(at), { label: labelOf(at), values: [0, 0, 0] });
  }
  for (const row of rows) {
    const slot = slots.get(keyOf(row.half_hour_at_ms));
    if (slot !== undefined) slot.values[isHandled(row) ? 0 : isAbandoned(row) ? 1 : 2] += row.contact_count;
  }
  return [...slots.values()].map(({ label, values: [handled, lost, other] }) => ({
    label,
    title: words.many(
      handled + lost + other,
      "{slot}: {count} call, {handled} handled, {lost} abandoned or short, {other} other",
      "{slot}: {count} calls, {handled} handled, {lost} abandoned or short, {other} other",
      { slot: label, handled, lost, other },
    ),
    values: [handled, lost, other],
  }));
}

function everyOther(slot: ColumnSlot, index: number, every: number): ColumnSlot {
  return index % every === 0 ? slot : { ...slot, label: "" };
}
