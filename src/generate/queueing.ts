import { SECOND } from "../base/days";
import type { Queue } from "./centre";
import { begin, type Contact, finish, finishAll, type Say, tell, UNHEARD } from "./contact";
import { closeContact } from "./close";
import { firstFree } from "./session";
import type { Outcome } from "./truth";
import { dayNumber, laneOf, laterBy, type World } from "./world";

const OVERFLOW_AFTER = 75 * SECOND;
const CALLBACK_AFTER = 60 * SECOND;
const TREATMENT = 14 * SECOND;

/** The contact enters a queue: a visit begins, and patience begins to run out. */
export function enterQueue(world: World, contact: Contact, queue: Queue, say: Say = {}): void {
  contact.queue = queue;
  const isQueued = contact.running.some((running) => running.measure === "queue");
  const at = begin(world, contact, "queue", "parked", say);
  for (const measure of ["ivr", "hold", "ringing"] as const) finish(world, contact, measure, at);
  if (isQueued) finish(world, contact, "queue", at);
  openVisit(world, contact, queue, at);
  contact.patienceEnds = world.agenda.now() + world.random.around(queue.patience_ms, 0.8);
  waitForAgent(world, contact);
  planDetours(world, contact);
}

function openVisit(world: World, contact: Contact, queue: Queue, at: number): void {
  if (at === UNHEARD) return;
  contact.truth.queue_count++;
  contact.wasParked = true;
  leaveQueue(contact, "breakout", at);
  contact.visit = {
    queue_id: queue.id,
    entered_at_ms: at,
    entered_day: world.days[dayNumber(world, at)]?.day ?? "",
    left_at_ms: null,
    outcome: "waiting",
    is_callback: contact.hasOptOut,
    offer_count: 0,
  };
  contact.truth.visits.push(contact.visit);
}

/** The contact is offered to a free agent at once, or waits in line. */
export function waitForAgent(world: World, contact: Contact): void {
  const { queue } = contact;
  if (queue === null) return;
  contact.turn++;
  contact.isServed = false;
  const free = firstFree(world, queue.group, queue.media);
  if (free !== null) {
    world.offer({ contact, ...free });
    world.settle(free.session);
    return;
  }
  joinLine(world, laneOf(queue.group, queue.media), contact);
  if (contact.hasOptOut) return;
  const { turn } = contact;
  world.agenda.at(contact.patienceEnds, () => contact.turn === turn && abandon(world, contact));
}

function joinLine(world: World, lane: string, contact: Contact): void {
  const line = world.lines.get(lane) ?? { waiting: [], first: 0 };
  world.lines.set(lane, line);
  line.waiting.push({ contact, turn: contact.turn });
}

/** The caller gives up while waiting or ringing, and everything ends. */
export function abandon(world: World, contact: Contact, say: Say = {}): void {
  contact.turn++;
  endContact(world, contact, "customer", "Customer Left", say);
  closeContact(world, contact);
}

export function leaveQueue(contact: Contact, outcome: Outcome, at: number): void {
  if (contact.visit === null || at === UNHEARD) return;
  contact.visit.outcome = outcome;
  contact.visit.left_at_ms = at;
  contact.visit = null;
}

/** The contact's `ended`, and with it the end of all that was going on. @returns its instant or UNHEARD */
export function endContact(world: World, contact: Contact, end: string, reason: string, say: Say = {}): number {
  contact.turn++;
  if (contact.fault === "never-ended" && !contact.isSilent) {
    world.book.fault({ fault: "never-ended", contact_id: contact.id, expect: "open, and stale a day later" });
    contact.isSilent = true;
  }
  const more = `,"terminatingEnd":"${end}","terminationReason":"${reason}"${say.more ?? ""}`;
  const isUnknown = contact.fault === "unknown-code" && !contact.isSilent;
  const at = tell(world, contact, "ended", isUnknown ? { ...say, reason: "799", more } : { ...say, more });
  if (at === UNHEARD) return at;
  if (isUnknown) {
    const details = { contact_id: contact.id, reason_code: "799" };
    world.book.fault({ fault: "unknown-code", ...details, expect: "an unknown reason code" });
  }
  finishAll(world, contact, at);
  leaveQueue(contact, "abandoned", at);
  contact.truth.ended_at_ms = at;
  contact.truth.terminating_end = end;
  return at;
}

/** What may happen to somebody who waits for long: a callback is offered, or another queue helps out. */
function planDetours(world: World, contact: Contact): void {
  const { queue } = contact;
  if (queue === null || queue.media !== "telephony" || contact.hasOptOut) return;
  // Both hold for the whole visit, offers that come back included, so they look at the queue and not at the turn.
  const { visit } = contact;
  const whileWaiting = (act: () => void) => () => {
    if (contact.visit === visit && visit !== null && !contact.isServed && !contact.isSilent) act();
  };
  if (world.random.chance(0.12))
    laterBy(
      world,
      CALLBACK_AFTER,
      whileWaiting(() => takeCallback(world, contact)),
    );
  else if (queue.overflow !== null)
    laterBy(
      world,
      OVERFLOW_AFTER,
      whileWaiting(() => overflow(world, contact)),
    );
}

function takeCallback(world: World, contact: Contact): void {
  const at = tell(world, contact, "opt-out-of-queue");
  if (at === UNHEARD || contact.queue === null) return;
  leaveQueue(contact, "callback", at);
  contact.hasOptOut = true;
  contact.turn++;
  const { queue } = contact;
  laterBy(world, world.random.whole(40, 400), () => enterQueue(world, contact, queue));
}

function overflow(world: World, contact: Contact): void {
  const next = world.centre.queues.find((queue) => queue.id === contact.queue?.overflow);
  if (next === undefined) return;
  contact.turn++;
  const at = begin(world, contact, "ivr", "ivr-connected", { more: `,"flowName":"Overflow"` });
  finish(world, contact, "queue", at);
  leaveQueue(contact, "breakout", at);
  laterBy(world, TREATMENT, () => {
    finish(world, contact, "ivr", tell(world, contact, "ivr-done"));
    enterQueue(world, contact, next, { after: world.random.whole(2, 30) });
  });
}

/** The contact goes back to its queue after an offer that failed: the same visit goes on. @returns when, or UNHEARD */
export function returnToQueue(world: World, contact: Contact, say: Say): number {
  const at = begin(world, contact, "queue", "parked", say);
  finish(world, contact, "ringing", at);
  if (!contact.wasParked && contact.queue !== null) openVisit(world, contact, contact.queue, at);
  waitForAgent(world, contact);
  return at;
}
