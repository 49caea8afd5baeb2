import type { Words } from "../i18n/words";
import { type Metric, metricOf, presets } from "../metrics/catalogue";
import { type Term, termsOf } from "../metrics/terms";
import { COUNTED, METRIC_OF, type Visits } from "./contact-sessions-visits";

/** A figure of an evidence page: what it is, and its formula with its figures filled in. */
export interface EvidenceFigure {
  /** The anchor: the metric as the report names it. */
  id: string;
  name: string;
  /** The metric that is explained: of a service level the formula of its queues. */
  metric_id: string;
  value: string;
  formula: string;
  /** By letters, and with the figures in their place. */
  terms: string;
  filled: string;
  rests_on: string;
  /** How many visits stand beside it and in no part of it. */
  left_out: string;
}

/** What a visit may count as: each has its letter, by which formulas and visits name it. */
export interface Counted {
  letter: string;
  column: keyof Visits;
  metric: Metric;
  /** SQL over one visit of the population. */
  sql: string;
}

/** The counts of the report, in its order. */
export function countedAs(): Counted[] {
  return COUNTED.map((column, index) => {
    const metric = metricOf(METRIC_OF[column] ?? "");
    // Those still waiting have a column of their own.
    const sql = column === "left_out_count" ? "is_left_out - is_waiting" : (metric.value ?? "0");
    return { letter: String.fromCodePoint("a".charCodeAt(0) + index), column, metric, sql };
  });
}

/** Rates and waits first, then what is counted. */
export function evidenceFigures(visits: Visits, shortAbandonMs: number | null, words: Words): EvidenceFigure[] {
  const columns = Object.keys(METRIC_OF) as (keyof Visits)[];
  const isCount = (column: string): boolean => COUNTED.includes(column as (typeof COUNTED)[number]);
  const inOrder = [...columns.filter((column) => !isCount(column)), ...columns.filter(isCount)];
  return inOrder.map((column) => evidenceFigure(visits, column, shortAbandonMs, words));
}

function evidenceFigure(
  visits: Visits,
  column: keyof Visits,
  shortAbandonMs: number | null,
  words: Words,
): EvidenceFigure {
  const asked = metricOf(METRIC_OF[column] ?? "");
  const metric = asked.by_preset === undefined ? asked : (presets().get(visits.formula) ?? asked);
  const value = told(metric, visits[column], words);
  const isMixed = metric.by_preset !== undefined;
  return {
    id: asked.id,
    name: asked.names[words.language],
    metric_id: metric.id,
    value,
    formula: metric.formula[words.language],
    terms: isMixed ? "" : lettersOf(metric, column),
    filled: isMixed
      ? words.t("queues under different formulas: no figure together")
      : filledIn(metric, column, visits, value, words),
    rests_on: restsOn(metric, visits, shortAbandonMs, words),
    left_out: leftOut(metric, visits, words),
  };
}

function told({ unit }: Metric, value: unknown, words: Words): string {
  const known = typeof value === "number" ? value : null;
  if (unit === "share") return words.share(known);
  return unit === "duration" ? words.duration(known) : words.count(known);
}

/** `(c + e) / (b + d)`; of a count its own letter. */
function lettersOf(metric: Metric, column: string): string {
  const counted = countedAs();
  if (metric.kind !== "ratio") return counted.find((one) => one.column === column)?.letter ?? "";
  const { above, below } = termsOf(metric);
  const letter = (term: Term): string => countedBy(counted, term)?.letter ?? "?";
  return `${summed(above, letter)} / ${summed(below, letter)}`;
}

/** `(860 + 20) / (1,000 + 60 − 20) = 84.6 %` */
function filledIn(metric: Metric, column: string, visits: Visits, value: string, words: Words): string {
  const counted = countedAs();
  if (metric.kind === "ratio") {
    const { above, below } = termsOf(metric);
    const count = (term: Term): string => words.count(countOf(visits, countedBy(counted, term)?.column));
    return `= ${summed(above, count)} / ${summed(below, count)} = ${value}`;
  }
  if (metric.kind === "mean") {
    const { asa_ms: mean, answered_count: answered } = visits;
    return `${words.duration(Math.round((mean ?? 0) * answered))} / ${words.count(answered)} = ${value}`;
  }
  if (metric.kind !== "percentile") return `= ${value}`;
  const measured = visits.answered_count + (column === "longest_wait_ms" ? visits.abandoned_count : 0);
  const rank = Math.ceil((measured * (metric.percent ?? 0)) / 100);
  return words.t("number {rank} of {measured} waits, shortest first = {value}", { rank, measured, value });
}

function countedBy(counted: readonly Counted[], { metric }: Term): Counted | undefined {
  return counted.find((one) => one.metric.id === metric?.id);
}

function countOf(visits: Visits, column: keyof Visits | undefined): number {
  const value = column === undefined ? null : visits[column];
  return typeof value === "number" ? value : 0;
}

function summed(terms: readonly Term[], text: (term: Term) => string): string {
  const parts = terms.map((term, index) => {
    const sign = term.sign < 0 ? "−" : "+";
    if (index === 0) return `${term.sign < 0 ? "−" : ""}${text(term)}`;
    return ` ${sign} ${text(term)}`;
  });
  return terms.length > 1 ? `(${parts.join("")})` : parts.join("");
}

/** Clock and thresholds. */
function restsOn({ clock, thresholds }: Metric, visits: Visits, shortAbandonMs: number | null, words: Words): string {
  const { t } = words;
  const limit = (ms: number | null): string => (ms === null ? t("by queue") : words.threshold(ms));
  return [
    ...(clock === "none" ? [] : [t("clock {clock}", { clock })]),
    ...(thresholds.includes("service_level_ms")
      ? [t("service level threshold {threshold}", { threshold: limit(visits.threshold_ms) })]
      : []),
    ...(thresholds.includes("short_abandon_ms")
      ? [t("short-abandon threshold {threshold}", { threshold: limit(shortAbandonMs) })]
      : []),
  ].join("; ");
}

function leftOut({ left_out: text }: Metric, visits: Visits, words: Words): string {
  return words.count(text.en === NOTHING ? 0 : visits.waiting_count + visits.left_out_count);
}

const NOTHING = "Nothing.";

/** What the figures leave out, each sentence once. */
export function leftOutTexts({ language }: Words): string[] {
  const own = Object.values(METRIC_OF).map((id) => metricOf(id).left_out);
  return [...new Set(own.filter(({ en }) => en !== NOTHING).map((text) => text[language]))];
}
