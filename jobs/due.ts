import { addDays, calendarDay, daysBetween, HOUR, localDay, wallInstant, weekdayOf } from "../src/base/days";
import { type Calendar, isClosedDay, type Schedule } from "../src/base/schedules";

/** One run that a schedule wants: for which days, and when it falls due. */
export interface PlannedRun {
  schedule: Schedule;
  /** First and last local day of the centre. */
  from: string;
  to: string;
  due_at_ms: number;
  /** Until then a source may still deliver; null where the schedule does not say. */
  deadline_at_ms: number | null;
}

/** What the database remembers of a schedule. */
export interface Ledger {
  /** When each schedule, by name, was first seen: it owes nothing from before. */
  first_seen_at_ms: ReadonlyMap<string, number>;
  /** Runs that came to their end, done or failed; of those by hand the ones that are done. */
  ended: readonly EndedRun[];
}

export interface EndedRun {
  workflow: string;
  /** Null where somebody ran it by hand. */
  schedule: string | null;
  from: string | null;
  to: string | null;
  started_at_ms: number;
}

export interface Plan {
  schedules: readonly Schedule[];
  calendar: Calendar;
  /** The centre's zone: its days are the days of the runs. */
  zone: string;
  catch_up_days: number;
}

const DAY = 24 * HOUR;

/**
 * What should have run by now and did not, oldest first: every run that fell due since its schedule was first seen, and not
 * longer ago than nights are caught up. A night that somebody ran by hand after it fell due counts as run.
 */
export function dueRuns(plan: Plan, ledger: Ledger, nowMs: number): PlannedRun[] {
  // A run that fell due within the hour is no missed one: it is run however short the catching up.
  const oldest = nowMs - Math.max(plan.catch_up_days * DAY, HOUR);
  return plan.schedules
    .flatMap((schedule) => {
      const seen = ledger.first_seen_at_ms.get(schedule.name) ?? nowMs;
      return plannedRuns(plan, schedule, Math.max(oldest, seen), nowMs);
    })
    .filter((run) => !ledger.ended.some((ended) => isRunOf(run, ended)))
    .toSorted((a, b) => a.due_at_ms - b.due_at_ms || (a.from < b.from ? -1 : Number(a.from > b.from)));
}

/** The next run of each schedule, the soonest first. */
export function nextRuns(plan: Plan, nowMs: number): PlannedRun[] {
  return plan.schedules
    .flatMap((schedule) => plannedRuns(plan, schedule, nowMs + 1, nowMs + FARTHEST_NEXT_DAYS * DAY).slice(0, 1))
    .toSorted((a, b) => a.due_at_ms - b.due_at_ms);
}

/** A monthly schedule comes at the latest after 31 days; closed days may lie before a daily one. */
const FARTHEST_NEXT_DAYS = 63;

/**
 * Whether a run was for the newest days that its schedule owed at an instant. What becomes of one for older days - caught up,
 * or run once more for a late source - says nothing of the newest, and must not be taken for it.
 */
export function isNewest(plan: Plan, run: { schedule: string | null; to: string | null }, atMs: number): boolean {
  const schedule = plan.schedules.find(({ name }) => name === run.schedule);
  if (schedule === undefined || run.to === null) return false;
  const newest = plannedRuns(plan, schedule, atMs - FARTHEST_NEXT_DAYS * DAY, atMs).at(-1);
  return newest === undefined || run.to >= newest.to;
}

/** A run by hand counts where it began after the scheduled one fell due: before that the day was not over. */
function isRunOf({ schedule, from, to, due_at_ms }: PlannedRun, ended: EndedRun): boolean {
  const byHand = ended.schedule === null && schedule.workflow === "nightly" && ended.started_at_ms >= due_at_ms;
  const isSame = ended.workflow === schedule.workflow && ended.from === from && ended.to === to;
  return isSame && (byHand || ended.schedule === schedule.name);
}

/** A night that is run once more because something of it comes late; `hour` counts from when the night fell due. */
export interface LateRun extends PlannedRun {
  hour: number;
}

/**
 * Nights that were run without what came later, or is still to come: run again, at most once an hour, while they are asked
 * for and not too old to be caught up.
 *
 * @param days local days of which a source has not delivered, or has delivered more since
 */
export function lateRuns(plan: Plan, ledger: Ledger, days: readonly string[], nowMs: number): LateRun[] {
  const nights = plan.schedules.filter(({ workflow }) => workflow === "nightly");
  return nights
    .flatMap((schedule) => plannedRuns(plan, schedule, nowMs - plan.catch_up_days * DAY, nowMs))
    .filter((run) => days.some((day) => run.from <= day && day <= run.to))
    .filter((run) => ledger.ended.some((ended) => isRunOf(run, ended)))
    .filter((run) => !ledger.ended.some((ended) => isRunOf(run, ended) && ended.started_at_ms > nowMs - HOUR))
    .map((run) => ({ ...run, hour: hoursSinceDue(run, nowMs) }));
}

/** Full hours since a run fell due. */
export function hoursSinceDue({ due_at_ms }: PlannedRun, nowMs: number): number {
  return Math.floor((nowMs - due_at_ms) / HOUR);
}

/** The runs of a schedule that fall due from one instant to another, both included, in order. */
export function plannedRuns(plan: Plan, schedule: Schedule, fromMs: number, toMs: number): PlannedRun[] {
  const days = daysBetween(addDays(localDay(plan.zone, fromMs), -2), addDays(localDay(plan.zone, toMs), 1));
  return days
    .flatMap((day) => (isDayOf(schedule, day) ? (runOn(plan, schedule, day) ?? []) : []))
    .filter(({ due_at_ms }) => due_at_ms >= fromMs && due_at_ms <= toMs);
}

/** What a schedule runs on a day never changes, and is asked for every minute. */
const known = new WeakMap<Plan, Map<string, PlannedRun | null>>();

function runOn(plan: Plan, schedule: Schedule, day: string): PlannedRun | null {
  const runs = known.get(plan) ?? new Map<string, PlannedRun | null>();
  known.set(plan, runs);
  const key = `${schedule.name} ${day}`;
  const found = runs.get(key);
  if (found !== undefined) return found;
  const run = planRun(plan, schedule, day);
  runs.set(key, run);
  return run;
}

/** Null where the centre was closed on all the days the run would be for. */
function planRun(plan: Plan, schedule: Schedule, day: string): PlannedRun | null {
  const [from, to] = periodBefore(schedule, day);
  if (daysBetween(from, to).every((each) => isClosed(plan, each))) return null;
  const due_at_ms = firstWallInstant(schedule.zone, schedule.at_min, calendarDay(plan.zone, day).starts_at_ms);
  const { deliver_by_min: by } = schedule;
  const deadline_at_ms = by === null ? null : firstWallInstant(schedule.zone, by, due_at_ms);
  return { schedule, from, to, due_at_ms, deadline_at_ms };
}

function isDayOf({ every, on }: Schedule, day: string): boolean {
  if (every === "week") return weekdayOf(day) === on;
  return every === "day" || Number(day.slice(8)) === on;
}

/** The days a run is for: the day, the seven days or the calendar month before the one it is run on. */
function periodBefore({ every }: Schedule, day: string): [from: string, to: string] {
  if (every === "day") return [addDays(day, -1), addDays(day, -1)];
  if (every === "week") return [addDays(day, -7), addDays(day, -1)];
  const last = addDays(`${day.slice(0, 8)}01`, -1);
  return [`${last.slice(0, 8)}01`, last];
}

/** A zone that changed sides of the date line has days that never were: they owe nothing either. */
function isClosed({ calendar, zone }: Plan, day: string): boolean {
  const { starts_at_ms, ends_at_ms } = calendarDay(zone, day);
  return starts_at_ms >= ends_at_ms || isClosedDay(calendar, day);
}

/** The first instant, at or after another, at which a zone's clock shows a time. */
function firstWallInstant(zone: string, minutes: number, fromMs: number): number {
  const day = localDay(zone, fromMs);
  const instants = [-1, 0, 1, 2].map((days) => wallInstant(zone, addDays(day, days), minutes));
  return instants.find((at) => at >= fromMs) ?? fromMs;
}
