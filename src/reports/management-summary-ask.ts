import type { Knex } from "knex";
import type { Config } from "../base/config";
import type { Mask } from "../base/mask";
import type { Words } from "../i18n/words";
import type { Place } from "../metrics/placed";
import type { DataBox } from "./data-box";
import type { Period } from "./report";

/** What of agents a reader may see: sums only, their ids, or their names too. */
export type Tier = "aggregates" | "agent-ids" | "full";

/** A figure of an earlier day that was issued and is another now, told in words. */
export interface Restated {
  /** The day or days it is of. */
  period: string;
  figure: string;
  /** `81.2 → 80.9 %`. */
  change: string;
  why: string;
}

/** For whom a summary is, and of what. */
export interface SummaryAsk {
  db: Knex;
  config: Config;
  period: Period;
  words: Words;
  mask: Mask;
  box: DataBox;
  /** The places it may show; empty for everything. */
  places: readonly Place[];
  tier: Tier;
  /** Figures of earlier days that changed; null where nobody keeps what was issued. */
  restated: readonly Restated[] | null;
}

/** The places calls are told of: queues, or else teams and sites. */
export function callPlaces({ places }: Pick<SummaryAsk, "places">): readonly Place[] {
  const queues = places.filter(({ kind }) => kind === "queue");
  return queues.length > 0 ? queues : places;
}

/** The places agents' time is told of: teams and sites; null where there are only queues, which agents do not sit in. */
export function agentPlaces({ places }: Pick<SummaryAsk, "places">): readonly Place[] | null {
  const seats = places.filter(({ kind }) => kind !== "queue");
  return seats.length === 0 && places.length > 0 ? null : seats;
}

export function isWhole({ places }: Pick<SummaryAsk, "places">): boolean {
  return places.length === 0;
}

/** Whether a queue, by id or name, is one the reader may see. */
export function isInScope(
  { places }: Pick<SummaryAsk, "places">,
  kind: Place["kind"],
  ...names: (string | null)[]
): boolean {
  return places.length === 0 || places.some((place) => place.kind === kind && names.includes(place.name));
}

/** The places by name. */
export function scopeWords({ t }: Words, places: readonly Place[]): string {
  if (places.length === 0) return t("whole centre");
  const told = { queue: "queue {name}", team: "team {name}", site: "site {name}" };
  return places.map(({ kind, name }) => t(told[kind], { name })).join(", ");
}
