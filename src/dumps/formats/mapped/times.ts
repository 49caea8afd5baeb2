import { instantsAt, MINUTE, SECOND } from "../../../base/days";
import { type Fault, shown } from "../../fields";
import { isoWallTime, wallTimeIn } from "./pattern";
import type { MappingSettings, TimeSettings, Unit } from "./schema";
import { checkedTemplate, fill, isFault, type Row, type Template } from "./template";

/**
 * An instant of a row, epoch ms; null where it is unknown, a fault where it cannot be read.
 *
 * @param startMs the start of the event whose end is asked for: where no time is named, durations count from it
 * @param afterMs the instant that a time in a doubled hour does not lie before, where one of its two does not
 */
export type Time = (row: Row, startMs: number | null, afterMs: number | null) => number | null | Fault;

/** What holds for the times of a mapping where one says nothing else. */
export interface TimeDefaults {
  as: string;
  zone: string;
  durations: Unit;
  doubled_hour: "first" | "second";
}

/** @param zone the centre's, for mappings that name none */
export function timeDefaults(times: MappingSettings["times"], zone: string): TimeDefaults {
  return {
    as: times?.as ?? "iso",
    zone: times?.zone ?? zone,
    durations: times?.durations ?? "s",
    doubled_hour: times?.doubled_hour ?? "first",
  };
}

/** @param field `at` or `endedAt`, for the reasons of rejected lines */
export function timeOf(field: string, settings: TimeSettings, defaults: TimeDefaults): Time {
  const own = typeof settings === "string" ? { time: settings } : settings;
  const template = own.time === undefined ? null : checkedTemplate(own.time);
  const merged = { ...defaults, as: own.as ?? defaults.as, zone: own.zone ?? defaults.zone };
  const read = reader(merged);
  const shifts = [
    ...[own.plus ?? []].flat().map((text) => ({ template: checkedTemplate(text), sign: 1 })),
    ...[own.minus ?? []].flat().map((text) => ({ template: checkedTemplate(text), sign: -1 })),
  ];
  const unit = own.durations ?? defaults.durations;
  return (row, startMs, afterMs) => {
    let at = template === null ? startMs : instantIn(field, fill(template, row), read, afterMs, merged);
    for (const shift of shifts) {
      if (at === null || isFault(at)) return at;
      const duration = durationIn(field, shift.template, row, unit);
      if (duration === null || isFault(duration)) return duration;
      at += shift.sign * duration;
    }
    return at;
  };
}

/** The columns a time reads. */
export function columnsOfTime(settings: TimeSettings | undefined): string[] {
  if (settings === undefined) return [];
  const texts = typeof settings === "string" ? [settings] : [settings.time, settings.plus, settings.minus].flat();
  return texts.flatMap((text) => (text === undefined ? [] : checkedTemplate(text).columns));
}

/** One instant, two of a doubled hour, none where the source says it has none; null where the text is no time. */
type Reader = (text: string) => readonly number[] | null;

function reader({ as, zone }: TimeDefaults): Reader {
  if (as === "s" || as === "ms") return (text) => epoch(text, as);
  const wallTime = as === "iso" ? isoWallTime : wallTimeIn(as);
  return (text) => {
    const wall = wallTime(text);
    if (wall === null) return null;
    return wall.offset_ms === null ? instantsAt(zone, wall.wall_ms) : [wall.wall_ms - wall.offset_ms];
  };
}

/** Epoch seconds or milliseconds, cut to the millisecond. 0 and -1 are how a source says that there is no time. */
function epoch(text: string, unit: "s" | "ms"): readonly number[] | null {
  if (/^(0([.,]0+)?|-1)$/.test(text)) return [];
  const match = /^(\d{1,15})(?:[.,](\d+))?$/.exec(text);
  if (match === null) return null;
  if (unit === "ms") return [Number(match[1])];
  return [Number(match[1]) * SECOND + Number((match[2] ?? "").slice(0, 3).padEnd(3, "0"))];
}

function instantIn(
  field: string,
  text: string | null | Fault,
  read: Reader,
  afterMs: number | null,
  { as, doubled_hour }: TimeDefaults,
): number | null | Fault {
  if (text === null || isFault(text)) return text;
  const found = read(text);
  if (found === null) return badTime(field, text, as);
  const [first, second] = found;
  if (first === undefined) return null;
  if (second === undefined) return first;
  // What comes later in a row does not come earlier on the clock: the doubled hour is the second where it must be.
  return doubled_hour === "second" || (afterMs !== null && first < afterMs) ? second : first;
}

const WRITTEN: Record<string, string> = {
  s: "seconds since 1970",
  ms: "milliseconds since 1970",
  iso: "ISO 8601 such as 2026-03-02T09:30:05",
};

function badTime(field: string, text: string, as: string): Fault {
  const expected = WRITTEN[as] ?? `a time as ${as}`;
  return { reason: `bad-${field}`, message: `${field} is ${shown(text)}. Expected ${expected}, as the mapping says.` };
}

function durationIn(field: string, template: Template, row: Row, unit: Unit): number | null | Fault {
  const text = fill(template, row);
  if (text === null || isFault(text)) return text;
  const ms = unit === "clock" ? clockMs(text) : unitsMs(text, UNIT_MS[unit]);
  if (ms !== null) return ms;
  const expected = unit === "clock" ? "hours, minutes and seconds such as 0:03:25" : `a number of ${UNIT_NAMES[unit]}`;
  return {
    reason: "bad-duration",
    message: `${field} counts with the duration ${shown(text)}. Expected ${expected}, as the mapping says.`,
  };
}

const UNIT_MS = { ms: 1, s: SECOND, min: MINUTE };
const UNIT_NAMES = { ms: "milliseconds", s: "seconds", min: "minutes" };

function unitsMs(text: string, unitMs: number): number | null {
  return /^\d{1,12}([.,]\d+)?$/.test(text) ? Math.round(Number(text.replace(",", ".")) * unitMs) : null;
}

/** `H:MM:SS` or `MM:SS`, seconds with or without a fraction. */
function clockMs(text: string): number | null {
  const match = /^(?:(\d{1,4}):)?(\d{1,2}):([0-5]?\d(?:[.,]\d+)?)$/.exec(text);
  if (match === null) return null;
  const [hours, minutes, seconds] = [match[1] ?? "0", match[2], (match[3] as string).replace(",", ".")].map(Number);
  return Number(hours) * 60 * MINUTE + Number(minutes) * MINUTE + Math.round(Number(seconds) * SECOND);
}
