import { selectCells } from "../db/cells";
import { type AgentStates, cutsOf, grouped, staysSql } from "./agent-states-data";
import type { Ask } from "./report";

export interface Stay {
  kind: string;
  idle_code: string | null;
  started_at_ms: number;
  ended_at_ms: number;
}

type StayCells = [number, string, string, string | null, number, number];
const STAY_COLUMNS = ["agent_key", "channel_type", "kind", "idle_code", "started_at_ms", "ended_at_ms"];

/** Stays asked for at a time: more would only fill the memory. */
const STAYS_OF_PAGE = 4_000;

/** Every stay of the period, agent by agent in the order of their keys and of time, never many agents at once. */
export async function* staysByAgent(
  ask: Ask,
  agents: readonly AgentStates[],
): AsyncGenerator<{ agent: AgentStates; stays: Stay[] }> {
  const known = new Map(agents.map((agent) => [`${agent.agent_key} ${agent.channel_type}`, agent]));
  for (const range of keyRanges(agents)) {
    const cells = await selectCells<StayCells>(ask.db, staysSql(ask, "stays"), STAY_COLUMNS, {
      ...cutsOf(ask),
      ...range,
    });
    for (const [key, own] of grouped(cells, ([agentKey, channelType]) => `${agentKey} ${channelType}`)) {
      const agent = known.get(key);
      const stays = own.map(([, , kind, idle_code, started_at_ms, ended_at_ms]) => ({
        kind,
        idle_code,
        started_at_ms,
        ended_at_ms,
      }));
      if (agent !== undefined) yield { agent, stays };
    }
  }
}

/** Ranges of agent keys that hold a page of stays each, or one agent. */
function keyRanges(agents: readonly AgentStates[]): { from_key: number; to_key: number }[] {
  const ranges: { from_key: number; to_key: number; stay_count: number }[] = [];
  for (const { agent_key: key, spells } of agents.toSorted((a, b) => a.agent_key - b.agent_key)) {
    const stay_count = [...spells.values()].reduce((sum, spell) => sum + spell.stay_count, 0);
    const last = ranges.at(-1);
    if (last !== undefined && (last.to_key === key || last.stay_count + stay_count <= STAYS_OF_PAGE)) {
      last.to_key = key;
      last.stay_count += stay_count;
    } else ranges.push({ from_key: key, to_key: key, stay_count });
  }
  return ranges;
}
