import type { Knex } from "knex";
import { addDays, daysBetween, localDay, localTime } from "../base/days";
import type { Metric } from "./catalogue";
import type { Figure } from "./figure";
import { measure } from "./measure";
import type { MetricAsk } from "./placed";

/** A figure beside what the same weekdays before were; README.md in this folder, "Comparison". */
export interface Compared {
  now: Figure;
  /** Median of the same weekdays of the four weeks before; null with fewer than two that can be compared. */
  median_value: number | null;
  /** A week before. */
  last_value: number | null;
  /** What has changed: of shares in points as a share (0.012 is 1.2 points), else in the figure's unit. Null: not to be told. */
  median_change: number | null;
  last_change: number | null;
  /** How many weeks could be compared, 0 to 4. */
  week_count: number;
  /** Outside of median ± 3 × scaled MAD of four weeks; null where it is inside, or cannot be told. */
  unusual: "high" | "low" | null;
}

const WEEKS = 4;
const FEWEST_WEEKS = 2;
/** Below, a change is what chance brings. */
const FEWEST_ENTERED = 30;
const LIMIT_MADS = 3;
/** A median absolute deviation times this is a standard deviation, where values lie as they do by chance. */
const MAD_SCALE = 1.4826;

/**
 * Figures with what they were in the four weeks before, on the same weekdays and, where slots are minutes, at the same time
 * of the day. Periods of more than a week are compared with nothing.
 */
export async function compare(db: Knex, metrics: readonly Metric[], ask: MetricAsk): Promise<Compared[]> {
  const now = await measure(db, metrics, ask);
  const weekCount = daysBetween(ask.from, ask.to).length <= 7 ? WEEKS : 0;
  const weeks: Map<string, Figure>[] = [];
  for (let week = 1; week <= weekCount; week += 1) {
    const before = { ...ask, from: addDays(ask.from, -7 * week), to: addDays(ask.to, -7 * week) };
    const figures = await measure(db, metrics, before);
    weeks.push(new Map(figures.map((figure) => [placeOf(figure, ask, -7 * week), figure])));
  }
  return now.map((figure) =>
    comparedWith(
      figure,
      weeks.map((week) => week.get(placeOf(figure, ask, 0))),
    ),
  );
}

/** The same metric, scope and time of the period, whichever week it is of. */
function placeOf(figure: Figure, { zone }: MetricAsk, days: number): string {
  const { metric_id, scope_id, channel_type, slot_at_ms: at } = figure;
  const time = at === null ? "" : `${addDays(localDay(zone, at), -days)} ${localTime(zone, at).slice(11)}`;
  return [metric_id, scope_id, channel_type, time].join("\t");
}

function comparedWith(now: Figure, weeks: readonly (Figure | undefined)[]): Compared {
  const valueOf = (figure: Figure | undefined): number | null =>
    figure !== undefined && figure.entered_count >= FEWEST_ENTERED ? figure.value : null;
  const values = weeks.map(valueOf).filter((value) => value !== null);
  const own = valueOf(now);
  const middle = values.length >= FEWEST_WEEKS ? median(values) : null;
  const last = valueOf(weeks[0]);
  return {
    now,
    median_value: middle,
    last_value: last,
    median_change: own === null || middle === null ? null : own - middle,
    last_change: own === null || last === null ? null : own - last,
    week_count: values.length,
    unusual: own === null || values.length < WEEKS ? null : outside(own, values),
  };
}

function outside(value: number, values: readonly number[]): "high" | "low" | null {
  const middle = median(values);
  const spread = LIMIT_MADS * MAD_SCALE * median(values.map((each) => Math.abs(each - middle)));
  // Where nothing ever varied there is no measure of what is unusual.
  if (spread === 0) return null;
  if (value > middle + spread) return "high";
  return value < middle - spread ? "low" : null;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const half = sorted.length / 2;
  const upper = sorted[Math.floor(half)] ?? 0;
  return Number.isInteger(half) ? ((sorted[half - 1] ?? 0) + upper) / 2 : upper;
}
