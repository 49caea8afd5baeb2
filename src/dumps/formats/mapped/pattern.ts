/** A date and time as the clock on the wall shows it, with its offset where the text carries one. */
export interface WallTime {
  /** As if the wall hung in UTC, epoch ms. */
  wall_ms: number;
  /** Null where only a zone can tell the instant. */
  offset_ms: number | null;
}

const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/** What a run of one letter stands for, and the part of the time it gives. */
const TOKENS: Record<string, { regex: string; part: string }> = {
  yyyy: { regex: "\\d{4}", part: "year" },
  yy: { regex: "\\d{2}", part: "short_year" },
  MMM: { regex: "[A-Za-z]{3}", part: "month_name" },
  MM: { regex: "\\d{2}", part: "month" },
  M: { regex: "\\d{1,2}", part: "month" },
  dd: { regex: "\\d{2}", part: "day" },
  d: { regex: "\\d{1,2}", part: "day" },
  HH: { regex: "\\d{2}", part: "hour" },
  H: { regex: "\\d{1,2}", part: "hour" },
  hh: { regex: "\\d{2}", part: "half_hour" },
  h: { regex: "\\d{1,2}", part: "half_hour" },
  mm: { regex: "\\d{2}", part: "minute" },
  m: { regex: "\\d{1,2}", part: "minute" },
  ss: { regex: "\\d{2}", part: "second" },
  s: { regex: "\\d{1,2}", part: "second" },
  S: { regex: "\\d{1,9}", part: "fraction" },
  a: { regex: "[AaPp]\\.?[Mm]\\.?", part: "noon" },
  Z: { regex: "[Zz]|[+-]\\d{2}(?::?\\d{2})?", part: "offset" },
};

interface Pattern {
  regex: RegExp;
  parts: string[];
}

/** Whether a text is a pattern that gives a date and an hour, such as `dd.MM.yyyy HH:mm`. */
export function isPattern(text: string): boolean {
  return patternOf(text) !== null;
}

/** The wall time of a text in a pattern; null where it is not written so, or names a time no clock shows. */
export function wallTimeIn(pattern: string): (text: string) => WallTime | null {
  const known = patternOf(pattern);
  if (known === null) throw new Error(`"${pattern}" is no pattern`);
  return (text) => {
    const match = known.regex.exec(text);
    if (match === null) return null;
    const parts: Record<string, string> = {};
    known.parts.forEach((part, index) => (parts[part] = match[index + 1] as string));
    return wallTimeOf(parts);
  };
}

/** The wall time of ISO 8601, with or without an offset: `2026-03-02T09:30:05.25`, `2026-03-02 09:30`. */
export function isoWallTime(text: string): WallTime | null {
  const match = ISO.exec(text);
  return match === null ? null : wallTimeOf(match.groups as Record<string, string>);
}

const ISO =
  /^(?<year>\d{4})-(?<month>\d{2})-(?<day>\d{2})[Tt ](?<hour>\d{2}):(?<minute>\d{2})(?::(?<second>\d{2})(?:[.,](?<fraction>\d{1,9}))?)?(?<offset>[Zz]|[+-]\d{2}(?::?\d{2})?)?$/;

function patternOf(text: string): Pattern | null {
  const parts: string[] = [];
  let regex = "";
  for (const [piece = "", quoted] of text.matchAll(/'([^']*)'|S+|([A-Za-z])\2*|[^A-Za-z']+|'/g)) {
    const token = TOKENS[/^S+$/.test(piece) ? "S" : piece];
    if (token !== undefined && quoted === undefined) {
      if (parts.includes(token.part)) return null;
      parts.push(token.part);
      regex += `(${token.regex})`;
    } else if (quoted === undefined && /[A-Za-z']/.test(piece)) return null;
    else regex += (quoted ?? piece).replace(/[.*+?^${}()|[\]\\/-]/g, "\\$&");
  }
  const has = (...names: string[]): boolean => names.some((name) => parts.includes(name));
  const isWhole = has("year", "short_year") && has("month", "month_name") && has("day");
  const isHour = has("hour") || (has("half_hour") && has("noon"));
  return isWhole && isHour ? { regex: new RegExp(`^${regex}$`), parts } : null;
}

function wallTimeOf(parts: Record<string, string | undefined>): WallTime | null {
  const number = (name: string, fallback: number): number => Number(parts[name] ?? fallback);
  const year = parts.year === undefined ? 2000 + number("short_year", 0) : number("year", 0);
  const month = parts.month_name === undefined ? number("month", 0) : monthOf(parts.month_name);
  const [day, minute, second] = [number("day", 1), number("minute", 0), number("second", 0)];
  const hour = hourOf(parts);
  const fraction = Number((parts.fraction ?? "").slice(0, 3).padEnd(3, "0"));
  const wall = new Date(Date.UTC(year, month - 1, day, hour, minute, second, fraction));
  const isDay = wall.getUTCDate() === day && wall.getUTCMonth() === month - 1;
  if (!isDay || hour > 23 || minute > 59 || second > 59) return null;
  const offset = offsetOf(parts.offset);
  return offset === undefined ? null : { wall_ms: wall.getTime(), offset_ms: offset };
}

function monthOf(name: string): number {
  return MONTHS.indexOf(name.toLowerCase()) + 1;
}

/** 12 a.m. is midnight, 12 p.m. noon. */
function hourOf({ hour, half_hour, noon }: Record<string, string | undefined>): number {
  if (half_hour === undefined) return Number(hour);
  const half = Number(half_hour);
  if (half < 1 || half > 12) return 24;
  return (half % 12) + (/^p/i.test(noon ?? "") ? 12 : 0);
}

/** Null where there is none, undefined where there is none of that size. */
function offsetOf(text: string | undefined): number | null | undefined {
  if (text === undefined) return null;
  if (/^z$/i.test(text)) return 0;
  const hours = Number(text.slice(1, 3));
  const minutes = Number(text.slice(3).replace(":", "") || 0);
  if (hours > 18 || minutes > 59) return undefined;
  return (text.startsWith("-") ? -1 : 1) * (hours * 60 + minutes) * 60_000;
}
