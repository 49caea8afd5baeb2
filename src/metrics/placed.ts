import { localDay } from "../base/days";
import { UsageError } from "../base/errors";
import type { Bindings } from "../db/sql";
import type { Metric } from "./catalogue";
import { type Dimension, DIMENSIONS } from "./figure";
import { type Population, populationOf, populationSql } from "./populations";
import { grainsOf, type SlotAsk, slotSpans } from "./slots";

/** Which wait is meant: K1 queue and ringing, K2 the queue alone, K3 from the contact's start. */
export type Clock = "K1" | "K2" | "K3";

/** Thresholds and formula in the place of the stored ones, ms; null keeps a queue's own. */
export interface Thresholds {
  service_level_ms: number | null;
  short_abandon_ms: number | null;
  /** A preset's name, such as `abandon_ignored`. */
  formula: string | null;
}

/** A part of the centre, as a reader's scope names it. */
export interface Place {
  kind: "queue" | "team" | "site";
  /** Id or name. */
  name: string;
}

export interface MetricAsk extends SlotAsk {
  /** The centre's zone: that of the days stored with the rows. */
  stored_zone: string;
  dimension: Dimension;
  /** Only what belongs to these, by id or name. */
  only: Partial<Record<Exclude<Dimension, "all">, string>>;
  /** Only what belongs to at least one of these, by id or name; everything where none is named. */
  within?: readonly Place[];
  clock: Clock;
  /** To the time of entry (of a contact: its start), or of the end. */
  attribution: "entry" | "end";
  thresholds: Thresholds;
  /** The instant an open stay is cut at, epoch ms; null where nothing was ever loaded. */
  horizon_at_ms: number | null;
}

/** An ask for a period of the centre's own days as a whole, on the default clock and under the stored thresholds. */
export function plainAsk(zone: string, from: string, to: string): MetricAsk {
  return {
    zone,
    stored_zone: zone,
    from,
    to,
    slot: null,
    week_starts_on: 1,
    opening_hours: null,
    calendar: { closed: [], closed_weekdays: [] },
    dimension: "all",
    only: {},
    clock: "K1",
    attribution: "entry",
    thresholds: { service_level_ms: null, short_abandon_ms: null, formula: null },
    horizon_at_ms: null,
  };
}

/**
 * The rows of a population, each in its slot and scope, as a select's common table expressions that end with `placed`.
 *
 * @param metrics of one population, and alike in how they treat channels
 * @param read    SQL over the rows: only the columns it names are there; without any all are
 * @param held    the table that holds the population's rows, of the ask's period and perhaps before; null makes them anew
 * @throws UsageError where a metric cannot be asked by the dimension
 */
export function placed(
  metrics: readonly Metric[],
  ask: MetricAsk,
  read: readonly string[] = [],
  held: string | null = null,
): { sql: string; bindings: Bindings } {
  const [first] = metrics;
  if (first === undefined) throw new Error("no metric to place rows for");
  for (const metric of metrics) requireDimensions(metric, ask);
  const population = populationOf(first.population);
  const isApart = first.channels === "apart" || ask.dimension === "channel";
  const slotted = population.shape === "span" ? spanSlots(ask) : instantSlots(ask);
  const sql = `with ${held === null ? populationSql(population) : heldSql(population, held)},
${slotted.slots},
placed as ${read.length === 0 ? "" : "materialized "}(
    select
        ${columnsRead(read)}
        slots.slot_at_ms,
        ${slotted.columns}
        ${isApart ? "population.channel_type" : "cast(null as text)"} as scope_channel,
        ${scopeColumns(ask.dimension)}
    from population
    cross join slots
    where ${slotted.join}${onlyText(ask)}
)`;
  return { sql, bindings: bindingsOf(ask) };
}

function heldSql({ shape }: Population, held: string): string {
  const within =
    shape === "span"
      ? "started_at_ms < :ends_at_ms and ended_at_ms > :starts_at_ms"
      : "at_ms >= :starts_at_ms and at_ms < :ends_at_ms";
  return `population as (select * from ${held} where ${within})`;
}

/** Words of SQL that name no column. */
const SQL_WORDS = new Set("and as bigint case cast coalesce else end in is like not null or then when".split(" "));

/** Held once with the few columns that are read, rows are not made anew for every metric: half the time. */
function columnsRead(read: readonly string[]): string {
  if (read.length === 0) return "population.*,";
  const names = read.flatMap((sql) => sql.replaceAll(/'[^']*'/g, "").match(/[a-z_][a-z0-9_]*/g) ?? []);
  // The length of a stay within its slot is no column of the population.
  const columns = [...new Set(names)].filter((name) => !SQL_WORDS.has(name) && name !== "ms");
  return columns.map((name) => `population.${name},`).join("\n        ");
}

function requireDimensions(metric: Metric, ask: MetricAsk): void {
  const places = (ask.within ?? []).map(({ kind }) => kind);
  const asked = [ask.dimension, ...onlyOf(ask).map(([dimension]) => dimension), ...places];
  const wrong = asked.find((dimension) => !metric.dimensions.includes(dimension) && dimension !== "channel");
  if (wrong === undefined) return;
  throw new UsageError(
    `${metric.id} cannot be asked by ${wrong.replace("_", " ")}. It can by ${metric.dimensions.join(", ").replaceAll("_", " ")}.`,
  );
}

function scopeColumns(dimension: Dimension): string {
  if (dimension === "all") return "'' as scope_id, cast(null as text) as scope_name";
  if (dimension === "channel") return "population.channel_type as scope_id, population.channel_type as scope_name";
  return `coalesce(population.${dimension}_id, '') as scope_id, population.${dimension}_name as scope_name`;
}

function onlyOf({ only }: MetricAsk): [Exclude<Dimension, "all">, string][] {
  return DIMENSIONS.flatMap((dimension) => {
    const wanted = dimension === "all" ? undefined : only[dimension];
    return dimension === "all" || wanted === undefined
      ? []
      : [[dimension, wanted] as const].map(([a, b]): [Exclude<Dimension, "all">, string] => [a, b]);
  });
}

function onlyText(ask: MetricAsk): string {
  const places = (ask.within ?? []).map(
    ({ kind }, index) =>
      `coalesce(population.${kind}_id, '') = :within_${index} or population.${kind}_name = :within_${index}`,
  );
  const within = places.length === 0 ? "" : `\n        and (${places.join(" or ")})`;
  const only = onlyOf(ask)
    .map(([dimension]) => {
      if (dimension === "channel") return "\n        and population.channel_type = :only_channel";
      const [id, name] = [`population.${dimension}_id`, `population.${dimension}_name`];
      return `\n        and (coalesce(${id}, '') = :only_${dimension} or ${name} = :only_${dimension})`;
    })
    .join("");
  return only + within;
}

interface Slotted {
  slots: string;
  join: string;
  columns: string;
}

function instantSlots(ask: MetricAsk): Slotted {
  const { grain_from_ms, grain_ms, rows } = grainsOf(slotSpans(ask));
  return {
    slots: `slots (grain_number, slot_at_ms) as (${values(rows, 2)})`,
    // Written out: SQLite would be given a large number as one with a fraction, and divide by it as such.
    join: `slots.grain_number = (population.at_ms - ${grain_from_ms}) / ${grain_ms}`,
    columns: "",
  };
}

/** A stay has a part in every slot it touches. */
function spanSlots(ask: MetricAsk): Slotted {
  const rows = slotSpans(ask).map((span): number[] => [span.slot_at_ms, span.starts_at_ms, span.ends_at_ms]);
  return {
    slots: `slots (slot_at_ms, starts_at_ms, ends_at_ms) as (${values(rows, 3)})`,
    join: "slots.starts_at_ms < population.ended_at_ms and slots.ends_at_ms > population.started_at_ms",
    columns: `case when population.ended_at_ms < slots.ends_at_ms then population.ended_at_ms else slots.ends_at_ms end
        - case when population.started_at_ms > slots.starts_at_ms then population.started_at_ms else slots.starts_at_ms end
        as ms,`,
  };
}

/** Where no time is open, a select without rows. */
function values(rows: readonly (readonly number[])[], width: number): string {
  if (rows.length === 0) return `select ${Array.from({ length: width }, () => "0").join(", ")} where 1 = 0`;
  return `values ${rows.map((row) => `(${row.join(",")})`).join(",")}`;
}

/** Before every day there is: what ends in a period may have begun at any time. */
const FIRST_DAY = "0000-00-00";

/** Values of what a population and its slots are asked by. */
export function bindingsOf(ask: MetricAsk): Bindings {
  const spans = slotSpans(ask);
  const starts = spans[0]?.starts_at_ms ?? 0;
  const ends = spans.at(-1)?.ends_at_ms ?? 0;
  return {
    starts_at_ms: starts,
    ends_at_ms: ends,
    from_day: ask.attribution === "end" ? FIRST_DAY : localDay(ask.stored_zone, starts),
    to_day: localDay(ask.stored_zone, ends - 1),
    horizon_at_ms: ask.horizon_at_ms ?? ends,
    clock: ask.clock,
    attribution: ask.attribution,
    ...ask.thresholds,
    ...Object.fromEntries(onlyOf(ask).map(([dimension, wanted]) => [`only_${dimension}`, wanted])),
    ...Object.fromEntries((ask.within ?? []).map(({ name }, index) => [`within_${index}`, name])),
  };
}
