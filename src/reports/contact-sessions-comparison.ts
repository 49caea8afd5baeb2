import { metricOf } from "../metrics/catalogue";
import { compare, type Compared } from "../metrics/compare";
import { plainAsk } from "../metrics/placed";
import type { Card, Definition } from "./page";
import type { Ask } from "./report";
import { type PageTable, pageTable, type TableRow } from "./table";
import { formatCount, formatDuration, formatShare } from "./units";

/** What the page compares, by the label of its card. */
const CARDS: Record<string, string> = {
  "Service level": "service_level",
  "Abandon rate": "abandon_rate",
  ASA: "asa",
};

export interface Comparison {
  telephony: Compared[];
  queues: Compared[];
}

/** The telephone queues, together and each, beside the same weekdays before. */
export async function readComparison({ db, config, period }: Ask): Promise<Comparison> {
  const ask = { ...plainAsk(config.zone, period.from, period.to), only: { channel: "telephony" } };
  const wanted = ["offered_visits", ...Object.values(CARDS)].map(metricOf);
  return {
    telephony: await compare(db, wanted, ask),
    queues: await compare(db, wanted, { ...ask, dimension: "queue" }),
  };
}

/** The cards with what has changed, where anything can be compared. */
export function comparedCards(cards: readonly Card[], { telephony }: Comparison): Card[] {
  return cards.map((card) => {
    const found = telephony.find(({ now }) => now.metric_id === CARDS[card.label]);
    if (found === undefined || found.median_change === null) return card;
    return { ...card, note: `${card.note}; ${changeText(found)} against the weekday's median${sign(found)}` };
  });
}

/** Queue by queue, as far as there are weeks to compare with; null where there is nothing at all. */
export function comparisonTable({ queues, telephony }: Comparison, ask: Ask): PageTable | null {
  const all = [...queues, ...telephony].filter(({ week_count, now }) => week_count > 0 && now.entered_count > 0);
  if (all.length === 0) return null;
  const rows: TableRow[] = all.map((compared) => ({
    queue: compared.now.dimension === "all" ? "All telephone queues" : (compared.now.scope_name ?? "(no queue named)"),
    metric: metricOf(compared.now.metric_id).names.en,
    now: valueText(compared, compared.now.value),
    median: valueText(compared, compared.median_value),
    median_change: compared.median_change === null ? "" : changeText(compared),
    last: valueText(compared, compared.last_value),
    last_change: compared.last_change === null ? "" : changeText(compared, compared.last_change),
    unusual: compared.unusual === null ? "" : sign(compared).slice(2),
    is_total: compared.now.dimension === "all" ? 1 : 0,
  }));
  return pageTable(
    "Compared with the weeks before",
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
    ask.config.zone,
    "The same weekday. No change is shown where either side has fewer than 30 visits.",
  );
}

/** The rule, for the end of the page. */
export function comparisonDefinition(): Definition {
  return {
    name: "Unusual",
    id: "",
    text: "Outside of the median ± 3 × scaled MAD (1.4826 × the median absolute deviation) of the same weekday of the four weeks before, all of which must have 30 visits: ▲ above, ▼ below.",
  };
}

function sign({ unusual }: Compared): string {
  return unusual === null ? "" : unusual === "high" ? ", ▲ unusually high" : ", ▼ unusually low";
}

function valueText({ now }: Compared, value: number | null): string {
  if (now.unit === "share") return formatShare(value);
  return now.unit === "duration" ? formatDuration(value) : formatCount(value === null ? null : Math.round(value));
}

/** A share's change is in points, never in per cent of per cent. */
function changeText({ now, median_change }: Compared, change: number | null = median_change): string {
  if (change === null) return "";
  if (now.unit === "share") {
    const points = Math.round(change * 1000) / 10;
    return `${points > 0 ? "+" : points < 0 ? "−" : "±"}${Math.abs(points).toFixed(1)} points`;
  }
  const rounded = now.unit === "duration" ? Math.round(change / 1000) * 1000 : Math.round(change);
  const size = now.unit === "duration" ? formatDuration(Math.abs(rounded)) : formatCount(Math.abs(rounded));
  return `${rounded > 0 ? "+" : rounded < 0 ? "−" : "±"}${size}`;
}
