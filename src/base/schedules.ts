import { z } from "zod";
import { type Language, LANGUAGES } from "./language";
import { isDay, isZone, weekdayOf } from "./days";
import { type IfIncomplete, ifIncompleteKey, ifIncompleteOf } from "./mail-keys";

const WEEKDAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"] as const;

const time = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, { error: 'no time of day; expected HH:MM such as "01:15"' });
const weekday = z.enum(WEEKDAYS);
const zone = z.string().refine(isZone, {
  error: (issue) => `"${String(issue.input)}" is no IANA time zone such as "Asia/Seoul"`,
});

const schedule = z
  .strictObject({
    name: z.string().regex(/^[a-z][a-z0-9-]{0,39}$/, {
      error: "expected a name of small letters, digits and hyphens, as it stands in job ids and receipts",
    }),
    workflow: z.enum(["nightly", "report", "summary"]).optional(),
    every: z.enum(["day", "week", "month"]),
    on: z.union([weekday, z.number().int().min(1).max(28)]).optional(),
    at: time,
    zone: zone.optional(),
    deliver_by: time.optional(),
    reports: z.array(z.string()).optional(),
    language: z.enum(LANGUAGES).optional(),
    mail_if_incomplete: ifIncompleteKey.optional(),
    ping: z
      .string()
      .regex(/^(?:https?:\/\/\S+|\$[A-Za-z_]\w*)$/, {
        error: "expected an address (https://…) or $NAME of the environment",
      })
      .optional(),
  })
  .superRefine(({ every, on }, context) => {
    const wanted = { day: on === undefined, week: typeof on === "string", month: typeof on === "number" }[every];
    if (wanted) return;
    const expected = {
      day: 'nothing: a daily schedule has no "on"',
      week: 'a weekday such as "monday"',
      month: "a day of the month from 1 to 28, so that every month has it",
    }[every];
    context.addIssue({ code: "custom", path: ["on"], message: `expected ${expected}` });
  });

/** The keys of the configuration that say when what is run. */
export const scheduleKeys = {
  schedules: z
    .array(schedule)
    .superRefine((all, context) => {
      const names = all.map(({ name }) => name);
      const twice = names.filter((name, index) => names.indexOf(name) !== index);
      for (const name of new Set(twice)) context.addIssue({ code: "custom", message: `"${name}" is named twice` });
    })
    .optional(),
  calendar: z
    .strictObject({
      closed: z.array(z.string().refine(isDay, { error: "no day; expected YYYY-MM-DD" })).optional(),
      closed_weekdays: z.array(weekday).optional(),
    })
    .optional(),
  opening_hours: z
    .partialRecord(weekday, z.array(z.strictObject({ from: time, to: z.union([time, z.literal("24:00")]) })))
    .optional(),
  catch_up_days: z.number().int().min(0).max(60).optional(),
};

/** When a workflow is run, and for which days. */
export interface Schedule {
  name: string;
  workflow: "nightly" | "report" | "summary";
  every: "day" | "week" | "month";
  /** ISO number of the weekday (1 is Monday) of a weekly schedule, day of the month of a monthly one; null for daily. */
  on: number | null;
  /** Minutes after midnight by the clock on the wall of `zone`. */
  at_min: number;
  /** IANA zone of that clock; the days it runs for are those of the centre's zone. */
  zone: string;
  /** Until this time after the run fell due a source may still deliver, minutes after midnight; null: it must be there. */
  deliver_by_min: number | null;
  /** Empty for the configured ones. */
  reports: string[];
  /** Of what it renders; null for the configured one. */
  language: Language | null;
  /** What its mail does where the data are not complete; null for what `mail` says. */
  mail_if_incomplete: IfIncomplete | null;
  /** Address that hears of each end of a run, or `$NAME` of the environment that holds it; null for none. A secret. */
  ping: string | null;
}

/** Days on which the centre is closed: nothing is expected of them and no night is run for them. */
export interface Calendar {
  closed: string[];
  /** ISO numbers, 1 is Monday. */
  closed_weekdays: number[];
}

/** Whether nothing is expected of a local day. */
export function isClosedDay(calendar: Calendar, day: string): boolean {
  return calendar.closed.includes(day) || calendar.closed_weekdays.includes(weekdayOf(day));
}

/** When the centre is open, by ISO number of the weekday: minutes after midnight by the clock on the wall. */
export type OpeningHours = Readonly<Record<number, readonly { from_min: number; to_min: number }[]>>;

interface Given {
  schedules?: z.infer<typeof schedule>[] | undefined;
  calendar?: z.infer<typeof scheduleKeys.calendar>;
}

/** The schedules of the configuration; without any, one night at a quarter past one. */
export function schedulesOf(given: Given, centreZone: string): Schedule[] {
  const all: z.infer<typeof schedule>[] = given.schedules ?? [{ name: "nightly", every: "day", at: "01:15" }];
  return all.map((one) => ({
    name: one.name,
    workflow: one.workflow ?? (one.every === "day" ? "nightly" : "report"),
    every: one.every,
    on: typeof one.on === "string" ? WEEKDAYS.indexOf(one.on) + 1 : (one.on ?? null),
    at_min: minutesOf(one.at),
    zone: one.zone ?? centreZone,
    deliver_by_min: one.deliver_by === undefined ? null : minutesOf(one.deliver_by),
    reports: one.reports ?? [],
    language: one.language ?? null,
    mail_if_incomplete: one.mail_if_incomplete === undefined ? null : ifIncompleteOf(one.mail_if_incomplete),
    ping: one.ping ?? null,
  }));
}

export function calendarOf({ calendar }: Given): Calendar {
  return {
    closed: calendar?.closed ?? [],
    closed_weekdays: (calendar?.closed_weekdays ?? []).map((name) => WEEKDAYS.indexOf(name) + 1),
  };
}

/** Null where none are configured: then every hour counts. */
export function openingHoursOf(given: z.infer<typeof scheduleKeys.opening_hours>): OpeningHours | null {
  if (given === undefined) return null;
  const hours = WEEKDAYS.map((name, index) => {
    const spans = (given[name] ?? []).map(({ from, to }) => ({ from_min: minutesOf(from), to_min: minutesOf(to) }));
    return [index + 1, spans] as const;
  });
  return Object.fromEntries(hours);
}

function minutesOf(text: string): number {
  const [hours = 0, minutes = 0] = text.split(":").map(Number);
  return hours * 60 + minutes;
}
