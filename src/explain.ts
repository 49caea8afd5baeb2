import type { Knex } from "knex";
import { maskOf } from "./base/mask";
import { UsageError } from "./base/errors";
import { localDay } from "./base/days";
import { printEvidence, printTimeline } from "./explain-print";
import { askOf } from "./metrics-ask";
import { type Metric, metricOf, presets } from "./metrics/catalogue";
import { type EvidenceRow, gatherEvidence } from "./metrics/evidence";
import type { Figure } from "./metrics/figure";
import { measure } from "./metrics/measure";
import type { MetricAsk } from "./metrics/placed";
import { type Term, termsOf } from "./metrics/terms";
import { readTimeline } from "./metrics/timeline";
import { requireRules } from "./models/rebuild";
import type { Options } from "./options";
import { rulesVersion } from "./reference/load";
import { configOf, inContext, type Terminal } from "./terminal";

/** A figure with what it is made of, of one channel. */
export interface Explained {
  metric: Metric;
  figure: Figure;
  /** What each term of the formula came to, first those above the line. */
  terms: (Term & { total: number; is_above: boolean })[];
  rows: EvidenceRow[];
}

const SHOWN = 50;

/** Prints what a figure is made of, or what a contact went through. @returns whether there was anything to tell */
export async function explain(terminal: Terminal, id: string, options: Options): Promise<boolean> {
  const config = configOf(terminal);
  const metric = metricOf(id);
  const mask = maskOf(config.masking);
  return await inContext(terminal, config, async ({ db }) => {
    await requireRules(db, config, rulesVersion(config));
    if (options.contact !== undefined) {
      const activities = await readTimeline(db, options.contact);
      if (activities.length === 0)
        throw new UsageError(`Nobody has delivered an event of contact "${options.contact}".`);
      const day = localDay(config.zone, activities[0]?.started_at_ms ?? 0);
      const ask = await askOf(db, config, { day, ...(options.from === undefined ? {} : options) });
      const explained = await explainedOf(db, metric, ask, { limit: SHOWN, offset: 0, contact_id: options.contact });
      const masked = activities.map((row) => ({
        ...row,
        agent_name: mask.name(row.agent_name),
        reason_code: row.reason_code === null ? null : mask.text(row.reason_code),
      }));
      if (options.json)
        terminal.stdout.write(`${JSON.stringify({ contact_id: options.contact, explained, activities: masked })}\n`);
      else terminal.stdout.write(printTimeline(options.contact, masked, explained, { zone: config.zone, mask }));
      return true;
    }
    const ask = await askOf(db, config, options);
    const explained = await explainedOf(db, metric, ask, { limit: options.limit ?? SHOWN, offset: 0 });
    if (options.json)
      terminal.stdout.write(
        `${JSON.stringify({ from: ask.from, to: ask.to, zone: ask.zone, only: ask.only, clock: ask.clock, explained })}\n`,
      );
    else terminal.stdout.write(explained.map((one) => printEvidence(one, ask, mask)).join("\n"));
    return true;
  });
}

/** One for each channel that has the figure. */
async function explainedOf(
  db: Knex,
  asked: Metric,
  ask: MetricAsk,
  page: { limit: number; offset: number; contact_id?: string },
): Promise<Explained[]> {
  const found: Explained[] = [];
  for (const figure of await measure(db, [asked], ask)) {
    const channel = figure.channel_type;
    const only = channel === null ? ask : { ...ask, only: { ...ask.only, channel } };
    const metric = await presetOf(db, asked, only);
    const { above, below } = termsOf(metric);
    const terms = [...above, ...below];
    const isSummed = metric.kind !== "percentile" && metric.kind !== "distinct";
    const sums = isSummed
      ? await measure(
          db,
          terms.map((term, index) => sumOf(metric, term, index)),
          only,
        )
      : [];
    found.push({
      metric,
      figure,
      terms: terms.map((term, index) => ({
        ...term,
        total: sums.find(({ metric_id }) => metric_id === String(index))?.value ?? 0,
        is_above: index < above.length,
      })),
      rows: await gatherEvidence(db, metric, only, terms, page),
    });
  }
  return found;
}

/** A service level goes by the formula of its queues: where that is one, it is that one which is explained. */
async function presetOf(db: Knex, metric: Metric, ask: MetricAsk): Promise<Metric> {
  if (metric.by_preset === undefined) return metric;
  const [row] = await gatherEvidence(db, metric, ask, [], { limit: 1, offset: 0 });
  const [figure] = await measure(db, [metric], ask);
  const preset = presets().get(String(row?.formula));
  return preset === undefined || figure?.numerator === null ? metric : preset;
}

function sumOf(metric: Metric, term: Term, index: number): Metric {
  const { by_preset: _none, ...rest } = metric;
  return { ...rest, id: String(index), kind: "sum", value: term.sql };
}
