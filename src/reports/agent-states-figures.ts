import type { IssuedFigure } from "../metrics/restatement";
import { type AgentStates, sharesOf, type Spell, type StateKind, sumSpells } from "./agent-states-data";
import { signedIn } from "./agent-states-tables";
import { figureOf, type Scope } from "./figures";

/** Occupancy, utilisation and the time in each state, of all agents and of each; states nobody was in are left out. */
export function agentFigures(kinds: readonly StateKind[], agents: readonly AgentStates[]): IssuedFigure[] {
  const people = new Set(agents.map(({ agent_key }) => agent_key)).size;
  return [
    ...statesFigures(kinds, sumSpells(agents), signedIn(agents), {}),
    figureOf("agents", "count", people),
    ...agents.flatMap((agent) => {
      const { agent_id, agent: name, channel_type } = agent;
      const scope = { dimension: "agent", scope_id: agent_id, scope_name: name, channel_type: channel_type || null };
      return statesFigures(kinds, agent.spells, agent.signed_in_ms, scope);
    }),
  ];
}

function statesFigures(
  kinds: readonly StateKind[],
  spells: ReadonlyMap<string, Spell>,
  signedInMs: number,
  scope: Scope,
): IssuedFigure[] {
  const shares = sharesOf(kinds, spells, signedInMs);
  return [
    figureOf("occupancy", "share", shares.occupancy_share, scope),
    figureOf("utilisation", "share", shares.utilisation_share, scope),
    figureOf("signed_in_time", "duration", signedInMs, scope),
    ...kinds.flatMap(({ kind }) => {
      const spell = spells.get(kind);
      return spell === undefined
        ? []
        : [figureOf(`${kind.replaceAll("-", "_")}_time`, "duration", spell.stay_ms, scope)];
    }),
  ];
}
