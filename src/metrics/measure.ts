import type { Knex } from "knex";
import { addDays } from "../base/days";
import { selectRows } from "../db/sql";
import { type Metric, sideOf } from "./catalogue";
import type { Figure } from "./figure";
import { holdPopulation } from "./held";
import { type MetricAsk, placed } from "./placed";

/** What the select of a population gives of one scope and slot: `m0_…` for the first metric, and so on. */
interface MeasuredRow {
  channel_type: string | null;
  scope_id: string;
  scope_name: string | null;
  slot_at_ms: number;
  [column: string]: number | string | null;
}

/**
 * Figures of metrics, one select for all metrics of a population. A scope or slot in which nothing lies has no figure, but the
 * whole of the centre always has one: of its telephony where channels are told apart.
 *
 * @returns in the order of the metrics, then of channels, scopes and slots; where slots are minutes month by month
 * @throws  UsageError where a metric cannot be asked by the dimension
 */
export async function measure(db: Knex, wanted: readonly Metric[], ask: MetricAsk): Promise<Figure[]> {
  const alike = new Map<string, Metric[]>();
  for (const metric of wanted) {
    const key = `${metric.population} ${metric.channels}`;
    alike.set(key, [...(alike.get(key) ?? []), metric]);
  }
  const figures = new Map<string, Figure[]>();
  for (const metrics of alike.values()) {
    const rows = await measureTogether(db, metrics, ask);
    for (const [index, metric] of metrics.entries()) {
      const measured = rows.map((row) => figureOf(metric, index, row, ask));
      figures.set(metric.id, measured.length > 0 ? measured : nothing(metric, ask));
    }
  }
  return wanted.flatMap(({ id }) => figures.get(id) ?? []);
}

/** So many days at once are asked for where slots are minutes: a slot never reaches over midnight. */
const PIECE_DAYS = 31;

async function measureTogether(db: Knex, metrics: readonly Metric[], ask: MetricAsk): Promise<MeasuredRow[]> {
  if (ask.slot !== null) return await measureSlots(db, metrics, await sinceFirstVisit(db, metrics, ask));
  return await measurePiece(db, metrics, ask);
}

/** Slots without a row have no figure: days before there was any visit need not be asked for. */
async function sinceFirstVisit(db: Knex, metrics: readonly Metric[], ask: MetricAsk): Promise<MetricAsk> {
  if (metrics[0]?.population !== "visits") return ask;
  const [row] = await selectRows<{ day: string | null }>(db, "select min(entered_day) as day from queue_visits");
  if (row === undefined || row.day === null) return ask;
  // The asked zone's days may begin earlier than the centre's.
  const first = addDays(row.day, -1);
  return first > ask.from && first <= ask.to ? { ...ask, from: first } : ask;
}

async function measureSlots(db: Knex, metrics: readonly Metric[], ask: MetricAsk): Promise<MeasuredRow[]> {
  if (typeof ask.slot !== "number") return await measurePiece(db, metrics, ask);
  const rows: MeasuredRow[] = [];
  for (let from = ask.from; from <= ask.to; from = addDays(from, PIECE_DAYS)) {
    const last = addDays(from, PIECE_DAYS - 1);
    rows.push(...(await measurePiece(db, metrics, { ...ask, from, to: last < ask.to ? last : ask.to })));
  }
  return rows;
}

async function measurePiece(db: Knex, metrics: readonly Metric[], ask: MetricAsk): Promise<MeasuredRow[]> {
  const held = await holdPopulation(db, metrics, ask);
  const { sql, bindings } = placed(metrics, ask, metrics.flatMap(expressionsOf), held);
  const columns = metrics.flatMap((metric, index) => columnsOf(metric, `m${index}`));
  const rows = await selectRows<MeasuredRow>(
    db,
    `${sql}
select
    scope_channel as channel_type,
    scope_id,
    max(scope_name) as scope_name,
    slot_at_ms,
    ${columns.join(",\n    ")}
from placed
group by ${SCOPE}
order by ${SCOPE}`,
    bindings,
  );
  const byScope = new Map(rows.map((row) => [scopeKey(row), row]));
  for (const value of new Set(metrics.flatMap((metric) => (isRanked(metric) ? [metric.value ?? "null"] : [])))) {
    const { sql: valued } = placed(metrics, ask, [value], held);
    for (const ranks of await selectRows<MeasuredRow>(db, rankSelect(valued, metrics, value), bindings)) {
      Object.assign(byScope.get(scopeKey(ranks)) ?? {}, ranks);
    }
  }
  return rows;
}

/** The hundredth percentile is the largest value, for which nothing need be numbered. */
function isRanked({ kind, percent }: Metric): boolean {
  return kind === "percentile" && percent !== 100;
}

const SCOPE = "scope_channel, scope_id, slot_at_ms";

function scopeKey({ channel_type, scope_id, slot_at_ms }: MeasuredRow): string {
  return `${channel_type}\t${scope_id}\t${slot_at_ms}`;
}

/**
 * Nearest rank: the smallest value that so many percent of all do not exceed. Asked for apart, since numbering rows takes
 * them through a sort, and a sort of whole rows takes longer than all sums together.
 */
function rankSelect(sql: string, metrics: readonly Metric[], value: string): string {
  const percentiles = metrics.flatMap((metric, index) =>
    isRanked(metric) && metric.value === value
      ? [`max(case when rank = (value_count * ${metric.percent} + 99) / 100 then value end) as m${index}_part`]
      : [],
  );
  return `${sql},
valued as (select ${SCOPE}, ${value} as value from placed),
ranked as (
    select
        ${SCOPE},
        value,
        row_number() over (partition by ${SCOPE} order by value) as rank,
        count(*) over (partition by ${SCOPE}) as value_count
    from valued
    where value is not null
)
select scope_channel as channel_type, scope_id, slot_at_ms, ${percentiles.join(", ")}
from ranked
group by ${SCOPE}`;
}

/** All SQL of a metric over its population's rows. */
function expressionsOf(metric: Metric): string[] {
  const { kind, value = "null", by_preset = "null", left_out_if = "is_left_out" } = metric;
  const given = kind === "ratio" ? [sideOf(metric, "numerator"), sideOf(metric, "denominator")] : [value];
  return [...given, by_preset, left_out_if];
}

function columnsOf(metric: Metric, name: string): string[] {
  const leftOut = `cast(coalesce(sum(${metric.left_out_if ?? "is_left_out"}), 0) as bigint) as ${name}_left_out`;
  return [...measureColumns(metric, name), leftOut];
}

function measureColumns(metric: Metric, name: string): string[] {
  const { kind, value = "null" } = metric;
  const sum = (expression: string): string => `cast(coalesce(sum(${expression}), 0) as bigint) as ${name}`;
  const entered = (expression: string): string => `count(${expression}) as ${name}_entered`;
  if (kind === "ratio") {
    const [part, whole] = [sideOf(metric, "numerator"), sideOf(metric, "denominator")];
    const preset = metric.by_preset;
    const least = preset === undefined ? [] : [`min(${preset}) as ${name}_least`, `max(${preset}) as ${name}_most`];
    const given = entered(`case when (${part}) <> 0 or (${whole}) <> 0 then 1 end`);
    return [`${sum(part)}_part`, `${sum(whole)}_whole`, given, ...least];
  }
  if (kind === "sum" || kind === "count")
    return [`${sum(value)}_part`, entered(`case when (${value}) <> 0 then 1 end`)];
  if (kind === "mean") return [`${sum(value)}_part`, entered(value)];
  if (kind === "distinct") return [`count(distinct ${value}) as ${name}_part`, entered(value)];
  return isRanked(metric) ? [entered(value)] : [`max(${value}) as ${name}_part`, entered(value)];
}

function figureOf(metric: Metric, index: number, row: MeasuredRow, ask: MetricAsk): Figure {
  const of = (part: string): number | null => {
    const value = row[`m${index}_${part}`];
    return value === null || value === undefined ? null : Number(value);
  };
  const isMixed = row[`m${index}_least`] !== row[`m${index}_most`];
  const entered = of("entered") ?? 0;
  const part = isMixed ? null : of("part");
  const whole = isMixed ? null : metric.kind === "ratio" ? of("whole") : metric.kind === "mean" ? entered : null;
  return {
    metric_id: metric.id,
    dimension: ask.dimension,
    scope_id: row.scope_id,
    scope_name: row.scope_name,
    channel_type: row.channel_type,
    slot_at_ms: ask.slot === null ? null : Number(row.slot_at_ms),
    numerator: part,
    denominator: whole,
    value: valueOf(metric, part, whole),
    unit: metric.unit,
    entered_count: entered,
    left_out_count: of("left_out") ?? 0,
  };
}

function valueOf({ kind }: Metric, part: number | null, whole: number | null): number | null {
  if (kind !== "ratio" && kind !== "mean") return part;
  return part === null || whole === null || whole <= 0 ? null : part / whole;
}

/** What the centre as a whole has where not a single row lies in the period. */
function nothing(metric: Metric, ask: MetricAsk): Figure[] {
  if (ask.dimension !== "all" || ask.slot !== null) return [];
  const isDivided = metric.kind === "ratio" || metric.kind === "mean";
  const counted = isDivided || metric.kind === "percentile" ? null : 0;
  return [
    {
      metric_id: metric.id,
      dimension: "all",
      scope_id: "",
      scope_name: null,
      channel_type: metric.channels === "together" ? null : "telephony",
      slot_at_ms: null,
      numerator: isDivided ? 0 : counted,
      denominator: isDivided ? 0 : null,
      value: counted,
      unit: metric.unit,
      entered_count: 0,
      left_out_count: 0,
    },
  ];
}
