import { localTime, weekdayOf } from "./base/days";
import type { Words } from "./i18n/words";
import { renderPage } from "./reports/html";
import type { Status } from "./status";
import { type CellState, COLUMNS, SYMBOLS } from "./status-grid";
import { figure, statesOf, statusNotes } from "./status-print";

const FIGURES = [
  "dump_count",
  "event_count",
  "rejected_count",
  "contact_count",
  "open_count",
  "agent_count",
  "violation_count",
] as const;

/** The status as a page of its own, `templates/status.hbs`: the same grid and notes, and the figures of each day. */
export function statusPage(status: Status, zone: string, words: Words): string {
  const first = status.days[0]?.day ?? "";
  const last = status.days.at(-1)?.day ?? "";
  const notes = statusNotes(status, zone, words);
  const meaningOf = (state: CellState): { symbol: string; meaning: string } => {
    const { symbol, meaning } = SYMBOLS[state];
    return { symbol, meaning: words.t(meaning) };
  };
  const page = {
    report: { title: words.t("Status"), summary: "" },
    period: { label: words.period(first, last) },
    zone,
    columns: COLUMNS.map((column) => words.t(column)),
    days: status.days.map((day) => ({
      ...day,
      weekday: words.weekday(day.day),
      begins_week: weekdayOf(day.day) === 1,
      cells: COLUMNS.map((column) => ({
        column: words.t(column),
        state: day.cells[column],
        ...meaningOf(day.cells[column]),
      })),
      figures: FIGURES.map((name) => figure(day[name])),
      rendered: day.rendered_at_ms === null ? "-" : localTime(zone, Number(day.rendered_at_ms), "yyyy-MM-dd HH:mm"),
    })),
    legend: statesOf(status).map((state) => ({ state, ...meaningOf(state) })),
    alarms: notes.filter(({ is_alarm }) => is_alarm).map(({ text }) => text),
    notes: notes.filter(({ is_alarm }) => !is_alarm).map(({ text }) => text),
  };
  return renderPage("status", page, words);
}
