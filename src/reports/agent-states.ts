import { HOUR } from "../base/days";
import { type AgentStates, readAgents, readKinds, sharesOf, type StateKind, sumSpells } from "./agent-states-data";
import { beginDay, dayPictures, drawAgent, type Pictures, rangePictures } from "./agent-states-days";
import { agentFigures } from "./agent-states-figures";
import { beginList, finishList, listStays } from "./agent-states-list";
import { staysByAgent } from "./agent-states-stays";
import { agentTables, idleTables, signedIn, teamTable } from "./agent-states-tables";
import type { Ask, Report, ReportContent } from "./report";
import { formatCount, formatDuration, formatMany, formatShare, shareOf } from "./units";

export const agentStates: Report = {
  name: "agent-states",
  title: "Agent states",
  question: "Who was there, and how was the time spent?",
  has_views: true,
  gather,
};

/** More stays than a file of one report should hold; the tables stay complete, and `export agent-activities` has them all. */
const STAYS_LISTED = 300_000;

async function gather(ask: Ask): Promise<ReportContent> {
  const kinds = await readKinds(ask);
  const agents = await readAgents(ask);
  const count = [...sumSpells(agents).values()].reduce((sum, { stay_count }) => sum + stay_count, 0);
  const isDay = ask.period.from === ask.period.to;
  const isListed = count <= STAYS_LISTED;
  const day = isDay ? beginDay(ask, kinds, agents) : null;
  const list = isListed ? beginList(ask) : null;
  if (day !== null || list !== null) {
    for await (const { agent, stays } of staysByAgent(ask, agents)) {
      if (day !== null) drawAgent(day, kinds, agent, stays);
      if (list !== null) listStays(list, agent, stays);
    }
  }
  if (list !== null) finishList(list, agents);
  const pictures: Pictures =
    day === null ? await rangePictures(ask, kinds, agents) : dayPictures(ask, kinds, agents, day);
  const table = agentTables(ask, kinds, agents);
  const idle = idleTables(ask, agents);
  return {
    summary: summaryOf(kinds, agents),
    page: {
      ...pictures,
      is_channel_view: ask.view === "channel",
      unlisted: isListed
        ? ""
        : `${formatCount(count)} stays are too many for one CSV file: ask for fewer days, or use the command export agent-activities.`,
      cards: cardsOf(kinds, agents),
      agents: table.page,
      teams_table: teamTable(ask, kinds, agents),
      idle: idle.page,
      idle_by_agent: idle.byAgent,
      definitions: definitionsOf(kinds),
    },
    figures: agentFigures(kinds, agents),
    tables: [table.csv, idle.csv, ...(list === null ? [] : [list.table])],
  };
}

function summaryOf(kinds: readonly StateKind[], agents: readonly AgentStates[]): string {
  const shares = sharesOf(kinds, sumSpells(agents), signedIn(agents));
  const missed = sumSpells(agents).get("not-responding")?.stay_count ?? 0;
  return `${formatMany(peopleOf(agents), "agent")}, ${formatDuration(shares.signed_in_ms)} signed in, occupancy ${formatShare(shares.occupancy_share)}, utilisation ${formatShare(shares.utilisation_share)}, not responding ${formatMany(missed, "time")}`;
}

function cardsOf(
  kinds: readonly StateKind[],
  agents: readonly AgentStates[],
): { label: string; value: string; note: string }[] {
  const spells = sumSpells(agents);
  const shares = sharesOf(kinds, spells, signedIn(agents));
  const timeIn = (kind: string): number => spells.get(kind)?.stay_ms ?? 0;
  const ofSignedIn = (kind: string): string =>
    `${formatShare(shareOf(timeIn(kind), shares.signed_in_ms))} of signed-in time`;
  const missed = agents.filter((agent) => agent.spells.has("not-responding"));
  const open = agents.filter(({ is_open }) => is_open === 1);
  const codes = [...sumSpells(agents, "idle")]
    .filter(([code]) => code !== "")
    .sort(([, a], [, b]) => b.stay_ms - a.stay_ms);
  return [
    {
      label: "Agents",
      value: formatCount(peopleOf(agents)),
      note: `signed in during the period; ${formatCount(peopleOf(open))} still are`,
    },
    {
      label: "Signed in",
      value: hoursOf(shares.signed_in_ms),
      note: `all agents together; unknown ${formatShare(shares.unknown_share)}`,
    },
    {
      label: "Occupancy",
      value: formatShare(shares.occupancy_share),
      note: "of the time with a contact or waiting for one",
    },
    { label: "Utilisation", value: formatShare(shares.utilisation_share), note: "of signed-in time, ringing included" },
    {
      label: "Idle",
      value: hoursOf(timeIn("idle")),
      note: `${ofSignedIn("idle")}${codes[0] === undefined ? "" : `; most: ${codes[0][0]}`}`,
    },
    {
      label: "Not responding (RONA)",
      value: formatCount(spells.get("not-responding")?.stay_count ?? 0),
      note: `${formatDuration(timeIn("not-responding"))}; ${formatMany(peopleOf(missed), "agent")}`,
    },
  ];
}

function definitionsOf(kinds: readonly StateKind[]): { name: string; id: string; text: string }[] {
  const list = (flag: "is_occupied" | "is_available" | "is_utilised"): string =>
    kinds
      .filter((kind) => kind[flag] === 1)
      .map(({ label }) => label)
      .join(" + ");
  return [
    {
      name: "Occupancy",
      id: "occupancy",
      text: `(${list("is_occupied")}) / (that + ${list("is_available")}). Ringing, not responding and unknown are in neither.`,
    },
    { name: "Utilisation", id: "utilisation", text: `(${list("is_utilised")}) / signed-in time.` },
    {
      name: "One clock per person",
      id: "person",
      text: `An agent has several channels at once. At every instant the agent is in the first of these states that any channel is in: ${kinds.map(({ label }) => label).join(", ")}. So the states add up exactly to the signed-in time, the union of the agent's sessions.`,
    },
    { name: "Times", id: "times", text: "Unbroken stretches in one state, those begun before the period included." },
    {
      name: "Cut",
      id: "",
      text: "Time is cut at the period's local midnights. Whoever is still signed in is counted up to the newest event loaded. A session that was open for so long that its end was probably lost is counted up to the last that is known of it.",
    },
    {
      name: "Unknown",
      id: "unknown",
      text: "Signed in, but no state was delivered for the time, or one nobody knows. Sessions delivered without activities are unknown throughout.",
    },
  ];
}

/** A sum for a card: beyond a hundred hours nobody reads seconds. */
function hoursOf(ms: number): string {
  return ms < 100 * HOUR ? formatDuration(ms) : `${formatCount(Math.round(ms / HOUR))} h`;
}

function peopleOf(agents: readonly AgentStates[]): number {
  return new Set(agents.map(({ agent_key }) => agent_key)).size;
}
