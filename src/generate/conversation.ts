import { SECOND } from "../base/days";
import { aboutContact, type Call } from "./call";
import { closeContact } from "./close";
import { begin, type Contact, finish, tell, UNHEARD } from "./contact";
import { WRAPUP_CODES } from "./names";
import { release } from "./presence";
import { endContact } from "./queueing";
import { enter } from "./session";
import { laterBy, type World } from "./world";

/** Agent and customer talk, and one of them hangs up. */
export function plain(world: World, call: Call, talkMs: number): void {
  laterBy(world, talkMs, () => endCall(world, call));
}

export function startHold(world: World, call: Call, hasEnd?: boolean): void {
  const { contact, session, channel } = call;
  const at = begin(world, contact, "hold", "on-hold", { session, ...(hasEnd === undefined ? {} : { hasEnd }) });
  finish(world, contact, "connected", at);
  finish(world, contact, "talk", at);
  enter(world, channel, "on-hold", "hold", { after: 3, more: aboutContact(call) });
}

export function endHold(world: World, call: Call): void {
  const { contact, session, channel } = call;
  finish(world, contact, "hold", begin(world, contact, "talk", "hold-done", { session }));
  enter(world, channel, "hold-done", "connected", { after: 3, more: aboutContact(call) });
}

/** The call is over for everybody; the agent wraps up. */
export function endCall(world: World, call: Call, who?: "agent" | "customer"): void {
  const { contact, session } = call;
  const end = who ?? (world.random.chance(0.55) ? "customer" : "agent");
  const reason = end === "agent" ? world.random.pick(["Agent Left", "agent ended"]) : "Customer Left";
  const isTold = contact.loses === "ended" || world.random.chance(0.65);
  const at = endContact(world, contact, end, reason, { session });
  // Of two wrap-ups at the same time nobody could tell whose end is whose, were the ends not delivered.
  wrapUp(world, call, at, isTold, contact.wrappers > 0 ? true : undefined);
}

/**
 * The agent's part is done but for the notes.
 *
 * @param fromAt   when the agent's part was done, or UNHEARD
 * @param isTold   whether the contact tells of the beginning of the wrap-up, too
 * @param hasEnd   whether that beginning is delivered with its end
 */
export function wrapUp(world: World, call: Call, fromAt: number, isTold: boolean, hasEnd?: boolean): void {
  const { contact, session, channel } = call;
  contact.wrappers++;
  let toldAt = UNHEARD;
  if (isTold) {
    const after = world.random.whole(20, 180);
    toldAt = begin(world, contact, "wrapup", "wrapup", { session, after, ...(hasEnd === undefined ? {} : { hasEnd }) });
    if (fromAt === UNHEARD) closeTalk(world, contact, toldAt);
  }
  enter(world, channel, "wrapup", "wrapup", { after: 8, more: aboutContact(call) });
  const ms = Math.max(3 * SECOND, world.random.around(contact.queue?.wrapup_ms ?? 20 * SECOND, 0.6));
  const done = (): void => {
    // Nobody can say that a wrap-up is done while the next agent is being rung: the notes are kept until then.
    if (contact.isRinging) return laterBy(world, 1500, done);
    finishWrapUp(world, call, fromAt, toldAt);
  };
  laterBy(world, ms, done);
}

/** Where the end of the call was lost on the way, the wrap-up tells that the talk is over. */
function closeTalk(world: World, contact: Contact, at: number): void {
  finish(world, contact, "connected", at);
  finish(world, contact, "talk", at);
}

function finishWrapUp(world: World, call: Call, fromAt: number, toldAt: number): void {
  const { contact, session, channel } = call;
  const code = world.random.pick(WRAPUP_CODES);
  const at = tell(world, contact, "wrapup-done", { session, more: `,"wrapupCode":"${code}"` });
  if (at !== UNHEARD) {
    contact.truth.wrapup_code = code;
    if (toldAt === UNHEARD) addWrapUp(contact, fromAt, at);
    else finishWrapUpOf(world, contact, toldAt, at);
  }
  release(world, session, channel);
  contact.wrappers--;
  if (contact.wrappers > 0) return;
  if (contact.truth.ended_at_ms !== null && world.random.chance(0.12)) {
    tell(world, contact, "update-csr-attributes", { after: 400 });
  }
  closeContact(world, contact);
}

/** Of two wrap-ups that overlap each ends its own. */
function finishWrapUpOf(world: World, contact: Contact, startedAt: number, at: number): void {
  const place = contact.running.findIndex((each) => each.measure === "wrapup" && each.startedAt === startedAt);
  const own = contact.running[place];
  if (own === undefined) return;
  contact.running.splice(place, 1);
  contact.running.unshift(own);
  finish(world, contact, "wrapup", at);
}

function addWrapUp(contact: Contact, fromAt: number, at: number): void {
  if (fromAt === UNHEARD) {
    contact.truth.wrapup_unmeasured_count++;
    return;
  }
  contact.truth.wrapup_count++;
  contact.truth.wrapup_ms += at - fromAt;
}
