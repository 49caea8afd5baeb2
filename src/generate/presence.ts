import { MINUTE, SECOND } from "../base/days";
import { instantOf, type SimulatedDay } from "./arrivals";
import { type Agent, shiftOf } from "./centre";
import { type Channel, enter, enterAll, isIdle, leave, openSession, type Session, withdraw } from "./session";
import { laterBy, type World } from "./world";

/** Lets the agents of a day come to work when their shifts begin. */
export function rosterDay(world: World, day: SimulatedDay): void {
  const isNightManned = world.plan.has("midnight");
  for (const agent of world.centre.agents) {
    const shift = shiftOf(agent, day, isNightManned, world.random);
    if (shift === null) continue;
    const breaks = shift.breaks.map((each) => ({ ...each, at: instantOf(day, each.at_h) }));
    world.agenda.at(instantOf(day, shift.start_h), () => signIn(world, agent, instantOf(day, shift.end_h), breaks));
  }
}

function signIn(world: World, agent: Agent, endsAt: number, breaks: Session["breaks"]): void {
  if (world.sessions.has(agent.id)) return;
  const session = openSession(world, agent, endsAt, breaks);
  enterAll(world, session, "logged-in", null);
  enterAll(world, session, "idle", "idle", { after: world.random.whole(300, 2500), idleCode: "Signing in" });
  laterBy(world, world.random.whole(10, 90) * SECOND, () => becomeAvailable(world, session));
  for (const at of [...breaks.map((each) => each.at), endsAt]) world.agenda.at(at, () => world.settle(session));
}

function becomeAvailable(world: World, session: Session): void {
  enterAll(world, session, "available", "available");
  session.isOpen = true;
  world.settle(session);
}

/** Goes home or takes a break where that is due and nothing is left to do. @returns whether the agent is away now */
export function stepAway(world: World, session: Session): boolean {
  if (!isIdle(session) || !isDue(world, session)) return false;
  if (world.agenda.now() >= session.endsAt) signOut(world, session);
  else takeBreak(world, session);
  return true;
}

function takeBreak(world: World, session: Session): void {
  const next = session.breaks.shift();
  withdraw(world, session);
  session.isOpen = false;
  if (world.plan.strikes("unknown-event", "break")) coach(world, session);
  else enterAll(world, session, "idle", "idle", { idleCode: next?.code ?? "Break" });
  const ms = Math.max(2 * MINUTE, world.random.around(next?.ms ?? 10 * MINUTE, 0.15));
  laterBy(world, ms, () => becomeAvailable(world, session));
}

/** A state the reference does not know, as new releases of a platform bring them. */
function coach(world: World, session: Session): void {
  const state = "coaching-with-lead";
  enterAll(world, session, state, null);
  const ids = { agent_id: session.agent.id, agent_session_id: session.channels[0]?.truth.agent_session_id };
  world.book.fault({ fault: "unknown-event", ...ids, state, expect: "a stay in a state that is not known" });
}

function signOut(world: World, session: Session): void {
  withdraw(world, session);
  session.isOpen = false;
  for (const channel of session.channels) leave(world, channel);
  closeSession(world, session);
}

/** The agent has gone, or the last day is over. */
export function closeSession(world: World, session: Session): void {
  world.sessions.delete(session.agent.id);
  for (const { truth } of session.channels) if (truth.event_count > 0) world.book.session(truth);
}

/** An offer was missed: the agent counts as not responding, and comes back after a while. */
export function stepBack(world: World, session: Session, channel: Channel): void {
  withdraw(world, session);
  session.isOpen = false;
  enter(world, channel, "not-responding", "not_responding", { after: world.random.whole(5, 60) });
  channel.hasWork = false;
  laterBy(world, world.random.whole(20, 90) * SECOND, () => {
    enterAll(world, session, "idle", "idle", { idleCode: "Missed offer" });
    laterBy(world, world.random.whole(5, 40) * SECOND, () => becomeAvailable(world, session));
  });
}

/** The agent has finished a contact on this channel. */
export function release(world: World, session: Session, channel: Channel): void {
  channel.hasWork = false;
  if (!session.isOpen) enter(world, channel, "idle", "idle", { idleCode: "Missed offer" });
  else if (!isIdle(session) || !isDue(world, session)) enter(world, channel, "available", "available");
  world.settle(session);
}

function isDue(world: World, session: Session): boolean {
  return world.agenda.now() >= Math.min(session.endsAt, session.breaks[0]?.at ?? session.endsAt);
}
