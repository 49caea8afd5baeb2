import { SECOND } from "../base/days";
import { UNHEARD, finish, finishAll, tell, type Say } from "./contact";
import { aboutContact, type Call } from "./call";
import { answer, planAnswer, ring } from "./offers";
import { release } from "./presence";
import { endContact, enterQueue } from "./queueing";
import { enter, firstFree, pass } from "./session";
import { plain, startHold, wrapUp } from "./conversation";
import { laterBy, type World } from "./world";

/** The call goes on to a colleague who is rung without a word before. */
export function blindToAgent(world: World, call: Call, talkMs: number): void {
  laterBy(world, talkMs * 0.5, () => {
    const colleague = colleagueFor(world, call);
    if (colleague === null) return plain(world, call, talkMs * 0.5);
    const { contact } = call;
    tell(world, contact, "blind-transfer", { session: call.session });
    const at = handOver(world, call, "blind");
    contact.patienceEnds = world.agenda.now() + world.random.whole(2, 60) * SECOND;
    ring(world, colleague, 350);
    wrapUp(world, call, at, world.random.chance(0.5), true);
    planAnswer(world, colleague, world.random.around(4500, 0.4), () => answer(world, colleague));
    world.settle(colleague.session);
  });
}

/** The call goes to a number outside; the platform's part ends. */
export function blindToNumber(world: World, call: Call, talkMs: number): void {
  laterBy(world, talkMs * 0.6, () => {
    const { contact, session } = call;
    tell(world, contact, "blind-transfer", { session });
    handOver(world, call, "blind");
    laterBy(world, world.random.whole(400, 2500), () => {
      const at = endContact(world, contact, "system", "Consult Transfer to EP DN", { session });
      wrapUp(world, call, at, true);
    });
  });
}

/** The customer is put on hold and sent to another queue. */
export function blindToQueue(world: World, call: Call, talkMs: number): void {
  laterBy(world, talkMs * 0.5, () => {
    startHold(world, call);
    laterBy(world, world.random.whole(3, 20) * SECOND, () => sendToQueue(world, call, {}));
  });
}

/** The same without the hold: the event sequence table does not accept it. */
export function queueTransferUnheld(world: World, call: Call, talkMs: number): void {
  const violation = { state: "connected", kind: "not-accepted", severity: "error" } as const;
  laterBy(world, talkMs * 0.5, () => sendToQueue(world, call, { violation }));
}

function sendToQueue(world: World, call: Call, say: Say): void {
  const { contact, session } = call;
  const at = tell(world, contact, "vt-transfer-queue", { session });
  if (at !== UNHEARD) {
    contact.truth.transfer_count++;
    contact.truth.blind_transfer_count++;
  }
  finish(world, contact, "connected", at);
  leaveCall(world, call);
  const others = world.centre.queues.filter((queue) => queue.media === "telephony" && queue.id !== contact.queue?.id);
  enterQueue(world, contact, world.random.pick(others), { after: 120, ...say });
}

/** The transfer does not come about, and the talk goes on. */
export function failedTransfer(world: World, call: Call, talkMs: number): void {
  const { contact, session } = call;
  laterBy(world, talkMs * 0.5, () => {
    tell(world, contact, "blind-transfer", { session });
    laterBy(world, 1800, () => tell(world, contact, "transfer-error", { session, reason: "404" }));
    plain(world, call, talkMs * 0.5);
  });
}

/** `transferred`, and with it the end of what the first agent did. @returns its instant or UNHEARD */
export function handOver(world: World, call: Call, way: "blind" | "consult", say: Say = {}): number {
  const { contact, session, channel } = call;
  const at = tell(world, contact, "transferred", { session, after: 150, ...say });
  finishAll(world, contact, at);
  pass(world, channel, way, `${way}-transfer`, aboutContact(call));
  if (at !== UNHEARD) {
    contact.truth.transfer_count++;
    contact.truth[`${way}_transfer_count`]++;
  }
  return at;
}

/** The agent's own channel after a transfer to a queue: the notes are made without the contact. */
function leaveCall(world: World, call: Call): void {
  const { session, channel } = call;
  pass(world, channel, "blind", "vt-transfer", aboutContact(call));
  enter(world, channel, "wrapup", "wrapup", { after: 200, more: aboutContact(call) });
  laterBy(world, world.random.around(15 * SECOND, 0.5), () => release(world, session, channel));
}

/** A colleague whose telephone is free, rather of another group than of the agent's own. */
export function colleagueFor(world: World, { contact, session }: Call): Call | null {
  const own = session.agent.group;
  for (const group of [...world.centre.groups.filter((each) => each !== own), own]) {
    const free = firstFree(world, group, "telephony", session);
    if (free !== null) return { contact, ...free };
  }
  return null;
}
