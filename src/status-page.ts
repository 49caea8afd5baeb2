import { localTime } from "./base/days";
import { renderPage } from "./reports/html";
import type { Status } from "./status";
import { COLUMNS, SYMBOLS } from "./status-grid";
import { figure, statesOf, statusNotes, weekday } from "./status-print";

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
export function statusPage(status: Status, zone: string): string {
  const first = status.days[0]?.day ?? "";
  const last = status.days.at(-1)?.day ?? "";
  const notes = statusNotes(status, zone);
  return renderPage("status", {
    report: { title: "Status", summary: "" },
    period: { label: `${first} to ${last}` },
    zone,
    columns: COLUMNS,
    days: status.days.map((day) => ({
      ...day,
      weekday: weekday(day.day),
      begins_week: weekday(day.day) === "Mon",
      cells: COLUMNS.map((column) => ({ column, state: day.cells[column], ...SYMBOLS[day.cells[column]] })),
      figures: FIGURES.map((name) => figure(day[name])),
      rendered: day.rendered_at_ms === null ? "-" : localTime(zone, Number(day.rendered_at_ms), "yyyy-MM-dd HH:mm"),
    })),
    legend: statesOf(status).map((state) => ({ state, ...SYMBOLS[state] })),
    alarms: notes.filter((note) => ALARM.test(note)),
    notes: notes.filter((note) => !ALARM.test(note)),
  });
}

const ALARM = /^(?:PRELIMINARY|INCOMPLETE|Nights not done)/;
