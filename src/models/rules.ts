import { createHash } from "node:crypto";
import type { Knex } from "knex";
import type { Config } from "../base/config";
import { NightdeskError } from "../base/errors";
import { noteSetting } from "./settings";

/** What the rows of the rebuilt tables depend on beside the events: one short text for all of it. */
export function rulesMark(config: Config, rulesVersion: string): string {
  const rules = JSON.stringify([config.zone, config.thresholds, config.queues, config.stale_after_ms, rulesVersion]);
  return createHash("sha256").update(rules).digest("hex").slice(0, 12);
}

/**
 * Whether the tables were made under the zone, thresholds and reference data in force: figures of a report made after a
 * change and before a rebuild, or while one is half done, would be neither the old nor the new ones. True where nothing
 * was ever rebuilt.
 */
export async function isUnderRules(db: Knex, config: Config, rulesVersion: string): Promise<boolean> {
  const { rebuilt_under, rebuilding_under } = await settingsOf(db);
  if (rebuilt_under === undefined) return true;
  return rebuilding_under === undefined && rebuilt_under === rulesMark(config, rulesVersion);
}

/**
 * Refuses to go on where the tables were made under other rules, or are being made anew.
 *
 * @throws NightdeskError `rules-changed`
 */
export async function requireRules(db: Knex, config: Config, rulesVersion: string): Promise<void> {
  if (await isUnderRules(db, config, rulesVersion)) return;
  throw new NightdeskError(
    "rules-changed",
    'The zone, a threshold or the reference data changed since the tables were made, or another run is making them anew. Expected tables made under the configured ones. Run "nightdesk rebuild", then this again.',
  );
}

/** Notes what a rebuild begins under; true where all or a part of the tables is made under something else. */
export async function beginUnder(trx: Knex.Transaction, mark: string): Promise<boolean> {
  if ((await newestRules(trx)) === mark) return false;
  await noteSetting(trx, "rebuilding_under", mark);
  return true;
}

/** Notes that everything is made under what the rebuild began under. */
export async function endUnder(trx: Knex.Transaction, mark: string): Promise<void> {
  const ended = await trx("settings").where({ name: "rebuilding_under", value: mark }).del();
  if (ended > 0) await noteSetting(trx, "rebuilt_under", mark);
}

/** What everything is being made under, or where nobody is at it was made under; null where nothing ever was. */
export async function newestRules(trx: Knex.Transaction): Promise<string | null> {
  const { rebuilt_under, rebuilding_under } = await settingsOf(trx);
  return rebuilding_under ?? rebuilt_under ?? null;
}

async function settingsOf(db: Knex): Promise<{ rebuilt_under?: string; rebuilding_under?: string }> {
  const rows: { name: string; value: string }[] = await db("settings")
    .whereIn("name", ["rebuilt_under", "rebuilding_under"])
    .select("name", "value");
  return Object.fromEntries(rows.map(({ name, value }) => [name, value]));
}
