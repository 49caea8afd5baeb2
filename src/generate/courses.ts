import { SECOND } from "../base/days";
import type { Call } from "./call";
import { conference, conferenceOutOfOrder, consult, consultEntryPoint, consultTransfer } from "./consults";
import { type Contact, tell, UNHEARD } from "./contact";
import { endCall, endHold, plain, startHold } from "./conversation";
import { blindToAgent, blindToNumber, blindToQueue, failedTransfer, queueTransferUnheld } from "./transfers";
import { laterBy, type World } from "./world";

/** The course of a conversation: it is given the call and the length of its talk, and ends the call in the end. */
type Course = (world: World, call: Call, talkMs: number) => void;

/** Out of a thousand calls; the rest are plain. Those named last break the event sequence table, as some real calls do. */
const COURSES: readonly [perMille: number, course: Course][] = [
  [130, held],
  [25, heldTwice],
  [14, monitored],
  [36, consult],
  [18, consultTransfer],
  [14, conference],
  [20, blindToAgent],
  [13, blindToQueue],
  [7, blindToNumber],
  [3, failedTransfer],
  [6, sudden],
  [1.2, conferenceOutOfOrder],
  [1.2, queueTransferUnheld],
  [0.8, consultEntryPoint],
];

/** The agent and the customer are connected: how their conversation goes is drawn here. */
export function talk(world: World, call: Call, isConnectLost = false): void {
  const { contact } = call;
  const talkMs = Math.max(6 * SECOND, world.random.around(contact.queue?.talk_ms ?? 180 * SECOND, 0.55));
  const isVoice = call.channel.media === "telephony";
  if (isVoice && !isConnectLost) annotate(world, call);
  courseOf(world, contact, isVoice, isConnectLost)(world, call, talkMs);
}

function courseOf(world: World, contact: Contact, isVoice: boolean, isConnectLost: boolean): Course {
  let draw = world.random.share() * 1000;
  if (!isVoice || isConnectLost) return plain;
  if (contact.loses === "hold-done") return held;
  if (contact.loses === "ended" || contact.hasOptOut || contact.isOutgoing) return plain;
  if (contact.truth.transfer_count > 0) return plain;
  if (contact.isPassedOn) return consultTransfer;
  for (const [perMille, course] of COURSES) {
    if (draw < perMille) return course;
    draw -= perMille;
  }
  return plain;
}

/** Recording, screen data and unknown news beside the conversation. */
function annotate(world: World, { contact, session }: Call): void {
  if (world.random.chance(0.3))
    tell(world, contact, "recording-started", { session, after: world.random.whole(60, 300) });
  if (world.random.chance(0.05)) tell(world, contact, "update-csr-attributes", { after: world.random.whole(350, 900) });
  if (contact.fault !== "unknown-event") return;
  const event = "sentiment-scored";
  if (tell(world, contact, event, { session, after: 1000 }) === UNHEARD) return;
  world.book.fault({ fault: "unknown-event", contact_id: contact.id, event, expect: "an event that is not known" });
}

function sudden(world: World, call: Call): void {
  laterBy(world, world.random.whole(2200, 4200), () => endCall(world, call, "customer"));
}

function held(world: World, call: Call, talkMs: number): void {
  laterBy(world, talkMs * 0.45, () =>
    hold(world, call, world.random.around(40 * SECOND, 0.6), () => plain(world, call, talkMs * 0.55)),
  );
}

function heldTwice(world: World, call: Call, talkMs: number): void {
  laterBy(world, talkMs * 0.3, () =>
    hold(world, call, world.random.around(30 * SECOND, 0.6), () => held(world, call, talkMs * 0.7)),
  );
}

/** The customer waits on the line; in some cases the customer does not wait to the end. */
function hold(world: World, call: Call, holdMs: number, then: () => void): void {
  startHold(world, call);
  laterBy(world, holdMs, () => {
    if (call.contact.loses === null && world.random.chance(0.02)) return endCall(world, call, "customer");
    endHold(world, call);
    then();
  });
}

/** A supervisor listens in for a while. */
function monitored(world: World, call: Call, talkMs: number): void {
  const { contact } = call;
  laterBy(world, talkMs * 0.3, () => tell(world, contact, "monitoring-requested"));
  laterBy(world, talkMs * 0.3 + 1200, () => tell(world, contact, "monitoring-started"));
  laterBy(world, talkMs * 0.7, () => tell(world, contact, "monitoring-done"));
  plain(world, call, talkMs);
}
