import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Knex } from "knex";
import { type Config, loadConfig } from "../../src/base/config";
import { openDatabase } from "../../src/db/open";

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
export async function openCentre(settings: Partial<Config> = {}): Promise<Centre> {
  const folder = mkdtempSync(join(tmpdir(), "nightdesk-"));
  const config = { ...loadConfig({ NIGHTDESK_DATA: folder }, folder), ...settings };
  const db = await openDatabase(config.database_url);
  const close = async (): Promise<void> => {
    await db.destroy();
    rmSync(folder, { recursive: true, force: true });
  };
  return { db, config, folder, close };
}
