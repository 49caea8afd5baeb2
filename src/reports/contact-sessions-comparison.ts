import type { Words } from "../i18n/words";
import { metricOf } from "../metrics/catalogue";
import { compare, type Compared } from "../metrics/compare";
import { plainAsk } from "../metrics/placed";
import type { Card, Definition } from "./page";
import type { Ask } from "./report";
import { type PageTable, pageTable, type TableRow } from "./table";

/** What the page compares, and the label of its card. */
const CARDS: Record<string, string> = {
  service_level: "Service level",
  abandon_rate: "Abandon rate",
  asa: "ASA",
};

export interface Comparison {
  telephony: Compared[];
  queues: Compared[];
}

/** The telephone queues, together and each, beside the same weekdays before. */
export async function readComparison({ db, config, period }: Ask): Promise<Comparison> {
  const ask = { ...plainAsk(config.zone, period.from, period.to), only: { channel: "telephony" } };
  const wanted = ["offered_visits", ...Object.keys(CARDS)].map(metricOf);
  return {
    telephony: await compare(db, wanted, ask),
    queues: await compare(db, wanted, { ...ask, dimension: "queue" }),
  };
}

/** The cards with what has changed, where anything can be compared. */
export function comparedCards(cards: readonly Card[], { telephony }: Comparison, words: Words): Card[] {
  const { t } = words;
  return cards.map((card) => {
    const found = telephony.find(({ now }) => t(CARDS[now.metric_id] ?? "") === card.label);
    if (found === undefined || found.median_change === null) return card;
    const change = t("{change} against the weekday's median", {
      change: changeText(found, found.median_change, words),
    });
    const mark = found.unusual === null ? "" : `, ${unusualText(found, words)}`;
    return { ...card, note: `${card.note}; ${change}${mark}` };
  });
}

/** Queue by queue, as far as there are weeks to compare with; null where there is nothing at all. */
export function comparisonTable({ queues, telephony }: Comparison, ask: Ask): PageTable | null {
  const all = [...queues, ...telephony].filter(({ week_count, now }) => week_count > 0 && now.entered_count > 0);
  if (all.length === 0) return null;
  const { words } = ask;
  const { t } = words;
  const rows: TableRow[] = all.map((compared) => ({
    queue:
      compared.now.dimension === "all" ? t("All telephone queues") : (compared.now.scope_name ?? t("(no queue named)")),
    metric: metricOf(compared.now.metric_id).names[words.language],
    now: valueText(compared, compared.now.value, words),
    median: valueText(compared, compared.median_value, words),
    median_change: changeText(compared, compared.median_change, words),
    last: valueText(compared, compared.last_value, words),
    last_change: changeText(compared, compared.last_change, words),
    unusual: unusualText(compared, words),
    is_total: compared.now.dimension === "all" ? 1 : 0,
  }));
  return pageTable(
    t("Compared with the weeks before"),
    [
      { key: "queue", label: "Queue", unit: "text" },
      { key: "metric", label: "Figure", unit: "text" },
      { key: "now", label: "Now", unit: "text" },
      { key: "median", label: "Median", unit: "text", hint: "of the same weekday of the four weeks before" },
      { key: "median_change", label: "Change", unit: "text" },
      { key: "last", label: "Last week", unit: "text" },
      { key: "last_change", label: "Change", unit: "text" },
      { key: "unusual", label: "Unusual", unit: "text" },
    ],
    rows,
    ask,
    t("The same weekday. No change is shown where either side has fewer than 30 visits."),
  );
}

/** The rule, for the end of the page. */
export function comparisonDefinition({ t }: Words): Definition {
  return {
    name: t("Unusual"),
    id: "",
    text: t(
      "Outside of the median ± 3 × scaled MAD (1.4826 × the median absolute deviation) of the same weekday of the four weeks before, all of which must have 30 visits: ▲ above, ▼ below.",
    ),
  };
}

function unusualText({ unusual }: Compared, { t }: Words): string {
  return { high: t("▲ unusually high"), low: t("▼ unusually low"), none: "" }[unusual ?? "none"];
}

function valueText({ now }: Compared, value: number | null, words: Words): string {
  if (now.unit === "share") return words.share(value);
  return now.unit === "duration" ? words.duration(value) : words.count(value === null ? null : Math.round(value));
}

/** A share's change is in points, never in per cent of per cent. */
function changeText({ now }: Compared, change: number | null, words: Words): string {
  if (change === null) return "";
  if (now.unit === "share") {
    const tenths = Math.round(change * 1000);
    const points = `${signOf(tenths)}${(Math.abs(tenths) / 10).toFixed(1)}`;
    return words.t("{points} points", { points });
  }
  const rounded = now.unit === "duration" ? Math.round(change / 1000) * 1000 : Math.round(change);
  const size = Math.abs(rounded);
  return `${signOf(rounded)}${now.unit === "duration" ? words.duration(size) : words.count(size)}`;
}

function signOf(change: number): string {
  return change > 0 ? "+" : change < 0 ? "−" : "±";
}
