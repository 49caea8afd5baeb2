import { addDays } from "../base/days";
import { PERIODS, type Recipient } from "./recipients";
import type { Audience } from "./summary";

export type PeriodKind = (typeof PERIODS)[number];

/** Which of the usual periods some days are; null for any other. */
export function periodKind(from: string, to: string): PeriodKind | null {
  if (from === to) return "daily";
  if (addDays(from, 6) === to) return "weekly";
  return from.endsWith("-01") && addDays(to, 1) === firstOfNextMonth(from) ? "monthly" : null;
}

function firstOfNextMonth(day: string): string {
  return `${addDays(`${day.slice(0, 7)}-28`, 4).slice(0, 7)}-01`;
}

/** A run that mails: its days, the schedule it is for, and the names of schedules whose readers it serves. */
export interface Mailing {
  from: string;
  to: string;
  /** Null where somebody asks for it. */
  schedule: string | null;
  schedules: readonly string[];
}

/** A recipient and why they get a mail or not, in words. */
export interface Chosen {
  recipient: Recipient;
  gets: boolean;
  why: string;
}

/** Every recipient of the file, with the reason why this mailing is for them or is not. */
export function choose(recipients: readonly Recipient[], { from, to, schedule, schedules }: Mailing): Chosen[] {
  const kind = periodKind(from, to);
  const names = [...schedules, ...(kind === null ? [] : [kind])];
  const run = schedule ?? kind ?? "no day, week or month";
  return recipients.map((recipient) => {
    const asked = recipient.schedules.find((name) => names.includes(name));
    const why =
      asked === undefined ? `asked for ${recipient.schedules.join(", ")}; this is ${run}` : `asked for ${asked}`;
    return { recipient, gets: asked !== undefined, why };
  });
}

/** Recipients who get the same content, in the order their audiences first occur. */
export function groupByAudience(recipients: readonly Recipient[]): { audience: Audience; recipients: Recipient[] }[] {
  const groups = new Map<string, { audience: Audience; recipients: Recipient[] }>();
  for (const recipient of recipients) {
    const { scope, language, tier } = recipient;
    const key = JSON.stringify([scope, language, tier]);
    const group = groups.get(key) ?? { audience: { scope, language, tier }, recipients: [] };
    groups.set(key, group);
    group.recipients.push(recipient);
  }
  return [...groups.values()];
}
