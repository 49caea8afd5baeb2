import { localTime } from "./base/days";
import type { Mask } from "./base/mask";
import { columnsOf, printable, shortened } from "./base/text";
import type { Explained } from "./explain";
import { wrapped } from "./metrics-print";
import type { EvidenceRow } from "./metrics/evidence";
import type { MetricAsk } from "./metrics/placed";
import type { TimelineRow } from "./metrics/timeline";
import { table } from "./print";
import { formatCount, formatDuration, formatShare } from "./reports/units";

const WIDTH = 80;

/** A figure: its formula with figures filled in, what is left out, and the rows that make it. */
export function printEvidence(explained: Explained, ask: MetricAsk, mask: Mask): string {
  const { metric, figure, rows } = explained;
  const days = ask.from === ask.to ? ask.from : `${ask.from} to ${ask.to}`;
  const scope = Object.entries(ask.only)
    .filter(([name]) => name !== "channel")
    .map(([name, value]) => `${name.replace("_", " ")} ${value}`);
  const channel = figure.channel_type === null ? [] : [figure.channel_type];
  const head = [
    `${metric.id} - ${metric.names.en}`,
    printable([`${days} (${ask.zone})`, ...channel, ...scope].join(", ")),
    "",
    indented(metric.formula.en),
    indented(filled(explained)),
    "",
    ...termLines(explained),
    indented(underText(explained, ask)),
    indented(`left out ${formatCount(figure.left_out_count)}: ${metric.left_out.en}`),
    "",
  ];
  const count = formatCount(figure.entered_count);
  const shown =
    rows.length < figure.entered_count
      ? `The first ${formatCount(rows.length)} of ${count}; --limit N shows more.`
      : `All ${count}.`;
  const body = rows.length === 0 ? "Nothing makes it.\n" : `${evidenceTable(explained, ask, mask)}${shown}\n`;
  return `${head.join("\n")}\n${body}`;
}

function indented(text: string): string {
  return wrapped(text, WIDTH - 2)
    .split("\n")
    .map((line) => `  ${line}`)
    .join("\n");
}

/** `(860 + 20) / (1,000 + 60 − 20) = 84.6 %` */
function filled({ metric, figure, terms }: Explained): string {
  const shown = metric.unit === "duration" || metric.population === "stays" ? formatDuration : formatCount;
  const result =
    metric.unit === "share"
      ? formatShare(figure.value)
      : metric.unit === "duration"
        ? formatDuration(figure.value)
        : formatCount(figure.value);
  if (metric.kind === "percentile") {
    const rank = Math.ceil((figure.entered_count * (metric.percent ?? 0)) / 100);
    return `the ${formatCount(rank)}th of ${formatCount(figure.entered_count)} values, sorted = ${result}`;
  }
  if (figure.numerator === null)
    return "queues under different formulas: no figure together. Ask for one with --queue.";
  const sum = (isAbove: boolean): string => {
    const own = terms.filter(({ is_above }) => is_above === isAbove);
    const text = own
      .map(
        ({ sign, total }, index) => `${index === 0 ? (sign < 0 ? "−" : "") : sign < 0 ? " − " : " + "}${shown(total)}`,
      )
      .join("");
    return own.length > 1 ? `(${text})` : text;
  };
  if (metric.kind === "ratio") return `${sum(true)} / ${sum(false)} = ${result}`;
  return metric.kind === "mean"
    ? `${formatDuration(figure.numerator)} / ${formatCount(figure.denominator)} = ${result}`
    : result;
}

/** The terms of a ratio by letter, each once: the rows say by letter what they give. */
function termLines(explained: Explained): string[] {
  const { metric, terms } = explained;
  if (metric.kind !== "ratio") return [];
  const shown = metric.population === "stays" ? formatDuration : formatCount;
  const names = namesOf(explained);
  const told = [...new Set(names)].map(
    (name, index) => [name, shown(terms[names.indexOf(name)]?.total ?? 0), index] as const,
  );
  const longest = Math.max(...told.map(([name]) => name.length));
  return [
    ...told.map(([name, total, index]) => `  ${letter(index)}  ${name.padEnd(longest)}  ${total.padStart(10)}`),
    "",
  ];
}

/** What each term is called: by the metric that counts it, else by its side of the line. */
function namesOf({ terms }: Explained): string[] {
  return terms.map((term) => term.metric?.names.en ?? (term.is_above ? "above the line" : "below the line"));
}

function letter(index: number): string {
  return String.fromCodePoint("a".charCodeAt(0) + index);
}

/** `a / b`: what of the formula a row gives above and below the line. */
function whyOf(explained: Explained, row: EvidenceRow): string {
  const names = namesOf(explained);
  const letters = [...new Set(names)];
  const side = (isAbove: boolean): string =>
    explained.terms
      .flatMap(({ is_above, sign }, index) => {
        if (is_above !== isAbove || Number(row[`term_${index}`] ?? 0) === 0) return [];
        return [`${sign < 0 ? "− " : ""}${letter(letters.indexOf(names[index] ?? ""))}`];
      })
      .join(" ");
  return `${side(true) || "-"} / ${side(false) || "-"}`;
}

function underText({ metric, rows }: Explained, ask: MetricAsk): string {
  const clock = metric.clock === "none" ? [] : [`clock ${ask.clock}`];
  const limits = metric.thresholds.flatMap((name) => {
    const values = new Set(rows.flatMap((row) => (typeof row[name] === "number" ? [row[name]] : [])));
    const told = values.size === 0 ? "as configured" : [...values].map((ms) => `${Number(ms) / 1000} s`).join(", ");
    return [`${name.replace(/_ms$/, "").replaceAll("_", " ")} threshold ${told}`];
  });
  const by =
    metric.population === "stays"
      ? "stays are cut at the ends of the period"
      : `told by the time of ${ask.attribution}`;
  return [...clock, ...limits, by].join("; ");
}

function evidenceTable(explained: Explained, ask: MetricAsk, mask: Mask): string {
  const { metric, rows } = explained;
  const isOfStays = metric.population === "stays";
  const isOneDay = ask.from === ask.to;
  const head = ["when", isOfStays ? "agent" : "contact", "what", metric.kind === "ratio" ? "why" : "gives"];
  const cells = rows.map((row) => {
    const who = isOfStays ? (mask.name(cell(row.agent_name)) ?? "") : cell(row.contact_id);
    const when = localTime(ask.zone, Number(row.entered_at_ms ?? row.started_at_ms)).slice(isOneDay ? 11 : 5);
    const gives = metric.kind === "ratio" ? whyOf(explained, row) : amount(explained, row.part);
    // The id whole, so that it can be asked for.
    return [when, printable(who), printable(whatOf(row, mask, isOneDay ? 23 : 18)), gives];
  });
  return table(head, cells, 1);
}

function amount({ metric }: Explained, part: number | string | null): string {
  if (typeof part !== "number") return "1";
  return metric.unit === "duration" ? formatDuration(part) : formatCount(part);
}

function cell(value: number | string | null | undefined): string {
  return value === null || value === undefined ? "" : String(value);
}

/** What became of it, in a few words; the queue or agent loses what does not fit. */
function whatOf(row: EvidenceRow, mask: Mask, columns = Number.POSITIVE_INFINITY): string {
  if (row.kind !== undefined && row.agent_id !== undefined && row.contact_id === undefined) {
    return `${cell(row.kind)} ${formatDuration(Number(row.ms))}`;
  }
  const outcome = mask.text(cell(row.reason ?? row.outcome ?? row.handle_type));
  const waited = row.wait_ms ?? row.rang_ms ?? row.time_to_callback_ms ?? null;
  const told = `${outcome}${waited === null ? "" : ` ${formatDuration(Number(waited))}`}`;
  const place = cell(row.rang_ms === undefined ? row.queue_name : mask.name(cell(row.agent_name)));
  const left = columns - columnsOf(told) - 1;
  if (left < 3) return shortened(told, columns);
  return `${told} ${Number.isFinite(left) ? shortened(place, left) : place}`.trim();
}

const BAR = 18;

/** What a contact went through: when, how long, drawn along the time, and the dump and line of each event. */
export function printTimeline(
  contactId: string,
  activities: readonly TimelineRow[],
  explained: readonly Explained[],
  shown: { zone: string; mask: Mask },
): string {
  const starts = activities[0]?.started_at_ms ?? 0;
  const ends = Math.max(...activities.map((row) => row.ended_at_ms ?? row.started_at_ms), starts + 1);
  const files = [...new Set(activities.map(({ dump_file }) => dump_file))];
  const cells = activities.map((row) => [
    String(row.activity_number),
    localTime(shown.zone, row.started_at_ms).slice(11),
    shortened(`${row.leg === "consult" ? "· " : ""}${printable(row.event)}`, 17),
    bar(row, starts, ends),
    row.duration_ms === null ? "open" : row.duration_ms === 0 ? "" : formatDuration(row.duration_ms),
    `${files.indexOf(row.dump_file) + 1}:${row.dump_line}`,
    shortened(printable(row.reason_code ?? row.agent_name ?? row.queue_name ?? ""), 14),
  ]);
  const gave = explained.flatMap(({ metric, rows }) =>
    rows.map((row) => `${metric.id}: ${whatOf(row, shown.mask)}; gives ${given(metric, row)}`),
  );
  const parts = [
    printable(
      `contact ${contactId}, ${localTime(shown.zone, starts)} (${shown.zone}), ${formatDuration(ends - starts)}`,
    ),
    "",
    gave.length === 0
      ? `${explained[0]?.metric.id ?? "The metric"}: it gives nothing to the figure of its day.`
      : gave.join("\n"),
    "",
    table(["#", "at", "event", "", "length", "line", "with"], cells, 1),
    ...files.map((name, index) => printable(`line ${index + 1}:… of ${name}`)),
  ];
  return `${parts.join("\n")}\n`;
}

function given({ kind, unit }: Explained["metric"], { part, whole }: EvidenceRow): string {
  if (kind === "ratio") return `${part} above and ${whole} below the line`;
  return unit === "duration" ? formatDuration(Number(part)) : String(part);
}

function bar(row: TimelineRow, starts: number, ends: number): string {
  const at = (instant: number): number => Math.floor(((instant - starts) / (ends - starts)) * (BAR - 1));
  const from = at(row.started_at_ms);
  const until = at(row.ended_at_ms ?? ends);
  const drawn = row.ended_at_ms === row.started_at_ms ? "•" : "█".repeat(Math.max(1, until - from));
  return `${"·".repeat(from)}${drawn}`.padEnd(BAR, "·").slice(0, Math.max(BAR, columnsOf(drawn)));
}
