import type { Knex } from "knex";
import { daysBetween } from "../base/days";
import type { Bindings } from "../db/sql";
import { holdForReader } from "../db/temporary";
import type { Metric } from "./catalogue";
import { bindingsOf, type MetricAsk } from "./placed";
import { populationOf, populationSql } from "./populations";

/** Rows of a population that a reader holds. */
interface Held {
  table: string;
  /** What they were asked by, but for the beginning of the period. */
  asked: string;
  starts_at_ms: number;
}

/** Asked for a dozen times by a report, and each row the same whatever period it is asked for in. */
const HELD_POPULATIONS = ["visits"];

/** Rows of more days would fill the disk; such asks are few. */
const MOST_DAYS = 7;

const holdings = new WeakMap<Knex, Held[]>();

/**
 * Has a reader hold the rows of a population that is asked for often: to make them takes ten times as long as to read them.
 *
 * @returns the table that holds them; null where they have to be made anew
 */
export async function holdPopulation(db: Knex, metrics: readonly Metric[], ask: MetricAsk): Promise<string | null> {
  const [name] = metrics.map(({ population }) => population);
  if (name === undefined || !HELD_POPULATIONS.includes(name)) return null;
  const bindings = bindingsOf(ask);
  const asked = askedBy(name, bindings);
  const starts_at_ms = Number(bindings.starts_at_ms);
  const held = holdings.get(db) ?? [];
  const known = held.find((one) => one.asked === asked && one.starts_at_ms <= starts_at_ms);
  if (known !== undefined) return known.table;
  if (daysBetween(ask.from, ask.to).length > MOST_DAYS) return null;
  const table = `held_${name}_${held.length + 1}`;
  const select = `with ${populationSql(populationOf(name))}\nselect * from population`;
  if (!(await holdForReader(db, table, select, bindings))) return null;
  holdings.set(db, [...held, { table, asked, starts_at_ms }]);
  return table;
}

/** Scopes are no matter of the population; the horizon is one of open stays alone, which are not held. */
function askedBy(name: string, bindings: Bindings): string {
  const { ends_at_ms, clock, attribution, service_level_ms, short_abandon_ms, formula } = bindings;
  return JSON.stringify([name, ends_at_ms, clock, attribution, service_level_ms, short_abandon_ms, formula]);
}
