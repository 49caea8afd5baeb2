import { createHash } from "node:crypto";
import { join } from "node:path";
import type { Knex } from "knex";
import type { Config } from "../base/config";
import { NightdeskError } from "../base/errors";
import type { Log } from "../base/log";
import { canShare } from "../db/claim";
import { type Materialization, materialize } from "../db/materialize";
import { bind, readSql, selectRows } from "../db/sql";
import { describeTemporary } from "../db/temporary";
import { takeTurn } from "../db/turns";
import { waitToWrite, writeTransaction } from "../db/write";
import { addUp } from "./make";
import { addUnchecked, contactsOf, type Period } from "./pending";
import { noteSetting } from "./settings";
import { hold, type Slice, SLICE_SIZE, slices, type WorkingTable } from "./slices";
import { emptyTogether } from "./together";

/** How to judge: the mode, the sequence table's name and the version it is recorded under. */
export interface Judge {
  mode: "overlay" | "strict";
  table: string;
  version: string;
}

/** One event a sequence table does not accept in the state the contact was in. */
export interface Violation {
  contact_key: number;
  contact_id: string;
  activity_number: number;
  at_ms: number;
  state: string;
  previous_event: string;
  event: string;
  kind: string;
  severity: string;
  confidence: string;
  table_name: string;
  table_version: string;
}

/** What is found for another mode or table is held beside the stored verdicts, for one slice. */
const others: WorkingTable = {
  table: "other_transitions",
  key: ["contact_key", "activity_number"],
  select: sqlOf("sequence_transitions"),
};

const tables: readonly Materialization[] = [
  kept("sequence_transitions", "contact_key activity_number state event verdict"),
  kept("sequence_checks", "contact_key judged_count accepted_count not_in_table_count violation_count"),
  kept(
    "sequence_violations",
    "contact_key contact_id activity_number at_ms state previous_event event kind severity confidence table_name table_version",
  ),
];

/**
 * Checks every rebuilt contact that was not checked since, against the configured table in the configured mode, in one
 * transaction. The rules must be loaded.
 *
 * @param version version of the sequence tables; where it, the mode or the table changed, everything is checked anew
 * @returns contacts, judged and accepted transitions, findings by severity, events the table does not know
 */
export async function checkSequences(
  db: Knex,
  config: Config,
  log: Log,
  period: Period,
  version: string,
): Promise<Record<string, number>> {
  const judge: Judge = { mode: config.sequence.mode, table: config.sequence.table, version };
  const prepare = async (trx: Knex.Transaction): Promise<void> => {
    await requireTable(trx, judge.table);
    const isUnderNewRules = await noteSetting(trx, "checked_under", fingerprint(judge));
    await addUnchecked(trx, config.zone, isUnderNewRules ? { ...period, all: true } : period);
  };
  const counts = canShare(db) ? await checkTogether(db, judge, prepare) : await checkAlone(db, log, judge, prepare);
  log.progress("");
  return { ...NOTHING, ...counts };
}

type Prepare = (trx: Knex.Transaction) => Promise<void>;

/** Checks everything pending in one transaction, the only one that writes. */
async function checkAlone(db: Knex, log: Log, judge: Judge, prepare: Prepare): Promise<Record<string, number>> {
  return writeTransaction(db, waitToWrite, async (trx) => {
    await prepare(trx);
    await holdContacts(trx, "select contact_key from contacts_to_check", {});
    const counts: Record<string, number> = {};
    for await (const slice of slices(trx, "contacts_in_check", "contact_key")) {
      addUp(counts, await checkSlice(trx, judge, slice));
      log.progress(`checking contacts: ${counts.contacts}`);
    }
    await trx("contacts_to_check").del();
    return counts;
  });
}

/** Checks what is pending beside other runs that do the same; see the README. */
async function checkTogether(db: Knex, judge: Judge, prepare: Prepare): Promise<Record<string, number>> {
  const set = {
    set: "contacts_to_check",
    key: "contact_key",
    slice_size: SLICE_SIZE,
    work: async (trx: Knex.Transaction, slice: Slice) => {
      await holdContacts(trx, "select contact_key from contacts_to_check", {});
      return await checkSlice(trx, judge, slice);
    },
  };
  const judgedBy = async (trx: Knex.Transaction): Promise<string> => {
    const under = await trx("settings").where({ name: "checked_under" }).first("value");
    return String(under?.value);
  };
  const prepareOnce = async (trx: Knex.Transaction, isFirst: boolean): Promise<void> => {
    // One after the other, so that only the first finds that everything is to be checked anew.
    await takeTurn(trx, "checks");
    if (isFirst) return await prepare(trx);
    if ((await judgedBy(trx)) !== fingerprint(judge)) throw othersJudge();
  };
  return emptyTogether(db, [set], prepareOnce, judgedBy);
}

async function checkSlice(trx: Knex.Transaction, judge: Judge, slice: Slice): Promise<Record<string, number>> {
  const bindings = bindingsOf(judge, slice);
  for (const table of tables) await materialize(trx, table, bindings);
  return { contacts: slice.entity_count, ...(await countSlice(trx, slice)) };
}

function othersJudge(): NightdeskError {
  return new NightdeskError(
    "rules-changed",
    "Another run has begun to check everything anew in another mode or by another sequence table. Expected all runs on one database to work with the same configuration. Give them the same, and run this again.",
  );
}

/** What another mode or table than the configured one would find in a period's contacts; nothing is stored. */
export async function* findViolations(
  db: Knex,
  config: Config,
  judge: Judge,
  period: Period,
): AsyncGenerator<Violation[]> {
  const trx = await db.transaction();
  try {
    await requireTable(trx, judge.table);
    await holdContacts(trx, ...contactsOf(config.zone, period));
    const select = sqlOf("sequence_violations").replaceAll("sequence_transitions", others.table);
    for await (const slice of slices(trx, "contacts_in_check", "contact_key")) {
      const bindings = bindingsOf(judge, slice);
      await hold(trx, others, bindings);
      yield await selectRows<Violation>(trx, select, bindings);
    }
  } finally {
    await trx.rollback();
  }
}

const NOTHING = { contacts: 0, judged: 0, accepted: 0, violations: 0, errors: 0, warnings: 0, not_in_table: 0 };

function sqlOf(table: string): string {
  return readSql(join(__dirname, `${table}.sql`));
}

function kept(table: string, columns: string): Materialization {
  const scope =
    "contact_key in (select contact_key from contacts_in_check where contact_key between :from_key and :to_key and contact_key not in (select contact_key from sealed_contacts))";
  return { table, columns: columns.split(" "), select: sqlOf(table), scope };
}

function fingerprint(judge: Judge): string {
  return createHash("sha256").update(JSON.stringify(judge)).digest("hex").slice(0, 12);
}

/** @throws NightdeskError `sequence-table` where there is no such table: nothing would be judged, and nothing found; `not-rebuilt` where there is none at all */
async function requireTable(trx: Knex.Transaction, table: string): Promise<void> {
  const known: string[] = await trx("sequence_cells").distinct("table_name").orderBy("table_name").pluck("table_name");
  if (known.includes(table)) return;
  if (known.length === 0) {
    throw new NightdeskError(
      "not-rebuilt",
      'Nothing was rebuilt yet, and so there is nothing to check. Run "nightdesk rebuild" first.',
    );
  }
  throw new NightdeskError(
    "sequence-table",
    `There is no event sequence table "${table}". Expected one of ${known.join(", ")}. Correct sequence.table of the configuration, or --table.`,
  );
}

function bindingsOf(judge: Judge, slice: Slice): Record<string, string | number> {
  return {
    from_key: slice.from_key,
    to_key: slice.to_key,
    is_strict: judge.mode === "strict" ? 1 : 0,
    table_name: judge.table,
    table_version: judge.version,
  };
}

/** Declared not null and unique, so that the database knows that reading along it is reading in order. */
async function holdContacts(trx: Knex.Transaction, select: string, range: Record<string, number>): Promise<void> {
  await trx.raw("drop table if exists contacts_in_check");
  await trx.raw("create temporary table contacts_in_check (contact_key bigint not null primary key)");
  await bind(trx, `insert into contacts_in_check (contact_key) ${select}`, range);
  await describeTemporary(trx, "contacts_in_check");
}

async function countSlice(trx: Knex.Transaction, slice: Slice): Promise<Record<string, number>> {
  const [row] = await selectRows<Record<string, number | string | null>>(
    trx,
    `select
        sum(judged_count) as judged,
        sum(accepted_count) as accepted,
        sum(not_in_table_count) as not_in_table,
        sum(violation_count) as violations,
        (select count(*) from sequence_violations where severity = 'error' and contact_key in ${IN_SLICE}) as errors
    from sequence_checks
    where contact_key in ${IN_SLICE}`,
    { from_key: slice.from_key, to_key: slice.to_key },
  );
  const number = (name: string): number => Number(row?.[name] ?? 0);
  const counts = { judged: number("judged"), accepted: number("accepted"), not_in_table: number("not_in_table") };
  const violations = { violations: number("violations"), errors: number("errors") };
  return { ...counts, ...violations, warnings: violations.violations - violations.errors };
}

const IN_SLICE = "(select contact_key from contacts_in_check where contact_key between :from_key and :to_key)";
