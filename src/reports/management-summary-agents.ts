import { metrics } from "../metrics/catalogue";
import type { Figure } from "../metrics/figure";
import { measure } from "../metrics/measure";
import { agentPlaces, callPlaces, type SummaryAsk } from "./management-summary-ask";
import { basicAsk, isAskable, isHeadline } from "./management-summary-tracks";
import { grouped } from "./page";

/** Of the person's one clock, in the order they are told. */
export const TIMES = [
  "signed_in_time",
  "connected_time",
  "conference_time",
  "consult_time",
  "hold_time",
  "transfer_time",
  "wrapup_time",
  "ringing_time",
  "not_responding_time",
  "available_time",
  "engaged_time",
  "idle_time",
  "unknown_time",
] as const;

/** Offers, and by whom they failed: the agent by ringing out or declining, or the system. */
export const OFFERS = ["offers", "rona_offers", "declined_offers", "system_failed_offers"] as const;

/** Of an agent's time, and of the calls they were offered. */
const OF_SEAT = ["signed_in_time", "occupancy"];
const OF_CALLS = ["aht", ...OFFERS];

export interface Agents {
  /** By metric; none where the scope has only queues, in which no agent sits. */
  times: ReadonlyMap<string, Figure>;
  offers: ReadonlyMap<string, Figure>;
  /** Each agent with their figures, those who let most offers pass first; null where the reader may not see them. */
  list: Agent[] | null;
}

export interface Agent {
  /** The name, or the id where the reader may see no more. */
  shown: string;
  figures: ReadonlyMap<string, Figure>;
}

export async function readAgents(ask: SummaryAsk): Promise<Agents> {
  const seats = agentPlaces(ask);
  const times = seats === null ? [] : await figuresOf(ask, TIMES, "all", seats);
  const offers = await figuresOf(ask, OFFERS, "all", callPlaces(ask));
  return {
    times: byMetric(times),
    offers: byMetric(offers),
    list: ask.tier === "aggregates" ? null : await readList(ask),
  };
}

async function readList(ask: SummaryAsk): Promise<Agent[]> {
  const seats = agentPlaces(ask);
  const times = seats === null ? [] : await figuresOf(ask, OF_SEAT, "agent", seats);
  const calls = await figuresOf(ask, OF_CALLS, "agent", callPlaces(ask));
  const named = [...times, ...calls].filter(({ scope_id, entered_count }) => scope_id !== "" && entered_count > 0);
  const agents = Array.from(
    grouped(named, ({ scope_id }) => scope_id),
    ([id, figures]) => {
      const name = figures.find(({ scope_name }) => scope_name !== null && scope_name !== id)?.scope_name ?? id;
      return { id, shown: ask.tier === "full" ? (ask.mask.name(name) ?? id) : id, figures: byMetric(figures) };
    },
  );
  const passed = ({ figures }: Agent): number =>
    (figures.get("rona_offers")?.value ?? 0) + (figures.get("declined_offers")?.value ?? 0);
  return agents.toSorted((a, b) => passed(b) - passed(a) || (a.id < b.id ? -1 : 1));
}

async function figuresOf(
  ask: SummaryAsk,
  ids: readonly string[],
  dimension: "all" | "agent",
  within: ReturnType<typeof callPlaces>,
): Promise<Figure[]> {
  const wanted = metrics().filter((metric) => ids.includes(metric.id) && isAskable(metric, dimension, within));
  if (wanted.length === 0) return [];
  const figures = await measure(ask.db, wanted, { ...basicAsk(ask, within), dimension });
  return figures.filter(isHeadline);
}

function byMetric(figures: readonly Figure[]): Map<string, Figure> {
  return new Map(figures.map((figure) => [figure.metric_id, figure]));
}
