import type { Config } from "../base/config";
import { addDays, dayStartMs, HOUR } from "../base/days";
import type { IfIncomplete } from "../base/mail-keys";
import { choose, type Mailing, periodKind } from "./groups";
import { readRecipients, type Recipient } from "./recipients";
import { hasServer } from "./transports";

/** A mailing of some days; by hand it is for every schedule of such days. */
export function mailingOf(config: Config, from: string, to: string, schedule: string | null): Mailing {
  const every = { daily: "day", weekly: "week", monthly: "month" }[periodKind(from, to) ?? "daily"];
  const usual = periodKind(from, to) === null ? [] : config.schedules.filter((each) => each.every === every);
  return { from, to, schedule, schedules: schedule === null ? usual.map(({ name }) => name) : [schedule] };
}

/** Those of the file who asked for these days; without a file and a server, one who reads in the outbox. */
export async function recipientsOf(config: Config, mailing: Mailing): Promise<Recipient[]> {
  const { recipients: file, owner } = config.mail;
  if (file !== null) {
    const all = await readRecipients(
      file,
      config.schedules.map(({ name }) => name),
    );
    return choose(all, mailing).flatMap(({ gets, recipient }) => (gets ? [recipient] : []));
  }
  if (hasServer(config)) return [];
  const address = owner ?? "you@localhost";
  return [{ address, name: "", language: "en", scope: "all", tier: "aggregates", schedules: ["daily"], line: 0 }];
}

/** How a mailing came about: the night's own, and whether somebody wants these very mails. */
export interface Wish {
  is_nightly: boolean;
  is_by_hand: boolean;
}

/** Why nothing is mailed at all, in words; null where something is. */
export function whyNobody(
  config: Config,
  mailing: Mailing,
  recipients: readonly Recipient[],
  { is_nightly, is_by_hand }: Wish,
  nowMs: number,
): string | null {
  const { recipients: file, send_within_days: days } = config.mail;
  const own = config.schedules.find(({ workflow, every }) => workflow === "summary" && every === "day");
  if (is_nightly && own !== undefined) return `the schedule ${own.name} mails these days`;
  if (recipients.length === 0) {
    return file === null
      ? 'no recipients are configured ("mail.recipients" names their file)'
      : `nobody in ${file} asked for ${daysWords(mailing)}`;
  }
  const endedMs = dayStartMs(config.zone, addDays(mailing.to, 1));
  if (is_by_hand || !hasServer(config) || nowMs - endedMs <= days * 24 * HOUR) return null;
  return `${mailing.to} ended more than ${days} days ago; "nightdesk mail send" sends it all the same`;
}

/** What becomes of a mailing whose data are not complete, and whose clock it goes by. */
export function ruleOf(config: Config, { schedule }: Mailing): { ifIncomplete: IfIncomplete; zone: string } {
  const own = config.schedules.find(({ name }) => name === schedule);
  return { ifIncomplete: own?.mail_if_incomplete ?? config.mail.if_incomplete, zone: own?.zone ?? config.zone };
}

/** `2026-03-02`, or `2026-03-02 to 2026-03-08`. */
export function daysWords({ from, to }: Pick<Mailing, "from" | "to">): string {
  return from === to ? from : `${from} to ${to}`;
}
