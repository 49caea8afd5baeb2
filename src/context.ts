import type { Knex } from "knex";
import type { Config } from "./base/config";
import type { Log } from "./base/log";
import { openDatabase } from "./db/open";

/** What every step works with: opened once, closed once. */
export interface Context {
  db: Knex;
  config: Config;
  log: Log;
  /** The clock, epoch ms: asked for receipts and for the first reading of a dump, never by a rule. */
  now: () => number;
}

export async function openContext(config: Config, log: Log, now: () => number): Promise<Context> {
  return { db: await openDatabase(config.database_url), config, log, now };
}

export async function closeContext(context: Context): Promise<void> {
  await context.db.destroy();
}
