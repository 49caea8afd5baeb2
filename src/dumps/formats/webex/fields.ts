import { flagOf, instantOf, integerOf, type Raw, textOf } from "../../fields";
import { cleanText } from "../ndjson";

/**
 * The fields of a vendor's record, taken out one by one; what nobody took is left over. Names are compared without
 * regard to case, since the vendor spells `wrapUp` and `wrapup`; `queue.id` is the field `id` of the object `queue`.
 */
export interface Fields {
  /** The first known text of those names. */
  text(...names: string[]): string | null;
  /** The first known instant; undefined where one is no instant. */
  instant(...names: string[]): number | null | undefined;
  /** The first known integer of 0 or more. */
  count(...names: string[]): number | null;
  flag(...names: string[]): 0 | 1 | null;
  /** Takes a field out without a look. */
  drop(...names: string[]): void;
  /** Names and values of what is left, unknown values passed over. */
  rest(): [string, Raw][];
}

export function isRecord(value: Raw): value is Record<string, Raw> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function fieldsOf(record: Record<string, Raw>): Fields {
  const left = new Map<string, [string, Raw]>();
  for (const [name, value] of Object.entries(record)) {
    if (!isRecord(value)) left.set(name.toLowerCase(), [name, value]);
    else
      for (const [own, part] of Object.entries(value))
        left.set(`${name}.${own}`.toLowerCase(), [`${name}.${own}`, part]);
  }
  const take = <Value>(names: string[], read: (value: Raw) => Value | null | undefined): Value | null => {
    for (const name of names) {
      const value = read(left.get(name)?.[1]);
      if (value === undefined) continue;
      left.delete(name);
      if (value !== null) return value;
    }
    return null;
  };
  return {
    text: (...names) => take(names, (value) => cleaned(textOf(value))),
    instant: (...names) => firstInstant(left, names),
    count: (...names) => take(names, countOf),
    flag: (...names) => {
      const flag = take(names, flagOf);
      return flag === null ? null : flag === "1" ? 1 : 0;
    },
    drop: (...names) => names.forEach((name) => left.delete(name)),
    rest: () =>
      [...left.values()].filter(
        ([, value]) => value !== null && value !== undefined && value !== "" && !isEmptyList(value),
      ),
  };
}

/** The vendor writes NA where there is nothing. */
function cleaned(text: string | null | undefined): string | null | undefined {
  if (text === "NA" || text === "N/A") return null;
  return typeof text === "string" ? cleanText(text) : text;
}

/** -1 is the vendor's word for unknown. */
function countOf(value: Raw): number | null | undefined {
  const count = integerOf(value);
  return count === undefined || count === null || count >= 0 ? count : null;
}

function firstInstant(left: Map<string, [string, Raw]>, names: string[]): number | null | undefined {
  for (const name of names) {
    const value = instantOf(left.get(name)?.[1]);
    if (value === undefined) return undefined;
    left.delete(name);
    if (value !== null) return value;
  }
  return null;
}

function isEmptyList(value: Raw): boolean {
  return Array.isArray(value) && value.length === 0;
}
