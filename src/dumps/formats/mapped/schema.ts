import { z } from "zod";
import { isZone } from "../../../base/days";
import { isEncoding } from "../encoding";
import { SLOTS } from "../records";
import { templateOf } from "./template";
import { isPattern } from "./pattern";

const template = z.string().refine((text) => templateOf(text) !== null, {
  error: (issue) =>
    `"${String(issue.input)}" has a brace without its partner. Expected {column}; write {{ for a brace.`,
});

/** A template that reads at least one column: a time or duration that is the same for all rows is a slip. */
const reading = template.refine((text) => (templateOf(text)?.columns.length ?? 1) > 0, {
  error: (issue) => `"${String(issue.input)}" reads no column. Expected one in braces, such as "{start}".`,
});

const regex = z.string().refine(isRegex, { error: (issue) => `"${String(issue.input)}" is no regular expression.` });

const computed = z
  .strictObject({
    from: template.optional(),
    constant: z.string().optional(),
    part: regex.optional(),
    values: z.record(z.string(), z.string()).optional(),
    codes: z.string().optional(),
    else: z.enum(["keep", "unknown", "reject"]).optional(),
    default: z.string().optional(),
  })
  .refine((value) => (value.from === undefined) !== (value.constant === undefined), {
    error: `Expected "from" with a template, or "constant" with a text.`,
  })
  .refine((value) => value.else === undefined || value.default === undefined, {
    error: `"else" and "default" both say what becomes of other values. Take one of them out.`,
  });

const one = z.union([template, z.number(), z.boolean(), computed]);
/** A field's value; of a list the first that is known. */
const value = z.union([one, z.array(one).min(1)]);

const condition = z.union([
  template,
  z.boolean(),
  z.array(template).min(1),
  z.strictObject({
    not: z.union([template, z.array(template).min(1)]).optional(),
    above: z.number().optional(),
    below: z.number().optional(),
    matches: regex.optional(),
  }),
]);
const conditions = z.record(z.string(), condition);
/** All conditions of one object; of a list of objects, those of any. */
const when = z.union([conditions, z.array(conditions).min(1)]);

const unit = z.enum(["ms", "s", "min", "clock"]);
const notation = z.string().refine((text) => ["s", "ms", "iso"].includes(text) || isPattern(text), {
  error: (issue) =>
    `"${String(issue.input)}" is no way to write an instant. Expected s, ms, iso, or a pattern such as "yyyy-MM-dd HH:mm:ss".`,
});
const zone = z
  .string()
  .refine(isZone, { error: (issue) => `"${String(issue.input)}" is no IANA time zone such as "Asia/Seoul"` });

const durations = z.union([reading, z.array(reading).min(1)]);
const time = z.union([
  reading,
  z.strictObject({
    time: reading.optional(),
    as: notation.optional(),
    zone: zone.optional(),
    plus: durations.optional(),
    minus: durations.optional(),
    durations: unit.optional(),
  }),
]);

const fieldNames = [...SLOTS.keys()].filter((name) => name !== "at" && name !== "endedAt");
const fields = {
  ...(Object.fromEntries(fieldNames.map((name) => [name, value.optional()])) as Record<
    string,
    z.ZodOptional<typeof value>
  >),
  at: time.optional(),
  endedAt: time.optional(),
  attributes: z.record(z.string(), value).optional(),
};

const delimiter = z
  .string()
  .length(1, { error: 'Expected one character, such as "," or "|" or "\\t".' })
  .refine((text) => text !== '"' && text !== "\n" && text !== "\r", { error: "No quote or line end can part cells." });

const encoding = z.string().refine(isEncoding, {
  error: (issue) =>
    `"${String(issue.input)}" is no encoding that this Node can read. Expected a name such as "windows-1252", "iso-8859-15", "euc-kr", "shift_jis" or "utf-16le".`,
});

/** A mapping file; its README beside this file says what each key does. */
export const mappingSchema = z.strictObject({
  note: z.string().optional(),
  table: z
    .strictObject({
      format: z.enum(["csv", "ndjson"]).optional(),
      encoding: encoding.optional(),
      delimiter: delimiter.optional(),
      columns: z.array(z.string().min(1)).min(1).optional(),
      quotes: z.boolean().optional(),
      skip_lines: z.number().int().min(0).max(1_000).optional(),
      empty: z.array(z.string()).optional(),
    })
    .optional(),
  times: z
    .strictObject({
      as: notation.optional(),
      zone: zone.optional(),
      durations: unit.optional(),
      doubled_hour: z.enum(["first", "second"]).optional(),
    })
    .optional(),
  codes: z.record(z.string(), z.record(z.string(), z.string())).optional(),
  rows: z
    .strictObject({ only: when.optional(), skip: when.optional(), unmatched: z.enum(["reject", "skip"]).optional() })
    .optional(),
  fields: z.strictObject(fields).optional(),
  events: z
    .array(
      z.strictObject({ note: z.string().optional(), when: when.optional(), each: z.string().optional(), ...fields }),
    )
    .min(1),
});

export type MappingSettings = z.infer<typeof mappingSchema>;
export type EventSettings = MappingSettings["events"][number];
export type OneValue = z.infer<typeof one>;
export type ValueSettings = z.infer<typeof value>;
export type TimeSettings = z.infer<typeof time>;
export type ConditionSettings = z.infer<typeof condition>;
export type WhenSettings = z.infer<typeof when>;
export type Unit = z.infer<typeof unit>;

function isRegex(text: string): boolean {
  try {
    return new RegExp(text, "u").source !== "";
  } catch {
    return false;
  }
}
