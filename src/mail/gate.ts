import { join } from "node:path";
import type { Knex } from "knex";
import type { Config } from "../base/config";
import { addDays, daysBetween, dayStartMs, localTime, wallInstant } from "../base/days";
import type { IfIncomplete, MailSettings } from "../base/mail-keys";
import { isClosedDay } from "../base/schedules";
import { readSql, selectRows } from "../db/sql";

interface Usable {
  event_count: number;
  line_count: number;
  rejected_count: number;
  contact_count: number;
  truncated_count: number;
}

/** What the gate says of a mail: it goes as it is, goes with a banner, or waits until a time. */
export type Verdict =
  | { kind: "send"; reasons: string[] }
  | { kind: "banner"; reasons: string[] }
  | { kind: "hold"; reasons: string[]; until_ms: number };

/**
 * Why the figures of some days may not be whole, beside what is known to be missing: a sentence each, the same for the
 * same data.
 */
export async function gateReasons(db: Knex, config: Config, from: string, to: string): Promise<string[]> {
  const period = {
    from_day: from,
    to_day: to,
    starts_at_ms: dayStartMs(config.zone, from),
    ends_at_ms: dayStartMs(config.zone, addDays(to, 1)),
  };
  const [usable] = await selectRows<Usable>(db, readSql(join(__dirname, "gate.sql")), period);
  if (usable === undefined) throw new Error("a select without grouping gives one row");
  const days = daysBetween(from, to).filter((day) => !isClosedDay(config.calendar, day));
  const undone = await daysNotDone(db, days);
  return [...usableReasons(usable, config.mail), ...undone];
}

function usableReasons(usable: Usable, { rejected_share, truncated_share }: MailSettings): string[] {
  const { event_count, line_count, rejected_count, contact_count, truncated_count } = usable;
  return [
    ...(event_count === 0 ? ["no event of these days has come"] : []),
    ...tooMany("lines were rejected", rejected_count, line_count, rejected_share),
    ...tooMany("contacts are truncated", truncated_count, contact_count, truncated_share),
  ];
}

function tooMany(what: string, part: number, whole: number, most: number): string[] {
  if (part <= most * whole) return [];
  const share = whole === 0 ? "" : ` (${percent(part / whole)}, more than ${percent(most)})`;
  return [`${part.toLocaleString("en-US")} of ${whole.toLocaleString("en-US")} ${what}${share}`];
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}

/** Days for which no rebuild or no check has come to its end; a run that names no days is for all of them. */
async function daysNotDone(db: Knex, days: readonly string[]): Promise<string[]> {
  const rows: { step: string; from_day: string | null; to_day: string | null }[] = await db("receipts")
    .whereIn("step", ["rebuild", "check"])
    .where({ status: "done" })
    .distinct("step", "from_day", "to_day");
  return ["rebuild", "check"].flatMap((step) => {
    const done = rows.filter((row) => row.step === step);
    const undone = days.filter(
      (day) => !done.some(({ from_day, to_day }) => (from_day ?? day) <= day && (to_day ?? day) >= day),
    );
    return undone.length === 0
      ? []
      : [`${undone.join(", ")} ${undone.length === 1 ? "is" : "are"} not through ${step}`];
  });
}

/**
 * What becomes of a mail. A hold ends at its time on the day after the period, by the clock of the schedule; then the mail
 * goes with a banner.
 *
 * @param reasons empty where the data are complete
 * @param zone    whose clock a hold goes by
 */
export function judge(
  reasons: string[],
  ifIncomplete: IfIncomplete,
  { to, zone, now_ms }: { to: string; zone: string; now_ms: number },
): Verdict {
  if (reasons.length === 0) return { kind: "send", reasons };
  if (ifIncomplete.kind !== "hold") return { kind: ifIncomplete.kind, reasons };
  const until_ms = wallInstant(zone, addDays(to, 1), ifIncomplete.hold_until_min);
  return now_ms >= until_ms ? { kind: "banner", reasons } : { kind: "hold", reasons, until_ms };
}

/** A mail that waits. */
export interface Hold {
  from_day: string;
  to_day: string;
  schedule: string;
  held_at_ms: number;
  until_ms: number;
  reasons: string;
}

/** Notes that a mail waits. @returns whether it did not wait before */
export async function noteHold(
  db: Knex,
  { from, to, schedule }: { from: string; to: string; schedule: string | null },
  verdict: Extract<Verdict, { kind: "hold" }>,
  nowMs: number,
): Promise<boolean> {
  const key = { from_day: from, to_day: to, schedule: schedule ?? "" };
  const row = { ...key, held_at_ms: nowMs, until_ms: verdict.until_ms, reasons: verdict.reasons.join("\n") };
  return await db.transaction(async (trx) => {
    const before = await trx("mail_holds").where(key).del();
    await trx("mail_holds").insert(row);
    return before === 0;
  });
}

/** A mail that waits no longer, under whatever schedule it did. */
export async function endHold(db: Knex, from: string, to: string): Promise<void> {
  await db("mail_holds").where({ from_day: from, to_day: to }).del();
}

/** Mails whose time to wait is over, the oldest first. */
export async function holdsOver(db: Knex, nowMs: number): Promise<Hold[]> {
  return await db("mail_holds")
    .where("until_ms", "<=", nowMs)
    .orderBy(["until_ms", "from_day", "schedule"])
    .select<Hold[]>();
}

/** `09:00 on 2026-03-03 (Asia/Seoul)` */
export function untilWords(zone: string, untilMs: number): string {
  return `${localTime(zone, untilMs, "HH:mm")} on ${localTime(zone, untilMs, "yyyy-MM-dd")} (${zone})`;
}
