import { UsageError } from "../base/errors";
import { writeTruncatedGzip } from "./deliver";
import { type Fault, FAULTS } from "./faults";
import { talk } from "./courses";
import { settle } from "./matching";
import { offer } from "./offers";
import { randomOf } from "./random";
import { closeBooks, liveThrough } from "./simulate";
import { type GenerateRequest, openWorld, type World } from "./world";

export { type Fault, FAULTS, type GenerateRequest };

export interface Generated {
  /** Paths of the dumps, in the order of days. */
  files: string[];
  contacts: number;
  /** Contact events, each counted once however often it was delivered. */
  events: number;
  agent_events: number;
}

/**
 * Lives through days of a contact centre and writes their dumps, two a day, and `truth.json` beside them: what a right
 * rebuild must find. The same request gives the same bytes. Memory does not grow with the number of events.
 *
 * @throws UsageError where a number of the request makes no sense
 */
export async function generateDays(request: GenerateRequest): Promise<Generated> {
  checkRequest(request);
  const world = openWorld(request, { settle, offer, talk });
  for (const day of world.days) {
    liveThrough(world, day);
    await new Promise((resolve) => setImmediate(resolve));
  }
  closeBooks(world);
  const files = [...world.dumps.paths, ...extraFiles(world)];
  world.book.close();
  const { contacts, contact_events, agent_events } = world.book.totals;
  return { files, contacts, events: contact_events, agent_events };
}

function extraFiles(world: World): string[] {
  const { request, days, plan, book } = world;
  if (!plan.has("truncated-gzip")) return [];
  const random = randomOf(request.seed, "truncated-gzip");
  return [writeTruncatedGzip(request.out, request.day, days[0]?.starts_at_ms ?? 0, book, random)];
}

function checkRequest({ days, contacts, agents, seed, faults }: GenerateRequest): void {
  const numbers = { days, contacts, agents, seed };
  for (const [name, value] of Object.entries(numbers)) {
    const least = name === "seed" ? 0 : 1;
    if (Number.isSafeInteger(value) && value >= least) continue;
    throw new UsageError(`--${name} is ${value}. Expected a whole number from ${least} upwards.`);
  }
  const unknown = faults.filter((fault) => !FAULTS.includes(fault));
  if (unknown.length === 0) return;
  throw new UsageError(`No such fault: ${unknown.join(", ")}. Known are ${FAULTS.join(", ")}.`);
}
