import { SECOND } from "../base/days";
import { aboutContact, type Call } from "./call";
import { begin, type Contact, finish, type Say, tell, UNHEARD } from "./contact";
import { closeContact } from "./close";
import { release, stepBack } from "./presence";
import { abandon, endContact, enterQueue, leaveQueue, returnToQueue } from "./queueing";
import { enter, firstFree } from "./session";
import { laterBy, type World } from "./world";

const RONA_AFTER = 15 * SECOND;
const DIAL_FOR = 24 * SECOND;
const CALLBACK_ATTEMPTS = 3;

/** A contact is offered to an agent: the channel rings, and one of several things comes of it. */
export function offer(world: World, call: Call): void {
  const { contact } = call;
  contact.turn++;
  ring(world, call, world.random.whole(80, 700));
  if (contact.hasOptOut) {
    callBack(world, call);
    return;
  }
  const luck = world.random.share();
  if (luck < 0.018) planAnswer(world, call, RONA_AFTER + world.random.whole(0, 900), () => miss(world, call));
  else if (luck < 0.026) planAnswer(world, call, world.random.whole(900, 4500), () => decline(world, call));
  else if (luck < 0.031) planAnswer(world, call, world.random.whole(200, 1500), () => fail(world, call));
  else planAnswer(world, call, world.random.around(3600, 0.45), () => answer(world, call));
}

/** The agent's channel rings for the contact. */
export function ring(world: World, call: Call, after: number, say: Say = {}): void {
  const { contact, session, channel } = call;
  channel.hasWork = true;
  contact.isRinging = true;
  contact.isServed = true;
  const isRung = contact.running.some((running) => running.measure === "ringing");
  const at = begin(world, contact, "ringing", "connect", { after, session, ...say });
  if (isRung) finish(world, contact, "ringing", at);
  finish(world, contact, "queue", at);
  finish(world, contact, "hold", at);
  if (at !== UNHEARD) {
    contact.wasOffered = true;
    contact.truth.offer_count++;
    if (contact.visit !== null) contact.visit.offer_count++;
  }
  enter(world, channel, "ringing", "ringing", { after: after + world.random.whole(0, 40), more: aboutContact(call) });
}

/** Lets an offer end in its way, unless the caller's patience ends before. */
export function planAnswer(world: World, call: Call, after: number, act: () => void): void {
  const { contact, session, channel } = call;
  const isPatient = contact.patienceEnds > world.agenda.now() + after || contact.hasOptOut;
  const ends = isPatient ? after : Math.max(900, contact.patienceEnds - world.agenda.now());
  laterBy(world, ends, () => {
    contact.isRinging = false;
    if (isPatient) return act();
    abandon(world, contact, { session });
    release(world, session, channel);
  });
}

export function answer(world: World, call: Call): void {
  const { contact, session, channel } = call;
  const isLost = contact.loses === "connected";
  const at = begin(world, contact, "connected", "connected", { session });
  if (at !== UNHEARD) {
    finish(world, contact, "ringing", at);
    contact.firstConnectedAt ??= at;
    leaveQueue(contact, "answered", at);
  }
  enter(world, channel, "connected", "connected", { after: world.random.whole(0, 30), more: aboutContact(call) });
  world.talk(call, isLost);
}

/** Nobody picks up: the next agent is rung at once, or the contact goes back to its queue. */
function miss(world: World, call: Call): void {
  const { contact, session, channel } = call;
  const isTold = world.random.chance(0.8);
  const reason = isTold ? { reason: world.random.chance(0.9) ? "RONA_TIMER_EXPIRED" : "NO_ANSWER_USER" } : {};
  stepBack(world, session, channel);
  // Without a reason it is the length of the ringing that tells: well above the threshold of ten seconds.
  const { queue } = contact;
  const isPassedOn = world.random.chance(0.4) && queue !== null;
  const next = isPassedOn ? firstFree(world, queue.group, queue.media, session) : null;
  if (next === null) {
    if (returnToQueue(world, contact, { ...reason, session }) !== UNHEARD) contact.truth.rona_count++;
    return;
  }
  const following = { contact, ...next };
  ring(world, following, 0, reason);
  if (!contact.isSilent) contact.truth.rona_count++;
  planAnswer(world, following, world.random.around(3600, 0.45), () => answer(world, following));
  world.settle(next.session);
}

function decline(world: World, { contact, session, channel }: Call): void {
  stepBack(world, session, channel);
  if (returnToQueue(world, contact, { reason: "USER_DECLINED", session }) !== UNHEARD) contact.truth.declined_count++;
}

/** The platform could not reach the agent's device. */
function fail(world: World, { contact, session, channel }: Call): void {
  const reason = world.random.pick(["480", "503", "408"]);
  const at = tell(world, contact, "con-to-agent-error", { session, reason });
  if (at !== UNHEARD) contact.truth.offer_error_count++;
  finish(world, contact, "ringing", at);
  release(world, session, channel);
  laterBy(world, world.random.whole(20, 200), () => void returnToQueue(world, contact, {}));
}

/** The agent has accepted and the customer is dialled, who answers or does not. */
function callBack(world: World, call: Call): void {
  const { contact, session, channel } = call;
  if (world.random.chance(0.75)) {
    planAnswer(world, call, world.random.whole(5000, 18_000), () => answer(world, call));
    return;
  }
  planAnswer(world, call, DIAL_FOR, () => {
    const at = tell(world, contact, "callback-failed", { session, reason: world.random.pick(["480", "486"]) });
    if (at !== UNHEARD) contact.truth.customer_unreached_count++;
    release(world, session, channel);
    if (contact.truth.offer_count >= CALLBACK_ATTEMPTS) return giveUp(world, contact);
    // The next attempt waits anew: a visit of its own.
    laterBy(world, 300, () => contact.queue !== null && enterQueue(world, contact, contact.queue));
  });
}

function giveUp(world: World, contact: Contact): void {
  laterBy(world, 1500, () => {
    endContact(world, contact, "system", "No answer from customer");
    closeContact(world, contact);
  });
}
