import { createHash } from "node:crypto";
import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import type { Knex } from "knex";
import { NightdeskError } from "../base/errors";
import type { Cause, Edition, EditionFile, EditionKey, IssuedFigure, Restatement } from "./edition";

const unpack = promisify(gunzip);

/** Put together in large pieces: small ones take longer than the unpacking. */
const UNPACKING = { chunkSize: 1024 * 1024 };

interface EditionRow {
  edition_key: number;
  edition_id: string;
  report: string;
  view: string;
  language: string;
  from_day: string;
  to_day: string;
  edition_number: number;
  issued_at_ms: number;
  data_up_to_ms: number | null;
  code_version: string;
  summary: string;
  data_box: string;
  inputs: string;
  configuration: string;
  causes: string;
}

/** The newest edition of a series; null where nothing was issued. */
export async function newestEdition(
  db: Knex,
  { report, view, language, from, to }: EditionKey,
): Promise<Edition | null> {
  const row: EditionRow | undefined = await db("editions")
    .where({ report, view, language, from_day: from, to_day: to })
    .orderBy("edition_number", "desc")
    .first();
  return row === undefined ? null : await editionOf(db, row);
}

/** @throws NightdeskError `edition-unknown` where there is none of that id */
export async function editionById(db: Knex, id: string): Promise<Edition> {
  const row: EditionRow | undefined = await db("editions").where({ edition_id: id }).first();
  if (row !== undefined) return await editionOf(db, row);
  throw new NightdeskError(
    "edition-unknown",
    `There is no edition "${id}". Expected an id such as contact-sessions_2026-03-12_1. "nightdesk editions" lists all there are.`,
  );
}

async function editionOf(db: Knex, row: EditionRow): Promise<Edition> {
  const number = Number(row.edition_number);
  const { report, view, language, from_day, to_day } = row;
  const before: { data_up_to_ms: number | null } | undefined = await db("editions")
    .where({ report, view, language, from_day, to_day, edition_number: number - 1 })
    .first("data_up_to_ms");
  return {
    edition_key: Number(row.edition_key),
    edition_id: row.edition_id,
    report,
    view,
    language,
    from: from_day,
    to: to_day,
    number,
    issued_at_ms: Number(row.issued_at_ms),
    data_up_to_ms: instantOf(row.data_up_to_ms),
    code_version: row.code_version,
    summary: row.summary,
    data_box: row.data_box,
    inputs: JSON.parse(row.inputs) as Edition["inputs"],
    configuration: JSON.parse(row.configuration) as Edition["configuration"],
    causes: JSON.parse(row.causes) as Cause[],
    restates: before === undefined ? null : { number: number - 1, data_up_to_ms: instantOf(before.data_up_to_ms) },
    restatements: await restatementsOf(db, Number(row.edition_key)),
  };
}

function instantOf(value: number | null): number | null {
  return value === null ? null : Number(value);
}

async function restatementsOf(db: Knex, edition_key: number): Promise<Restatement[]> {
  const rows: (Omit<Restatement, "causes"> & { causes: string; [column: string]: unknown })[] = await db("restatements")
    .where({ edition_key })
    .orderBy("restatement_number");
  return rows.map(({ metric_id, dimension, scope_id, scope_name, channel_type, slot_at_ms, unit, ...row }) => ({
    metric_id,
    dimension,
    scope_id,
    scope_name,
    channel_type,
    slot_at_ms: instantOf(slot_at_ms),
    unit,
    old_value: row.old_value,
    new_value: row.new_value,
    causes: JSON.parse(row.causes) as Cause[],
  }));
}

/** The figures of an edition, in their order. */
export async function figuresOf(db: Knex, edition_key: number): Promise<IssuedFigure[]> {
  const rows: (IssuedFigure & { [column: string]: unknown })[] = await db("edition_figures")
    .where({ edition_key })
    .orderBy("figure_number");
  return rows.map(({ metric_id, dimension, scope_id, scope_name, channel_type, slot_at_ms, unit, ...row }) => ({
    metric_id,
    dimension,
    scope_id,
    scope_name,
    channel_type,
    slot_at_ms: instantOf(slot_at_ms),
    unit,
    numerator: row.numerator,
    denominator: row.denominator,
    value: row.value,
  }));
}

/** The files of an edition, pages first, without their bytes. */
export async function filesOf(db: Knex, edition_key: number): Promise<EditionFile[]> {
  const rows: EditionFile[] = await db("edition_files")
    .where({ edition_key })
    .orderBy("file_number")
    .select("name", "sha256", "byte_count");
  return rows.map(({ name, sha256, byte_count }) => ({ name, sha256, byte_count: Number(byte_count) }));
}

/**
 * Looks whether files are what was issued, the newest editions first.
 *
 * @param most how many files are looked at
 * @returns how many were, and which of them have not their hash
 */
export async function verifyFiles(db: Knex, most: number): Promise<{ verified: number; damaged: string[] }> {
  const files: { edition_key: number; edition_id: string; name: string }[] = await db("edition_files as files")
    .join("editions", "editions.edition_key", "files.edition_key")
    .orderBy([
      { column: "files.edition_key", order: "desc" },
      { column: "files.file_number", order: "asc" },
    ])
    .limit(most)
    .select("files.edition_key", "editions.edition_id", "files.name");
  const damaged: string[] = [];
  for (const file of files) {
    const bytes = await bytesOf(db, file, file.name).catch(() => null);
    if (bytes === null) damaged.push(`${file.edition_id}/${file.name}`);
  }
  return { verified: files.length, damaged };
}

/**
 * The bytes of a file as they were issued.
 *
 * @throws NightdeskError `edition-damaged` where they are not those any more
 */
export async function bytesOf(
  db: Knex,
  edition: { edition_key: number; edition_id: string },
  name: string,
): Promise<Buffer> {
  const { edition_key, edition_id } = edition;
  const row: { content: Buffer; sha256: string } | undefined = await db("edition_files")
    .where({ edition_key, name })
    .first("content", "sha256");
  const bytes = row === undefined ? null : await unpack(row.content, UNPACKING).catch(() => null);
  if (row !== undefined && bytes !== null && createHash("sha256").update(bytes).digest("hex") === row.sha256)
    return bytes;
  throw new NightdeskError(
    "edition-damaged",
    `The file ${name} of edition ${edition_id} is not what was issued: its bytes have not the hash ${row?.sha256 ?? "(none)"}. Expected bytes that nobody changed. Restore the database from a backup of before.`,
  );
}
