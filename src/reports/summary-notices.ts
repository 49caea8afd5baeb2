import type { Knex } from "knex";
import type { Config } from "../base/config";
import { addDays, daysBetween } from "../base/days";
import { maskOf } from "../base/mask";
import { isClosedDay } from "../base/schedules";
import { wordsOf } from "../i18n/words";
import { gatherDataBox } from "./data-box";
import { readAlerts } from "./management-summary-alerts";
import { periodOf } from "./period";
import type { SummaryNotice } from "./summary-mail";

/** So many days before a period are looked at for nights that were missed. */
const NIGHTS_LOOKED_AT = 7;

/** What the owner is told beside the summary, in English: alerts that changed, and nights that were missed. */
export async function gatherNotices(db: Knex, config: Config, from: string, to: string): Promise<SummaryNotice[]> {
  const missed = await missedNights(db, config, from);
  const nights = missed.map((day) => ({
    about: `missed-night-${day}`,
    text: `No night has come to its end for ${day}. "nightdesk nightly --day ${day}" makes up for it.`,
  }));
  if (config.alerts.length === 0) return nights;
  const words = wordsOf("en");
  const period = periodOf(config.zone, from, to, words);
  const box = await gatherDataBox(db, config, period, words);
  const rest = { places: [], tier: "aggregates", restated: null, mask: maskOf(config.masking) } as const;
  const alerts = await readAlerts({ db, config, period, words, box, ...rest });
  return [
    ...alerts.filter(({ change }) => change !== "standing").map(({ about, text }) => ({ about, text })),
    ...nights,
  ];
}

/** Open days after the first night there ever was, and before a day, for which none has come to its end. */
async function missedNights(db: Knex, config: Config, before: string): Promise<string[]> {
  const from = addDays(before, -NIGHTS_LOOKED_AT);
  const rows: { from_day: string; to_day: string }[] = await db("receipts")
    .where({ workflow: "nightly", step: "render", status: "done" })
    .whereNotNull("from_day")
    .where("from_day", "<", before)
    .distinct("from_day", "to_day");
  const first = rows.map(({ from_day }) => from_day).toSorted()[0];
  if (first === undefined) return [];
  return daysBetween(from > first ? from : first, addDays(before, -1)).filter(
    (day) =>
      !isClosedDay(config.calendar, day) && !rows.some(({ from_day, to_day }) => from_day <= day && day <= to_day),
  );
}
