import type { Knex } from "knex";
import type { Config } from "../base/config";
import { addDays, daysBetween } from "../base/days";
import { isClosedDay } from "../base/schedules";
import { type DayReceived, type Hours, type Kind, receivedReader, UNNAMED_SOURCE } from "./received";

/** Hours in a row, or a whole day, in which a source or a queue brought far less than the same weekdays before. */
export interface Gap {
  day: string;
  kind: Kind;
  /** The source or the queue. */
  name: string;
  /** Local clock times, `10:00` and `11:00`; the last hour of a day ends at `24:00`. */
  from: string;
  to: string;
  received_count: number;
  /** The median of the same weekdays before, rounded. */
  expected_count: number;
  /** How many same weekdays before it was compared with: 2 to 4. */
  compared_count: number;
}

/** A delivery that was asked for and had not come when its time was over. */
export interface MissingDelivery {
  source: string;
  day: string;
}

export interface Completeness {
  missing: MissingDelivery[];
  /** In the order of days; of a day sources first, then queues, what lacks most first. */
  gaps: Gap[];
  /** Days without two same weekdays before that have data: nothing can be said of them. */
  incomparable_days: string[];
}

const WEEKS = 4;
const FEWEST_WEEKDAYS = 2;

/** One source or queue: what the day brought, and those of the days before that brought anything of it. */
type Scope = { name: string; kind: Kind; received: Hours; earlier: { hours: Hours; quarters: Hours }[] };

/** What one hour, or the whole day, brought and should have brought. */
interface Measured {
  from: string;
  to: string;
  received_count: number;
  expected_count: number;
}

/**
 * What is missing of the days, told from stored dumps, queue visits and deliveries alone; see README.md in this folder.
 *
 * @param from first local day
 * @param to   last local day
 */
export async function gatherCompleteness(db: Knex, config: Config, from: string, to: string): Promise<Completeness> {
  const read = receivedReader(db, config.zone);
  const gaps: Gap[] = [];
  const incomparable: string[] = [];
  for (const day of daysBetween(from, to).filter((each) => !isClosedDay(config.calendar, each))) {
    const earlier: DayReceived[] = [];
    for (let week = 1; week <= WEEKS; week++) {
      const weekday = addDays(day, -7 * week);
      if (isClosedDay(config.calendar, weekday)) continue;
      const before = await read(weekday);
      if (before.contact.size + before.agent.size + before.visit.size > 0) earlier.push(before);
    }
    if (earlier.length < FEWEST_WEEKDAYS) incomparable.push(day);
    else gaps.push(...gapsOf(config, await read(day), earlier));
  }
  return { missing: await missingDeliveries(db, from, to), gaps, incomparable_days: incomparable };
}

/** Deliveries of the days that were asked for and have not come, by day and source. */
export async function missingDeliveries(db: Knex, from: string, to: string): Promise<MissingDelivery[]> {
  const rows: MissingDelivery[] = await db("deliveries")
    .where({ status: "missing" })
    .whereBetween("day", [from, to])
    .orderBy(["day", "source"])
    .select("source", "day");
  return rows.map(({ source, day }) => ({ source, day }));
}

function gapsOf(config: Config, received: DayReceived, earlier: readonly DayReceived[]): Gap[] {
  return (["contact", "agent", "visit"] as const).flatMap((kind) => {
    const names = new Set(earlier.flatMap((each) => [...each[kind].keys()]));
    const found = Array.from(names, (name) => scopeOf(kind, name, received, earlier))
      .filter((scope) => scope.earlier.length >= FEWEST_WEEKDAYS)
      .filter((scope) => !isRetired(config, scope, received, earlier))
      .flatMap((scope) => gapsOfScope(config, scope, received));
    return found.toSorted(
      (a, b) => lacking(b) - lacking(a) || (a.name < b.name ? -1 : a.name > b.name ? 1 : a.from < b.from ? -1 : 1),
    );
  });
}

function lacking(gap: Gap): number {
  return gap.expected_count - gap.received_count;
}

function scopeOf(kind: Kind, name: string, received: DayReceived, earlier: readonly DayReceived[]): Scope {
  const withData = earlier.flatMap((each) => {
    const hours = each[kind].get(name);
    return hours === undefined ? [] : [{ hours, quarters: each.quarters }];
  });
  return { name, kind, received: received[kind].get(name) ?? new Map(), earlier: withData };
}

/** Whether dumps without a source came no more because they have one now: all sources together brought what they should. */
function isRetired(config: Config, scope: Scope, received: DayReceived, earlier: readonly DayReceived[]): boolean {
  if (scope.kind === "visit" || scope.name !== UNNAMED_SOURCE || sum(scope.received) > 0) return false;
  const whole = (day: DayReceived): number =>
    [...day[scope.kind].values()].reduce((total, hours) => total + sum(hours), 0);
  return whole(received) >= config.completeness.received_share * median(earlier.map(whole));
}

function gapsOfScope(config: Config, scope: Scope, received: DayReceived): Gap[] {
  const { expected_events, expected_visits, received_share } = config.completeness;
  const least = scope.kind === "visit" ? expected_visits : expected_events;
  const hours = [...received.quarters].map(([hour, length]) => measuredHour(scope, hour, length));
  const judged = hours.filter(({ expected_count }) => expected_count >= least);
  // Where every hour is too thin to be judged alone, the day as a whole may still say something.
  const thin =
    judged.length === 0 ? [measuredDay(scope)].filter(({ expected_count }) => expected_count >= least) : judged;
  const short = thin.filter((each) => each.received_count < received_share * each.expected_count);
  return joined(short).map((each) => ({
    day: received.day,
    kind: scope.kind,
    name: scope.name,
    ...each,
    expected_count: Math.round(each.expected_count),
    compared_count: scope.earlier.length,
  }));
}

/** Earlier hours count by their length: one that the clock skipped says nothing, one that came twice half as much. */
function measuredHour({ received, earlier }: Scope, hour: string, length: number): Measured {
  const rates = earlier.flatMap(({ hours, quarters }) => {
    const quarterCount = quarters.get(hour) ?? 0;
    return quarterCount === 0 ? [] : [(hours.get(hour) ?? 0) / quarterCount];
  });
  return {
    from: `${hour}:00`,
    to: `${String(Number(hour) + 1).padStart(2, "0")}:00`,
    received_count: received.get(hour) ?? 0,
    expected_count: rates.length < FEWEST_WEEKDAYS ? 0 : median(rates) * length,
  };
}

function measuredDay({ received, earlier }: Scope): Measured {
  const expected = median(earlier.map(({ hours }) => sum(hours)));
  return { from: "00:00", to: "24:00", received_count: sum(received), expected_count: expected };
}

/** Hours that follow each other as one. */
function joined(short: readonly Measured[]): Measured[] {
  const spans: Measured[] = [];
  for (const each of short) {
    const last = spans.at(-1);
    if (last === undefined || last.to !== each.from) spans.push({ ...each });
    else {
      last.to = each.to;
      last.received_count += each.received_count;
      last.expected_count += each.expected_count;
    }
  }
  return spans;
}

function sum(hours: Hours): number {
  return [...hours.values()].reduce((total, count) => total + count, 0);
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2;
}
