import { join } from "node:path";
import type { Knex } from "knex";
import { readSql, selectRows } from "./db/sql";
import { changedFigures, changedSettings } from "./editions/compare";
import type { Edition, EditionFile } from "./editions/edition";
import { bytesOf, editionById, figuresOf, filesOf } from "./editions/read";
import type { Cause, Restatement } from "./metrics/restatement";
import { publishFiles } from "./reports/files";

/** An edition as it is listed. */
export interface ListedEdition {
  edition_id: string;
  report: string;
  view: string;
  language: string;
  from_day: string;
  to_day: string;
  edition_number: number;
  issued_at_ms: number;
  data_up_to_ms: number | null;
  /** How many figures and tables it restates. */
  change_count: number;
  causes: Cause[];
  file_count: number;
  byte_count: number;
  /** Bytes as they are kept. */
  packed_byte_count: number;
}

/** Editions of periods that touch the days, by period, report and number. */
export async function listEditions(
  db: Knex,
  asked: { from: string; to: string; report: string | null },
): Promise<ListedEdition[]> {
  const sql = readSql(join(__dirname, "issued.sql"));
  const bindings = { from_day: asked.from, to_day: asked.to, report: asked.report ?? "" };
  const rows = await selectRows<Omit<ListedEdition, "causes"> & { causes: string }>(db, sql, bindings);
  return rows.map((row) => ({ ...row, causes: JSON.parse(row.causes) as Cause[] }));
}

/**
 * Writes the files of an edition as they were issued, below a folder of its own.
 *
 * @returns the files, absolute
 * @throws NightdeskError `edition-unknown`, or `edition-damaged` where a file has not the hash it was issued with: then
 *         nothing is written
 */
export async function writeEdition(db: Knex, id: string, folder: string): Promise<string[]> {
  const edition = await editionById(db, id);
  const planned = (await filesOf(db, edition.edition_key)).map(({ name }) => ({
    name,
    read: () => bytesOf(db, edition, name),
  }));
  return (await publishFiles(folder, planned)).files;
}

/** What differs between two editions, from the first to the second. */
export interface EditionDifference {
  before: Edition;
  after: Edition;
  figures: Omit<Restatement, "causes">[];
  /** Dumps of the period that only one of them rests on. */
  dumps_added: Edition["inputs"]["dumps"];
  dumps_gone: Edition["inputs"]["dumps"];
  settings: { name: string; old: string | null; new: string | null }[];
  /** Files with other bytes; null: only the other one has it. */
  files: { name: string; old: EditionFile | null; new: EditionFile | null }[];
  /** What the editions between them, the second included, named as causes; empty where they are no series. */
  causes: Cause[];
}

export async function diffEditions(db: Knex, first: string, second: string): Promise<EditionDifference> {
  const [before, after] = [await editionById(db, first), await editionById(db, second)];
  const files = [await filesOf(db, before.edition_key), await filesOf(db, after.edition_key)] as const;
  const names = [...new Set(files.flatMap((each) => each.map(({ name }) => name)))];
  const only = (of: Edition, not: Edition): Edition["inputs"]["dumps"] =>
    of.inputs.dumps.filter(({ sha256 }) => !not.inputs.dumps.some((other) => other.sha256 === sha256));
  return {
    before,
    after,
    figures: changedFigures(await figuresOf(db, before.edition_key), await figuresOf(db, after.edition_key)),
    dumps_added: only(after, before),
    dumps_gone: only(before, after),
    settings: changedSettings(before.configuration, after.configuration),
    files: names
      .map((name) => ({ name, old: fileNamed(files[0], name), new: fileNamed(files[1], name) }))
      .filter((file) => file.old?.sha256 !== file.new?.sha256),
    causes: await causesBetween(db, before, after),
  };
}

function fileNamed(files: readonly EditionFile[], name: string): EditionFile | null {
  return files.find((file) => file.name === name) ?? null;
}

async function causesBetween(db: Knex, before: Edition, after: Edition): Promise<Cause[]> {
  const { report, view, language, from, to } = before;
  const isSeries =
    report === after.report &&
    view === after.view &&
    language === after.language &&
    from === after.from &&
    to === after.to;
  if (!isSeries) return [];
  const rows: { causes: string }[] = await db("editions")
    .where({ report, view, language, from_day: from, to_day: to })
    .andWhere("edition_number", ">", before.number)
    .andWhere("edition_number", "<=", after.number)
    .orderBy("edition_number")
    .select("causes");
  return rows.flatMap(({ causes }) => JSON.parse(causes) as Cause[]);
}
