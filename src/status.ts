import { join } from "node:path";
import type { Knex } from "knex";
import type { Config } from "./base/config";
import { addDays, calendarDay, daysBetween, localDay, wallInstant, yesterday } from "./base/days";
import { isClosedDay } from "./base/schedules";
import { readSql, selectRows } from "./db/sql";
import { type Completeness, gatherCompleteness } from "./metrics/completeness";
import { gapWords, missingWords } from "./metrics/completeness-words";
import type { Words } from "./i18n/words";
import { pendingCounts } from "./models/pending";
import { isUnderRules } from "./models/rebuild";
import { rulesVersion } from "./reference/load";
import { type DayCells, type DayFacts, gridCells, type StepFate } from "./status-grid";

/** What the database holds of one local day. */
export interface DayStatus extends DayFacts {
  day: string;
  /** What became of the day, step by step. */
  cells: DayCells;
  /** Sources that have not delivered the day, and what else is missing of it, in words. */
  missing: string[];
  gaps: string[];
}

/** A run that a schedule will begin. */
export interface Upcoming {
  schedule: string;
  /** The days it will be for, in words such as `2026-03-02`. */
  days: string;
  at_ms: number;
}

export interface Status {
  days: DayStatus[];
  /** Nights of the period before today that are not rendered, though nights were run before them. */
  nights_not_done: { day: string; why: "never ran" | "failed" | "not ended" }[];
  /** Contacts and agents whose events are loaded and not yet rebuilt, and contacts not yet checked. */
  to_rebuild: number;
  to_check: number;
  /** False where the zone, a threshold or the reference data changed since the tables were made. */
  is_under_rules: boolean;
  /** First and last day of which a dump holds events; null where nothing is loaded. */
  loaded: { from: string; to: string } | null;
  /** The newest run, null where there was none; `running` where it never came to an end. */
  last_run: { workflow: string; step: string; status: string; started_at_ms: number; error: string | null } | null;
  /** What the schedules will begin next, the earliest first; empty where nobody has said. */
  next: Upcoming[];
}

export interface StatusRequest {
  from: string;
  to: string;
  now_ms: number;
  next: Upcoming[];
  /** In whose language gaps and missing deliveries are told. */
  words: Words;
}

/** What is there, day by day, and what is missing. Days and times are those of the centre's zone. */
export async function gatherStatus(db: Knex, config: Config, request: StatusRequest): Promise<Status> {
  const { from, to } = request;
  const completeness = await gatherCompleteness(db, config, from, to);
  const fates = await nightSteps(db, from, to);
  const days: DayStatus[] = [];
  for (const day of daysBetween(from, to)) {
    const status = await dayStatus(db, config, day, completeness, fates, request.words);
    days.push(isAwaited(config, status, request.now_ms) ? unjudged(status) : status);
  }
  const pending = await pendingCounts(db);
  const last = await db("receipts")
    .orderBy("receipt_key", "desc")
    .first("workflow", "step", "status", "started_at_ms", "error");
  return {
    days,
    nights_not_done: await nightsNotDone(db, config, days, request.now_ms),
    to_rebuild: pending.contacts_to_rebuild + pending.agents_to_rebuild,
    to_check: pending.contacts_to_check,
    is_under_rules: await isUnderRules(db, config, rulesVersion(config)),
    loaded: await loadedDays(db, config.zone),
    last_run: last ?? null,
    next: request.next,
  };
}

async function dayStatus(
  db: Knex,
  config: Config,
  day: string,
  completeness: Completeness,
  steps: readonly StepRow[],
  words: Words,
): Promise<DayStatus> {
  const { starts_at_ms: start_ms, ends_at_ms: end_ms } = calendarDay(config.zone, day);
  const sql = readSql(join(__dirname, "status.sql"));
  const [facts] = await selectRows<DayFacts>(db, sql, { day, start_ms, end_ms });
  if (facts === undefined) throw new Error("a select without grouping gives one row");
  const missing = completeness.missing.filter((each) => each.day === day).map((each) => missingWords(words, each));
  const gaps = completeness.gaps.filter((each) => each.day === day).map((each) => gapWords(words, each));
  const fates = new Map(
    steps.filter(({ from_day, to_day }) => from_day <= day && to_day >= day).map(({ step, status }) => [step, status]),
  );
  return { day, ...facts, cells: gridCells({ facts, fates, missing, gaps }), missing, gaps };
}

/** A day of which nothing has come and no step was run, while its night is not due by any schedule: nothing is amiss with it. */
function isAwaited(
  { schedules, zone }: Config,
  { day, event_count, cells, missing }: DayStatus,
  nowMs: number,
): boolean {
  const hasBegun = [cells.rebuild, cells.render].some((state) => state !== "nothing");
  const { ends_at_ms } = calendarDay(zone, day);
  if (
    Number(event_count) > 0 ||
    missing.length > 0 ||
    hasBegun ||
    ["failed", "running", "waiting"].includes(cells.pull)
  )
    return false;
  const nightly = schedules.filter(({ workflow, every }) => workflow === "nightly" && every === "day");
  return (
    nightly.length > 0 &&
    nightly.every((schedule) => {
      const first = localDay(schedule.zone, ends_at_ms);
      const instants = [0, 1].map((days) => wallInstant(schedule.zone, addDays(first, days), schedule.at_min));
      return (instants.find((at) => at >= ends_at_ms) ?? ends_at_ms) > nowMs;
    })
  );
}

function unjudged(status: DayStatus): DayStatus {
  return { ...status, cells: { ...status.cells, pull: "nothing" }, gaps: [] };
}

interface StepRow {
  from_day: string;
  to_day: string;
  step: string;
  status: StepFate;
}

async function nightSteps(db: Knex, from: string, to: string): Promise<StepRow[]> {
  const sql = readSql(join(__dirname, "status-steps.sql"));
  return await selectRows<StepRow>(db, sql, { from_day: from, to_day: to });
}

/** Only where nights are run at all: who only loads and reports by hand has missed none. */
async function nightsNotDone(
  db: Knex,
  config: Config,
  days: readonly DayStatus[],
  nowMs: number,
): Promise<Status["nights_not_done"]> {
  const first = await db("receipts").where({ workflow: "nightly" }).min({ day: "from_day" }).first();
  const firstDay: string | null = first?.day ?? null;
  if (firstDay === null) return [];
  const lastDay = yesterday(config.zone, nowMs);
  return days
    .filter(({ day, rendered_at_ms }) => day >= firstDay && day <= lastDay && rendered_at_ms === null)
    .filter((day) => !isClosedDay(config.calendar, day.day) && !isAwaited(config, day, nowMs))
    .map(({ day, cells }) => {
      const states = Object.values(cells);
      const hasBegun = states.includes("running") || states.includes("waiting");
      const why = states.includes("failed") ? "failed" : hasBegun ? "not ended" : "never ran";
      return { day, why };
    });
}

async function loadedDays(db: Knex, zone: string): Promise<Status["loaded"]> {
  const row = await db("dump_quarters").min({ from: "quarter_at_ms" }).max({ to: "quarter_at_ms" }).first();
  if (row === undefined || row.from === null) return null;
  return { from: localDay(zone, Number(row.from)), to: localDay(zone, Number(row.to)) };
}
