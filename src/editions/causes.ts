import { join } from "node:path";
import type { Knex } from "knex";
import { addDays } from "../base/days";
import { readSql, selectRows } from "../db/sql";
import { type Change, changedSettings } from "./compare";
import type { Basis, Cause, Edition, EditionKey, Restatement } from "./edition";

/** A contact or a person's session that begins earlier is hardly still a part of the period. */
const DAYS_BEFORE = 7;

interface Brought {
  dump_key: number;
  scope_id: string;
  late_count: number;
  revised_count: number;
  further_count: number;
}

/** What may be the cause of a change: of which scopes, and what it is. */
interface Found {
  /** Null: of every figure. */
  explains: ((change: Change) => boolean) | null;
  cause: Cause;
}

/** Everything that differs between an edition and what would be issued now. */
export interface Causes {
  /** Of the report as a whole, rules first. */
  all: Cause[];
  found: Found[];
}

/**
 * Looks for what made figures others: rules that changed, dumps loaded since, events that were loaded and not yet rebuilt,
 * sessions that count as lost by now; where there is nothing of these, the program.
 */
export async function findCauses(db: Knex, key: EditionKey, before: Edition, basis: Basis): Promise<Causes> {
  const rules = ruleCauses(before, basis);
  const { ofReport, ofScopes } = await dumpCauses(db, key, before, basis);
  const whole: Cause[] = [...rules.map(({ cause }) => cause), ...ofReport, ...stateCauses(before, basis)];
  const { code_version: old } = before;
  const all: Cause[] =
    whole.length > 0 ? whole : old === basis.code_version ? [] : [{ kind: "code", old, new: basis.code_version }];
  return { all, found: [...rules, ...ofScopes] };
}

/**
 * The causes of one change: those of its own scope, else those of the whole report. A change nobody can explain says so.
 */
export function explained(change: Change, { all, found }: Causes): Restatement {
  const own = found.filter(({ explains }) => explains === null || explains(change)).map(({ cause }) => cause);
  const state = all.filter(({ kind }) => kind === "pending" || kind === "stale");
  const causes = own.length > 0 ? own : all.filter(({ kind }) => kind === "dump" || kind === "code");
  const known = [...causes, ...state];
  return { ...change, causes: known.length > 0 ? known : [{ kind: "unexplained" }] };
}

function ruleCauses(before: Edition, { configuration }: Basis): Found[] {
  return changedSettings(before.configuration, configuration).map((setting) => ({
    cause: { kind: "setting", ...setting },
    explains: (change) => mayChange(setting.name, before.report, change),
  }));
}

/** The reports that tell of waits, and of sequences. */
const OF_WAITS = ["contact-sessions", "management-summary"];
const OF_SEQUENCES = ["sequence-violations", "management-summary"];

/** Which figures a rule can change: a threshold of one queue none of another, a sequence table no waits. */
function mayChange(setting: string, report: string, { dimension, scope_id, scope_name }: Change): boolean {
  if (setting.startsWith("sequence.")) return OF_SEQUENCES.includes(report);
  if (setting.startsWith("completeness.")) return dimension === "all";
  const threshold = /^(?:thresholds|queues\.(?<queue>.+))\.(?<rule>\w+)$/.exec(setting)?.groups;
  if (threshold === undefined) return true;
  const isOfWaits = /^(?:service_level|short_abandon)/.test(threshold.rule ?? "");
  if (isOfWaits && !OF_WAITS.includes(report)) return false;
  const { queue } = threshold;
  return queue === undefined || dimension !== "queue" || queue === scope_id || queue === scope_name;
}

function stateCauses(before: Edition, { inputs }: Basis): Cause[] {
  const { pending_count: pending, stale_count: stale } = before.inputs;
  return [
    ...(pending > 0 ? [{ kind: "pending" as const, count: pending }] : []),
    ...(stale === inputs.stale_count
      ? []
      : [{ kind: "stale" as const, old_count: stale, new_count: inputs.stale_count }]),
  ];
}

/** What dumps loaded since brought: to the whole report, and to single queues and agents. */
async function dumpCauses(
  db: Knex,
  { from, to, report }: EditionKey,
  before: Edition,
  { inputs, starts_at_ms, ends_at_ms }: Basis,
): Promise<{ ofReport: Cause[]; ofScopes: Found[] }> {
  const { last_dump_key } = before.inputs;
  if (inputs.last_dump_key <= last_dump_key) return { ofReport: [], ofScopes: [] };
  const bindings = {
    from_day: from,
    to_day: to,
    earliest_day: addDays(from, -DAYS_BEFORE),
    starts_at_ms,
    ends_at_ms,
    last_dump_key,
    data_up_to_ms: before.inputs.data_up_to_ms ?? 0,
  };
  const ask = async (part: string): Promise<Brought[]> =>
    await selectRows<Brought>(db, readSql(join(__dirname, `causes-${part}.sql`)), bindings);
  const contacts = report === "agent-states" ? [] : await ask("contacts");
  const agents = report === "agent-states" || report === "failure-reasons" ? await ask("agents") : [];
  const dumps = await namesOf(db, [...contacts, ...agents]);
  const whole = summed([...contacts.filter(({ scope_id }) => scope_id === ""), ...agents]);
  const scoped = [
    ...contacts.filter(({ scope_id }) => scope_id !== "").map((row) => ({ row, dimension: "queue" })),
    ...agents.map((row) => ({ row, dimension: "agent" })),
  ];
  const causeOf = ({ dump_key, scope_id: _scope, ...counts }: Brought): Cause => ({
    kind: "dump",
    ...(dumps.get(dump_key) ?? { name: "", sha256: "" }),
    ...counts,
  });
  return {
    ofReport: whole.map(causeOf),
    ofScopes: scoped.map(({ row, dimension }) => ({
      cause: causeOf(row),
      explains: (change) => change.dimension === dimension && isOf(change, row.scope_id),
    })),
  };
}

function isOf({ scope_id, scope_name }: Change, scope: string): boolean {
  return scope === scope_id || scope === scope_name;
}

/** The counts of each dump over all rows. */
function summed(rows: readonly Brought[]): Brought[] {
  const sums = new Map<number, Brought>();
  for (const row of rows) {
    const sum = sums.get(row.dump_key);
    if (sum === undefined) sums.set(row.dump_key, { ...row, scope_id: "" });
    else for (const name of ["late_count", "revised_count", "further_count"] as const) sum[name] += row[name];
  }
  return [...sums.values()].toSorted((a, b) => a.dump_key - b.dump_key);
}

async function namesOf(db: Knex, rows: readonly Brought[]): Promise<Map<number, { name: string; sha256: string }>> {
  const keys = [...new Set(rows.map(({ dump_key }) => dump_key))];
  const dumps: { dump_key: number; name: string; sha256: string }[] = await db("dumps")
    .whereIn("dump_key", keys)
    .select("dump_key", "name", "sha256");
  return new Map(dumps.map(({ dump_key, name, sha256 }) => [Number(dump_key), { name, sha256 }]));
}
