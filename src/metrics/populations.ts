import { join } from "node:path";
import { readSql } from "../db/sql";

/** The countable things figures are made of: each is a select in `populations/`, one row per thing. */
export const populationNames = [
  "visits",
  "contacts",
  "centre",
  "handled",
  "reported",
  "offers",
  "callbacks",
  "stays",
  "failures",
  "checks",
] as const;

export type PopulationName = (typeof populationNames)[number];

export interface Population {
  name: PopulationName;
  /** `instant`: a row lies at `at_ms`. `span`: it lasts from `started_at_ms` to `ended_at_ms`, and `ms` is its part of a slot. */
  shape: "instant" | "span";
  /** The columns that tell one row from another, in the order rows are told. */
  key: readonly string[];
  /** Reads the rows of `contacts`, which are put in front of it. */
  is_of_contacts: boolean;
}

const SHAPES: Record<PopulationName, Omit<Population, "name">> = {
  visits: { shape: "instant", key: ["entered_at_ms", "contact_id", "visit_number"], is_of_contacts: false },
  contacts: { shape: "instant", key: ["started_at_ms", "contact_id"], is_of_contacts: false },
  centre: { shape: "instant", key: ["started_at_ms", "contact_id"], is_of_contacts: true },
  handled: { shape: "instant", key: ["started_at_ms", "contact_id"], is_of_contacts: true },
  reported: { shape: "instant", key: ["started_at_ms", "contact_id"], is_of_contacts: true },
  offers: { shape: "instant", key: ["started_at_ms", "contact_id", "activity_number"], is_of_contacts: true },
  callbacks: { shape: "instant", key: ["started_at_ms", "contact_id"], is_of_contacts: true },
  stays: { shape: "span", key: ["started_at_ms", "agent_id"], is_of_contacts: false },
  failures: { shape: "instant", key: ["started_at_ms", "contact_id", "source_number"], is_of_contacts: true },
  checks: { shape: "instant", key: ["started_at_ms", "contact_id"], is_of_contacts: true },
};

export function populationOf(name: PopulationName): Population {
  return { name, ...SHAPES[name] };
}

/** The common table expressions that end with `population`. */
export function populationSql({ name, is_of_contacts }: Population): string {
  const told = (population: PopulationName): string => readSql(join(__dirname, "populations", `${population}.sql`));
  const contacts = is_of_contacts ? `contacts as (\n${told("contacts")}\n),\n` : "";
  return `${contacts}population as (\n${told(name)}\n)`;
}
