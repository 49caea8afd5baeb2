import type { Contact } from "./contact";
import { offer } from "./offers";
import { stepAway } from "./presence";
import { freeChannel, type Session } from "./session";
import { laneOf, type Line, type World } from "./world";

/** What an agent does who may be free: go home, take a break, take the next contact, or wait for one. */
export function settle(world: World, session: Session): void {
  if (!session.isOpen || stepAway(world, session)) return;
  const { group, media } = session.agent;
  for (const medium of media) {
    const lane = laneOf(group, medium);
    const channel = freeChannel(session, medium);
    const contact = channel === null ? null : takeNext(world, lane);
    if (channel !== null && contact !== null) {
      offer(world, { contact, session, channel });
      return settle(world, session);
    }
    const pool = world.pools.get(lane) ?? new Set();
    world.pools.set(lane, pool);
    if (channel === null) pool.delete(session);
    else pool.add(session);
  }
}

/** The contact that has waited longest, taken out of its line; null where nobody waits. */
function takeNext(world: World, lane: string): Contact | null {
  const line = world.lines.get(lane);
  if (line === undefined) return null;
  while (line.first < line.waiting.length) {
    const next = line.waiting[line.first++];
    if (line.first > 256 && line.first * 2 > line.waiting.length) shorten(line);
    if (next !== undefined && next.contact.turn === next.turn) return next.contact;
  }
  return null;
}

function shorten(line: Line): void {
  line.waiting.splice(0, line.first);
  line.first = 0;
}
