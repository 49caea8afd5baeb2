import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Knex } from "knex";
import type { Config } from "../base/config";
import { readCsvTable } from "../base/csv";
import { NightdeskError } from "../base/errors";
import { fold } from "../base/fold";
import { bulkInsert, type Cell } from "../db/bulk";
import { takeTurn } from "../db/turns";
import { waitToWrite, writeTransaction } from "../db/write";

type Row = Record<string, string>;

/** Of two events of one millisecond the one the reference does not know comes later; so does `logged-out` of two states. */
const RANK_UNKNOWN = 1_000;
const RANK_LOGOUT = 2_000;

const SEQUENCE_TABLES = ["repaired", "as-printed"];

/** The version of the rules in force: a short hash of the reference files and of the site's override file. */
export function rulesVersion(config: Config): string {
  const hash = createHash("sha256");
  for (const file of readdirSync(__dirname)
    .filter((name) => name.endsWith(".csv"))
    .sort())
    hash.update(referenceText(file));
  if (config.sequence.overrides !== null) hash.update(overrideText(config.sequence.overrides));
  return hash.digest("hex").slice(0, 12);
}

/** The version of the sequence tables alone, which every run and finding records. */
export function sequenceVersion(config: Config): string {
  const hash = createHash("sha256");
  for (const file of ["event-sequence.csv", "event-sequence-as-printed.csv", "event-sequence-confidence.csv"]) {
    hash.update(referenceText(file));
  }
  if (config.sequence.overrides !== null) hash.update(overrideText(config.sequence.overrides));
  return hash.digest("hex").slice(0, 12);
}

/**
 * Writes the rules - names and roles of events and states, kinds, reasons, sequence tables, thresholds - into their
 * tables, so that the SQL joins rules instead of spelling them out. Names that dumps brought are described anew.
 *
 * @param look may refuse, by throwing, once nobody else can write rules
 * @throws NightdeskError `sequence-overrides` where the site's file names an unknown state, event or value
 */
export async function loadRules(
  db: Knex,
  config: Config,
  look: (trx: Knex) => Promise<void> = () => Promise.resolve(),
): Promise<void> {
  // In one transaction, and one at a time: nobody finds a table of rules empty, or half of it.
  const begin = async (trx: Knex.Transaction): Promise<void> => {
    await takeTurn(trx, "rules");
    await waitToWrite(trx);
  };
  await writeTransaction(db, begin, async (trx) => {
    await look(trx);
    await describeEventNames(trx);
    await describeStateNames(trx);
    for (const [table, rows] of Object.entries(rulesOf(config))) await replace(trx, table, rows);
  });
}

/**
 * The rows of the tables of rules, by table; nothing is written.
 *
 * @throws NightdeskError as `loadRules`
 */
export function rulesOf(config: Config): Record<string, Record<string, Cell>[]> {
  return {
    state_kinds: stateKinds(),
    rule_names: ruleNames(),
    reason_codes: reasonCodes(),
    cpa_reasons: cpaReasons(),
    sequence_cells: sequenceCells(config),
    queue_thresholds: queueThresholds(config),
    channel_thresholds: channelThresholds(config),
  };
}

/** The names of the sequence tables a run can use. */
export function sequenceTables(): readonly string[] {
  return SEQUENCE_TABLES;
}

/** Every name of a contact event and of an agent's state that the reference knows, aliases included. */
export function knownNames(): { contact: string[]; agent: string[] } {
  const names = (file: string, column: string): string[] =>
    referenceTable(file).flatMap((rule) => [rule[column] ?? "", ...list(rule.aliases, ";")]);
  return { contact: names("contact-events.csv", "event"), agent: names("agent-states.csv", "state") };
}

function referenceText(file: string): string {
  return readFileSync(join(__dirname, file), "utf8");
}

function referenceTable(file: string): Row[] {
  return readCsvTable(referenceText(file));
}

function overrideText(file: string): string {
  if (existsSync(file)) return readFileSync(file, "utf8");
  throw new NightdeskError(
    "sequence-overrides",
    `The configuration's sequence.overrides names ${file}, and there is no such file. Expected a CSV file with the columns state,event,accepted. Correct the path or take the key out.`,
  );
}

const flag = (text: string | undefined): number => (text === "Y" ? 1 : 0);
const known = (text: string | undefined): string | null => text || null;
const list = (text: string | undefined, separator: string | RegExp): string[] =>
  text ? text.split(separator).filter(Boolean) : [];

async function replace(db: Knex, table: string, rows: Record<string, Cell>[]): Promise<void> {
  await db(table).del();
  const columns = Object.keys(rows[0] ?? {});
  await bulkInsert(
    db,
    table,
    columns,
    rows.map((row) => columns.map((column) => row[column] ?? null)),
  );
}

async function describeEventNames(db: Knex): Promise<void> {
  const rules = referenceTable("contact-events.csv");
  const bits = new Map(rules.map((rule, index) => [rule.event, 2 ** index]));
  const byFold = foldedNames(rules, "event");
  for (const { name_key, spelling } of await db("contact_event_names").select("name_key", "spelling")) {
    const rule = byFold.get(fold(spelling));
    const mask = list(rule?.closed_by, " ").reduce((sum, name) => sum + (bits.get(name) ?? 0), 0);
    await db("contact_event_names")
      .where({ name_key })
      .update({
        event: rule?.event ?? spelling,
        is_known: rule ? 1 : 0,
        rank: rule ? Number(rule.rank) : RANK_UNKNOWN,
        is_in_table: flag(rule?.in_sequence_table),
        bit: bits.get(rule?.event) ?? 0,
        closed_by_mask: mask,
        reopens: flag(rule?.reopens),
        keeps_queue_entry: flag(rule?.keeps_queue_entry),
        begins_wrapup: flag(rule?.begins_wrapup),
        is_transfer: flag(rule?.is_transfer),
        is_blind_transfer: flag(rule?.is_blind_transfer),
        settles_blind_transfer: flag(rule?.settles_blind_transfer),
        settles_offer: flag(rule?.settles_offer),
        holds_customer: { on: 1, off: 0 }[rule?.holds_customer ?? ""] ?? null,
        ends_consult_leg: flag(rule?.ends_consult_leg),
        measure: known(rule?.measure),
        abandoned_type: known(rule?.abandoned_type),
        sequence_role: known(rule?.sequence_role),
        visit_outcome: known(rule?.visit_outcome),
      });
  }
}

async function describeStateNames(db: Knex): Promise<void> {
  const byFold = foldedNames(referenceTable("agent-states.csv"), "state");
  for (const { name_key, spelling } of await db("agent_state_names").select("name_key", "spelling")) {
    const rule = byFold.get(fold(spelling));
    const isLogout = rule?.kind === "logged-out";
    await db("agent_state_names")
      .where({ name_key })
      .update({
        state: rule?.state ?? spelling,
        is_known: rule ? 1 : 0,
        rank: isLogout ? RANK_LOGOUT : rule ? 0 : RANK_UNKNOWN,
        is_marker: rule?.kind === "marker" ? 1 : 0,
        is_logout: isLogout ? 1 : 0,
        kind: rule?.kind ?? "unknown",
        measure: known(rule?.measure),
        transfer: known(rule?.transfer),
      });
  }
}

function foldedNames(rules: Row[], column: string): Map<string, Row> {
  return new Map(
    rules.flatMap((rule) => [rule[column] ?? "", ...list(rule.aliases, ";")].map((name) => [fold(name), rule])),
  );
}

function stateKinds(): Record<string, Cell>[] {
  return referenceTable("state-kinds.csv").map((rule) => ({
    kind: rule.kind ?? "",
    precedence: rule.precedence ? Number(rule.precedence) : null,
    is_occupied: flag(rule.is_occupied),
    is_available: flag(rule.is_available),
    is_utilised: flag(rule.is_utilised),
  }));
}

function ruleNames(): Record<string, Cell>[] {
  return referenceTable("rule-names.csv").flatMap((rule) =>
    [...new Set([rule.name ?? "", ...list(rule.aliases, ";")].map(fold))].map((folded) => ({
      kind: rule.kind ?? "",
      folded,
      name: rule.name ?? "",
      outcome: known(rule.outcome),
      owner: known(rule.owner),
      meaning: known(rule.meaning),
    })),
  );
}

function reasonCodes(): Record<string, Cell>[] {
  return referenceTable("reason-codes.csv").map((rule) => ({
    code: rule.code ?? "",
    phrase: known(rule.phrase),
    class: known(rule.class),
    acts: known(rule.acts),
    owner: known(rule.owner),
    meaning: known(rule.meaning),
    is_failure: flag(rule.is_failure),
  }));
}

function cpaReasons(): Record<string, Cell>[] {
  return referenceTable("cpa-reasons.csv").flatMap((rule) => {
    const spellings = new Set([rule.reason ?? "", ...list(rule.alias, ";")].map(fold));
    return Array.from(spellings, (folded) => ({
      folded,
      reason: rule.reason ?? "",
      phase: known(rule.phase),
      outcome: known(rule.outcome),
      owner: known(rule.owner),
      meaning: known(rule.meaning),
      is_failure: flag(rule.is_failure),
    }));
  });
}

function sequenceCells(config: Config): Record<string, Cell>[] {
  const repaired = referenceTable("event-sequence.csv");
  const events = Object.keys(repaired[0] ?? {}).slice(1);
  const doubts = new Map(
    referenceTable("event-sequence-confidence.csv").map((rule) => [
      `${rule.state} ${rule.event}`,
      rule.confidence ?? "high",
    ]),
  );
  const printed = new Map(referenceTable("event-sequence-as-printed.csv").map((row) => [row.event, row]));
  const overrides = sequenceOverrides(
    config,
    repaired.map((row) => row.event ?? ""),
    events,
  );
  return repaired.flatMap((row, statePosition) =>
    events.flatMap((event, position) => {
      const state = row.event ?? "";
      const place = { state, event, state_position: statePosition, event_position: position };
      const override = overrides.get(`${state} ${event}`);
      return [
        {
          ...place,
          table_name: "repaired",
          is_accepted: override ?? flag(row[event]),
          confidence: override === undefined ? (doubts.get(`${state} ${event}`) ?? "high") : "high",
        },
        {
          ...place,
          table_name: "as-printed",
          is_accepted: flag(printed.get(state)?.[`cell_${position + 1}`]),
          confidence: "high",
        },
      ];
    }),
  );
}

/** The site's own cells: `state,event,accepted` with Y or N. They hold for the repaired table, with high confidence. */
function sequenceOverrides(config: Config, states: string[], events: string[]): Map<string, number> {
  const file = config.sequence.overrides;
  if (file === null) return new Map();
  const rows = readCsvTable(overrideText(file));
  const faults = rows.flatMap((row, index) => {
    const isRight =
      states.includes(row.state ?? "") && events.includes(row.event ?? "") && /^[YN]$/.test(row.accepted ?? "");
    return isRight ? [] : [`row ${index + 1}: state "${row.state}", event "${row.event}", accepted "${row.accepted}"`];
  });
  if (faults.length > 0) {
    throw new NightdeskError(
      "sequence-overrides",
      `${file} has cells the event sequence table does not:\n  - ${faults.join("\n  - ")}\nExpected the columns state,event,accepted, names as in src/reference/event-sequence.csv, and Y or N.`,
    );
  }
  return new Map(rows.map((row) => [`${row.state} ${row.event}`, flag(row.accepted)]));
}

function queueThresholds(config: Config): Record<string, Cell>[] {
  const all: [string, Config["thresholds"]][] = [["", config.thresholds], ...Object.entries(config.queues)];
  return all.map(([queue, own]) => ({ queue, ...own }));
}

function channelThresholds(config: Config): Record<string, Cell>[] {
  return Object.entries(config.stale_after_ms).map(([channel, ms]) => ({
    channel_type: channel === "default" ? "" : channel,
    stale_after_ms: ms,
  }));
}
