import type { EditionNote, Restatement } from "../metrics/restatement";
import { causesInShort, causeWords, changeWords, markWords, metricName, scopeWords, shortWords } from "./edition-words";
import type { Period } from "./report";
import type { CsvTable, TableRow, Told } from "./table";

/** What a page says of the edition it is, ready for the `edition` partial. */
export interface PageEdition {
  label: string;
  /** The first edition restates nothing, and has only its label. */
  lead: string;
  lines: { change: string; cause: string }[];
  lines_label: string;
  /** Long lists are folded up. */
  is_folded: boolean;
  causes: string[];
  /** The CSV file that lists every change; empty where there is none. */
  file: string;
  box_note: string;
}

const LINES_UNFOLDED = 4;
const LINES_LISTED = 200;
const FIGURES_IN_LEAD = 2;

export function pageEdition(report: string, note: EditionNote, told: Told): PageEdition {
  const { restates, restatements, causes } = note;
  const { words } = told;
  const label = markWords(note, told);
  if (restates === null) {
    return { label, lead: "", lines: [], lines_label: "", is_folded: false, causes: [], file: "", box_note: "" };
  }
  const shown = restatements.slice(0, LINES_LISTED);
  const isAlone = causes.length === 1;
  const before = withSmall(markWords(restates, told));
  const changes = words.many(restatements.length, "{count} change", "{count} changes");
  const isCut = restatements.length > shown.length;
  return {
    label,
    lead: words.t("Restates {edition}: {changes}.", { edition: before, changes: leadWords(note, told) }),
    lines: shown.map((change) => ({
      change: changeWords(change, told),
      // One cause of everything is told once, below.
      cause: isAlone ? "" : change.causes.map((cause) => causeWords(cause, words)).join("; "),
    })),
    lines_label: isCut ? words.t("{changes}, the first {count} of them", { changes, count: LINES_LISTED }) : changes,
    is_folded: shown.length > LINES_UNFOLDED,
    causes: causes.map((cause) => causeWords(cause, words)),
    file: restatements.length > 0 ? `${restatementName(report)}.csv` : "",
    box_note: words.t("restates {edition}: {changes}", { edition: before, changes }),
  };
}

/** Within a sentence. */
function withSmall(words: string): string {
  return `${words.slice(0, 1).toLowerCase()}${words.slice(1)}`;
}

/** `service level 81.2 → 80.9 %, 14 late events`: what a reader looks for first of all that changed. */
function leadWords({ restatements, causes }: EditionNote, told: Told): string {
  const first = restatements.filter(({ dimension, slot_at_ms }) => dimension === "all" && slot_at_ms === null);
  const shown = (first.length > 0 ? first : restatements).slice(0, FIGURES_IN_LEAD);
  const figures =
    shown.length > 0 ? shown.map((change) => shortWords(change, told)) : [told.words.t("no figure changed")];
  return [...figures, causesInShort(causes, told.words)].join(", ");
}

function restatementName(report: string): string {
  return `${report}-restatements`;
}

/** Every change an edition makes to the one before, for `NAME-restatements.csv`: shares in per cent, durations in seconds. */
export function restatementTable(report: string, period: Period, note: EditionNote, told: Told): CsvTable {
  const { number, restates, restatements } = note;
  return {
    name: restatementName(report),
    columns: [
      { key: "report", label: "Report", unit: "text" },
      { key: "period", label: "Period", unit: "text" },
      { key: "restates", label: "Restates edition", unit: "text" },
      { key: "edition", label: "Edition", unit: "text" },
      { key: "metric", label: "Figure", unit: "text" },
      { key: "dimension", label: "Of", unit: "text" },
      { key: "scope", label: "Name", unit: "text" },
      { key: "scope_id", label: "Id", unit: "text" },
      { key: "channel_type", label: "Channel", unit: "text" },
      { key: "slot_at_ms", label: "Begins", unit: "instant" },
      { key: "unit", label: "Unit", unit: "text" },
      { key: "old", label: "Was", unit: "count" },
      { key: "new", label: "Is", unit: "count" },
      { key: "cause", label: "Cause", unit: "text" },
    ],
    rows: restatements.map((change): TableRow => {
      const { metric_id, dimension, scope_id, channel_type, slot_at_ms, unit } = change;
      const scope = scopeWords({ ...change, channel_type: null, slot_at_ms: null }, told)[0] ?? "";
      return {
        report,
        period: period.label,
        restates: String(restates?.number ?? ""),
        edition: String(number),
        metric: metricName(metric_id, told.words),
        dimension,
        scope,
        scope_id,
        channel_type,
        slot_at_ms,
        unit: { share: "%", duration: "s", count: "" }[unit],
        old: inUnit(change.old_value, unit),
        new: inUnit(change.new_value, unit),
        cause: change.causes.map((cause) => causeWords(cause, told.words)).join("; "),
      };
    }),
  };
}

function inUnit(value: number | null, unit: Restatement["unit"]): number | null {
  if (value === null || unit === "count") return value;
  return unit === "share" ? Math.round(value * 1_000_000) / 10_000 : Math.round(value) / 1000;
}
