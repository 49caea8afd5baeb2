import { join } from "node:path";
import type { Knex } from "knex";
import type { Config } from "../base/config";
import { maskOf } from "../base/mask";
import { withReaders } from "../db/readers";
import { wordsOf } from "../i18n/words";
import { readSql, selectRows } from "../db/sql";
import { readVisits } from "./contact-sessions-visits";
import { gatherDataBox } from "./data-box";
import { periodOf } from "./period";
import type { SequenceTotals } from "./sequence-violations-headline";
import { shareOf } from "./units";

/** A day's headline figures, as its reports show them; shares 0…1, null where there is nothing to divide by. */
export interface DayFigures {
  day: string;
  /** Of all telephone queues; `mixed` where their formulas differ, and then there is no service level. */
  service_level_formula: string;
  service_level_share: number | null;
  abandon_rate_share: number | null;
  fitness_share: number | null;
  gap_count: number;
  missing_delivery_count: number;
  late_event_count: number;
}

/**
 * The same selects and formulas as the pages', so that what is watched and what is read never differ; all of one state of the
 * database, whatever a night writes meanwhile.
 */
export async function dayFigures(db: Knex, config: Config, day: string): Promise<DayFigures> {
  return await withReaders(db, 1, async ([reader = db]) => figuresOf(reader, config, day));
}

async function figuresOf(db: Knex, config: Config, day: string): Promise<DayFigures> {
  const words = wordsOf("en");
  const period = periodOf(config.zone, day, day, words);
  const box = await gatherDataBox(db, config, period, words);
  const ask = { db, config, period, view: "person", mask: maskOf(config.masking), words, box } as const;
  const { telephony } = await readVisits(ask);
  const days = { from_day: day, to_day: day, starts_at_ms: period.starts_at_ms, ends_at_ms: period.ends_at_ms };
  const [totals] = await selectRows<SequenceTotals>(
    db,
    readSql(join(__dirname, "sequence-violations-totals.sql")),
    days,
  );
  return {
    day,
    service_level_formula: telephony.formula,
    service_level_share: telephony.service_level_share,
    abandon_rate_share: telephony.abandon_rate_share,
    fitness_share: shareOf(totals?.accepted_count ?? 0, totals?.judged_count ?? 0),
    gap_count: box.gap_count,
    missing_delivery_count: box.preliminary.length,
    late_event_count: box.late_event_count,
  };
}
