import { join } from "node:path";
import { readSql } from "../db/sql";

/** The countable things figures are made of: each is a select in `populations/`, one row per thing. */
export const populationNames = ["visits"] as const;

export type PopulationName = (typeof populationNames)[number];

export interface Population {
  name: PopulationName;
  /** `instant`: a row lies at `at_ms`. `span`: it lasts from `started_at_ms` to `ended_at_ms`, and `ms` is its part of a slot. */
  shape: "instant" | "span";
  /** The columns that tell one row from another, in the order rows are told. */
  key: readonly string[];
}

const SHAPES: Record<PopulationName, Omit<Population, "name">> = {
  visits: { shape: "instant", key: ["entered_at_ms", "contact_id", "visit_number"] },
};

export function populationOf(name: PopulationName): Population {
  return { name, ...SHAPES[name] };
}

/** The select of a population; its bindings are those of `populationBindings`. */
export function populationSql(name: PopulationName): string {
  return readSql(join(__dirname, "populations", `${name}.sql`));
}
