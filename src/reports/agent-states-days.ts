import { HOUR, intervalMarks, localTime, MINUTE } from "../base/days";
import type { Words } from "../i18n/words";
import { type AgentStates, cutOf, grouped, readDays, type StateKind } from "./agent-states-data";
import {
  type Axis,
  axisOf,
  hourLines,
  legendSwatch,
  stateBar,
  type StateColumn,
  stateColumns,
  strip,
} from "./agent-states-drawings";
import type { Stay } from "./agent-states-stays";
import { signedIn } from "./agent-states-tables";
import type { Markup } from "./markup";
import type { Ask } from "./report";
import { shareOf } from "./units";

/** The pictures of the page: the whole centre over time, and a strip or bar for every agent. */
export interface Pictures {
  chart: { title: string; drawing: Markup };
  legend: { label: string; drawing: Markup }[];
  strips_title: string;
  strips_note: string;
  hours: { label: string; left: string; is_odd: boolean }[];
  hour_lines: Markup | null;
  teams: { team: string; strips: { agent: string; drawing: Markup; figures: string }[] }[];
}

const COLUMN_MS = 15 * MINUTE;
/** Half an hour of ringing without an answer is seldom: a strip says in words only what fills at least this much of it. */
const TOLD_SHARE = 0.005;

/** A day that is being drawn, agent by agent. */
export interface DayDrawing {
  /** Full hours of the local clock. */
  marks: number[];
  axis: Axis;
  strips: Map<AgentStates, Markup>;
  /** Time of all agents in each state, for each column of the chart. */
  columns: number[][];
}

/** An empty drawing of one day. */
export function beginDay(ask: Ask, kinds: readonly StateKind[], agents: readonly AgentStates[]): DayDrawing {
  const marks = hoursOf(ask, agents);
  const axis = axisOf(marks.at(0) ?? ask.period.starts_at_ms, marks.at(-1) ?? ask.period.ends_at_ms, agents.length);
  const length = Math.ceil((axis.ends_at_ms - axis.starts_at_ms) / COLUMN_MS);
  return { marks, axis, strips: new Map(), columns: Array.from({ length }, () => kinds.map(() => 0)) };
}

/** Draws one agent's strip, and adds the agent's time to the chart of the centre. */
export function drawAgent(
  words: Words,
  { axis, strips, columns }: DayDrawing,
  kinds: readonly StateKind[],
  agent: AgentStates,
  stays: readonly Stay[],
): void {
  const names = kinds.map(({ kind }) => kind);
  strips.set(agent, strip(axis, names, stays, inWords(words, kinds, agent)));
  for (const stay of stays) {
    const place = names.indexOf(stay.kind);
    if (place < 0) continue;
    const [from, to] = [stay.started_at_ms - axis.starts_at_ms, stay.ended_at_ms - axis.starts_at_ms];
    for (let column = Math.floor(from / COLUMN_MS); column * COLUMN_MS < to; column++) {
      const sums = columns[column] ?? [];
      sums[place] = (sums[place] ?? 0) + Math.min(to, (column + 1) * COLUMN_MS) - Math.max(from, column * COLUMN_MS);
    }
  }
}

/** The pictures of one day: strips on the local clock. */
export function dayPictures(
  ask: Ask,
  kinds: readonly StateKind[],
  agents: readonly AgentStates[],
  { marks, axis, strips, columns }: DayDrawing,
): Pictures {
  const { words } = ask;
  const names = kinds.map(({ kind }) => kind);
  const length = axis.ends_at_ms - axis.starts_at_ms;
  return {
    chart: dayChart(ask, kinds, axis, columns),
    legend: legendOf(kinds, agents),
    strips_title: words.t("Everyone's day"),
    strips_note: stripsNote(ask, axis),
    hours: marks.map((at, index) => ({
      label: localTime(ask.config.zone, at, "HH"),
      left: `${Math.round(((at - axis.starts_at_ms) / length) * 10_000) / 100}%`,
      is_odd: index % 2 === 1,
    })),
    hour_lines: hourLines(axis, marks),
    teams: teamsOf(words, agents, (agent) => strips.get(agent) ?? strip(axis, names, [], inWords(words, kinds, agent))),
  };
}

function stripsNote({ config, words }: Ask, axis: Axis): string {
  return words.many(
    axis.piece_ms / MINUTE,
    "One row per agent, on the local clock ({zone}). Full height: at work with a contact. Half: available. Low: idle. A red tick above: an offer the agent let ring. Pieces of {count} minute show the state that fills most of them; the tables and the CSV files are exact.",
    "One row per agent, on the local clock ({zone}). Full height: at work with a contact. Half: available. Low: idle. A red tick above: an offer the agent let ring. Pieces of {count} minutes show the state that fills most of them; the tables and the CSV files are exact.",
    { zone: config.zone },
  );
}

/** The pictures of several days: each day of the centre, and one bar per agent. */
export async function rangePictures(
  ask: Ask,
  kinds: readonly StateKind[],
  agents: readonly AgentStates[],
): Promise<Pictures> {
  const { words } = ask;
  const longest = agents.reduce((max, agent) => Math.max(max, agent.signed_in_ms), 0);
  const names = kinds.map(({ kind }) => kind);
  return {
    chart: rangeChart(words, kinds, await readDays(ask)),
    legend: legendOf(kinds, agents),
    strips_title: words.t("Everyone's time"),
    strips_note: words.t(
      "One bar per agent: how the signed-in time was spent, all days together. The longer the bar, the longer the agent was signed in.",
    ),
    hours: [],
    hour_lines: null,
    teams: teamsOf(words, agents, (agent) => stateBar(names, agent.spells, longest, inWords(words, kinds, agent))),
  };
}

/** Full hours of the local clock around all that happened, first and last included; 23 or 25 apart on some days. */
function hoursOf(ask: Ask, agents: readonly AgentStates[]): number[] {
  const marks = intervalMarks(ask.config.zone, ask.period.from, ask.period.to, 60);
  const first = agents.reduce((min, agent) => Math.min(min, agent.first_at_ms), cutOf(ask));
  const last = agents.reduce((max, agent) => Math.max(max, agent.last_at_ms), first);
  const shown = marks.filter((mark, index) => (marks[index + 1] ?? mark) > first && (marks[index - 1] ?? mark) < last);
  return shown.length > 1 ? shown : marks;
}

function dayChart(
  ask: Ask,
  kinds: readonly StateKind[],
  axis: Axis,
  sums: readonly (readonly number[])[],
): Pictures["chart"] {
  const columns = sums.map((values, index): StateColumn => {
    const at = axis.starts_at_ms + index * COLUMN_MS;
    const means = values.map((ms) => ms / COLUMN_MS);
    const clock = localTime(ask.config.zone, at, "HH:mm");
    const isHour = (at - axis.starts_at_ms) % HOUR === 0;
    return { label: isHour ? clock : "", title: `${clock}: ${meansInWords(ask.words, kinds, means)}`, values: means };
  });
  const { t } = ask.words;
  const isPerson = ask.view === "person";
  const title = t(isPerson ? "How many agents were in which state" : "How many channels were in which state");
  return {
    title,
    drawing: stateColumns(
      kinds.map(({ kind }) => kind),
      columns,
      title,
      t(isPerson ? "agents, mean of each quarter of an hour" : "channels, mean of each quarter of an hour"),
    ),
  };
}

function rangeChart(
  words: Words,
  kinds: readonly StateKind[],
  rows: readonly { day: string; kind: string; stay_ms: number }[],
): Pictures["chart"] {
  const days = grouped(rows, ({ day }) => day);
  const every = Math.ceil(days.size / 14);
  const columns = [...days].map(([day, own], index): StateColumn => {
    const hours = kinds.map(({ kind }) => (own.find((row) => row.kind === kind)?.stay_ms ?? 0) / HOUR);
    return {
      label: index % every === 0 ? day.slice(5) : "",
      title: words.t("{day}, hours: {states}", { day, states: meansInWords(words, kinds, hours) }),
      values: hours,
    };
  });
  const title = words.t("How the signed-in time was spent, day by day");
  return {
    title,
    drawing: stateColumns(
      kinds.map(({ kind }) => kind),
      columns,
      title,
      words.t("hours, all agents together"),
    ),
  };
}

function meansInWords({ t }: Words, kinds: readonly StateKind[], values: readonly number[]): string {
  const told = kinds.flatMap(({ label }, index) =>
    (values[index] ?? 0) < 0.05 ? [] : [`${label} ${(values[index] ?? 0).toFixed(1)}`],
  );
  return told.length > 0 ? told.join(", ") : t("nobody");
}

function legendOf(kinds: readonly StateKind[], agents: readonly AgentStates[]): Pictures["legend"] {
  const used = kinds.filter(({ kind }) => agents.some(({ spells }) => spells.has(kind)));
  return used.map(({ kind, label }) => ({ label, drawing: legendSwatch(kind) }));
}

function teamsOf(
  words: Words,
  agents: readonly AgentStates[],
  draw: (agent: AgentStates) => Markup,
): Pictures["teams"] {
  return [...grouped(agents, ({ team }) => team)].map(([team, own]) => ({
    team: words.many(
      new Set(own.map(({ agent_key }) => agent_key)).size,
      "{team}: {count} agent, signed in {time}",
      "{team}: {count} agents, signed in {time}",
      { team: team || words.t("No team known"), time: words.duration(signedIn(own)) },
    ),
    strips: own.map((agent) => ({
      agent: agent.channel_type === "" ? agent.agent : `${agent.agent}, ${words.name("channel", agent.channel_type)}`,
      drawing: draw(agent),
      figures: words.duration(agent.signed_in_ms),
    })),
  }));
}

/** What a strip shows, for those who cannot see it. */
function inWords(words: Words, kinds: readonly StateKind[], agent: AgentStates): string {
  const told = kinds.flatMap(({ kind, label }) => {
    const ms = agent.spells.get(kind)?.stay_ms ?? 0;
    const share = shareOf(ms, agent.signed_in_ms);
    return share === null || share < TOLD_SHARE ? [] : [`${label} ${words.duration(ms)} (${words.share(share)})`];
  });
  return words.t("{agent}: signed in {time}: {states}", {
    agent: agent.agent,
    time: words.duration(agent.signed_in_ms),
    states: told.join(", "),
  });
}
