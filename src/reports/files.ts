import { randomUUID } from "node:crypto";
import { mkdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { writeCsvRows } from "../base/csv";
import { NightdeskError } from "../base/errors";
import { type CsvTable, csvCells } from "./table";

/** A file of the period's folder: whole, or in parts where it is large. */
export interface PlannedFile {
  name: string;
  text: string | readonly (string | Uint8Array)[];
}

/** The text of a report's CSV file, in parts. */
export function csvText(table: CsvTable, zone: string, hasBom: boolean): PlannedFile["text"] {
  const text = `${hasBom ? "\uFEFF" : ""}${writeCsvRows(csvCells(table, zone))}`;
  return [text, ...(table.written ?? [])];
}

/**
 * Writes every file beside its place and renames all of them once the last is on the disk.
 *
 * @throws NightdeskError `report-write` where the folder takes no files; what stood there before is untouched
 */
export async function publishFiles(
  folder: string,
  files: readonly PlannedFile[],
): Promise<{ files: string[]; bytes: number }> {
  const planned = files.map(({ name, text }) => ({
    place: join(folder, name),
    beside: join(folder, `.${name}.${randomUUID()}.part`),
    text,
  }));
  try {
    await mkdir(folder, { recursive: true });
    for (const { beside, text } of planned) await writeFile(beside, text);
    for (const { place } of planned) await refuseFolder(place);
    for (const { beside, place } of planned) await rename(beside, place);
  } catch (error) {
    for (const { beside } of planned) await rm(beside, { force: true });
    throw new NightdeskError(
      "report-write",
      `The reports could not be written to ${folder}: ${(error as Error).message}. Expected a folder that takes new files. Free the place, or name another with --out.`,
      { canRetry: true, cause: error },
    );
  }
  const bytes = planned.reduce((sum, { text }) => sum + byteCount(text), 0);
  return { files: planned.map(({ place }) => place), bytes };
}

/** A folder in a file's place would stop the renaming half-way. */
async function refuseFolder(place: string): Promise<void> {
  const found = await stat(place).catch(() => null);
  if (found?.isDirectory() === true) throw new Error(`${place} is a folder`);
}

function byteCount(text: PlannedFile["text"]): number {
  const parts = typeof text === "string" ? [text] : text;
  return parts.reduce((sum, part) => sum + (typeof part === "string" ? Buffer.byteLength(part) : part.byteLength), 0);
}
