import type { Knex } from "knex";
import { calendarDay, daysBetween, isDay, localDay } from "../base/days";
import { bulkInsert } from "../db/bulk";
import { selectRows } from "../db/sql";

interface Span {
  oldest_at_ms: number | null;
  newest_at_ms: number | null;
}

/** Writes every local day from the oldest to the newest instant loaded, and every day a dump is named after. */
export async function fillCalendar(trx: Knex.Transaction, zone: string): Promise<void> {
  const known = new Set(await trx("calendar_days").pluck("day"));
  const named: string[] = await trx("dumps").whereNotNull("named_day").distinct().pluck("named_day");
  const wanted = new Set([...(await daysOfEvents(trx, zone)), ...named.filter(isDay)]);
  const missing = [...wanted].filter((day) => !known.has(day)).sort();
  const rows = missing.map((day) => calendarDay(zone, day));
  await bulkInsert(
    trx,
    "calendar_days",
    ["day", "starts_at_ms", "ends_at_ms"],
    rows.map((row) => [row.day, row.starts_at_ms, row.ends_at_ms]),
  );
}

async function daysOfEvents(trx: Knex.Transaction, zone: string): Promise<string[]> {
  const [span] = await selectRows<Span>(
    trx,
    `select min(oldest_at_ms) as oldest_at_ms, max(newest_at_ms) as newest_at_ms
    from (
        select oldest_at_ms, newest_at_ms from dumps
        union all select min(started_at_ms), max(started_at_ms) from reported_contacts
        union all select min(started_at_ms), max(started_at_ms) from reported_agent_sessions
    ) as spans`,
  );
  const { oldest_at_ms: oldest, newest_at_ms: newest } = span ?? { oldest_at_ms: null, newest_at_ms: null };
  if (oldest === null || newest === null) return [];
  return daysBetween(localDay(zone, Number(oldest)), localDay(zone, Number(newest)));
}
