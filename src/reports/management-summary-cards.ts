import type { Words } from "../i18n/words";
import type { SummaryModel } from "./management-summary-model";
import { figureCell, type ToldCard, type ToldCell, type ToldFigure, type ToldTrend } from "./management-summary-told";
import { againstLast, againstMedian, type Change, type Track, TREND_DAYS, valueOf } from "./management-summary-tracks";
import { againstWords, changeText, figureText, pointsText, thresholdOr } from "./management-summary-words";

/** A figure of a metric, as it is told wherever it stands. */
export function toldFigure(words: Words, track: Track | undefined, id: string): ToldFigure {
  const value = valueOf(track);
  const unit = track?.metric.unit ?? "count";
  return { text: figureText(words, unit, value), id, value, unit };
}

/** The figures a manager looks for first. Where a reader's teams are told of, whose calls were lost belongs to none of them. */
export function cardsOf(model: SummaryModel): ToldCard[] {
  const ids = ["service_level", "abandon_rate", "asa", "aht", "occupancy"];
  const offered = model.centre.has("offered_visits") ? "offered_visits" : "answered_visits";
  return [offered, ...ids].filter((id) => model.centre.has(id)).map((id) => cardOf(model, id));
}

function cardOf(model: SummaryModel, id: string): ToldCard {
  const { words } = model.ask;
  const track = model.centre.get(id);
  const figure = toldFigure(words, track, id);
  const [mark, last] = [againstMedian(track), againstLast(track)];
  const compared = [
    ...(mark === null ? [] : [{ label: words.t("median before"), change: mark, isMedian: true }]),
    ...(last === null ? [] : [{ label: words.t("period before"), change: last, isMedian: false }]),
  ];
  const trend = trendOf(words, track);
  return {
    label: track?.metric.names[words.language] ?? id,
    figure,
    tone: toneOf(track, mark ?? last),
    notes: [
      ...ownNotes(model, id),
      ...compared.map(({ change, isMedian }) => againstWords(words, model.kind, figure.unit, change, isMedian)),
      ...(trend === null ? [] : [trend.text]),
    ],
    beside: [
      ...ownFigures(model, id),
      ...compared.map(({ label, change }) => ({
        label,
        figure: { text: figureText(words, figure.unit, change.from), id, value: change.from, unit: figure.unit },
      })),
    ],
    trend,
  };
}

/** What belongs to one figure alone: goal and formula, or the waits beside the mean. */
function ownNotes(model: SummaryModel, id: string): string[] {
  const { words } = model.ask;
  if (id === "service_level") return serviceLevelNotes(model);
  if (id === "offered_visits") {
    return [
      words.t("visits; {count} left out of every rate", { count: valueOf(model.centre.get("left_out_visits")) ?? 0 }),
    ];
  }
  if (id !== "asa") return [];
  const [half, most] = waits(model);
  return [words.t("P50 {half}, P90 {most}; clock K1", { half: half?.text ?? "", most: most?.text ?? "" })];
}

function waits({ ask, centre }: SummaryModel): (ToldFigure | undefined)[] {
  return ["median_wait", "p90_wait"].map((id) => toldFigure(ask.words, centre.get(id), id));
}

function serviceLevelNotes({ ask, centre, formula, goal_share: goal, threshold_ms }: SummaryModel): string[] {
  const { words } = ask;
  const level = valueOf(centre.get("service_level"));
  const rule = words.t("formula {formula}, within {threshold}", {
    formula,
    threshold: thresholdOr(words, threshold_ms),
  });
  if (formula === "mixed") return [words.t("the queues' formulas differ: there is none of all together")];
  if (goal === null) return [rule, words.t("the queues' goals differ")];
  const said = { goal: words.share(goal), points: pointsText(words, (level ?? goal) - goal) };
  if (level === null) return [rule, words.t("goal {goal}", said)];
  return [
    rule,
    level >= goal ? words.t("goal {goal}: ▲ reached", said) : words.t("goal {goal}: ▼ missed by {points}", said),
  ];
}

function ownFigures(model: SummaryModel, id: string): ToldCard["beside"] {
  const { words } = model.ask;
  if (id === "service_level" && model.goal_share !== null) {
    const { goal_share: value } = model;
    return [{ label: words.t("goal"), figure: { text: words.share(value), id: "goal", value, unit: "share" } }];
  }
  if (id !== "asa") return [];
  const labels = ["P50", "P90"];
  return waits(model).flatMap((figure, index) =>
    figure === undefined ? [] : [{ label: labels[index] ?? "", figure }],
  );
}

/** Good or bad by what is better for the metric; what is neither has no tone. */
export function toneOf(track: Track | undefined, change: Change | null): ToldCell["tone"] {
  const better = track?.metric.better ?? "neither";
  if (change === null || better === "neither" || Math.abs(change.by) < 0.0005) return "";
  return change.by > 0 === (better === "higher") ? "good" : "bad";
}

function trendOf(words: Words, track: Track | undefined): ToldTrend | null {
  const values = (track?.days ?? []).map((figure) => figure?.value ?? null);
  const known = values.flatMap((value) => (value === null ? [] : [value]));
  if (track === undefined || known.length < 2) return null;
  const most = Math.max(...known);
  return {
    heights: values.map((value) => (value === null ? null : most === 0 ? 0 : value / most)),
    text: words.t("{count} days: {least} to {most}", {
      count: TREND_DAYS,
      least: figureText(words, track.metric.unit, Math.min(...known)),
      most: figureText(words, track.metric.unit, most),
    }),
  };
}

/** A figure of a table and its change against the median, by arrow and sign. */
export function changedCells(model: SummaryModel, track: Track | undefined): ToldCell {
  const { words } = model.ask;
  const change = againstMedian(track);
  if (track === undefined || change === null) return { text: "–", figure: null, tone: "" };
  const text = changeText(words, track.metric.unit, change);
  const figure = { text, id: `${track.metric.id}_change`, value: change.by, unit: track.metric.unit };
  return figureCell(figure, toneOf(track, change));
}
