import { randomUUID } from "node:crypto";
import { mkdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { writeCsvRows } from "../base/csv";
import { NightdeskError } from "../base/errors";
import { type CsvTable, csvCells, type Told } from "./table";

/** A file of the period's folder, and where its bytes come from when it is its turn. */
export interface PlannedFile {
  name: string;
  read: () => Promise<string | Uint8Array>;
}

/** The text of a report's CSV file, in parts; as bytes, since it is hashed more than once. */
export function csvParts(table: CsvTable, ask: Told): Uint8Array[] {
  return [Buffer.from(writeCsvRows(csvCells(table, ask))), ...(table.written ?? [])];
}

/** A CSV file as spreadsheets want it that take UTF-8 only with a byte-order mark. */
export function withBom(bytes: Uint8Array): Uint8Array {
  return Buffer.concat([Buffer.from("\uFEFF"), bytes]);
}

/**
 * Writes every file beside its place and renames all of them once the last is on the disk.
 *
 * @returns the files, absolute, and their size together in bytes
 * @throws NightdeskError `report-write` where the folder takes no files; what stood there before is untouched
 */
export async function publishFiles(
  folder: string,
  files: readonly PlannedFile[],
): Promise<{ files: string[]; bytes: number }> {
  const planned = files.map(({ name, read }) => ({
    place: join(folder, name),
    beside: join(folder, dirname(name), `.${basename(name)}.${randomUUID()}.part`),
    read,
  }));
  let bytes = 0;
  try {
    await mkdir(folder, { recursive: true });
    for (const own of new Set(planned.map(({ place }) => dirname(place)))) await mkdir(own, { recursive: true });
    for (const { beside, read } of planned) {
      const content = await read();
      bytes += Buffer.byteLength(content);
      await writeFile(beside, content);
    }
    for (const { place } of planned) await refuseFolder(place);
    for (const { beside, place } of planned) await rename(beside, place);
  } catch (error) {
    for (const { beside } of planned) await rm(beside, { force: true }).catch(() => {});
    if (error instanceof NightdeskError) throw error;
    throw new NightdeskError(
      "report-write",
      `The reports could not be written to ${folder}: ${(error as Error).message}. Expected a folder that takes new files. Free the place, or name another with --out.`,
      { canRetry: true, cause: error },
    );
  }
  return { files: planned.map(({ place }) => place), bytes };
}

/** A folder in a file's place would stop the renaming half-way. */
async function refuseFolder(place: string): Promise<void> {
  const found = await stat(place).catch(() => null);
  if (found?.isDirectory() === true) throw new Error(`${place} is a folder`);
}
