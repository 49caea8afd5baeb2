import { join } from "node:path";
import type { Knex } from "knex";
import type { Config } from "../base/config";
import { addDays, dayStartMs } from "../base/days";
import { codeVersion } from "../base/version";
import { readSql, selectRows } from "../db/sql";
import type { Basis, Configuration, Inputs } from "./edition";

/** What all editions of one render rest on, read from the state of the database they are made of. */
export async function gatherBasis(db: Knex, config: Config, from: string, to: string): Promise<Basis> {
  const span = { starts_at_ms: dayStartMs(config.zone, from), ends_at_ms: dayStartMs(config.zone, addDays(to, 1)) };
  return {
    inputs: await readInputs(db, { ...span, from_day: from, to_day: to }),
    configuration: await readConfiguration(db, config),
    code_version: codeVersion(),
    ...span,
  };
}

interface Span {
  starts_at_ms: number;
  ends_at_ms: number;
  from_day: string;
  to_day: string;
}

async function readInputs(db: Knex, span: Span): Promise<Inputs> {
  const ask = async <Row>(file: string): Promise<Row[]> =>
    await selectRows<Row>(db, readSql(join(__dirname, file)), { ...span });
  const dumps = await ask<Inputs["dumps"][number]>("inputs.sql");
  const [sessions] = await ask<{ stale_count: number; late_event_count: number }>("inputs-sessions.sql");
  const last = await db("dumps").max({ at_ms: "newest_at_ms", dump_key: "dump_key" }).first();
  return {
    dumps,
    data_up_to_ms: last?.at_ms === null || last === undefined ? null : Number(last.at_ms),
    last_dump_key: Number(last?.dump_key ?? 0),
    late_event_count: sessions?.late_event_count ?? 0,
    stale_count: sessions?.stale_count ?? 0,
    pending_count: await countPending(db),
  };
}

async function countPending(db: Knex): Promise<number> {
  let sum = 0;
  for (const set of ["contacts_to_rebuild", "agents_to_rebuild", "contacts_to_check"]) {
    sum += Number((await db(set).count({ count: "*" }).first())?.count ?? 0);
  }
  return sum;
}

const SECONDS = ["service_level", "short_abandon", "short_contact", "sudden_disconnect", "rona_after"] as const;

/** Every rule the figures depend on, by the names the configuration has for them; no secret is among them. */
async function readConfiguration(db: Knex, config: Config): Promise<Configuration> {
  const settings: { name: string; value: string }[] = await db("settings")
    .whereIn("name", ["sequence_table", "sequence_version", "sequence_mode", "rules_version"])
    .select("name", "value");
  const stale = Object.entries(config.stale_after_ms).map(
    ([channel, ms]) => [`stale_after_h.${channel}`, String(ms / 3_600_000)] as const,
  );
  const entries = [
    ["zone", config.zone] as const,
    ["masking.numbers", config.masking.numbers] as const,
    ["masking.names", config.masking.names] as const,
    ...settings.map(({ name, value }) => [name.replace("sequence_", "sequence."), value] as const),
    ...Object.entries(config.completeness).map(([name, value]) => [`completeness.${name}`, String(value)] as const),
    ...stale,
    ...(await readThresholds(db, config)),
  ];
  return Object.fromEntries(entries.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** The thresholds the tables were rebuilt with; before the first rebuild those of the configuration. */
async function readThresholds(db: Knex, config: Config): Promise<[string, string][]> {
  const stored: Record<string, string | number | null>[] = await db("queue_thresholds").orderBy("queue");
  const rows = stored.length > 0 ? stored : [{ queue: "", ...config.thresholds }];
  return rows.flatMap((row) => {
    const place = row.queue === "" ? "thresholds" : `queues.${row.queue}`;
    return [
      [`${place}.service_level_formula`, String(row.formula ?? DEFAULT_FORMULA)],
      [`${place}.service_level_goal`, String(row.service_level_goal_share)],
      ...SECONDS.map((name): [string, string] => [`${place}.${name}_s`, String(Number(row[`${name}_ms`]) / 1000)]),
    ] as [string, string][];
  });
}

/** What a queue without a formula of its own is measured by. */
const DEFAULT_FORMULA = "abandon_ignored";
