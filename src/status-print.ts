import { localTime, weekdayOf } from "./base/days";
import { type Words, wordsOf } from "./i18n/words";
import { printable } from "./base/text";
import { table } from "./print";
import type { DayStatus, Status } from "./status";
import { type CellState, COLUMNS, SYMBOLS } from "./status-grid";

/** A terminal is spoken to in English: what it says is looked for, piped and grepped. */
const ENGLISH = wordsOf("en");

/** A sentence about the days; an alarm is what makes them look different from what they will be. */
export interface StatusNote {
  text: string;
  is_alarm: boolean;
}

/** The days as a grid for a terminal, a week below the other, and below it what somebody should know or do. */
export function printStatus(status: Status, zone: string, isColoured: boolean): string {
  const head = ["day", ...COLUMNS, "events", "rejected"];
  const rows = status.days.map((day) => [
    `${day.day} ${ENGLISH.weekday(day.day)}`,
    ...COLUMNS.map((column) => SYMBOLS[day.cells[column]].symbol),
    figure(day.event_count),
    figure(day.rejected_count),
  ]);
  const grid = inWeeks(table(head, rows), status.days);
  const notes = statusNotes(status, zone, ENGLISH).map(({ text }) => `${printable(text)}\n`);
  return `${isColoured ? coloured(grid) : grid}\n${legend(status)}${notes.join("")}`;
}

/** What else there is to say, a sentence a line: what is missing, what to run, the last run, the next. */
export function statusNotes(status: Status, zone: string, words: Words): StatusNote[] {
  return [
    ...alarms(status, words).map((text) => ({ text, is_alarm: true })),
    ...remarks(status, zone, words).map((text) => ({ text, is_alarm: false })),
  ];
}

function alarms(status: Status, { t }: Words): string[] {
  const missing = status.days.flatMap((day) => day.missing);
  const gaps = status.days.flatMap((day) => day.gaps);
  const nights = status.nights_not_done.map(({ day, why }) => `${day} (${t(why)})`);
  return [
    ...missing.map((each) => t("PRELIMINARY: {text}.", { text: each })),
    ...gaps.slice(0, GAPS_SHOWN).map((each) => t("INCOMPLETE: {text}.", { text: each })),
    ...(gaps.length > GAPS_SHOWN
      ? [t("INCOMPLETE: {count} more gaps; --json names them all.", { count: gaps.length - GAPS_SHOWN })]
      : []),
    ...(nights.length > 0
      ? [
          t('Nights not done: {nights}. Run "nightdesk nightly --from {from} --to {to}".', {
            nights: nights.join(", "),
            from: status.nights_not_done[0]?.day ?? "",
            to: status.nights_not_done.at(-1)?.day ?? "",
          }),
        ]
      : []),
  ];
}

function remarks(status: Status, zone: string, words: Words): string[] {
  const { t } = words;
  return [
    ...pendingNotes(status, words),
    lastRun(status, zone, words),
    ...status.next.map(({ schedule, days, at_ms }) =>
      t("Next: {schedule} for {days}, at {at}, while the service runs.", {
        schedule,
        days,
        at: localTime(zone, at_ms, "yyyy-MM-dd HH:mm"),
      }),
    ),
    status.loaded === null ? t("Nothing is loaded.") : t("Loaded: {from} to {to}.", status.loaded),
    t("Times in {zone}.", { zone }),
  ];
}

const GAPS_SHOWN = 10;

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
    index > 0 && weekdayOf(days[index]?.day ?? "") === 1 ? ["", line] : [line],
  );
  return `${[head, rule, ...parted].join("\n")}\n`;
}

const COLOURS: Record<string, number> = { "✓": 32, "~": 33, "!": 33, "✗": 31, ">": 36 };

function coloured(grid: string): string {
  return grid.replace(/[✓~!✗>]/g, (symbol) => `\u001b[${COLOURS[symbol]}m${symbol}\u001b[0m`);
}

function pendingNotes({ to_rebuild, to_check, is_under_rules }: Status, { t }: Words): string[] {
  return [
    ...(is_under_rules
      ? []
      : [
          t(
            'The zone, a threshold or the reference data changed since the tables were made: run "nightdesk rebuild" and "nightdesk check".',
          ),
        ]),
    ...(to_rebuild > 0
      ? [t('{count} contacts and agents are loaded and not rebuilt: run "nightdesk rebuild".', { count: to_rebuild })]
      : []),
    ...(to_check > 0
      ? [t('{count} contacts are rebuilt and not checked: run "nightdesk check".', { count: to_check })]
      : []),
  ];
}

function lastRun({ last_run: last }: Status, zone: string, { t }: Words): string {
  if (last === null) return t("Nothing was run yet.");
  const when = localTime(zone, Number(last.started_at_ms), "yyyy-MM-dd HH:mm:ss");
  const error = last.error === null ? "" : `: ${last.error.split("\n")[0]}`;
  const fate = last.status === "running" ? "not ended: still running, or killed" : last.status;
  return t("Last run: {workflow}, step {step}, {fate}, begun {when}{error}", {
    workflow: last.workflow,
    step: last.step,
    fate: t(fate),
    when,
    error,
  });
}
