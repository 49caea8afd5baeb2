import { columnsOf } from "./base/text";
import { type Metric, metricOf, metrics, presets, sideOf } from "./metrics/catalogue";
import type { Options } from "./options";
import type { Terminal } from "./terminal";

/** Prints the catalogue or one metric of it. @throws UsageError where there is no such metric */
export function showMetrics(terminal: Terminal, id: string | undefined, options: Options): void {
  const width = terminal.stdout.columns ?? WIDTH;
  const found = id === undefined ? metrics() : metricOf(id);
  if (options.json) terminal.stdout.write(`${JSON.stringify({ metrics: [found].flat().map(exported) }, null, 2)}\n`);
  else terminal.stdout.write(Array.isArray(found) ? listText(width) : metricText(metricOf(id ?? ""), width));
}

const WIDTH = 80;

/** A metric as data: the sides of one that goes by each queue's formula are written out. */
function exported(metric: Metric): object {
  if (metric.kind !== "ratio") return metric;
  return { ...metric, numerator: sideOf(metric, "numerator"), denominator: sideOf(metric, "denominator") };
}

function listText(width: number): string {
  const longest = Math.max(...metrics().map(({ id }) => id.length));
  const groups = [...new Set(metrics().map(({ group }) => group))];
  const parts = groups.map((group) => {
    const lines = metrics()
      .filter((metric) => metric.group === group)
      .map(({ id, names, unit }) => `  ${id.padEnd(longest)}  ${names.en}${unit === "share" ? ", %" : ""}`);
    return `${group}\n${lines.join("\n")}\n`;
  });
  const end = wrapped(
    `${metrics().length} metrics. "nightdesk metrics ID" tells one, --json all of them; "nightdesk explain ID --day D" shows what a figure is made of.`,
    width,
  );
  return `${parts.join("\n")}\n${end}\n`;
}

function metricText(metric: Metric, width: number): string {
  const rows: [string, string][] = [
    ["formula", metric.formula.en],
    ["unit", unitText(metric)],
    ["clock", clockText(metric)],
    ["thresholds", metric.thresholds.map((name) => name.replace(/_ms$/, "").replaceAll("_", " ")).join(", ") || "none"],
    ["left out", metric.left_out.en],
    ["empty", metric.empty === "0" ? "0" : "no data: never 0 % or 100 %"],
    ["better", metric.better],
    ["channels", metric.channels === "apart" ? "each apart, never added up" : "all together"],
    ["asked by", metric.dimensions.join(", ").replaceAll("_", " ")],
    ["also called", metric.synonyms.join("; ") || "-"],
    ["Korean", `${metric.names.ko}: ${metric.formula.ko}`],
    ["counted", metric.population],
    ...sqlRows(metric),
  ];
  const label = Math.max(...rows.map(([name]) => name.length)) + 2;
  const lines = rows.map(([name, text]) => {
    const [first = "", ...more] = wrapped(text, width - label - 2).split("\n");
    return [`  ${name.padEnd(label)}${first}`, ...more.map((line) => `  ${" ".repeat(label)}${line}`)].join("\n");
  });
  return `${metric.id} - ${metric.names.en}\n\n${lines.join("\n")}\n`;
}

function sqlRows(metric: Metric): [string, string][] {
  if (metric.by_preset !== undefined) {
    return [["by queue", Array.from(presets(), ([name, preset]) => `${name}: ${preset.formula.en}`).join("; ")]];
  }
  if (metric.kind === "ratio")
    return [
      ["numerator", metric.numerator ?? ""],
      ["denominator", metric.denominator ?? ""],
    ];
  const what = metric.kind === "percentile" ? `percentile ${metric.percent} of` : `${metric.kind} of`;
  return [[what, metric.value ?? ""]];
}

function unitText({ unit }: Metric): string {
  return { share: "share, 0 to 1; shown in %", duration: "time, milliseconds", count: "count" }[unit];
}

function clockText({ clock }: Metric): string {
  if (clock === "none") return "none";
  return "K1, queue and ringing; may be asked on K2, the queue alone, and K3, from the contact's start";
}

/** Words in lines of a width. */
export function wrapped(text: string, width: number): string {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last === undefined || columnsOf(last) + 1 + columnsOf(word) > width) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines.join("\n");
}
