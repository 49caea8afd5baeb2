import { daysBetween, intervalMarks, localTime } from "../base/days";
import { isClosedDay } from "../base/schedules";
import { metrics } from "../metrics/catalogue";
import type { Figure } from "../metrics/figure";
import { measure } from "../metrics/measure";
import { type Agents, readAgents } from "./management-summary-agents";
import { type AlertTold, readAlerts } from "./management-summary-alerts";
import { agentPlaces, callPlaces, type SummaryAsk } from "./management-summary-ask";
import { type Kind, readFailureKinds, readSequenceKinds } from "./management-summary-kinds";
import { comparisonOf, type PeriodKind } from "./management-summary-periods";
import {
  basicAsk,
  isAskable,
  isHeadline,
  readTracks,
  type ScopedTracks,
  type Track,
} from "./management-summary-tracks";
import { thresholdsOf } from "./thresholds";

/** Calls: told of queues where the scope has any. */
const OF_CALLS = [
  "offered_visits",
  "service_level",
  "abandon_rate",
  "asa",
  "median_wait",
  "p90_wait",
  "left_out_visits",
  "aht",
  "fitness",
];

const OF_QUEUES = ["offered_visits", "service_level", "abandon_rate"];
const OF_SEATS = ["answered_visits", "asa", "p90_wait", "aht"];

/** A queue, or where the scope has none a team or site. */
export interface PlaceRow {
  /** Id, or the name where there is none. */
  id: string;
  name: string;
  channel_type: string | null;
  goal_share: number | null;
  tracks: ReadonlyMap<string, Track>;
}

/** A half-hour of the day, of several days those with the same clock time together. */
export interface ShapeSlot {
  /** `10:30`. */
  clock: string;
  contact_count: number;
  /** Of the service level; 0 where nothing counts. */
  numerator: number;
  denominator: number;
}

/** Everything a summary tells, before it is told in words: nothing in it lies outside the reader's scope. */
export interface SummaryModel {
  ask: SummaryAsk;
  kind: PeriodKind;
  centre: ReadonlyMap<string, Track>;
  /** Of the service level: the preset, or `mixed` where the queues' formulas differ; empty without queues. */
  formula: string;
  threshold_ms: number | null;
  /** Null where the queues have different goals. */
  goal_share: number | null;
  place_kind: "queue" | "team" | "site";
  places: PlaceRow[];
  shape: ShapeSlot[];
  agents: Agents;
  failures: Kind[] | null;
  findings: Kind[];
  alerts: AlertTold[];
  /** Deliveries that have not come, and hours with far too little; in words. */
  lacking: string[];
  /** All days of the period are closed by the calendar. */
  is_closed: boolean;
}

export async function gatherModel(ask: SummaryAsk): Promise<SummaryModel> {
  const calls = callPlaces(ask);
  const seats = agentPlaces(ask);
  const counted = calls.some(({ kind }) => kind !== "queue") ? [...OF_CALLS, "answered_visits"] : OF_CALLS;
  const headlines = (await readTracks(ask, counted, "all", calls, true)).filter(isHeadline);
  const occupancy = seats === null ? [] : await readTracks(ask, ["occupancy"], "all", seats, true);
  const place_kind = calls[0]?.kind ?? "queue";
  const places = await readPlaces(ask, place_kind);
  const { from, to } = ask.period;
  return {
    ask,
    kind: comparisonOf(from, to).kind,
    centre: new Map([...headlines, ...occupancy].flatMap((scope) => [...scope.tracks].filter(isOwn(scope)))),
    ...rulesOf(ask, places, place_kind),
    place_kind,
    places,
    shape: await readShape(ask),
    agents: await readAgents(ask),
    failures: await readFailureKinds(ask),
    findings: await readSequenceKinds(ask),
    alerts: await readAlerts(ask),
    lacking: [...ask.box.preliminary, ...ask.box.first_gaps, ...ask.box.further_gaps],
    is_closed: daysBetween(from, to).every((day) => isClosedDay(ask.config.calendar, day)),
  };
}

/** Of a scope only the metrics that treat channels as it does. */
function isOwn(scope: ScopedTracks): (entry: [string, Track]) => boolean {
  return ([, { metric }]) => (metric.channels === "together") === (scope.channel_type === null);
}

async function readPlaces(ask: SummaryAsk, kind: SummaryModel["place_kind"]): Promise<PlaceRow[]> {
  const within = callPlaces(ask).filter((place) => place.kind === kind);
  const scopes = await readTracks(ask, kind === "queue" ? OF_QUEUES : OF_SEATS, kind, within);
  return scopes
    .filter(({ tracks }) => ["offered_visits", "answered_visits"].some((id) => (tracks.get(id)?.now?.value ?? 0) > 0))
    .map(({ scope_id, scope_name, channel_type, tracks }) => ({
      id: scope_id,
      name: scope_name ?? scope_id,
      channel_type,
      goal_share:
        kind === "queue" ? thresholdsOf(ask.box.thresholds, scope_id, scope_name).service_level_goal_share : null,
      tracks,
    }));
}

/** Formula, threshold and goal of the telephone queues together, where they agree. */
function rulesOf(
  { box }: SummaryAsk,
  places: readonly PlaceRow[],
  kind: string,
): Pick<SummaryModel, "formula" | "threshold_ms" | "goal_share"> {
  const calls = places.filter(({ channel_type }) => kind === "queue" && channel_type === "telephony");
  const members = calls.map(({ id, name }) => thresholdsOf(box.thresholds, id, name));
  // Without a single call the default is what would have been gone by.
  const own = members.length > 0 || kind !== "queue" ? members : [thresholdsOf(box.thresholds, null, null)];
  const [formula = "", otherFormula] = new Set(own.map((each) => each.formula));
  const [threshold = null, otherThreshold] = new Set(own.map((each) => each.service_level_ms));
  const [goal = null, otherGoal] = new Set(own.map((each) => each.service_level_goal_share));
  return {
    formula: otherFormula === undefined ? formula : "mixed",
    threshold_ms: otherThreshold === undefined ? threshold : null,
    goal_share: otherGoal === undefined ? goal : null,
  };
}

/** Half-hours from the first instant of the local day: 48, on days of the clock change 46 or 50. */
async function readShape(ask: SummaryAsk): Promise<ShapeSlot[]> {
  const { config, db, period } = ask;
  const within = callPlaces(ask);
  const wanted = metrics().filter(
    (metric) =>
      ["offered_visits", "answered_visits", "service_level"].includes(metric.id) && isAskable(metric, "all", within),
  );
  const figures = (await measure(db, wanted, { ...basicAsk(ask, within), slot: 30 })).filter(isHeadline);
  const counted = wanted.some(({ id }) => id === "offered_visits") ? "offered_visits" : "answered_visits";
  const bySlot = new Map(figures.map((figure) => [`${figure.metric_id} ${figure.slot_at_ms}`, figure]));
  const marks = intervalMarks(config.zone, period.from, period.to, 30).slice(0, -1);
  const slots = marks.map((at) =>
    slotOf(localTime(config.zone, at, "HH:mm"), bySlot.get(`${counted} ${at}`), bySlot.get(`service_level ${at}`)),
  );
  return period.from === period.to ? slots : byClock(slots);
}

function slotOf(clock: string, counted: Figure | undefined, level: Figure | undefined): ShapeSlot {
  return {
    clock,
    contact_count: counted?.value ?? 0,
    numerator: level?.numerator ?? 0,
    denominator: level?.denominator ?? 0,
  };
}

function byClock(slots: readonly ShapeSlot[]): ShapeSlot[] {
  const clocks = new Map<string, ShapeSlot>();
  for (const slot of slots) {
    const known = clocks.get(slot.clock);
    if (known === undefined) clocks.set(slot.clock, { ...slot });
    else {
      known.contact_count += slot.contact_count;
      known.numerator += slot.numerator;
      known.denominator += slot.denominator;
    }
  }
  return [...clocks.values()].toSorted((a, b) => (a.clock < b.clock ? -1 : 1));
}
