import type { Words } from "../i18n/words";
import type { SummaryModel } from "./management-summary-model";
import { againstMedian, FEWEST_CONTACTS, isEnough, type Track, valueOf } from "./management-summary-tracks";
import { againstWords, figureText, pointsText } from "./management-summary-words";

export type Verdict = "OK" | "WATCH" | "CRITICAL";

type Fact =
  | "goal_gap"
  | "place_gap"
  | "abandon_rate"
  | "abandon_rise"
  | "misfit"
  | "lacking"
  | "no_data"
  | "new_failures"
  | "new_findings"
  | "alerts";

/** A rule of the verdict: what it looks at, and above what. */
export interface VerdictRule {
  level: Exclude<Verdict, "OK">;
  fact: Fact;
  /** Shares and points as 0…1, else a count. */
  above: number;
  unit: "share" | "points" | "count";
  /** English; `{limit}` is `above` in words. */
  text: string;
}

/** The rules as the footer prints them; the strictest that holds gives the verdict. */
export const VERDICT_RULES: readonly VerdictRule[] = [
  { level: "CRITICAL", fact: "no_data", above: 0, unit: "count", text: "no contact came on a day that is not closed" },
  {
    level: "CRITICAL",
    fact: "goal_gap",
    above: 0.1,
    unit: "points",
    text: "service level more than {limit} below goal",
  },
  { level: "CRITICAL", fact: "abandon_rate", above: 0.1, unit: "share", text: "abandon rate above {limit}" },
  { level: "WATCH", fact: "goal_gap", above: 0, unit: "points", text: "service level below goal" },
  { level: "WATCH", fact: "place_gap", above: 0.1, unit: "points", text: "a queue more than {limit} below its goal" },
  { level: "WATCH", fact: "abandon_rate", above: 0.05, unit: "share", text: "abandon rate above {limit}" },
  {
    level: "WATCH",
    fact: "abandon_rise",
    above: 0.02,
    unit: "points",
    text: "abandon rate more than {limit} above its median",
  },
  { level: "WATCH", fact: "misfit", above: 0.05, unit: "share", text: "more than {limit} of transitions refused" },
  { level: "WATCH", fact: "lacking", above: 0, unit: "count", text: "data not complete" },
  { level: "WATCH", fact: "new_failures", above: 0, unit: "count", text: "a new failure reason" },
  { level: "WATCH", fact: "new_findings", above: 0, unit: "count", text: "a new kind of sequence violation" },
  { level: "WATCH", fact: "alerts", above: 0, unit: "count", text: "an alert that is raised" },
];

export interface Judged {
  verdict: Verdict;
  /** The rules that hold, the strictest first; of one fact only the strictest. */
  held: VerdictRule[];
}

export function judge(model: SummaryModel): Judged {
  const facts = factsOf(model);
  const holding = VERDICT_RULES.filter(({ fact, above }) => (facts[fact] ?? above) > above);
  const held = holding.filter((rule, index) => holding.findIndex(({ fact }) => fact === rule.fact) === index);
  return { verdict: held[0]?.level ?? "OK", held };
}

/** Null where nothing can be said: too few contacts, nothing to compare with. */
function factsOf(model: SummaryModel): Record<Fact, number | null> {
  const { centre, goal_share, places, lacking, failures, findings, alerts } = model;
  const level = centre.get("service_level");
  const gaps = places.filter(isTelephony).flatMap((place) => {
    const gap = gapOf(place.tracks.get("service_level"), place.goal_share);
    return gap === null ? [] : [gap];
  });
  const fitness = valueOf(centre.get("fitness"));
  const came = valueOf(centre.get("offered_visits")) ?? valueOf(centre.get("answered_visits")) ?? 0;
  return {
    goal_gap: gapOf(level, goal_share),
    place_gap: gaps.length === 0 ? null : Math.max(...gaps),
    abandon_rate: enoughOf(centre.get("abandon_rate")),
    abandon_rise: againstMedian(centre.get("abandon_rate"))?.by ?? null,
    misfit: fitness === null ? null : 1 - fitness,
    lacking: lacking.length,
    no_data: came === 0 && (valueOf(centre.get("left_out_visits")) ?? 0) === 0 && !model.is_closed ? 1 : 0,
    new_failures: (failures ?? []).filter(({ is_new }) => is_new).length,
    new_findings: findings.filter(({ is_new }) => is_new).length,
    alerts: alerts.filter(({ change }) => change !== "resolved").length,
  };
}

export function isTelephony({ channel_type }: { channel_type: string | null }): boolean {
  return channel_type === "telephony";
}

function enoughOf(track: Track | undefined): number | null {
  const now = track?.now ?? null;
  return isEnough(now) ? now.value : null;
}

/** How far below its goal a service level is, as 0…1; below zero where it is reached. */
export function gapOf(track: Track | undefined, goal: number | null): number | null {
  const level = enoughOf(track);
  return level === null || goal === null ? null : goal - level;
}

export function ruleText(words: Words, { level, text, above, unit }: VerdictRule): string {
  const limit = unit === "points" ? pointsText(words, above) : figureText(words, unit, above);
  return `${verdictWord(words, level)}: ${words.t(text, { limit })}`;
}

export function verdictWord({ t }: Words, verdict: Verdict): string {
  return t(verdict);
}

/** What moved most against its median, in one sentence; where nothing can be compared, why. */
export function moverSentence(model: SummaryModel): string {
  const { words } = model.ask;
  const centre = scopeMoves(words.t("All calls"), model.centre);
  const places = model.places.filter(isTelephony).flatMap(({ name, tracks }) => scopeMoves(name, tracks));
  const [biggest] = [...centre, ...places].toSorted((a, b) => Math.abs(b.change.by) - Math.abs(a.change.by));
  if (biggest === undefined) {
    return words.t("Nothing to compare with: fewer than {count} contacts now or in the periods before.", {
      count: FEWEST_CONTACTS,
    });
  }
  const { name, track, change } = biggest;
  return words.t("Biggest mover: {name}, {figure} {value}: {change}.", {
    name,
    figure: track.metric.names[words.language],
    value: figureText(words, track.metric.unit, valueOf(track)),
    change: againstWords(words, model.kind, track.metric.unit, change, true),
  });
}

/** Rates only: their points can be compared with each other. */
function scopeMoves(name: string, tracks: ReadonlyMap<string, Track>) {
  return ["service_level", "abandon_rate"].flatMap((id) => {
    const track = tracks.get(id);
    const change = againstMedian(track);
    return track === undefined || change === null ? [] : [{ name, track, change }];
  });
}
