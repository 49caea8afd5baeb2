import { isWhole, scopeWords, type SummaryAsk } from "./management-summary-ask";
import { blocksOf } from "./management-summary-blocks";
import { toldFigure } from "./management-summary-cards";
import { gatherModel, type SummaryModel } from "./management-summary-model";
import type { ToldFigure, ToldSummary, ToldTable } from "./management-summary-told";
import { againstMedian, valueOf } from "./management-summary-tracks";
import { gapOf, isTelephony, judge, verdictWord } from "./management-summary-verdict";
import { changeText } from "./management-summary-words";

/** A summary in words, and every figure of it for the CSV file and the editions. */
export interface Telling {
  model: SummaryModel;
  told: ToldSummary;
  rows: FigureRow[];
}

/** One figure of the summary, as `summary.csv` has it. */
export interface FigureRow {
  block: string;
  block_id: string;
  /** The card, queue, state, reason, … it is of. */
  row: string;
  /** What of it: a head of its table. */
  column: string;
  figure: ToldFigure;
}

/** The management summary of a period for a scope, tier and language. */
export async function tellSummary(ask: SummaryAsk): Promise<Telling> {
  const model = await gatherModel(ask);
  const judged = judge(model);
  const blocks = blocksOf(model, judged);
  const { words, period, places } = ask;
  const notices = model.alerts.map(({ text }) => `${words.t("Alert")}: ${text}`);
  const told: ToldSummary = {
    verdict: judged.verdict,
    verdict_word: verdictWord(words, judged.verdict),
    label: period.label,
    scope_label: scopeWords(words, places),
    headline: headlineOf(model),
    preheader: preheaderOf(model),
    notices,
    is_quiet: judged.held.length === 0 && notices.length === 0 && (ask.restated ?? []).length === 0,
    blocks: blocks.map(({ block }) => block),
  };
  return { model, told, rows: blocks.flatMap(({ block, all }) => rowsOf(block.title, block, all)) };
}

function headlineOf(model: SummaryModel): string {
  const { words, period, places } = model.ask;
  const { t } = words;
  const day =
    words.language === "en"
      ? `${words.weekday(period.from)} ${words.shortDay(period.from)}`
      : `${words.shortDay(period.from)} (${words.weekday(period.from)})`;
  const when = period.from === period.to ? day : period.label;
  const centre = isWhole(model.ask)
    ? t("Contact centre")
    : places.length > 2
      ? t("{count} places", { count: places.length })
      : scopeWords(words, places);
  const failures = (model.failures ?? []).filter(({ is_new }) => is_new).length;
  const parts = [
    ...levelParts(model),
    ...abandonParts(model),
    ...(failures === 0 ? [] : [words.many(failures, "{count} new failure", "{count} new failures")]),
  ];
  return `${centre} ${when}: ${parts.join(", ")}`;
}

function levelParts({ ask: { words }, centre, goal_share: goal }: SummaryModel): string[] {
  const level = centre.get("service_level");
  if (level === undefined) {
    const answered = centre.get("answered_visits");
    return [words.t("{count} answered", { count: valueOf(answered) ?? 0 })];
  }
  const share = toldFigure(words, level, "service_level").text;
  if (goal === null) return [words.t("service level {share}", { share })];
  return [words.t("service level {share} (goal {goal})", { share, goal: words.share(goal) })];
}

function abandonParts({ ask: { words }, centre }: SummaryModel): string[] {
  const track = centre.get("abandon_rate");
  const change = againstMedian(track);
  if (track === undefined) return [];
  const arrow = change === null ? "" : ` ${changeText(words, "share", change).slice(0, 1)}`;
  return [`${words.t("abandoned {share}", { share: toldFigure(words, track, "abandon_rate").text })}${arrow}`];
}

function preheaderOf(model: SummaryModel): string {
  const { words, restated } = model.ask;
  const { t } = words;
  const below = model.places
    .filter(isTelephony)
    .map((place) => ({ place, gap: gapOf(place.tracks.get("service_level"), place.goal_share) }))
    .toSorted((a, b) => (b.gap ?? -2) - (a.gap ?? -2))[0];
  const worst =
    below === undefined || below.gap === null
      ? t("No queue has enough contacts to be judged.")
      : below.gap <= 0
        ? t("Every queue that can be judged reached its goal.")
        : t("Furthest below goal: {name}, {share}.", {
            name: below.place.name,
            share: toldFigure(words, below.place.tracks.get("service_level"), "service_level").text,
          });
  const data = model.lacking.length === 0 ? t("No delivery is missing.") : t("Not complete: figures may change.");
  const days = new Set((restated ?? []).map(({ period }) => period)).size;
  return [
    worst,
    data,
    ...(days === 0 ? [] : [words.many(days, "{count} earlier day restated.", "{count} earlier days restated.")]),
  ].join(" ");
}

function rowsOf(title: string, block: ToldSummary["blocks"][number], tables: readonly ToldTable[]): FigureRow[] {
  const place = { block: title, block_id: block.id };
  const cards = block.cards.flatMap(({ label, figure, beside }) => [
    { ...place, row: label, column: "", figure },
    ...beside.map((each) => ({ ...place, row: label, column: each.label, figure: each.figure })),
  ]);
  const slots = block.strips.flat().flatMap(({ clock, count, level }) => [
    { ...place, row: clock, column: "", figure: count },
    { ...place, row: clock, column: "", figure: level },
  ]);
  const cells = tables.flatMap(({ heads, rows }) =>
    rows.flatMap((row) =>
      row.flatMap(({ figure }, index) =>
        figure === null ? [] : [{ ...place, row: row[0]?.text ?? "", column: heads[index]?.label ?? "", figure }],
      ),
    ),
  );
  return [...cards, ...slots, ...cells];
}
