import type { Knex } from "knex";
import { selectRows } from "../db/sql";
import { type Metric, sideOf } from "./catalogue";
import { type MetricAsk, placed } from "./placed";
import { populationOf } from "./populations";
import type { Term } from "./terms";

/** A row of a metric's population, with what it gave to the figure. */
export interface EvidenceRow {
  contact_id?: string;
  agent_id?: string;
  started_at_ms?: number;
  entered_at_ms?: number;
  /** What it gives above and below the line; of a mean its value above, of everything else null below. */
  part: number | string | null;
  whole: number | null;
  [column: string]: number | string | null | undefined;
}

/**
 * The rows that make a figure, in the order of time: those that give something to numerator or denominator.
 *
 * @param terms of the formula: `term_0`, `term_1`, … say what the row gave to each
 * @param page  how many at most, after how many; of one contact alone where one is named
 */
export async function gatherEvidence(
  db: Knex,
  metric: Metric,
  ask: MetricAsk,
  terms: readonly Term[],
  page: { limit: number; offset: number; contact_id?: string },
): Promise<EvidenceRow[]> {
  const { sql, bindings } = placed([metric], ask);
  const [part, whole] = sidesOf(metric);
  const { key } = populationOf(metric.population);
  const select = `${sql},
given as (
    select placed.*, ${part} as part, ${whole} as whole${terms.map((term, index) => `, ${term.sql} as term_${index}`).join("")}
    from placed
)
select * from given
where (${enteredIf(metric)})${page.contact_id === undefined ? "" : " and contact_id = :contact_id"}
order by ${key.join(", ")}, slot_at_ms
limit ${page.limit} offset ${page.offset}`;
  return await selectRows<EvidenceRow>(db, select, { ...bindings, contact_id: page.contact_id ?? null });
}

function sidesOf(metric: Metric): [string, string] {
  if (metric.kind === "ratio") return [sideOf(metric, "numerator"), sideOf(metric, "denominator")];
  const { value = "null" } = metric;
  return [value, metric.kind === "mean" ? `case when (${value}) is null then 0 else 1 end` : "cast(null as bigint)"];
}

function enteredIf({ kind }: Metric): string {
  if (kind === "ratio") return "part <> 0 or whole <> 0";
  return kind === "sum" || kind === "count" ? "part <> 0" : "part is not null";
}
