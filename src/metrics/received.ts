import { join } from "node:path";
import type { Knex } from "knex";
import { type CalendarDay, calendarDay, localTime, MINUTE } from "../base/days";
import { readSql, selectRows } from "../db/sql";

/** What is counted: a source's events of contacts, its events of agents, visits to a queue. */
export type Kind = "contact" | "agent" | "visit";

/** Counts by the local hour they fell into, `00` to `23`. */
export type Hours = Map<string, number>;

/** What one local day brought. */
export interface DayReceived {
  day: string;
  /** How many quarter-hours each local hour has: 4, none where the clock skips it, 8 where it comes twice. */
  quarters: Hours;
  /** By source. */
  contact: Map<string, Hours>;
  agent: Map<string, Hours>;
  /** By queue. */
  visit: Map<string, Hours>;
}

interface QuarterRow {
  name: string;
  quarter_at_ms: number;
  contact_count: number;
  agent_count: number;
  visit_count: number;
}

const QUARTER_MS = 15 * MINUTE;

/** Dumps that came from no source with a name: loaded by hand, or by a release that did not know sources. */
export const UNNAMED_SOURCE = "files";

/** Reads days, each once however often it is asked for. */
export function receivedReader(db: Knex, zone: string): (day: string) => Promise<DayReceived> {
  const known = new Map<string, Promise<DayReceived>>();
  return (day) => {
    const found = known.get(day) ?? readDay(db, zone, calendarDay(zone, day));
    known.set(day, found);
    return found;
  };
}

async function readDay(db: Knex, zone: string, { day, starts_at_ms, ends_at_ms }: CalendarDay): Promise<DayReceived> {
  const bindings = { day, starts_at_ms, ends_at_ms, unnamed_source: UNNAMED_SOURCE };
  const read = async (part: string): Promise<QuarterRow[]> =>
    await selectRows<QuarterRow>(db, readSql(join(__dirname, `completeness-${part}.sql`)), bindings);
  const quarters: Hours = new Map();
  for (let at = starts_at_ms; at < ends_at_ms; at += QUARTER_MS) add(quarters, hourOf(zone, at), 1);
  const sources = await read("sources");
  const queues = await read("queues");
  return {
    day,
    quarters,
    contact: byHour(zone, sources, "contact_count"),
    agent: byHour(zone, sources, "agent_count"),
    visit: byHour(zone, queues, "visit_count"),
  };
}

/** Names of which anything came, with their hours. */
function byHour(
  zone: string,
  rows: readonly QuarterRow[],
  column: "contact_count" | "agent_count" | "visit_count",
): Map<string, Hours> {
  const found = new Map<string, Hours>();
  for (const row of rows) {
    const count = Number(row[column]);
    if (count === 0) continue;
    const hours = found.get(row.name) ?? new Map<string, number>();
    found.set(row.name, hours);
    add(hours, hourOf(zone, Number(row.quarter_at_ms)), count);
  }
  return found;
}

function add(hours: Hours, hour: string, count: number): void {
  hours.set(hour, (hours.get(hour) ?? 0) + count);
}

function hourOf(zone: string, atMs: number): string {
  return localTime(zone, atMs).slice(11, 13);
}
