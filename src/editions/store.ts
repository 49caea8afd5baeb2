import { createHash } from "node:crypto";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import type { Knex } from "knex";
import { bulkInsert, type Cell } from "../db/bulk";
import { takeTurn } from "../db/turns";
import { waitToWrite, writeTransaction } from "../db/write";
import type { Basis, Edition, EditionFile, EditionKey, EditionNote, IssuedFigure, Restatement } from "./edition";
import { editionId } from "./edition";

const pack = promisify(gzip);

/** Two thirds of the time of the usual level for a tenth more bytes, which are put together in large pieces. */
const PACKING = { level: 4, chunkSize: 256 * 1024 };

/** A file ready to be kept. */
export interface PackedFile extends EditionFile {
  packed: Buffer;
}

/** An edition that is to be stored. */
export interface NewEdition extends EditionKey {
  note: EditionNote;
  summary: string;
  data_box: string;
  figures: readonly IssuedFigure[];
  files: readonly PackedFile[];
  basis: Basis;
}

export async function packFile(name: string, parts: readonly (string | Uint8Array)[]): Promise<PackedFile> {
  const bytes = Buffer.concat(parts.map((part) => (typeof part === "string" ? Buffer.from(part) : part)));
  return { name, ...hashed([bytes]), packed: await pack(bytes, PACKING) };
}

/** Hash and size of a file in parts. */
export function hashed(parts: readonly (string | Uint8Array)[]): { sha256: string; byte_count: number } {
  const hash = createHash("sha256");
  let byte_count = 0;
  for (const part of parts) {
    hash.update(part);
    byte_count += typeof part === "string" ? Buffer.byteLength(part) : part.byteLength;
  }
  return { sha256: hash.digest("hex"), byte_count };
}

/**
 * Stores editions of one render, all or none.
 *
 * @param nowMs the clock, epoch ms
 * @returns null where somebody else has issued one of them meanwhile: what they were compared with is not the newest any more
 */
export async function storeEditions(
  db: Knex,
  editions: readonly NewEdition[],
  nowMs: number,
): Promise<string[] | null> {
  const begin = async (trx: Knex.Transaction): Promise<void> => {
    await takeTurn(trx, "editions");
    await waitToWrite(trx);
  };
  return await writeTransaction(db, begin, async (trx) => {
    for (const edition of editions) if (!(await isNext(trx, edition))) return null;
    const ids: string[] = [];
    for (const edition of editions) ids.push(await storeEdition(trx, edition, nowMs));
    return ids;
  });
}

async function isNext(trx: Knex, { report, view, language, from, to, note }: NewEdition): Promise<boolean> {
  const last = await trx("editions")
    .where({ report, view, language, from_day: from, to_day: to })
    .max({ number: "edition_number" })
    .first();
  return Number(last?.number ?? 0) === note.number - 1;
}

async function storeEdition(trx: Knex.Transaction, edition: NewEdition, nowMs: number): Promise<string> {
  const { report, view, language, from, to, note, basis } = edition;
  const edition_id = editionId(edition, note.number);
  const [row] = await trx("editions")
    .insert({
      edition_id,
      report,
      view,
      language,
      from_day: from,
      to_day: to,
      edition_number: note.number,
      issued_at_ms: nowMs,
      data_up_to_ms: note.data_up_to_ms,
      last_dump_key: basis.inputs.last_dump_key,
      code_version: basis.code_version,
      summary: edition.summary,
      data_box: edition.data_box,
      inputs: JSON.stringify(basis.inputs),
      configuration: JSON.stringify(basis.configuration),
      causes: JSON.stringify(note.causes),
    })
    .returning<Pick<Edition, "edition_key">[]>("edition_key");
  const key = Number(row?.edition_key);
  await insertRows(
    trx,
    "edition_figures",
    FIGURE_COLUMNS,
    edition.figures.map((figure, index) => figureCells(key, index, figure)),
  );
  await insertRows(
    trx,
    "restatements",
    RESTATEMENT_COLUMNS,
    note.restatements.map((one, index) => restatementCells(key, index, one)),
  );
  for (const [index, { name, sha256, byte_count, packed }] of edition.files.entries()) {
    await trx("edition_files").insert({
      edition_key: key,
      file_number: index + 1,
      name,
      sha256,
      byte_count,
      content: packed,
    });
  }
  return edition_id;
}

const OF = ["metric_id", "dimension", "scope_id", "scope_name", "channel_type", "slot_at_ms", "unit"] as const;
const FIGURE_COLUMNS = ["edition_key", "figure_number", ...OF, "numerator", "denominator", "value"];
const RESTATEMENT_COLUMNS = ["edition_key", "restatement_number", ...OF, "old_value", "new_value", "causes"];

function figureCells(key: number, index: number, figure: IssuedFigure): Cell[] {
  return [key, index + 1, ...OF.map((column) => figure[column]), figure.numerator, figure.denominator, figure.value];
}

function restatementCells(key: number, index: number, one: Restatement): Cell[] {
  return [key, index + 1, ...OF.map((column) => one[column]), one.old_value, one.new_value, JSON.stringify(one.causes)];
}

const ROWS_AT_ONCE = 5_000;

async function insertRows(
  trx: Knex,
  table: string,
  columns: readonly string[],
  rows: readonly Cell[][],
): Promise<void> {
  for (let from = 0; from < rows.length; from += ROWS_AT_ONCE) {
    await bulkInsert(trx, table, columns, rows.slice(from, from + ROWS_AT_ONCE));
  }
}
