import { type AgentStates, type Spell, type StateKind, sharesOf, sumSpells } from "./agent-states-data";
import { localTime } from "../base/days";
import type { Words } from "../i18n/words";
import { type Markup, markup } from "./markup";
import type { Ask } from "./report";
import { type Column, type CsvTable, type PageTable, pageTable, type TableRow } from "./table";
import { shareOf } from "./units";

const CODES_SHOWN = 6;

/** Every agent's period: the table of the page and the CSV file, from the same columns. */
export function agentTables(
  ask: Ask,
  kinds: readonly StateKind[],
  agents: readonly AgentStates[],
): { page: PageTable; csv: CsvTable } {
  const { t } = ask.words;
  const used = kindsUsed(kinds, agents);
  const clock = clockOf(ask);
  const rows = agents.map((agent) => agentRow(ask, clock, kinds, agent));
  const total = withMeasures(ask, { agent: t("All agents"), is_total: 1 }, kinds, sumSpells(agents), signedIn(agents));
  const note = t("Time, and below it how often. The detail of every stay is in agent-states-stays.csv.");
  return {
    page: pageTable(t("By agent"), columnsOf(ask, used), rows.length > 0 ? [...rows, total] : [], ask, note),
    csv: { name: "agent-states", columns: columnsOf(ask, kinds), rows },
  };
}

/** The same by team. */
export function teamTable(ask: Ask, kinds: readonly StateKind[], agents: readonly AgentStates[]): PageTable {
  const { t } = ask.words;
  const teams = [...new Set(agents.map(({ team }) => team))];
  const rows = teams.map((team): TableRow => {
    const own = agents.filter((agent) => agent.team === team);
    const people = new Set(own.map(({ agent_key }) => agent_key)).size;
    return withMeasures(
      ask,
      { team: team || t("no team known"), agent_count: people },
      kinds,
      sumSpells(own),
      signedIn(own),
    );
  });
  const columns: Column[] = [
    { key: "team", label: "Team", unit: "text" },
    { key: "agent_count", label: "Agents", unit: "count" },
    ...measureColumns(kindsUsed(kinds, agents)),
  ];
  return pageTable(t("By team"), columns, rows, ask);
}

/** What idle time was spent on: by code, and by agent and code. */
export function idleTables(
  ask: Ask,
  agents: readonly AgentStates[],
): { page: PageTable; byAgent: PageTable; csv: CsvTable } {
  const { t } = ask.words;
  const codes = [...sumSpells(agents, "idle")].sort(([a, x], [b, y]) => y.stay_ms - x.stay_ms || (a < b ? -1 : 1));
  const idleMs = codes.reduce((sum, [, { stay_ms }]) => sum + stay_ms, 0);
  const columns: Column[] = [
    { key: "idle_code", label: "Idle code", unit: "text" },
    { key: "stay_ms", label: "Time", unit: "duration" },
    { key: "share", label: "Of idle time", unit: "share" },
    { key: "stay_count", label: "Times", unit: "count" },
    { key: "agent_count", label: "Agents", unit: "count" },
    { key: "mean_ms", label: "Mean", unit: "duration", hint: "time / times" },
  ];
  const rows = codes.map(([code, spell]) => ({
    idle_code: codeName(ask, code),
    ...spell,
    share: shareOf(spell.stay_ms, idleMs),
    agent_count: agents.filter(({ idle }) => idle.has(code)).length,
    mean_ms: spell.stay_ms / spell.stay_count,
  }));
  return {
    page: pageTable(t("By idle code"), columns, rows, ask),
    ...idleByAgent(
      ask,
      agents,
      codes.map(([code]) => code),
    ),
  };
}

function idleByAgent(
  ask: Ask,
  agents: readonly AgentStates[],
  codes: readonly string[],
): { byAgent: PageTable; csv: CsvTable } {
  const { words } = ask;
  const shown = codes.slice(0, CODES_SHOWN);
  const others = codes.slice(CODES_SHOWN);
  const columns: Column[] = [
    { key: "agent", label: "Agent", unit: "text" },
    ...channelColumns(ask),
    ...shown.map((code, index): Column => ({
      key: `code_${index}`,
      label: codeName(ask, code),
      is_name: true,
      unit: "markup",
    })),
    ...(others.length > 0 ? [othersColumn(words, others.length)] : []),
  ];
  const rows = agents
    .filter(({ idle }) => idle.size > 0)
    .map((agent) => ({
      ...nameCells(agent),
      ...Object.fromEntries(shown.map((code, index) => [`code_${index}`, spellCell(words, agent.idle.get(code))])),
      others: spellCell(words, added(others.flatMap((code) => agent.idle.get(code) ?? []))),
    }));
  const csvRows = agents.flatMap((agent) =>
    [...agent.idle].map(([code, spell]): TableRow => ({ ...nameCells(agent), idle_code: code || null, ...spell })),
  );
  const csvColumns: Column[] = [
    ...nameColumns(ask),
    { key: "idle_code", label: "idle code", unit: "text" },
    { key: "stay_ms", label: "idle", unit: "duration" },
    { key: "stay_count", label: "idle", unit: "count", of: "times" },
  ];
  return {
    byAgent: pageTable(words.t("By agent and idle code"), columns, rows, ask),
    csv: { name: "agent-states-idle", columns: csvColumns, rows: csvRows },
  };
}

function othersColumn(words: Words, count: number): Column {
  return {
    key: "others",
    label: words.many(count, "{count} other code", "{count} other codes"),
    is_name: true,
    unit: "markup",
  };
}

/** The columns that say who: for the CSV files, with the agent's id. */
export function nameColumns(ask: Ask): Column[] {
  return [
    { key: "agent_id", label: "agent id", unit: "text" },
    { key: "agent", label: "agent", unit: "text" },
    { key: "team", label: "team", unit: "text" },
    ...channelColumns(ask),
  ];
}

export function nameCells({ agent_id, agent, team, channel_type }: AgentStates): TableRow {
  return { agent_id, agent, team, channel_type };
}

function channelColumns({ view }: Ask): Column[] {
  return view === "channel" ? [{ key: "channel_type", label: "Channel", unit: "text", names: "channel" }] : [];
}

function columnsOf(ask: Ask, kinds: readonly StateKind[]): Column[] {
  return [
    { key: "agent", label: "Agent", unit: "text" },
    { key: "agent_id", label: "agent id", unit: "text", only: "csv" },
    { key: "team", label: "Team", unit: "text", only: "csv" },
    ...channelColumns(ask),
    { key: "first_in", label: "First in", unit: "text", only: "page", hint: "← signed in since before the period" },
    { key: "last_out", label: "Last out", unit: "text", only: "page", hint: "→ signed in beyond the period" },
    { key: "first_at_ms", label: "first in", unit: "instant", only: "csv" },
    { key: "last_at_ms", label: "last out", unit: "instant", only: "csv" },
    { key: "is_carried_in", label: "signed in since before", unit: "count", only: "csv" },
    { key: "is_carried_out", label: "signed in beyond", unit: "count", only: "csv" },
    { key: "is_open", label: "still signed in", unit: "count", only: "csv" },
    ...measureColumns(kinds),
  ];
}

function measureColumns(kinds: readonly StateKind[]): Column[] {
  return [
    { key: "signed_in_ms", label: "Signed in", unit: "duration" },
    { key: "occupancy_share", label: "Occupancy", unit: "share", hint: "occupied / (occupied + available)" },
    { key: "utilisation_share", label: "Utilisation", unit: "share", hint: "(occupied + ringing) / signed in" },
    ...kinds.flatMap(({ kind, label }): Column[] => [
      { key: `${kind}_cell`, label: capital(label), is_name: true, unit: "markup", only: "page" },
      { key: `${kind}_ms`, label, is_name: true, unit: "duration", only: "csv" },
      { key: `${kind}_count`, label, is_name: true, unit: "count", of: "times", only: "csv" },
    ]),
    {
      key: "unknown_share",
      label: "Unknown share",
      unit: "share",
      hint: "unknown / signed in",
      ...(kinds.some(({ kind }) => kind === "unknown") ? {} : { only: "csv" as const }),
    },
  ];
}

/** Local time to the minute, with the day where there are several. */
function clockOf({ config, period, words }: Ask): (atMs: number) => string {
  return (atMs) => {
    const text = localTime(config.zone, atMs);
    const [date, minute] = [text.slice(0, 10), text.slice(11, 16)];
    if (period.from === period.to) return minute;
    return `${words.shortDay(date)} ${minute}`;
  };
}

function agentRow(
  ask: Ask,
  clock: (atMs: number) => string,
  kinds: readonly StateKind[],
  agent: AgentStates,
): TableRow {
  const { t } = ask.words;
  const row = {
    ...nameCells(agent),
    first_at_ms: agent.first_at_ms,
    last_at_ms: agent.is_open === 1 ? null : agent.last_at_ms,
    first_in: `${agent.is_carried_in === 1 ? "← " : ""}${clock(agent.first_at_ms)}`,
    last_out:
      agent.is_open === 1 ? t("still in") : agent.is_carried_out === 1 ? t("goes on →") : clock(agent.last_at_ms),
    is_carried_in: agent.is_carried_in,
    is_carried_out: agent.is_carried_out,
    is_open: agent.is_open,
  };
  return withMeasures(ask, row, kinds, agent.spells, agent.signed_in_ms);
}

/** Adds the columns of time to a row, in place: a copy of forty cells for every agent takes longer than making them. */
function withMeasures(
  { words }: Ask,
  row: Record<string, unknown>,
  kinds: readonly StateKind[],
  spells: ReadonlyMap<string, Spell>,
  signedInMs: number,
): TableRow {
  Object.assign(row, sharesOf(kinds, spells, signedInMs));
  for (const { kind } of kinds) {
    const spell = spells.get(kind);
    row[`${kind}_cell`] = spellCell(words, spell);
    row[`${kind}_ms`] = spell?.stay_ms ?? 0;
    row[`${kind}_count`] = spell?.stay_count ?? 0;
  }
  return row;
}

const NO_SPELL = markup`<span class="spell none">–</span>`;

/** `1:02:03` over `14×`; a dash where there is nothing. */
function spellCell(words: Words, spell: Spell | undefined): Markup {
  if (spell === undefined || spell.stay_count === 0) return NO_SPELL;
  return markup`<span class="spell">${words.duration(spell.stay_ms)}<small>${words.t("{count}×", { count: spell.stay_count })}</small></span>`;
}

function added(spells: readonly Spell[]): Spell {
  const sum = (key: keyof Spell): number => spells.reduce((total, spell) => total + spell[key], 0);
  return { stay_ms: sum("stay_ms"), stay_count: sum("stay_count") };
}

function kindsUsed(kinds: readonly StateKind[], agents: readonly AgentStates[]): StateKind[] {
  return kinds.filter(({ kind }) => agents.some(({ spells }) => spells.has(kind)));
}

export function signedIn(agents: readonly AgentStates[]): number {
  return agents.reduce((sum, agent) => sum + agent.signed_in_ms, 0);
}

function codeName({ words }: Ask, code: string): string {
  return code === "" ? words.t("no code") : code;
}

export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
