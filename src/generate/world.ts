import { openAgenda, type Agenda } from "./agenda";
import { type SimulatedDay, simulatedDays } from "./arrivals";
import type { Call } from "./call";
import { type Centre, centreOf, type Media } from "./centre";
import { type Delivery, openDelivery } from "./deliver";
import { type Fault, type FaultPlan, planFaults } from "./faults";
import { type Random, randomOf } from "./random";
import type { Contact, Running } from "./contact";
import type { Session } from "./session";
import { type Book, LISTED_CONTACTS, openBook } from "./truth";
import { type Dumps, openDumps } from "./write";

export interface GenerateRequest {
  /** The first local day. */
  day: string;
  days: number;
  /** A day, on average; weekdays differ. */
  contacts: number;
  /** On the roster; not all of them work every day. */
  agents: number;
  seed: number;
  faults: Fault[];
  /** The folder the dumps and `truth.json` are written to. */
  out: string;
  /** IANA zone of the centre. */
  zone: string;
}

/** Everything that lives while the days pass. */
export interface World {
  request: GenerateRequest;
  days: SimulatedDay[];
  /** The number of the day that is being lived through. */
  today: number;
  /** The end of the last day: what happens later is in no dump. */
  horizonMs: number;
  centre: Centre;
  agenda: Agenda;
  random: Random;
  plan: FaultPlan;
  dumps: Dumps;
  delivery: Delivery;
  book: Book;
  /** Contacts that are not finished. */
  contacts: Set<Contact>;
  /** Activities of such contacts whose end will be delivered with them. */
  pending: Set<Running>;
  /** Agents who are signed in, by agent id. */
  sessions: Map<string, Session>;
  /** Who waits for an agent, and which agents wait for a contact, by `laneOf`. */
  lines: Map<string, Line>;
  pools: Map<string, Set<Session>>;
  newestMs: number;
  /** An agent may be free: to take the next contact, or a break. */
  settle(session: Session): void;
  /** A contact has come to an agent who is free. */
  offer(call: Call): void;
  /** Agent and customer are connected; `isConnectLost` where no dump tells of it. */
  talk(call: Call, isConnectLost?: boolean): void;
}

/**
 * What comes next in the lives of contacts and agents. They go in circles - from the queue to an offer, to a talk, to a
 * transfer, to a queue - so the files that tell of them know each other only through this.
 */
export interface Stages {
  settle(world: World, session: Session): void;
  offer(world: World, call: Call): void;
  talk(world: World, call: Call, isConnectLost?: boolean): void;
}

/** Contacts in the order they wait; those who left are skipped when their turn comes. */
export interface Line {
  waiting: { contact: Contact; turn: number }[];
  first: number;
}

/** One lane for each group of agents and medium. */
export function laneOf(group: string, media: Media): string {
  return `${group} ${media}`;
}

export function openWorld(request: GenerateRequest, stages: Stages): World {
  const days = simulatedDays(request.zone, request.day, request.days);
  const first = days[0] as SimulatedDay;
  const last = days.at(-1) as SimulatedDay;
  const dumps = openDumps(
    request.out,
    days.map((day) => day.day),
  );
  const isListed = request.contacts * request.days <= LISTED_CONTACTS;
  const { out: _, ...said } = request;
  const book = openBook(request.out, said, isListed);
  const chances = {
    "contact line": request.contacts * 10,
    "agent line": request.contacts * 6,
    contact: request.contacts,
    break: request.agents * 2,
  };
  const plan = planFaults(request.faults, request.contacts, chances, request.seed);
  const random = randomOf(request.seed, "delivery");
  const world: World = {
    request,
    days,
    today: 0,
    horizonMs: last.ends_at_ms,
    centre: centreOf(request.agents, request.seed),
    agenda: openAgenda(first.starts_at_ms),
    random: randomOf(request.seed, "centre"),
    plan,
    dumps,
    delivery: openDelivery(dumps, request.days, plan, book, random),
    book,
    contacts: new Set(),
    pending: new Set(),
    sessions: new Map(),
    lines: new Map(),
    pools: new Map(),
    newestMs: first.starts_at_ms,
    settle: (session) => stages.settle(world, session),
    offer: (call) => stages.offer(world, call),
    talk: (call, isConnectLost) => stages.talk(world, call, isConnectLost),
  };
  return world;
}

/** The number of the day an instant lies in; what comes after the last day counts to it. */
export function dayNumber(world: World, atMs: number): number {
  const last = world.days.length - 1;
  let number = world.today;
  while (number < last && atMs >= (world.days[number]?.ends_at_ms ?? 0)) number++;
  while (number > 0 && atMs < (world.days[number]?.starts_at_ms ?? 0)) number--;
  return number;
}

export function laterBy(world: World, ms: number, act: () => void): void {
  world.agenda.at(world.agenda.now() + ms, act);
}
