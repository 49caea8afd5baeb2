import type { Knex } from "knex";
import { isTelling, patternOf, type Trace, withoutTraces } from "../base/traces";
import { selectRows } from "../db/sql";
import { type TableShape, tableShapes } from "../db/tables";
import { likeOf } from "./likes";

type Row = Record<string, string | number | null>;

/** The fingerprint a row of `event_contexts` has by what it says. */
export type FingerprintOf = (row: Row) => string;

/** Rules and what is kept of erasures themselves: nobody stands there. */
const LEFT_OUT = new Set(
  `contact_event_names agent_state_names rule_names state_kinds reason_codes cpa_reasons sequence_cells queue_thresholds
  channel_thresholds calendar_days settings erasures erased_ids purges event_contexts`.split(/\s+/),
);

/** Columns anything may stand in. */
const FREE =
  /^(?:attributes|identity|text|message|error|summary|data_box|inputs|configuration|causes|counts|batch|name|leg_id|source)$/;
const OF_KIND = {
  contact: /^contact_id$/,
  agent: /agent_id$|agent_session_id$|page_session_id$|^channel_id$|^scope_id$/,
  name: /agent_name$|^scope_name$/,
  number: /^(?:origin|destination)$/,
} as const;

/** What a sweep looks for, and which ids are the person's own: a namesake's name stays. */
interface Sweep {
  traces: readonly { trace: Trace; pattern: RegExp }[];
  own_ids: ReadonlySet<string>;
}

/**
 * Replaces traces of a person in every table but that of contexts.
 *
 * @returns rows changed by table
 */
export async function sweepTables(trx: Knex.Transaction, traces: readonly Trace[]): Promise<Record<string, number>> {
  const places: Record<string, number> = {};
  const shapes = (await tableShapes(trx)).filter(({ table }) => !LEFT_OUT.has(table));
  for (let from = 0; from < traces.length; from += TRACES_AT_ONCE) {
    const sweep = sweepOf(traces.slice(from, from + TRACES_AT_ONCE), traces);
    for (const shape of shapes) {
      const count = await sweepTable(trx, shape, sweep);
      if (count > 0) places[shape.table] = (places[shape.table] ?? 0) + count;
    }
  }
  return places;
}

/** So many traces are asked for in one statement. */
const TRACES_AT_ONCE = 40;

function sweepOf(some: readonly Trace[], all: readonly Trace[]): Sweep {
  const own = all.filter(({ kind }) => kind === "agent").flatMap(({ text, pseudonym }) => [text, pseudonym]);
  return { traces: some.map((trace) => ({ trace, pattern: patternOf(trace) })), own_ids: new Set(own) };
}

async function sweepTable(trx: Knex.Transaction, shape: TableShape, sweep: Sweep): Promise<number> {
  const columns = await textColumns(trx, shape);
  const likes = columns.flatMap((column, index) => {
    const here = sweep.traces.filter(({ trace }) => mayHold(column, trace)).map(({ trace }) => trace);
    return here.length === 0 ? [] : [likeOf([column], here, `of_${index}`)];
  });
  if (likes.length === 0) return 0;
  const rows = await selectRows<Row>(
    trx,
    `select ${[...new Set([...shape.key, ...columns])].join(", ")} from ${shape.table}
    where ${likes.map(({ sql }) => sql).join(" or ")}`,
    Object.assign({}, ...likes.map(({ bindings }) => bindings)) as Record<string, string>,
  );
  let count = 0;
  for (const row of rows) {
    const patch = patchOf(row, columns, sweep);
    if (Object.keys(patch).length === 0) continue;
    count += 1;
    await trx(shape.table)
      .where(Object.fromEntries(shape.key.map((name) => [name, row[name]])))
      .update(patch);
  }
  return count;
}

/** The columns of a row in which something is replaced, with what they hold then. */
function patchOf(row: Row, columns: readonly string[], sweep: Sweep): Row {
  const patch: Row = {};
  for (const column of columns) {
    const value = row[column];
    if (typeof value !== "string" || isOthers(row, column, sweep)) continue;
    const own = sweep.traces.filter(({ trace }) => mayHold(column, trace));
    const left = withoutTraces(
      value,
      own.map(({ trace, pattern }) => ({ pattern, pseudonym: trace.pseudonym })),
    );
    if (left !== value) patch[column] = left;
  }
  return patch;
}

/** Whether a name is another agent's, as the id beside it says, or a figure is of no agent. */
function isOthers(row: Row, column: string, { own_ids }: Sweep): boolean {
  if (column.startsWith("scope_") && row.dimension !== "agent") return true;
  if (!/(?:agent|scope)_name$/.test(column)) return false;
  const id = row[column.replace(/_name$/, "_id")];
  return typeof id === "string" && !own_ids.has(id);
}

async function textColumns(trx: Knex.Transaction, { table, columns }: TableShape): Promise<string[]> {
  const info = (await trx(table).columnInfo()) as unknown as Record<string, { type: string }>;
  return columns.filter((name) => info[name]?.type === "text");
}

function mayHold(column: string, trace: Trace): boolean {
  if (OF_KIND[trace.kind].test(column)) return true;
  return FREE.test(column) && isTelling(trace);
}

/** What is said beside events, by whom: shared by many of them, and known by a fingerprint of what it says. */
export async function sweepContexts(
  trx: Knex.Transaction,
  traces: readonly Trace[],
  fingerprintOf: FingerprintOf,
): Promise<number> {
  const own = traces.filter(({ kind }) => kind === "agent" || kind === "name");
  if (own.length === 0) return 0;
  const sweep = sweepOf(own, traces);
  const columns = ["agent_id", "agent_name", "agent_session_id", "page_session_id", "channel_id"];
  const like = likeOf(columns, own);
  const rows = await selectRows<Row>(trx, `select * from event_contexts where ${like.sql}`, like.bindings);
  let count = 0;
  for (const row of rows) {
    const patch = patchOf(row, columns, sweep);
    if (Object.keys(patch).length === 0) continue;
    count += 1;
    await replaceContext(trx, Number(row.context_key), { ...patch, fingerprint: fingerprintOf({ ...row, ...patch }) });
  }
  return count;
}

const SPEAKERS =
  "contact_events contact_event_copies agent_events agent_event_copies customer_activities agent_activities".split(" ");

/** Two contexts may come to say the same: one of them then speaks for both. */
async function replaceContext(trx: Knex.Transaction, context_key: number, patch: Row): Promise<void> {
  const same: { context_key: number } | undefined = await trx("event_contexts")
    .where({ fingerprint: patch.fingerprint })
    .whereNot({ context_key })
    .first("context_key");
  if (same === undefined) return void (await trx("event_contexts").where({ context_key }).update(patch));
  for (const table of SPEAKERS) await trx(table).where({ context_key }).update({ context_key: same.context_key });
  await trx("event_contexts").where({ context_key }).del();
}
