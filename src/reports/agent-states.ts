import { HOUR } from "../base/days";
import type { Words } from "../i18n/words";
import { type AgentStates, readAgents, readKinds, sharesOf, type StateKind, sumSpells } from "./agent-states-data";
import { beginDay, dayPictures, drawAgent, type Pictures, rangePictures } from "./agent-states-days";
import { agentFigures } from "./agent-states-figures";
import { beginList, finishList, listStays } from "./agent-states-list";
import { staysByAgent } from "./agent-states-stays";
import { agentTables, idleTables, signedIn, teamTable } from "./agent-states-tables";
import type { Ask, Report, ReportContent } from "./report";
import { shareOf } from "./units";

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
  const { words } = ask;
  const kinds = await readKinds(ask);
  const agents = await readAgents(ask);
  const count = [...sumSpells(agents).values()].reduce((sum, { stay_count }) => sum + stay_count, 0);
  const isDay = ask.period.from === ask.period.to;
  const isListed = count <= STAYS_LISTED;
  const day = isDay ? beginDay(ask, kinds, agents) : null;
  const list = isListed ? beginList(ask) : null;
  if (day !== null || list !== null) {
    for await (const { agent, stays } of staysByAgent(ask, agents)) {
      if (day !== null) drawAgent(words, day, kinds, agent, stays);
      if (list !== null) listStays(list, agent, stays);
    }
  }
  if (list !== null) finishList(list, agents);
  const pictures: Pictures =
    day === null ? await rangePictures(ask, kinds, agents) : dayPictures(ask, kinds, agents, day);
  const table = agentTables(ask, kinds, agents);
  const idle = idleTables(ask, agents);
  return {
    summary: summaryOf(words, kinds, agents),
    page: {
      ...pictures,
      is_channel_view: ask.view === "channel",
      unlisted: isListed
        ? ""
        : words.t(
            "{count} stays are too many for one CSV file: ask for fewer days, or use the command export agent-activities.",
            { count },
          ),
      cards: cardsOf(words, kinds, agents),
      agents: table.page,
      teams_table: teamTable(ask, kinds, agents),
      idle: idle.page,
      idle_by_agent: idle.byAgent,
      definitions: definitionsOf(words, kinds),
    },
    figures: agentFigures(kinds, agents),
    tables: [table.csv, idle.csv, ...(list === null ? [] : [list.table])],
  };
}

function summaryOf(words: Words, kinds: readonly StateKind[], agents: readonly AgentStates[]): string {
  const shares = sharesOf(kinds, sumSpells(agents), signedIn(agents));
  const missed = sumSpells(agents).get("not-responding")?.stay_count ?? 0;
  return words.many(
    peopleOf(agents),
    "{count} agent, {time} signed in, occupancy {occupancy}, utilisation {utilisation}, not responding {missed}",
    "{count} agents, {time} signed in, occupancy {occupancy}, utilisation {utilisation}, not responding {missed}",
    {
      time: words.duration(shares.signed_in_ms),
      occupancy: words.share(shares.occupancy_share),
      utilisation: words.share(shares.utilisation_share),
      missed: words.many(missed, "{count} time", "{count} times"),
    },
  );
}

function cardsOf(
  words: Words,
  kinds: readonly StateKind[],
  agents: readonly AgentStates[],
): { label: string; value: string; note: string }[] {
  const { t } = words;
  const spells = sumSpells(agents);
  const shares = sharesOf(kinds, spells, signedIn(agents));
  const timeIn = (kind: string): number => spells.get(kind)?.stay_ms ?? 0;
  const ofSignedIn = (kind: string): string =>
    t("{share} of signed-in time", { share: words.share(shareOf(timeIn(kind), shares.signed_in_ms)) });
  const missed = agents.filter((agent) => agent.spells.has("not-responding"));
  const open = agents.filter(({ is_open }) => is_open === 1);
  const codes = [...sumSpells(agents, "idle")]
    .filter(([code]) => code !== "")
    .sort(([, a], [, b]) => b.stay_ms - a.stay_ms);
  return [
    {
      label: t("Agents"),
      value: words.count(peopleOf(agents)),
      note: t("signed in during the period; {count} still are", { count: peopleOf(open) }),
    },
    {
      label: t("Signed in"),
      value: hoursOf(words, shares.signed_in_ms),
      note: t("all agents together; unknown {share}", { share: words.share(shares.unknown_share) }),
    },
    {
      label: t("Occupancy"),
      value: words.share(shares.occupancy_share),
      note: t("of the time with a contact or waiting for one"),
    },
    {
      label: t("Utilisation"),
      value: words.share(shares.utilisation_share),
      note: t("of signed-in time, ringing included"),
    },
    {
      label: t("Idle"),
      value: hoursOf(words, timeIn("idle")),
      note: `${ofSignedIn("idle")}${codes[0] === undefined ? "" : t("; most: {code}", { code: codes[0][0] })}`,
    },
    {
      label: t("Not responding (RONA)"),
      value: words.count(spells.get("not-responding")?.stay_count ?? 0),
      note: `${words.duration(timeIn("not-responding"))}; ${words.many(peopleOf(missed), "{count} agent", "{count} agents")}`,
    },
  ];
}

function definitionsOf({ t }: Words, kinds: readonly StateKind[]): { name: string; id: string; text: string }[] {
  const list = (flag: "is_occupied" | "is_available" | "is_utilised"): string =>
    kinds
      .filter((kind) => kind[flag] === 1)
      .map(({ label }) => label)
      .join(" + ");
  return [
    {
      name: t("Occupancy"),
      id: "occupancy",
      text: t("({occupied}) / (that + {available}). Ringing, not responding and unknown are in neither.", {
        occupied: list("is_occupied"),
        available: list("is_available"),
      }),
    },
    {
      name: t("Utilisation"),
      id: "utilisation",
      text: t("({utilised}) / signed-in time.", { utilised: list("is_utilised") }),
    },
    {
      name: t("One clock per person"),
      id: "person",
      text: t(
        "An agent has several channels at once. At every instant the agent is in the first of these states that any channel is in: {states}. So the states add up exactly to the signed-in time, the union of the agent's sessions.",
        { states: kinds.map(({ label }) => label).join(", ") },
      ),
    },
    {
      name: t("Times"),
      id: "times",
      text: t("Unbroken stretches in one state, those begun before the period included."),
    },
    {
      name: t("Cut"),
      id: "",
      text: t(
        "Time is cut at the period's local midnights. Whoever is still signed in is counted up to the newest event loaded. A session that was open for so long that its end was probably lost is counted up to the last that is known of it.",
      ),
    },
    {
      name: t("Unknown"),
      id: "unknown",
      text: t(
        "Signed in, but no state was delivered for the time, or one nobody knows. Sessions delivered without activities are unknown throughout.",
      ),
    },
  ];
}

/** A sum for a card: beyond a hundred hours nobody reads seconds. */
function hoursOf(words: Words, ms: number): string {
  return ms < 100 * HOUR ? words.duration(ms) : words.t("{count} h", { count: Math.round(ms / HOUR) });
}

function peopleOf(agents: readonly AgentStates[]): number {
  return new Set(agents.map(({ agent_key }) => agent_key)).size;
}
