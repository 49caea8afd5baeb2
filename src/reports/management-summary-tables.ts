import { metricOf } from "../metrics/catalogue";
import type { Unit } from "../metrics/figure";
import { OFFERS, TIMES } from "./management-summary-agents";
import { changedCells, toldFigure } from "./management-summary-cards";
import type { Kind } from "./management-summary-kinds";
import type { PlaceRow, SummaryModel } from "./management-summary-model";
import { figureCell, type ToldCell, type ToldFigure, type ToldTable, wordCell } from "./management-summary-told";
import { gapOf } from "./management-summary-verdict";
import { FEWEST_CONTACTS, valueOf } from "./management-summary-tracks";
import { figureText } from "./management-summary-words";

/** So many rows a block shows; the rest is only counted, and stands in summary.csv. */
const PLACES_SHOWN = 15;
const AGENTS_SHOWN = 10;
const KINDS_SHOWN = 6;

/** A table, and all of its rows for the CSV file. */
export interface Tables {
  shown: ToldTable;
  all: ToldTable;
}

/** Queues, or where the scope has none teams or sites: what lies furthest below its goal first. */
export function placeTables(model: SummaryModel): Tables {
  const { words } = model.ask;
  const { t } = words;
  const isQueue = model.place_kind === "queue";
  const name = { queue: t("Queue"), team: t("Team"), site: t("Site") }[model.place_kind];
  const heads = isQueue
    ? [name, t("Offered"), t("Service level / goal"), t("against median"), t("Abandon rate")]
    : [name, t("Answered"), t("ASA"), t("P90 wait"), t("AHT")];
  const rows = model.places
    .toSorted(worstFirst)
    .map((place) => (isQueue ? queueRow(model, place) : seatRow(model, place)));
  return cut(t("{name}, worst first", { name }), heads, rows, PLACES_SHOWN, model);
}

function queueRow(model: SummaryModel, place: PlaceRow): ToldCell[] {
  const { words } = model.ask;
  const level = place.tracks.get("service_level");
  const told = (id: string): ToldFigure => toldFigure(words, place.tracks.get(id), id);
  const { goal_share: goal } = place;
  const now = valueOf(level);
  const isReached = now !== null && goal !== null && now >= goal;
  const mark = now === null || goal === null ? "" : `${isReached ? "▲" : "▼"} / ${words.share(goal)}`;
  return [
    wordCell(placeName(model, place)),
    figureCell(told("offered_visits")),
    figureCell(told("service_level"), mark === "" ? "" : isReached ? "good" : "bad", mark),
    changedCells(model, level),
    figureCell(told("abandon_rate")),
  ];
}

function seatRow(model: SummaryModel, place: PlaceRow): ToldCell[] {
  const told = ["answered_visits", "asa", "p90_wait", "aht"].map((id) =>
    figureCell(toldFigure(model.ask.words, place.tracks.get(id), id)),
  );
  return [wordCell(placeName(model, place)), ...told];
}

function placeName({ ask: { words } }: SummaryModel, { name, channel_type }: PlaceRow): string {
  const shown = name === "" ? words.t("not told") : name;
  return channel_type === null || channel_type === "telephony"
    ? shown
    : `${shown} (${words.name("channel", channel_type)})`;
}

function worstFirst(a: PlaceRow, b: PlaceRow): number {
  const gap = ({ tracks, goal_share }: PlaceRow): number => gapOf(tracks.get("service_level"), goal_share) ?? -1;
  const of = (place: PlaceRow, id: string): number => valueOf(place.tracks.get(id)) ?? 0;
  return (
    Number(b.channel_type === "telephony") - Number(a.channel_type === "telephony") ||
    gap(b) - gap(a) ||
    of(b, "abandon_rate") - of(a, "abandon_rate") ||
    of(b, "offered_visits") - of(a, "offered_visits") ||
    (a.id < b.id ? -1 : 1)
  );
}

/** Time by state and offers by who let them pass: sums, with each state's part of the signed-in time. */
export function agentTotals(model: SummaryModel): ToldTable[] {
  const { words } = model.ask;
  const { t } = words;
  const { times, offers } = model.agents;
  const all = times.get("signed_in_time")?.value ?? null;
  const told = (id: string, value: number | null, unit: Unit): ToldFigure => ({
    text: figureText(words, unit, value),
    id,
    value,
    unit,
  });
  const part = (value: number | null): number | null => (value === null || !all ? null : value / all);
  const rowOf = (id: string, value: number | null): ToldCell[] => [
    wordCell(metricOf(id).names[words.language]),
    figureCell(told(id, value, "duration")),
    figureCell(told(`${id}_share`, part(value), "share")),
  ];
  const timeRows = TIMES.flatMap((id) => {
    const value = times.get(id)?.value ?? null;
    return value === null || value === 0 ? [] : [rowOf(id, value)];
  });
  const offerRows = OFFERS.flatMap((id) => {
    const figure = offers.get(id);
    return figure === undefined
      ? []
      : [[wordCell(metricOf(id).names[words.language]), figureCell(told(id, figure.value, "count"))]];
  });
  return [
    ...(timeRows.length === 0 ? [] : [tableOf(t("Agents' time"), [t("State"), t("Time"), t("Share")], timeRows)]),
    ...(offerRows.length === 0 ? [] : [tableOf(t("Offers to agents"), [t("Outcome"), t("Offers")], offerRows)]),
  ];
}

/** Agents by id or name, as the reader's tier allows; those who let most offers pass first. */
export function agentTables(model: SummaryModel): Tables | null {
  const { words, tier } = model.ask;
  const { list } = model.agents;
  if (list === null) return null;
  const ids = ["signed_in_time", "occupancy", "aht", "rona_offers", "declined_offers"] as const;
  const units: Record<(typeof ids)[number], Unit> = {
    signed_in_time: "duration",
    occupancy: "share",
    aht: "duration",
    rona_offers: "count",
    declined_offers: "count",
  };
  const heads = [
    words.t(tier === "full" ? "Agent" : "Agent id"),
    ...ids.map((id) => metricOf(id).names[words.language]),
  ];
  const rows = list.map(({ shown, figures }) => [
    wordCell(shown),
    ...ids.map((id) => {
      const value = figures.get(id)?.value ?? null;
      return figureCell({ text: figureText(words, units[id], value), id, value, unit: units[id] });
    }),
  ]);
  return cut(words.t("Agents, most offers let pass first"), heads, rows, AGENTS_SHOWN, model);
}

/** Failure reasons or refused transitions, those that touched most contacts first. */
export function kindTables(model: SummaryModel, caption: string, head: string, kinds: readonly Kind[]): Tables {
  const { words } = model.ask;
  const { t } = words;
  const hasOwners = kinds.some(({ owner }) => owner !== "");
  const heads = [head, t("Contacts"), t("Events"), ...(hasOwners ? [t("Who has to act")] : []), t("Seen since")];
  const count = (id: string, value: number): ToldCell =>
    figureCell({ text: words.count(value), id, value, unit: "count" });
  const rows = kinds.map((kind) => [
    wordCell(kind.title),
    count("contacts", kind.contact_count),
    count("events", kind.count),
    ...(hasOwners ? [wordCell(kind.owner)] : []),
    wordCell(sinceWords(model, kind), kind.is_new ? "bad" : ""),
  ]);
  return cut(caption, heads, rows, KINDS_SHOWN, model);
}

function sinceWords({ ask: { words } }: SummaryModel, { is_new, is_old, first_day }: Kind): string {
  if (is_new) return words.t("NEW");
  const day = words.shortDay(first_day);
  return is_old ? words.t("{day} or before", { day }) : day;
}

function tableOf(caption: string, heads: readonly string[], rows: ToldCell[][], note = ""): ToldTable {
  const numbers = heads.map(
    (_, index) =>
      rows.length > 0 && rows.every((row) => (row[index]?.figure ?? null) !== null || row[index]?.text === "–"),
  );
  return { caption, heads: heads.map((label, index) => ({ label, is_number: numbers[index] ?? false })), rows, note };
}

function cut(caption: string, heads: readonly string[], rows: ToldCell[][], most: number, model: SummaryModel): Tables {
  const { words } = model.ask;
  const left = rows.length - most;
  const note = left > 0 ? words.t("{count} more in summary.csv", { count: left }) : "";
  return { shown: tableOf(caption, heads, rows.slice(0, most), note), all: tableOf(caption, heads, rows) };
}

/** Why a change is missing, where one is. */
export function changeNote({ ask: { words } }: SummaryModel): string {
  return words.t("No change is told where either side has fewer than {count} contacts.", { count: FEWEST_CONTACTS });
}
