import { join } from "node:path";
import { type Bindings, readSql, selectRows } from "../db/sql";
import type { Words } from "../i18n/words";
import type { Ask } from "./report";
import { shareOf } from "./units";

/** A kind of state, the strongest first, and what it counts towards. */
export interface StateKind {
  kind: string;
  label: string;
  is_occupied: number;
  is_available: number;
  is_utilised: number;
}

export interface Agent {
  agent_key: number;
  agent_id: string;
  /** Masked as the configuration says; the id where nobody named the agent. */
  agent: string;
  team: string;
}

/** Time and number of stays, in one state or with one idle code. */
export interface Spell {
  stay_ms: number;
  stay_count: number;
}

/** One agent's period; in the channel view that of its channels of one type, whose times are added. */
export interface AgentStates extends Agent {
  channel_type: string;
  first_at_ms: number;
  last_at_ms: number;
  is_carried_in: number;
  is_carried_out: number;
  is_open: number;
  signed_in_ms: number;
  spells: Map<string, Spell>;
  /** By idle code; the empty text is idle without a code. */
  idle: Map<string, Spell>;
}

export interface StateShares {
  signed_in_ms: number;
  occupancy_share: number | null;
  utilisation_share: number | null;
  unknown_share: number | null;
}

interface TotalRow extends Spell {
  agent_key: number;
  channel_type: string;
  kind: string;
  idle_code: string | null;
  first_at_ms: number;
  last_at_ms: number;
  is_carried_in: number;
  is_carried_out: number;
  is_open: number;
}

/** The kinds of states that take time, the strongest first. */
export async function readKinds({ db, words }: Ask): Promise<StateKind[]> {
  const rows: Omit<StateKind, "label">[] = await db("state_kinds")
    .select("kind", "is_occupied", "is_available", "is_utilised")
    .whereNotNull("precedence")
    .orderBy("precedence");
  return rows.map((row) => ({ ...row, label: kindLabel(words, row.kind) }));
}

const ENGLISH: Record<string, string> = { wrapup: "wrap-up", "not-responding": "not responding" };

/** What a kind of state is called, in small letters: a column head capitalises it. */
function kindLabel(words: Words, kind: string): string {
  return words.rule("state-kind", kind)?.name ?? ENGLISH[kind] ?? kind;
}

/** Everyone signed in during the period, by team and name. */
export async function readAgents(ask: Ask): Promise<AgentStates[]> {
  const roster = await readRoster(ask);
  const agents = new Map<string, AgentStates>();
  for (const row of await askStays<TotalRow>(ask, "totals")) {
    const agent = roster.get(row.agent_key);
    if (agent === undefined) continue;
    const key = `${row.agent_key} ${row.channel_type}`;
    const states = agents.get(key) ?? begun(agent, row);
    agents.set(key, states);
    addRow(states, row, ask.view);
  }
  return sorted(withoutNamesakes([...agents.values()]));
}

/** Time per local day and state, of all agents together. */
export async function readDays(ask: Ask): Promise<{ day: string; kind: string; stay_ms: number }[]> {
  return await askStays(ask, "days");
}

/** Sums of several agents, or of several types of channels. */
export function sumSpells(agents: readonly AgentStates[], of: "spells" | "idle" = "spells"): Map<string, Spell> {
  const sums = new Map<string, Spell>();
  for (const agent of agents) for (const [key, spell] of agent[of]) addSpell(sums, key, spell);
  return sums;
}

/** Occupancy, utilisation and the share of unknown; null where there is nothing to divide by. */
export function sharesOf(
  kinds: readonly StateKind[],
  spells: ReadonlyMap<string, Spell>,
  signedInMs: number,
): StateShares {
  const sum = (flag: "is_occupied" | "is_available" | "is_utilised"): number =>
    kinds.reduce((total, kind) => total + (kind[flag] === 1 ? (spells.get(kind.kind)?.stay_ms ?? 0) : 0), 0);
  const occupied = sum("is_occupied");
  return {
    signed_in_ms: signedInMs,
    occupancy_share: shareOf(occupied, occupied + sum("is_available")),
    utilisation_share: shareOf(sum("is_utilised"), signedInMs),
    unknown_share: shareOf(spells.get("unknown")?.stay_ms ?? 0, signedInMs),
  };
}

/** Rows by key, keys and rows in the order they come. */
export function grouped<Row>(rows: readonly Row[], keyOf: (row: Row) => string): Map<string, Row[]> {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const group = groups.get(keyOf(row));
    if (group === undefined) groups.set(keyOf(row), [row]);
    else group.push(row);
  }
  return groups;
}

/** The instant at which open stays are cut: the newest event loaded, or the period's end if that is earlier. */
export function cutOf({ period, box }: Ask): number {
  return Math.min(period.ends_at_ms, box.horizon_at_ms ?? period.starts_at_ms);
}

async function readRoster(ask: Ask): Promise<Map<number, Agent>> {
  interface Row {
    agent_key: number;
    agent_id: string;
    agent_name: string | null;
    team_id: string | null;
    team_name: string | null;
  }
  const sql = readSql(join(__dirname, "agent-states-roster.sql"));
  const rows = await selectRows<Row>(ask.db, sql, { ends_at_ms: ask.period.ends_at_ms });
  return new Map(
    rows.map(({ agent_key, agent_id, agent_name, team_id, team_name }) => [
      agent_key,
      { agent_key, agent_id, agent: ask.mask.name(agent_name) ?? agent_id, team: team_name ?? team_id ?? "" },
    ]),
  );
}

async function askStays<Row>(ask: Ask, part: string): Promise<Row[]> {
  return await selectRows<Row>(ask.db, staysSql(ask, part), cutsOf(ask));
}

/** A question, `agent-states-<part>.sql`, with the stays of the view in front. */
export function staysSql({ view }: Ask, part: string): string {
  const [stays, question] = [view, part].map((name) => readSql(join(__dirname, `agent-states-${name}.sql`)));
  return `with stays as (\n${stays}\n)\n${question}`;
}

/** The instants at which stays are cut, for `staysSql`. */
export function cutsOf({ period, box }: Ask): Bindings {
  const { starts_at_ms, ends_at_ms } = period;
  return { starts_at_ms, ends_at_ms, horizon_at_ms: box.horizon_at_ms ?? starts_at_ms };
}

const ID_SHOWN = 6;

/** Agents of the same name get the end of their id beside it. */
function withoutNamesakes(agents: AgentStates[]): AgentStates[] {
  const names = grouped(agents, ({ agent }) => agent);
  return agents.map((each) => {
    const namesakes = new Set(names.get(each.agent)?.map(({ agent_key }) => agent_key)).size > 1;
    const { agent_id: id } = each;
    return namesakes
      ? { ...each, agent: `${each.agent} (${id.length > ID_SHOWN ? "…" : ""}${id.slice(-ID_SHOWN)})` }
      : each;
  });
}

function begun(agent: Agent, { channel_type, first_at_ms, last_at_ms }: TotalRow): AgentStates {
  const flags = { is_carried_in: 0, is_carried_out: 0, is_open: 0 };
  return {
    ...agent,
    channel_type,
    first_at_ms,
    last_at_ms,
    ...flags,
    signed_in_ms: 0,
    spells: new Map(),
    idle: new Map(),
  };
}

function addRow(states: AgentStates, row: TotalRow, view: Ask["view"]): void {
  states.first_at_ms = Math.min(states.first_at_ms, row.first_at_ms);
  states.last_at_ms = Math.max(states.last_at_ms, row.last_at_ms);
  for (const flag of ["is_carried_in", "is_carried_out", "is_open"] as const) {
    states[flag] = Math.max(states[flag], row[flag]);
  }
  if (view === "person" || row.kind === "signed-in") states.signed_in_ms += row.stay_ms;
  if (row.kind === "signed-in") return;
  addSpell(states.spells, row.kind, row);
  if (row.kind === "idle") addSpell(states.idle, row.idle_code ?? "", row);
}

function addSpell(spells: Map<string, Spell>, key: string, { stay_ms, stay_count }: Spell): void {
  const sum = spells.get(key) ?? { stay_ms: 0, stay_count: 0 };
  spells.set(key, { stay_ms: sum.stay_ms + stay_ms, stay_count: sum.stay_count + stay_count });
}

/** By team, those without one last, then by name; numbers in names by their size, the rest as text, the same everywhere. */
function sorted(agents: readonly AgentStates[]): AgentStates[] {
  const keyed = agents.map((agent) => ({ agent, key: sortKey(agent) }));
  keyed.sort((a, b) => (a.key === b.key ? 0 : a.key < b.key ? -1 : 1));
  return keyed.map(({ agent }) => agent);
}

function sortKey({ team, agent, agent_id, channel_type }: AgentStates): string {
  const parts = [team === "" ? "1" : "0", team, agent, agent_id, channel_type];
  return parts.join("\u0000").replace(/\d+/g, (digits) => digits.padStart(12, "0"));
}
