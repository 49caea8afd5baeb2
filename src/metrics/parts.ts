import type { Knex } from "knex";
import { selectRows } from "../db/sql";
import type { Metric } from "./catalogue";
import { type MetricAsk, placed } from "./placed";

/** What a count is made of by further columns of its population, such as failures by reason. */
export interface Part {
  /** By the names of the columns that were asked for. */
  of: Readonly<Record<string, string>>;
  slot_at_ms: number | null;
  count: number;
  contact_count: number;
}

/**
 * A count told apart by columns of its population: its parts add up to the figure `measure` gives of it.
 *
 * @param metric  of the kind `count`, of a population of contacts
 * @param columns text columns of the population
 * @returns in the order of slots, then of the columns' values; parts of which there are none are not told
 */
export async function countParts(
  db: Knex,
  metric: Metric,
  ask: MetricAsk,
  columns: readonly string[],
): Promise<Part[]> {
  const value = metric.value ?? "null";
  const { sql, bindings } = placed([metric], ask);
  const rows = await selectRows<Record<string, string | number | null>>(
    db,
    `${sql}
select
    ${columns.join(",\n    ")},
    slot_at_ms,
    cast(sum(${value}) as bigint) as part_count,
    count(distinct contact_id) as contact_count
from placed
where (${value}) <> 0
group by ${columns.join(", ")}, slot_at_ms
order by slot_at_ms, ${columns.join(", ")}`,
    bindings,
  );
  return rows.map((row) => ({
    of: Object.fromEntries(columns.map((column) => [column, String(row[column] ?? "")])),
    slot_at_ms: ask.slot === null ? null : Number(row.slot_at_ms),
    count: Number(row.part_count),
    contact_count: Number(row.contact_count),
  }));
}
