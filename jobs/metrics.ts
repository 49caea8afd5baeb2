import type { Knex } from "knex";
import { calendarDay, HOUR, localDay } from "../src/base/days";
import type { Context } from "../src/context";
import { type DayFigures, dayFigures } from "../src/reports/day-figures";
import { dueRuns, isNewest } from "./due";
import { type Family, expositionText } from "./exposition";
import { planOf, readLedger } from "./ledger";

/** How many jobs of the queue are in each of its states. */
export type QueueDepth = () => Promise<Record<string, number>>;

/** How long the queue may take to count its jobs; after it the others are told without. */
const COUNTED_WITHIN_MS = 5_000;

/** What a reader of metrics is given; each call reads the database and the queue anew, but for a rendered day's figures. */
export function metricsReader(
  context: Context,
  depth: QueueDepth,
  countedWithinMs = COUNTED_WITHIN_MS,
): () => Promise<string> {
  const { db, config } = context;
  let known: { mark: string; figures: DayFigures } | null = null;
  const figuresOf = async (last: RenderedDay): Promise<DayFigures> => {
    const mark = `${last.day} ${last.finished_at_ms}`;
    if (known?.mark !== mark) known = { mark, figures: await dayFigures(db, config, last.day) };
    return known.figures;
  };
  return async () => {
    const last = await lastRendered(db);
    return expositionText([
      ...(await queueFamilies(depth, countedWithinMs)),
      ...(await stepFamilies(db)),
      await successFamily(context),
      await overdueFamily(context),
      ...(await dumpFamilies(context)),
      ...(last === null ? [] : dayFamilies(await figuresOf(last), last, config.zone)),
    ]);
  };
}

/** Left out while the queue is gone: what the database knows is told all the same. */
async function queueFamilies(depth: QueueDepth, withinMs: number): Promise<Family[]> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), withinMs);
  });
  const counts = await Promise.race([depth().catch(() => null), late]);
  clearTimeout(timer);
  if (counts === null) return [];
  const samples = Object.entries(counts).map(([state, value]) => ({ labels: { state }, value }));
  return [{ name: "nightdesk_queue_jobs", kind: "gauge", help: "Jobs on the queue by state.", samples }];
}

interface StepRow {
  workflow: string;
  step: string;
  started_at_ms: number;
  finished_at_ms: number;
}

/** The last receipts of each step: what it took, and how many failed of all that are remembered. */
async function stepFamilies(db: Knex): Promise<Family[]> {
  const newest = db("receipts").where({ status: "done" }).groupBy("workflow", "step").max("receipt_key");
  const rows: StepRow[] = await db("receipts")
    .whereIn("receipt_key", newest)
    .orderBy(["workflow", "step"])
    .select("workflow", "step", "started_at_ms", "finished_at_ms");
  const fates: { step: string; status: string; count: number }[] = await db("receipts")
    .whereIn("status", ["done", "failed"])
    .groupBy("step", "status")
    .orderBy(["step", "status"])
    .select("step", "status")
    .count({ count: "*" });
  return [
    {
      name: "nightdesk_step_duration_seconds",
      kind: "gauge",
      help: "How long each step took the last time it was done.",
      samples: rows.map(({ workflow, step, started_at_ms, finished_at_ms }) => ({
        labels: { workflow, step },
        value: (Number(finished_at_ms) - Number(started_at_ms)) / 1000,
      })),
    },
    {
      name: "nightdesk_steps_total",
      kind: "counter",
      help: "Steps that came to an end, by how.",
      samples: fates.map(({ step, status, count }) => ({ labels: { step, status }, value: Number(count) })),
    },
  ];
}

interface DoneRun {
  schedule: string;
  to: string | null;
  at_ms: number;
}

/**
 * A run is done when its last step is, or when there was nothing new to do. Only one for the newest days that were due then
 * counts: an old night that is run once more would hide that the newest failed.
 */
async function successFamily({ db, config }: Context): Promise<Family> {
  const plan = planOf(config);
  const samples: Family["samples"] = [];
  for (const { name } of plan.schedules) {
    const runs: DoneRun[] = await db("receipts")
      .where({ status: "done", ends_run: 1, schedule: name })
      .orderBy("receipt_key", "desc")
      .limit(MOST_RUNS)
      .select("schedule", "to_day as to", "finished_at_ms as at_ms");
    const last = runs.find((run) => isNewest(plan, run, Number(run.at_ms)));
    if (last !== undefined) samples.push({ labels: { schedule: name }, value: Number(last.at_ms) / 1000 });
  }
  return {
    name: "nightdesk_schedule_last_success_timestamp_seconds",
    kind: "gauge",
    help: "When a run of a schedule for its newest days was done last, seconds since 1970.",
    samples,
  };
}

/** Two months of nights that are run every hour have fewer. */
const MOST_RUNS = 1_500;

/** Of every schedule there is, 0 too: an alert hears of one that never ran, and of none for closed days or removed ones. */
async function overdueFamily(context: Context): Promise<Family> {
  const plan = planOf(context.config);
  const due = dueRuns(plan, await readLedger(context, plan), context.now());
  return {
    name: "nightdesk_schedule_overdue_runs",
    kind: "gauge",
    help: "Runs of a schedule that fell due and have not come to an end.",
    samples: plan.schedules.map(({ name }) => ({
      labels: { schedule: name },
      value: due.filter(({ schedule }) => schedule.name === name).length,
    })),
  };
}

async function dumpFamilies({ db, config, now }: Context): Promise<Family[]> {
  const oldest = localDay(config.zone, now() - (config.catch_up_days + 1) * 24 * HOUR);
  const sums = await db("dumps")
    .count({ dumps: "*" })
    .sum({ events: "event_count", rejected: "rejected_count" })
    .first<{ dumps: number; events: number | null; rejected: number | null }>();
  const missing = await db("deliveries")
    .where({ status: "missing" })
    .andWhere("day", ">=", oldest)
    .count({ count: "*" })
    .first();
  const total = (name: string, help: string, value: unknown): Family => ({
    name,
    kind: "counter",
    help,
    samples: [{ labels: {}, value: Number(value ?? 0) }],
  });
  return [
    total("nightdesk_dumps_total", "Dumps that are loaded.", sums?.dumps),
    total("nightdesk_rows_total", "Events read from dumps, copies included.", sums?.events),
    total("nightdesk_rejected_lines_total", "Lines of dumps that could not be taken.", sums?.rejected),
    {
      ...total(
        "nightdesk_missing_deliveries",
        "Days of sources not delivered though due, of those that are caught up.",
        missing?.count,
      ),
      kind: "gauge",
    },
  ];
}

interface RenderedDay {
  day: string;
  finished_at_ms: number;
}

/** The newest day whose night is rendered, and when it was rendered last. */
async function lastRendered(db: Knex): Promise<RenderedDay | null> {
  const row: { to_day: string; finished_at_ms: number } | undefined = await db("receipts")
    .where({ workflow: "nightly", step: "render", status: "done" })
    .orderBy([
      { column: "to_day", order: "desc" },
      { column: "receipt_key", order: "desc" },
    ])
    .first("to_day", "finished_at_ms");
  return row === undefined ? null : { day: row.to_day, finished_at_ms: Number(row.finished_at_ms) };
}

/** Figures of the last day; what has nothing to divide by is left out, for it is not 0. */
function dayFamilies(figures: DayFigures, last: RenderedDay, zone: string): Family[] {
  const { starts_at_ms, ends_at_ms } = calendarDay(zone, last.day);
  const gauge = (name: string, help: string, value: number | null, labels: Record<string, string> = {}): Family => ({
    name: `nightdesk_last_day_${name}`,
    kind: "gauge",
    help,
    samples: value === null ? [] : [{ labels, value }],
  });
  const formula = figures.service_level_formula;
  return [
    gauge("start_timestamp_seconds", "When the day began that these figures are of.", starts_at_ms / 1000),
    gauge(
      "lateness_seconds",
      "From the end of the day until its reports were made.",
      (last.finished_at_ms - ends_at_ms) / 1000,
    ),
    gauge("service_level_ratio", "Service level of all telephone queues.", figures.service_level_share, { formula }),
    gauge("abandon_rate_ratio", "Abandon rate of all telephone queues.", figures.abandon_rate_share, {
      formula: "abandon_rate",
    }),
    gauge("fitness_ratio", "Accepted of all judged event transitions.", figures.fitness_share, { formula: "fitness" }),
    gauge("late_events", "Events delivered first by a dump of a later day.", figures.late_event_count),
    gauge("gaps", "Hours of sources and queues in which far less came than expected.", figures.gap_count),
    gauge("missing_deliveries", "Sources that have not delivered the day.", figures.missing_delivery_count),
  ];
}
