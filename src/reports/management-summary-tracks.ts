import { addDays, daysBetween, dayStartMs } from "../base/days";
import { type Metric, metrics } from "../metrics/catalogue";
import type { Dimension, Figure } from "../metrics/figure";
import { measure } from "../metrics/measure";
import { type MetricAsk, type Place, plainAsk } from "../metrics/placed";
import type { SummaryAsk } from "./management-summary-ask";
import { comparisonOf } from "./management-summary-periods";

/** A metric of one scope over time. */
export interface Track {
  metric: Metric;
  /** Null where nothing lies in the period. */
  now: Figure | null;
  /** Of the periods before, the newest first; null where nothing lies in one. */
  before: (Figure | null)[];
  /** Of the fourteen days up to the period's last; empty where nobody asked for them. */
  days: (Figure | null)[];
}

export interface ScopedTracks {
  scope_id: string;
  scope_name: string | null;
  channel_type: string | null;
  tracks: ReadonlyMap<string, Track>;
}

export const TREND_DAYS = 14;

/** Below so many contacts on either side no change is told. */
export const FEWEST_CONTACTS = 30;

const FEWEST_PERIODS = 2;

/** What every ask of a summary has in common. */
export function basicAsk({ config, period, box }: SummaryAsk, within: readonly Place[]): MetricAsk {
  return { ...plainAsk(config.zone, period.from, period.to), within, horizon_at_ms: box.horizon_at_ms };
}

/** Whether a metric can be told of these places: who gave up waiting belongs to a queue and to no team. */
export function isAskable({ dimensions }: Metric, dimension: Dimension, within: readonly Place[]): boolean {
  return [dimension, ...within.map(({ kind }) => kind)].every((each) => dimensions.includes(each));
}

/**
 * Metrics by scope, of the period and of those it is compared with. A metric the catalogue does not have, or that cannot be
 * told of the places, has no track.
 */
export async function readTracks(
  ask: SummaryAsk,
  ids: readonly string[],
  dimension: Dimension,
  within: readonly Place[],
  withDays = false,
): Promise<ScopedTracks[]> {
  const wanted = metrics().filter((metric) => ids.includes(metric.id) && isAskable(metric, dimension, within));
  if (wanted.length === 0) return [];
  const { zone } = ask.config;
  const { from, slot, starts, week_starts_on } = comparisonOf(ask.period.from, ask.period.to);
  const basic = { ...basicAsk(ask, within), dimension };
  const told = await measure(ask.db, wanted, { ...basic, from, slot, week_starts_on });
  const first = addDays(ask.period.to, 1 - TREND_DAYS);
  const daily = !withDays
    ? []
    : slot === "day"
      ? told
      : await measure(ask.db, wanted, { ...basic, from: first, slot: "day" });
  const marks = slot === null ? [null] : starts.map((start) => dayStartMs(zone, start));
  const dayMarks = withDays ? daysBetween(first, ask.period.to).map((day) => dayStartMs(zone, day)) : [];
  const scopes = dimension === "all" ? WHOLE : scopesOf([...told, ...daily]);
  return scopes.map((scope) => {
    const at = (of: readonly Figure[], metric: Metric, mark: number | null): Figure | null =>
      of.find((figure) => isOf(figure, scope) && figure.metric_id === metric.id && figure.slot_at_ms === mark) ?? null;
    const tracks = wanted.map((metric): [string, Track] => {
      const [now = null, ...before] = marks.map((mark) => at(told, metric, mark));
      return [metric.id, { metric, now, before, days: dayMarks.map((mark) => at(daily, metric, mark)) }];
    });
    return { ...scope, tracks: new Map(tracks) };
  });
}

/** The whole is told even where nothing lies in it: its telephony, and what is the same for all channels. */
const WHOLE: readonly Scope[] = [
  { scope_id: "", scope_name: null, channel_type: "telephony" },
  { scope_id: "", scope_name: null, channel_type: null },
];

type Scope = Pick<Figure, "scope_id" | "scope_name" | "channel_type">;

function scopesOf(figures: readonly Figure[]): Scope[] {
  const scopes = new Map<string, Scope>();
  for (const { scope_id, scope_name, channel_type } of figures) {
    const key = `${channel_type}\t${scope_id}`;
    if (!scopes.has(key)) scopes.set(key, { scope_id, scope_name, channel_type });
  }
  return [...scopes.values()];
}

function isOf(figure: Figure, { scope_id, channel_type }: Scope): boolean {
  return figure.scope_id === scope_id && figure.channel_type === channel_type;
}

/** Telephony is the headline; what is the same for all channels has none. */
export function isHeadline({ channel_type }: Pick<Figure, "channel_type">): boolean {
  return channel_type === null || channel_type === "telephony";
}

/** What the period has: nothing counted is 0, nothing measured is no data. */
export function valueOf(track: Track | undefined): number | null {
  if (track === undefined) return null;
  return track.now === null ? (track.metric.empty === "0" ? 0 : null) : track.now.value;
}

/** A change against an earlier value. */
export interface Change {
  /** The earlier value. */
  from: number;
  /** Now less then: a share's points as 0…1, ms, or for counts the part of the earlier value. */
  by: number;
  /** How many periods the earlier value is the median of; 1 is the one before. */
  of: number;
}

export function againstMedian(track: Track | undefined): Change | null {
  const before = (track?.before ?? []).flatMap((figure) => (isEnough(figure) ? [figure.value] : []));
  return before.length < FEWEST_PERIODS ? null : changeOf(track, median(before), before.length);
}

export function againstLast(track: Track | undefined): Change | null {
  const last = track?.before[0] ?? null;
  return isEnough(last) ? changeOf(track, last.value, 1) : null;
}

function changeOf(track: Track | undefined, from: number, of: number): Change | null {
  const now = track?.now ?? null;
  if (!isEnough(now)) return null;
  if (now.unit !== "count") return { from, by: now.value - from, of };
  return from === 0 ? null : { from, by: (now.value - from) / from, of };
}

export function isEnough(figure: Figure | null): figure is Figure & { value: number } {
  return figure !== null && figure.value !== null && figure.entered_count >= FEWEST_CONTACTS;
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2;
}
