import { type Metric, metrics, sideOf } from "./catalogue";

/** A part of a formula that is added or taken off: SQL over one row. */
export interface Term {
  sign: 1 | -1;
  sql: string;
  /** The metric that counts just this, where there is one: its name is the term's. */
  metric: Metric | null;
}

/** What is added up above and below the line; below is empty for what is not divided. */
export function termsOf(metric: Metric): { above: Term[]; below: Term[] } {
  const of = (sql: string): Term[] => split(sql).map((term) => ({ ...term, metric: named(metric, term.sql) }));
  if (metric.kind !== "ratio") return { above: of(metric.value ?? "null"), below: [] };
  return { above: of(sideOf(metric, "numerator")), below: of(sideOf(metric, "denominator")) };
}

function named({ population }: Metric, sql: string): Metric | null {
  const found = metrics().find(
    (other) =>
      other.population === population && other.kind !== "ratio" && other.kind !== "mean" && other.value === sql,
  );
  return found ?? null;
}

/** Parts of a sum; what stands in brackets or between `case` and `end` is one part. */
function split(sql: string): { sign: 1 | -1; sql: string }[] {
  const words = sql.match(/[()]|[^\s()]+/g) ?? [];
  const terms: { sign: 1 | -1; words: string[] }[] = [{ sign: 1, words: [] }];
  let depth = 0;
  for (const word of words) {
    if (word === "(" || word === "case") depth += 1;
    if (word === ")" || word === "end") depth -= 1;
    if (depth === 0 && (word === "+" || word === "-")) terms.push({ sign: word === "+" ? 1 : -1, words: [] });
    else terms.at(-1)?.words.push(word);
  }
  return terms.map(({ sign, words: own }) => ({
    sign,
    sql: own.join(" ").replaceAll("( ", "(").replaceAll(" )", ")"),
  }));
}
