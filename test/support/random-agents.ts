import type { Fields } from "./centre";
import { randomNumbers } from "./random-contacts";

const STATES = "idle available ringing connected on-hold consulting wrapup not-responding skill-update odd-state".split(
  " ",
);

/** Events of agents as no centre would have them: any state after any other, with sessions named or not. */
export function randomAgents(seed: number, count: number): Fields[][] {
  const random = randomNumbers(seed);
  const below = (limit: number): number => Math.floor(random() * limit);
  return Array.from({ length: count }, (_, index) => {
    let at = Date.parse("2026-03-01T20:00:00Z") + below(20 * 3_600_000);
    return Array.from({ length: 1 + below(20) }, () => {
      at += below(900_000);
      const state = random() < 0.1 ? "logged-out" : (STATES[below(STATES.length)] ?? "idle");
      const named: Fields = random() < 0.5 ? { agentSessionId: `session-${seed}-${index}-${below(2)}` } : {};
      const channel: Fields =
        random() < 0.3 ? { channelId: `ch-${below(2)}`, channelType: below(2) ? "chat" : "email" } : {};
      const code: Fields = state === "idle" && random() < 0.5 ? { idleCode: below(2) ? "lunch" : "training" } : {};
      return { type: "agent", agentId: `agent-${seed}-${index}`, state, at, ...named, ...channel, ...code };
    });
  });
}
