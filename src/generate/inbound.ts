import { SECOND } from "../base/days";
import { phone, type Queue } from "./centre";
import { begin, type Contact, finish, openContact, tell, UNHEARD } from "./contact";
import { closeContact } from "./close";
import { endContact, enterQueue } from "./queueing";
import { laterBy, type World } from "./world";

const ENTRY_POINTS = {
  telephony: `,"entryPointId":"entry-voice","entryPointName":"Main line","destination":"+82 2 555 0100"`,
  chat: `,"entryPointId":"entry-chat","entryPointName":"Web chat","destination":"shop.example"`,
  email: `,"entryPointId":"entry-mail","entryPointName":"Mailbox","destination":"help@shop.example"`,
};

const FLOW = `,"entryPointId":"entry-voice","entryPointName":"Main line","flowId":"flow-main","flowName":"Main menu"`;

/** What a contact may lose on the way, and so what has to be seen without it. */
const LOSSES = ["new", "ivr-done", "parked", "connected", "hold-done", "ended"];

/** A customer calls, writes or chats. */
export function arrive(world: World, queue: Queue): void {
  const contact = openContact(world, queue.media, "inbound");
  if (queue.media !== "telephony") return arriveInWriting(world, contact, queue);
  strike(world, contact);
  tell(world, contact, "new", {
    more: `,"direction":"inbound","origin":"${phone(world.random)}"${ENTRY_POINTS.telephony}`,
  });
  if (contact.fault === null && world.random.chance(0.004)) {
    laterBy(world, world.random.whole(400, 7000), () => hangUp(world, contact));
    return;
  }
  const after = world.random.whole(60, 600);
  const at = begin(world, contact, "ivr", "ivr-connected", { after, more: FLOW });
  if (at !== UNHEARD) contact.wasInIvr = true;
  if (world.random.chance(0.08)) tell(world, contact, "flow-activity", { after: after + 900 });
  const length = Math.max(4 * SECOND, world.random.around(27 * SECOND, 0.55));
  laterBy(world, after + length, () => leaveMenu(world, contact, queue));
}

/** A caller of the night line: the call goes on over midnight. */
export function arriveAtNight(world: World, queue: Queue, lengthMs: number): void {
  const contact = openContact(world, "telephony", "inbound");
  const named = { ...queue, talk_ms: lengthMs };
  contact.fault = "midnight";
  world.book.fault({ fault: "midnight", contact_id: contact.id, expect: "one session, on the day it began" });
  tell(world, contact, "new", {
    more: `,"direction":"inbound","origin":"${phone(world.random)}"${ENTRY_POINTS.telephony}`,
  });
  begin(world, contact, "ivr", "ivr-connected", { after: 300, more: FLOW });
  contact.wasInIvr = true;
  laterBy(world, 12 * SECOND, () => {
    finish(world, contact, "ivr", tell(world, contact, "ivr-done"));
    enterQueue(world, contact, named, { after: 8 });
  });
}

/** Which fault this contact is to have, if any. */
function strike(world: World, contact: Contact): void {
  for (const fault of ["lost", "same-millisecond", "unknown-event", "unknown-code", "never-ended"] as const) {
    if (world.plan.strikes(fault, "contact")) contact.fault = fault;
  }
  contact.isPassedOn = contact.fault === "same-millisecond" && world.plan.times("same-millisecond") % 2 === 0;
  if (contact.fault === "lost") contact.loses = LOSSES[world.plan.times("lost") % LOSSES.length] ?? null;
}

function leaveMenu(world: World, contact: Contact, queue: Queue): void {
  const luck = world.random.share();
  const isStruck = contact.fault !== null;
  if (!isStruck && luck < 0.0015) return hangUpUntold(world, contact);
  const isInstant = contact.fault === "same-millisecond" && !contact.isPassedOn;
  if (isInstant) world.delivery.swapNext("contact");
  const at = tell(world, contact, "ivr-done");
  finish(world, contact, "ivr", at);
  if (!isStruck && (luck < 0.12 || !isManned(world, queue))) {
    laterBy(world, world.random.whole(30, 900), () => hangUp(world, contact));
    return;
  }
  if (!isInstant || at === UNHEARD) {
    return enterQueue(world, contact, queue, { after: world.random.whole(2, 40), ...missed(contact) });
  }
  enterQueue(world, contact, queue, { isSameMs: true });
  const details = { contact_id: contact.id, at_ms: at, events: ["ivr-done", "parked"] };
  world.book.fault({ fault: "same-millisecond", ...details, expect: "the order of their ranks" });
}

/** Where the end of the menu was lost on the way, the queue comes too early. */
function missed(contact: Contact): object {
  const isInMenu = contact.running.some((running) => running.measure === "ivr");
  if (!isInMenu) return {};
  return { violation: { state: "ivr-connected", kind: "not-accepted", severity: "error" } };
}

/** At night the menu says when somebody will be there, where nobody is. */
function isManned(world: World, queue: Queue): boolean {
  for (const session of world.sessions.values()) if (session.agent.group === queue.group) return true;
  return false;
}

function hangUp(world: World, contact: Contact): void {
  endContact(world, contact, "customer", "Customer Left");
  closeContact(world, contact);
}

/** Some platforms end a call out of the menu without a word about the menu: the table does not accept it. */
function hangUpUntold(world: World, contact: Contact): void {
  const violation = { state: "ivr-connected", kind: "not-accepted", severity: "warning" } as const;
  endContact(world, contact, "customer", "Customer Left", { violation });
  closeContact(world, contact);
}

function arriveInWriting(world: World, contact: Contact, queue: Queue): void {
  const origin = `,"direction":"inbound","origin":"customer${world.random.whole(1, 99_999)}@mail.example"`;
  tell(world, contact, "new", { more: `${origin}${ENTRY_POINTS[queue.media]}` });
  if (queue.media === "chat" && !isManned(world, queue)) {
    laterBy(world, 1500, () => hangUp(world, contact));
    return;
  }
  enterQueue(world, contact, queue, { after: world.random.whole(100, 900) });
}
