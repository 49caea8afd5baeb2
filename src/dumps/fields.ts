import { MINUTE } from "../base/days";

/** A value as JSON or CSV delivers it. */
export type Raw = unknown;

/** Why a value, line or node cannot be used: a stable code and a sentence for a person. */
export interface Fault {
  reason: string;
  message: string;
}

const YEAR_2000_MS = 946_684_800_000;
const YEAR_2100_S = 4_102_444_800;
const ISO =
  /^(\d{4})-(\d{2})-(\d{2})[Tt ]([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d)(?:[.,](\d+))?)?([Zz]|[+-]\d{2}(?::?\d{2})?)$/;

/** Text of a field: null where it is unknown (absent, null, empty) and undefined where it is no text at all. */
export function textOf(value: Raw): string | null | undefined {
  if (typeof value === "string") return value === "" ? null : value;
  if (value === undefined || value === null) return null;
  if (typeof value === "number")
    return Number.isSafeInteger(value) || !Number.isInteger(value) ? String(value) : undefined;
  return typeof value === "boolean" ? String(value) : undefined;
}

/**
 * Epoch milliseconds of an instant: an integer, its digits, or ISO 8601 with an offset (fractions beyond the
 * millisecond are cut). Null where it is unknown: absent, null, empty or -1.
 *
 * @returns undefined where the value is nothing of the kind
 */
export function instantOf(value: Raw): number | null | undefined {
  if (typeof value === "number") return value === -1 ? null : Number.isSafeInteger(value) ? value : undefined;
  if (value === undefined || value === null) return null;
  if (typeof value !== "string") return undefined;
  const text = value.trim();
  if (text === "" || text === "-1") return null;
  if (/^\d{1,15}$/.test(text)) return Number(text);
  return isoInstant(text);
}

/** Why an instant is impossible: before 2000, or after `latestMs`; null where it is not. */
export function instantFault(name: string, value: number, latestMs: number): Fault | null {
  if (value >= YEAR_2000_MS && value <= latestMs) return null;
  if (value > latestMs) {
    return {
      reason: `${name}-in-future`,
      message: `${name} ${value} lies more than 48 hours after the dump was first read. Expected epoch milliseconds of the past.`,
    };
  }
  const isSeconds = value * 1000 >= YEAR_2000_MS && value <= YEAR_2100_S;
  return {
    reason: `${name}-before-2000`,
    message: `${name} ${value} lies before the year 2000. Expected epoch milliseconds${isSeconds ? "; this looks like seconds: multiply by 1000" : ""}.`,
  };
}

/** An integer, or the digits of one; null where it is unknown, undefined where it is something else. */
export function integerOf(value: Raw): number | null | undefined {
  if (typeof value === "number") return Number.isSafeInteger(value) ? value : undefined;
  if (value === undefined || value === null || value === "") return null;
  if (typeof value === "string" && /^\s*-?\d{1,15}\s*$/.test(value)) return Number(value);
  return undefined;
}

/** "1" or "0" for true/false/1/0 in any case; null where it is unknown, undefined where it is something else. */
export function flagOf(value: Raw): "0" | "1" | null | undefined {
  if (value === undefined || value === null || value === "") return null;
  if (value === true || value === 1) return "1";
  if (value === false || value === 0) return "0";
  if (typeof value !== "string") return undefined;
  const text = value.trim().toLowerCase();
  if (text === "true" || text === "1") return "1";
  return text === "false" || text === "0" ? "0" : undefined;
}

/** What was made of a record, or the fault that it nests values deeper than `attributesOf` follows. */
export function unlessTooDeep<Value>(make: () => Value): Value | Fault {
  try {
    return make();
  } catch (error) {
    return depthFault(error);
  }
}

/** @throws what was thrown, where it was about anything but depth */
export function depthFault(thrown: unknown): Fault {
  if (thrown instanceof RangeError) return TOO_DEEP;
  throw thrown;
}

const TOO_DEEP: Fault = { reason: "too-deep", message: "The record nests lists or objects deeper than 64 levels." };

/** What a value looked like, short enough for a message. */
export function shown(value: Raw): string {
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object" && value !== null) return "an object";
  const text = JSON.stringify(value) ?? "nothing";
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}

function isoInstant(text: string): number | undefined {
  const parts = ISO.exec(text);
  if (parts === null) return undefined;
  const [year = 0, month = 1, day = 1, hour, minute, second] = parts.slice(1, 7).map((part) => Number(part ?? 0));
  const fraction = Number((parts[7] ?? "").slice(0, 3).padEnd(3, "0"));
  const utc = Date.UTC(year, month - 1, day, hour, minute, second, fraction);
  const date = new Date(utc);
  const isCalendarDay = date.getUTCDate() === day && date.getUTCMonth() === month - 1;
  const offset = offsetMs(parts[8] ?? "");
  return isCalendarDay && offset !== undefined ? utc - offset : undefined;
}

function offsetMs(text: string): number | undefined {
  if (text === "Z" || text === "z") return 0;
  const hours = Number(text.slice(1, 3));
  const minutes = Number(text.slice(3).replace(":", "") || 0);
  if (hours > 18 || minutes > 59) return undefined;
  return (text.startsWith("-") ? -1 : 1) * (hours * 60 + minutes) * MINUTE;
}
