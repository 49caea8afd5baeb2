import type { Knex } from "knex";
import { selectRows } from "../db/sql";
import type { Metric } from "./catalogue";
import { holdPopulation } from "./held";
import { type MetricAsk, placed } from "./placed";

/** A visit as an evidence page shows it: what it counts as stands in `gives_0`, `gives_1`, … */
export interface ShownVisit {
  contact_key: number;
  contact_id: string;
  entered_at_ms: number;
  wait_ms: number | null;
  outcome: string;
  is_in_time: number;
  is_short: number;
  scope_channel: string;
  scope_id: string;
  [gives: string]: number | string | null;
}

const READ = [
  "contact_key",
  "contact_id",
  "visit_number",
  "entered_at_ms",
  "wait_ms",
  "outcome",
  "is_in_time",
  "is_short",
];

/**
 * The first visits of every scope, in the order of time, in one select.
 *
 * @param metrics of visits: their population is asked
 * @param gives   SQL over one visit, 1 where it counts
 * @param limit   how many of each scope at most
 */
export async function gatherShownVisits(
  db: Knex,
  metrics: readonly Metric[],
  ask: MetricAsk,
  gives: readonly string[],
  limit: number,
): Promise<ShownVisit[]> {
  const held = await holdPopulation(db, metrics, ask);
  const { sql, bindings } = placed(metrics, ask, [...READ, ...gives], held);
  const select = `${sql},
ranked as (
    select
        placed.*,
        row_number() over (
            partition by scope_channel, scope_id order by entered_at_ms, contact_id, visit_number
        ) as visit_rank
    from placed
)
select ${READ.join(", ")}, scope_channel, scope_id${gives.map((given, index) => `, ${given} as gives_${index}`).join("")}
from ranked
where visit_rank <= ${limit}
order by entered_at_ms, contact_id, visit_number`;
  return await selectRows<ShownVisit>(db, select, bindings);
}
