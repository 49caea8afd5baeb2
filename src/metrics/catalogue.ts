import { readdirSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { UsageError } from "../base/errors";
import { nearestName, readSettings } from "../base/settings";
import { DIMENSIONS } from "./figure";
import { populationNames } from "./populations";

const text = z.string().min(1);
const words = z.strictObject({ en: text, ko: text });

const entry = z
  .strictObject({
    names: words,
    formula: words,
    population: z.enum(populationNames),
    kind: z.enum(["ratio", "mean", "percentile", "sum", "count", "distinct"]),
    numerator: text.optional(),
    denominator: text.optional(),
    value: text.optional(),
    percent: z.number().int().min(1).max(100).optional(),
    preset: text.optional(),
    by_preset: text.optional(),
    unit: z.enum(["share", "duration", "count"]),
    clock: z.enum(["K1", "none"]),
    thresholds: z.array(
      z.enum(["service_level_ms", "short_abandon_ms", "short_contact_ms", "sudden_disconnect_ms", "rona_after_ms"]),
    ),
    left_out: words,
    left_out_if: text.optional(),
    empty: z.literal(["no data", "0"]),
    channels: z.enum(["apart", "together"]),
    dimensions: z.array(z.enum(DIMENSIONS)).min(1),
    goal: z.literal("service_level_goal_share").optional(),
    better: z.enum(["higher", "lower", "neither"]),
    synonyms: z.array(text),
  })
  .superRefine((given, context) => {
    for (const key of needed(given)) {
      if (given[key] === undefined)
        context.addIssue({ code: "custom", path: [key], message: `a ${given.kind} needs it` });
    }
  });

const schema = z.record(z.string().regex(/^[a-z][a-z0-9_]*$/), entry);

type Entry = z.infer<typeof entry>;

/** A metric as the catalogue has it: its SQL is over the columns of its population. */
export interface Metric extends Entry {
  id: string;
  /** The file that says so, without its ending: what it is listed under. */
  group: string;
}

const GROUPS = join(__dirname, "catalogue");

let known: readonly Metric[] | null = null;

/**
 * Every metric, in the order of the groups' names and of their files.
 *
 * @throws NightdeskError `metric-catalogue` that names file, metric and key
 */
export function metrics(): readonly Metric[] {
  known ??= readCatalogue(GROUPS);
  return known;
}

/** The metrics that the JSON files of a folder describe. */
export function readCatalogue(folder: string): Metric[] {
  const files = readdirSync(folder).filter((name) => name.endsWith(".json"));
  return files.toSorted().flatMap((name) => {
    const group = name.slice(0, -".json".length);
    const settings = {
      file: join(folder, name),
      code: "metric-catalogue",
      described: "src/metrics/README.md describes",
    };
    return Object.entries(readSettings(schema, settings)).map(([id, given]) => ({ id, group, ...given }));
  });
}

/** @throws UsageError with the nearest name */
export function metricOf(id: string): Metric {
  const found = metrics().find((metric) => metric.id === id);
  if (found !== undefined) return found;
  const nearest = nearestName(
    id,
    metrics().map((metric) => metric.id),
  );
  const hint = nearest === null ? 'Run "nightdesk metrics" for all of them.' : `Did you mean "${nearest}"?`;
  throw new UsageError(`There is no metric "${id}". ${hint}`);
}

/** The service level's presets by name, such as `abandon_ignored`. */
export function presets(): ReadonlyMap<string, Metric> {
  return new Map(
    metrics().flatMap((metric) => (metric.preset === undefined ? [] : [[metric.preset, metric] as const])),
  );
}

/**
 * A side of a ratio, as SQL over one row; of a metric that goes by the formula of each queue the presets' in one case.
 *
 * @param metric a ratio
 */
export function sideOf(metric: Metric, side: "numerator" | "denominator"): string {
  if (metric.by_preset === undefined) return metric[side] ?? "0";
  const cases = Array.from(presets(), ([name, preset]) => `when '${name}' then ${preset[side]}`);
  return `case ${metric.by_preset} ${cases.join(" ")} end`;
}

function needed({
  kind,
  by_preset,
}: Pick<Entry, "kind" | "by_preset">): ("numerator" | "denominator" | "value" | "percent")[] {
  if (kind === "ratio") return by_preset === undefined ? ["numerator", "denominator"] : [];
  return kind === "percentile" ? ["value", "percent"] : ["value"];
}
