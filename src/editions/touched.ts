import { join } from "node:path";
import type { Knex } from "knex";
import { readSql, selectRows } from "../db/sql";
import { waitToWrite, writeTransaction } from "../db/write";

/** The setting that says up to which dump it was looked what other days' reports it makes others. */
const LOOKED_UP_TO = "restated_up_to_dump";

/** Days whose issued reports may be others now, and the mark to note once they were looked at. */
export interface TouchedDays {
  days: { day: string; reports: string[] }[];
  until_key: number;
}

/** Days of which reports were issued, and of which dumps hold events that no night has looked at yet. */
export async function touchedDays(db: Knex, series: { view: string; language: string }): Promise<TouchedDays> {
  const noted: { value: string } | undefined = await db("settings").where({ name: LOOKED_UP_TO }).first("value");
  const last = await db("dumps").max({ dump_key: "dump_key" }).first();
  const until_key = Number(last?.dump_key ?? 0);
  const bindings = { after_key: Number(noted?.value ?? 0), until_key, ...series };
  const sql = readSql(join(__dirname, "touched-days.sql"));
  const days = new Map<string, string[]>();
  for (const { day, report } of await selectRows<{ day: string; report: string }>(db, sql, bindings)) {
    days.set(day, [...(days.get(day) ?? []), report]);
  }
  return { days: Array.from(days, ([day, reports]) => ({ day, reports })), until_key };
}

/** Notes that the days were looked at; a night that is killed before looks at them again, and comes to the same editions. */
export async function noteTouched(db: Knex, { until_key }: TouchedDays): Promise<void> {
  await writeTransaction(db, waitToWrite, async (trx) => {
    await trx("settings").where({ name: LOOKED_UP_TO }).del();
    await trx("settings").insert({ name: LOOKED_UP_TO, value: String(until_key) });
  });
}
