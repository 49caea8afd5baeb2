import type { Queue } from "./centre";
import type { Fault } from "./faults";
import type { Session } from "./session";
import { blankContact, type ContactTruth, type Violation, type Visit } from "./truth";
import { dayNumber, type World } from "./world";

/** What is timed while it lasts. `talk` is the stretch of talk that follows a hold. */
export type Measure = "ivr" | "queue" | "ringing" | "connected" | "hold" | "consult" | "conference" | "talk" | "wrapup";

/** An activity that has begun and not ended. */
export interface Running {
  contact: Contact;
  measure: Measure;
  startedAt: number;
  /** The line that waits for its end; null where the end is not delivered. */
  line: { text: string; name: string; isExported: boolean } | null;
}

export interface Contact {
  id: string;
  queue: Queue | null;
  /** Ready JSON that ends every line of the contact. */
  tail: string;
  /** Whether the source delivers the ends of activities. */
  hasEnds: boolean;
  lastAt: number;
  /** Grows whenever the contact moves on; timers of a former turn do nothing. */
  turn: number;
  patienceEnds: number;
  /** The centre calls: an agent by hand, or a campaign. */
  isOutgoing: boolean;
  /** An agent is being rung. */
  isRinging: boolean;
  /** An agent is being rung or has answered, heard of or not. */
  isServed: boolean;
  /** Nothing more is delivered: it never ends, or the last day is over. */
  isSilent: boolean;
  fault: Fault | null;
  /** The event that is lost on the way, once. */
  loses: string | null;
  /** The course of its talk is settled: a colleague takes it over, in one millisecond. */
  isPassedOn: boolean;
  firstConnectedAt: number | null;
  stage: string | null;
  wasInIvr: boolean;
  wasParked: boolean;
  wasOffered: boolean;
  hasOptOut: boolean;
  /** Agents still to finish their wrap-up. */
  wrappers: number;
  running: Running[];
  visit: Visit | null;
  truth: ContactTruth;
}

/** What an event says beside its name. */
export interface Say {
  session?: Session | null;
  queue?: Queue | null;
  reason?: string;
  /** Ready JSON of further fields, each with a comma before it. */
  more?: string;
  /** Milliseconds from now. */
  after?: number;
  hasEnd?: boolean;
  /** In the millisecond of the event before. */
  isSameMs?: boolean;
  sequence?: number;
  violation?: Omit<Violation, "activity_number" | "event">;
}

/** The instant of an event that was not delivered. */
export const UNHEARD = -1;

const NOTHING: Say = {};

/** How far a contact has come, for the ones that end without an agent. */
const STAGES: Record<string, string> = {
  new: "new",
  "ivr-connected": "treatment",
  "ivr-done": "treatment",
  parked: "queue",
  connect: "agent-connect",
};

export function openContact(world: World, channelType: string, direction: string): Contact {
  const id = world.random.uuid();
  const contact: Contact = {
    id,
    queue: null,
    tail: channelType === "telephony" ? "}" : `,"channelType":"${channelType}"}`,
    hasEnds: channelType !== "telephony",
    lastAt: 0,
    turn: 0,
    patienceEnds: 0,
    isOutgoing: direction !== "inbound",
    isRinging: false,
    isServed: false,
    isSilent: false,
    fault: null,
    loses: null,
    isPassedOn: false,
    firstConnectedAt: null,
    stage: null,
    wasInIvr: false,
    wasParked: false,
    wasOffered: false,
    hasOptOut: false,
    wrappers: 0,
    running: [],
    visit: null,
    truth: blankContact(id, channelType, direction),
  };
  world.contacts.add(contact);
  return contact;
}

/** Something happens to a contact. @returns its instant, or UNHEARD where no dump tells of it */
export function tell(world: World, contact: Contact, event: string, say = NOTHING, running?: Running): number {
  if (contact.isSilent || isLost(world, contact, event)) return UNHEARD;
  const at = instantFor(world, contact, say);
  if (at >= world.horizonMs) {
    contact.isSilent = true;
    return UNHEARD;
  }
  contact.lastAt = at;
  if (at > world.newestMs) world.newestMs = at;
  observe(world, contact, event, at, say);
  const text = textOf(contact, event, at, say);
  if (running !== undefined) {
    running.line = { text, name: event, isExported: false };
    world.pending.add(running);
    return at;
  }
  const line = { kind: "contact" as const, text: text + contact.tail, id: contact.id, name: event, at };
  world.delivery.line(dayNumber(world, at), line, contact.truth);
  return at;
}

/** An activity begins that is timed. @returns its instant or UNHEARD */
export function begin(world: World, contact: Contact, measure: Measure, event: string, say = NOTHING): number {
  const running: Running = { contact, measure, startedAt: 0, line: null };
  const isPending = say.hasEnd ?? contact.hasEnds;
  const at = tell(world, contact, event, say, isPending ? running : undefined);
  if (at === UNHEARD) return at;
  running.startedAt = at;
  contact.running.push(running);
  if (measure !== "talk" && measure !== "queue") contact.truth[`${measure}_count`]++;
  return at;
}

/** The activity of a measure ends, where one is going on and anybody heard of it. */
export function finish(world: World, contact: Contact, measure: Measure, at: number): void {
  if (at === UNHEARD) return;
  const place = contact.running.findIndex((running) => running.measure === measure);
  const running = contact.running[place];
  if (running === undefined) return;
  contact.running.splice(place, 1);
  const ms = at - running.startedAt;
  contact.truth[`${measure}_ms`] += ms;
  if (measure === "connected") contact.truth.talk_ms += ms;
  if (running.line !== null) deliverEnded(world, running, at);
}

/** Everything ends but a wrap-up. */
export function finishAll(world: World, contact: Contact, at: number): void {
  const going = contact.running.map((running) => running.measure);
  for (const measure of going) if (measure !== "wrapup") finish(world, contact, measure, at);
}

/** At the end of a day the dump is taken: what has not ended is in it without an end. */
export function exportPending(world: World, day: number): void {
  for (const running of world.pending) {
    const { line, contact } = running;
    if (line === null || line.isExported) continue;
    line.isExported = true;
    world.delivery.line(day, lineOf(running, line.text + contact.tail), contact.truth, true);
  }
}

function deliverEnded(world: World, running: Running, at: number): void {
  const { line, contact } = running;
  if (line === null) return;
  world.pending.delete(running);
  const day = dayNumber(world, line.isExported ? Math.max(at, world.agenda.now()) : running.startedAt);
  if (line.isExported) world.book.totals.revised++;
  const text = `${line.text},"endedAt":${at}${contact.tail}`;
  world.delivery.line(day, lineOf(running, text), contact.truth, line.isExported);
}

function lineOf(
  running: Running,
  text: string,
): { kind: "contact"; text: string; id: string; name: string; at: number } {
  return { kind: "contact", text, id: running.contact.id, name: running.line?.name ?? "", at: running.startedAt };
}

function isLost(world: World, contact: Contact, event: string): boolean {
  if (contact.loses !== event) return false;
  contact.loses = null;
  const at = Math.max(world.agenda.now(), contact.lastAt + 1);
  if (at >= world.horizonMs) return false;
  world.book.fault({
    fault: "lost",
    contact_id: contact.id,
    lost_event: event,
    expect: "what is left of the contact, see there",
  });
  return true;
}

function instantFor(world: World, contact: Contact, say: Say): number {
  if (say.isSameMs === true && contact.lastAt > 0) return contact.lastAt;
  return Math.max(Math.round(world.agenda.now() + (say.after ?? 0)), contact.lastAt + 1);
}

function textOf(contact: Contact, event: string, at: number, say: Say): string {
  const queue = say.queue === undefined ? contact.queue : say.queue;
  let text = `{"contactId":"${contact.id}","event":"${event}","at":${at}`;
  if (say.sequence !== undefined) text += `,"sequence":${say.sequence}`;
  if (queue !== null) text += queue.fields;
  if (say.session) text += say.session.contactFields;
  if (say.reason !== undefined) text += `,"reasonCode":"${say.reason}"`;
  return say.more === undefined ? text : text + say.more;
}

/** Notes what anybody can see of a contact who reads its events one after the other. */
function observe(world: World, contact: Contact, event: string, at: number, say: Say): void {
  const { truth } = contact;
  truth.event_count++;
  world.book.totals.contact_events++;
  if (truth.started_at_ms === null) {
    truth.started_at_ms = at;
    truth.started_day = world.days[dayNumber(world, at)]?.day ?? null;
    if (event !== "new") contact.truth.direction = null;
    if (event !== "new") violate(contact, event, { state: "no-contact", kind: "no-start", severity: "warning" });
  }
  contact.stage = STAGES[event] ?? contact.stage;
  const queue = say.queue === undefined ? contact.queue : say.queue;
  if (queue !== null) {
    truth.first_queue_id ??= queue.id;
    truth.last_queue_id = queue.id;
  }
  if (say.session) truth.last_agent_id = say.session.agent.id;
  if (say.reason !== undefined) truth.reason_code = say.reason;
  if (say.violation !== undefined) violate(contact, event, say.violation);
}

function violate(contact: Contact, event: string, found: Omit<Violation, "activity_number" | "event">): void {
  contact.truth.violations.push({ activity_number: contact.truth.event_count, event, ...found });
}
