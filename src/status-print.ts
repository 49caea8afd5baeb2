import { localTime } from "./base/days";
import { printable } from "./base/text";
import { table } from "./print";
import type { DayStatus, Status } from "./status";
import { type CellState, COLUMNS, SYMBOLS } from "./status-grid";

/** The days as a grid for a terminal, a week below the other, and below it what somebody should know or do. */
export function printStatus(status: Status, zone: string, isColoured: boolean): string {
  const head = ["day", ...COLUMNS, "events", "rejected"];
  const rows = status.days.map((day) => [
    `${day.day} ${weekday(day.day)}`,
    ...COLUMNS.map((column) => SYMBOLS[day.cells[column]].symbol),
    figure(day.event_count),
    figure(day.rejected_count),
  ]);
  const grid = inWeeks(table(head, rows), status.days);
  const notes = statusNotes(status, zone).map((note) => `${printable(note)}\n`);
  return `${isColoured ? coloured(grid) : grid}\n${legend(status)}${notes.join("")}`;
}

/** What else there is to say, a sentence a line: what is missing, what to run, the last run, the next. */
export function statusNotes(status: Status, zone: string): string[] {
  const missing = status.days.flatMap((day) => day.missing);
  const gaps = status.days.flatMap((day) => day.gaps);
  const nights = status.nights_not_done.map(({ day, why }) => `${day} (${why})`);
  return [
    ...missing.map((each) => `PRELIMINARY: ${each}.`),
    ...gaps.slice(0, GAPS_SHOWN).map((each) => `INCOMPLETE: ${each}.`),
    ...(gaps.length > GAPS_SHOWN ? [`INCOMPLETE: ${gaps.length - GAPS_SHOWN} more gaps; --json names them all.`] : []),
    ...(nights.length > 0
      ? [
          `Nights not done: ${nights.join(", ")}. Run "nightdesk nightly --from ${status.nights_not_done[0]?.day} --to ${status.nights_not_done.at(-1)?.day}".`,
        ]
      : []),
    ...pendingNotes(status),
    lastRun(status, zone),
    ...status.next.map(
      ({ schedule, days, at_ms }) =>
        `Next: ${schedule} for ${days}, at ${localTime(zone, at_ms, "yyyy-MM-dd HH:mm")}, while the service runs.`,
    ),
    status.loaded === null ? "Nothing is loaded." : `Loaded: ${status.loaded.from} to ${status.loaded.to}.`,
    `Times in ${zone}.`,
  ];
}

const GAPS_SHOWN = 10;

export function weekday(day: string): string {
  return ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"][new Date(`${day}T00:00:00Z`).getUTCDay()] ?? "";
}

export function figure(count: number): string {
  return Number(count) === 0 ? "-" : Number(count).toLocaleString("en-US");
}

/** States that occur, in the order of the legend. */
export function statesOf(status: Status): CellState[] {
  const found = new Set(status.days.flatMap(({ cells }) => COLUMNS.map((column) => cells[column])));
  return (Object.keys(SYMBOLS) as CellState[]).filter((state) => found.has(state));
}

function legend(status: Status): string {
  return statesOf(status)
    .map((state) => `${SYMBOLS[state].symbol} ${SYMBOLS[state].meaning}\n`)
    .join("")
    .concat("\n");
}

/** A blank line before each Monday but the first line. */
function inWeeks(grid: string, days: readonly DayStatus[]): string {
  const [head = "", rule = "", ...lines] = grid.trimEnd().split("\n");
  const parted = lines.flatMap((line, index) =>
    index > 0 && weekday(days[index]?.day ?? "") === "Mon" ? ["", line] : [line],
  );
  return `${[head, rule, ...parted].join("\n")}\n`;
}

const COLOURS: Record<string, number> = { "✓": 32, "~": 33, "!": 33, "✗": 31, ">": 36 };

function coloured(grid: string): string {
  return grid.replace(/[✓~!✗>]/g, (symbol) => `\u001b[${COLOURS[symbol]}m${symbol}\u001b[0m`);
}

function pendingNotes({ to_rebuild, to_check, is_under_rules }: Status): string[] {
  return [
    ...(is_under_rules
      ? []
      : [
          'The zone, a threshold or the reference data changed since the tables were made: run "nightdesk rebuild" and "nightdesk check".',
        ]),
    ...(to_rebuild > 0
      ? [`${figure(to_rebuild)} contacts and agents are loaded and not rebuilt: run "nightdesk rebuild".`]
      : []),
    ...(to_check > 0 ? [`${figure(to_check)} contacts are rebuilt and not checked: run "nightdesk check".`] : []),
  ];
}

function lastRun({ last_run: last }: Status, zone: string): string {
  if (last === null) return "Nothing was run yet.";
  const when = localTime(zone, Number(last.started_at_ms), "yyyy-MM-dd HH:mm:ss");
  const error = last.error === null ? "" : `: ${last.error.split("\n")[0]}`;
  const fate = last.status === "running" ? "not ended: still running, or killed" : last.status;
  return `Last run: ${last.workflow}, step ${last.step}, ${fate}, begun ${when}${error}`;
}
