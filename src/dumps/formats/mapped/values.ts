import { shown } from "../../fields";
import type { OneValue, ValueSettings } from "./schema";
import { checkedTemplate, fill, type Filled, isFault, type Row, type Template } from "./template";

/** What a field of an event holds, by the row it comes from. */
export type Value = (row: Row) => Filled;

export type Codes = Record<string, Record<string, string>>;

/** @param codes the tables of codes that values may name */
export function valueOf(settings: ValueSettings, codes: Codes): Value {
  if (!Array.isArray(settings)) return oneValue(settings, codes);
  const candidates = settings.map((one) => oneValue(one, codes));
  return (row) => {
    for (const candidate of candidates) {
      const filled = candidate(row);
      if (filled !== null) return filled;
    }
    return null;
  };
}

/** All values settings are made of: one, or those of a list. */
export function onesOf(settings: ValueSettings): OneValue[] {
  return Array.isArray(settings) ? settings : [settings];
}

/** The template of a value; null where it is a constant that was meant as one. */
export function templateIn(one: OneValue): Template | null {
  if (typeof one === "string") return checkedTemplate(one);
  return typeof one === "object" && one.from !== undefined ? checkedTemplate(one.from) : null;
}

function oneValue(one: OneValue, codes: Codes): Value {
  if (typeof one === "number" || typeof one === "boolean") return constant(String(one));
  if (typeof one === "object" && one.constant !== undefined) return constant(one.constant);
  const template = templateIn(one);
  if (template === null) throw new Error("a value is neither a constant nor a template");
  const translate = typeof one === "object" ? translation(one, codes) : null;
  return (row) => {
    const text = fill(template, row);
    return translate === null || text === null || isFault(text) ? text : translate(text);
  };
}

function constant(text: string): Value {
  const filled = text === "" ? null : text;
  return () => filled;
}

type Computed = Exclude<OneValue, string | number | boolean>;

/** A text's part, and what the table of values makes of that. */
function translation(settings: Computed, codes: Codes): (text: string) => Filled {
  const part = settings.part === undefined ? null : new RegExp(settings.part, "u");
  const table = new Map(
    Object.entries({ ...(settings.codes === undefined ? {} : codes[settings.codes]), ...settings.values }),
  );
  const isTable = settings.codes !== undefined || settings.values !== undefined;
  return (text) => {
    const match = part === null ? null : part.exec(text);
    const found = part === null ? text : match === null ? null : (match[1] ?? match[0]);
    const known = found === null ? undefined : table.get(found);
    if (known !== undefined) return known === "" ? null : known;
    if (settings.default !== undefined) return settings.default === "" ? null : settings.default;
    if (settings.else === "unknown") return null;
    if (settings.else === "reject" && (isTable || found === null)) return unknownValue(text, settings);
    return found === "" ? null : found;
  };
}

function unknownValue(text: string, { from = "", part }: Computed): Filled {
  const expected = part === undefined ? "one of the values the mapping lists" : "what the mapping describes";
  return { reason: "unknown-value", message: `${from} is ${shown(text)}. Expected ${expected}.` };
}
