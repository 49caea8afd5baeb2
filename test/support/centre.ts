import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Knex } from "knex";
import { type Config, loadConfig } from "../../src/base/config";
import { silentLog } from "../../src/base/log";
import { openDatabase } from "../../src/db/open";
import { loadDumps, type LoadReceipt } from "../../src/dumps/load";
import { type Dialect, dialect, givenDatabase } from "./databases";

/** A contact or agent event with the field names of the project's own format. */
export type Fields = Record<string, string | number | null>;

/** A contact centre in a temporary folder with its own database. */
export interface Centre {
  db: Knex;
  config: Config;
  folder: string;
  close(): Promise<void>;
}

/** @param settings the content of nightdesk.json; without a zone UTC */
export async function openCentre(settings: Partial<Config> = {}, on: Dialect = dialect): Promise<Centre> {
  const folder = mkdtempSync(join(tmpdir(), "nightdesk-"));
  const database = await givenDatabase(folder, on);
  const config = { ...loadConfig({ NIGHTDESK_DATA: folder, DATABASE_URL: database.url }, folder), ...settings };
  const db = await openDatabase(config.database_url);
  const close = async (): Promise<void> => {
    await db.destroy();
    database.release();
    rmSync(folder, { recursive: true, force: true });
  };
  return { db, config, folder, close };
}

/** The instant at which tests read their dumps. */
export const READ_AT_MS = Date.parse("2026-11-23T00:00:00Z");

/** Writes files into the centre's folder `dumps` and loads those, in the order given. */
export async function load(centre: Centre, files: Record<string, string | Buffer>): Promise<LoadReceipt> {
  const folder = join(centre.folder, "dumps");
  mkdirSync(folder, { recursive: true });
  const paths = Object.entries(files).map(([name, content]) => {
    writeFileSync(join(folder, name), content);
    return join(folder, name);
  });
  return await loadDumps(centre.db, centre.config, silentLog, paths, READ_AT_MS);
}

/** Events as the project's own dump: one JSON object a line. */
export function ndjson(rows: readonly Fields[]): string {
  return rows.map((row) => `${JSON.stringify(row)}\n`).join("");
}
