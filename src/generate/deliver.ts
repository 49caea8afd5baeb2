import { gzipSync } from "node:zlib";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { FaultPlan } from "./faults";
import type { Random } from "./random";
import type { Book } from "./truth";
import { type Dumps, type Kind, KINDS } from "./write";

/** Whoever an event belongs to: its truth, in which a late delivery is counted. */
export interface Owner {
  late_event_count: number;
}

/** An event as a line, and what names it. */
export interface Line {
  kind: Kind;
  text: string;
  /** The contact or channel the event id begins with. */
  id: string;
  name: string;
  at: number;
}

/** Puts lines into the dumps - sometimes twice, late, out of order or broken, where that is wanted. */
export interface Delivery {
  /**
   * @param day the number of the day whose dump the line belongs to
   * @param isOnceOnly the line is one of several that differ: it stays as it is
   */
  line(day: number, line: Line, owner: Owner, isOnceOnly?: boolean): void;
  /** Writes the next line of this kind before the one after next is asked for: the two change places. */
  swapNext(kind: Kind): void;
  /** Writes what is due in a day's dumps and closes them. */
  closeDay(day: number): void;
}

interface Held {
  line: Line;
  /** Lines still to be written before this one. */
  after: number;
}

interface Desk {
  dumps: Dumps;
  lastDay: number;
  plan: FaultPlan;
  book: Book;
  random: Random;
  /** One line of each kind may wait until others have gone first. */
  held: Record<Kind, Held | null>;
  isSwapWanted: Record<Kind, boolean>;
  /** Lines for the dumps of later days. */
  later: { day: number; line: Line; fault: "late" | "duplicate" }[];
}

const LATEST_DAYS = 3;
const SWAP_DISTANCE = 12;

export function openDelivery(dumps: Dumps, days: number, plan: FaultPlan, book: Book, random: Random): Delivery {
  const held = { contact: null, agent: null };
  const isSwapWanted = { contact: false, agent: false };
  const desk: Desk = { dumps, lastDay: days - 1, plan, book, random, held, isSwapWanted, later: [] };
  return {
    line(day, line, owner, isOnceOnly = false) {
      if (isOnceOnly) write(desk, day, line);
      else deliver(desk, day, line, owner);
    },
    swapNext(kind) {
      isSwapWanted[kind] = true;
    },
    closeDay: (day) => closeDay(desk, day),
  };
}

function deliver(desk: Desk, day: number, line: Line, owner: Owner): void {
  const { plan, book, random, lastDay } = desk;
  const place = line.kind === "contact" ? "contact line" : "agent line";
  if (day < lastDay && plan.strikes("late", place)) {
    owner.late_event_count++;
    book.totals.late_events++;
    desk.later.push({ day: random.whole(day + 1, Math.min(lastDay, day + LATEST_DAYS)), line, fault: "late" });
    return;
  }
  if (desk.isSwapWanted[line.kind]) return keepBack(desk, day, line, 1);
  if (plan.strikes("swapped", place)) {
    const file = desk.dumps.nameOf(line.kind, day);
    book.fault({ fault: "swapped", file, event_id: eventId(line), expect: "no difference" });
    return keepBack(desk, day, line, random.whole(1, SWAP_DISTANCE));
  }
  write(desk, day, line);
  if (plan.strikes("duplicate", place)) {
    if (day < lastDay && random.chance(0.5)) desk.later.push({ day: day + 1, line, fault: "duplicate" });
    else writeAgain(desk, day, line);
  }
  if (plan.strikes("seconds", place)) writeBroken(desk, day, line, "seconds", inSeconds(line));
  if (plan.strikes("bad-line", place))
    writeBroken(desk, day, line, "bad-line", brokenLine(line, plan.times("bad-line")));
}

/** @returns the number of the line in its file */
function write(desk: Desk, day: number, line: Line): number {
  const number = desk.dumps.add(line.kind, day, line.text);
  const waiting = desk.held[line.kind];
  if (waiting !== null && --waiting.after <= 0) letGo(desk, day, line.kind);
  return number;
}

function keepBack(desk: Desk, day: number, line: Line, after: number): void {
  letGo(desk, day, line.kind);
  desk.isSwapWanted[line.kind] = false;
  desk.held[line.kind] = { line, after };
}

function letGo(desk: Desk, day: number, kind: Kind): void {
  const waiting = desk.held[kind];
  desk.held[kind] = null;
  if (waiting !== null) desk.dumps.add(kind, day, waiting.line.text);
}

function writeAgain(desk: Desk, day: number, line: Line): void {
  desk.book.totals.duplicates++;
  const place = { file: desk.dumps.nameOf(line.kind, day), line: write(desk, day, line), event_id: eventId(line) };
  desk.book.fault({ fault: "duplicate", ...place, expect: "one duplicate, no other row" });
}

function writeBroken(desk: Desk, day: number, line: Line, fault: "bad-line" | "seconds", broken: Broken): void {
  desk.book.totals.rejected++;
  const number = write(desk, day, { ...line, text: broken.text });
  const place = { file: desk.dumps.nameOf(line.kind, day), line: number };
  desk.book.fault({ fault, ...place, reason: broken.reason, expect: "a rejected line, no other row" });
}

function closeDay(desk: Desk, day: number): void {
  for (const kind of KINDS) letGo(desk, day, kind);
  for (const { line, fault } of desk.later.filter((entry) => entry.day === day)) {
    if (fault === "duplicate") {
      writeAgain(desk, day, line);
      continue;
    }
    const place = { file: desk.dumps.nameOf(line.kind, day), line: write(desk, day, line), event_id: eventId(line) };
    desk.book.fault({ fault: "late", ...place, expect: "one late event of its contact or session" });
  }
  desk.later = desk.later.filter((entry) => entry.day !== day);
  desk.dumps.closeDay(day);
}

export function eventId(line: Line): string {
  return `${line.id}-${line.at}-${line.name}`;
}

interface Broken {
  text: string;
  /** What is wrong, as the column `reason` of the rejected lines says it. */
  reason: string;
}

function inSeconds(line: Line): Broken {
  const seconds = Math.floor(line.at / 1000);
  return { text: line.text.replace(`"at":${line.at}`, `"at":${seconds}`), reason: "at-before-2000" };
}

/** A line that cannot be read, about somebody who is nowhere else. */
function brokenLine(line: Line, turn: number): Broken {
  const isContact = line.kind === "contact";
  const owner = isContact ? `"contactId":"ghost-1"` : `"agentId":"ghost-1"`;
  const name = isContact ? `"event":"parked"` : `"state":"idle"`;
  const forms: Broken[] = [
    { text: line.text.slice(0, Math.floor(line.text.length / 2)), reason: "not-json" },
    { text: `{${name},"at":${line.at}}`, reason: isContact ? "no-contactId" : "no-agentId" },
    { text: `{${owner},"at":${line.at}}`, reason: isContact ? "no-event" : "no-state" },
    { text: `{${owner},${name}}`, reason: "no-at" },
    { text: `{${owner},${name},"at":"yesterday at noon"}`, reason: "bad-at" },
    { text: `{${owner},${name},"at":4133980800000}`, reason: "at-in-future" },
    { text: `{${owner},${name},"at":${line.at},"endedAt":${line.at - 5000}}`, reason: "ended-before-start" },
    { text: `["${line.at}"]`, reason: "not-an-object" },
  ];
  return forms[turn % forms.length] as Broken;
}

/** A gzip file that breaks off: it must fail as a whole, so its contacts must be found nowhere. @returns its path */
export function writeTruncatedGzip(out: string, day: string, atMs: number, book: Book, random: Random): string {
  const rows = Array.from({ length: 400 }, (_, index) =>
    JSON.stringify({ contactId: `ghost-${random.uuid()}`, event: "new", at: atMs + index * 1000 }),
  );
  const whole = gzipSync(`${rows.join("\n")}\n`);
  const file = `contact-events-${day}-part-2.ndjson.gz`;
  writeFileSync(join(out, file), whole.subarray(0, Math.floor(whole.length * 0.6)));
  book.fault({ fault: "truncated-gzip", file, expect: "the file fails and nothing of it is loaded" });
  return join(out, file);
}
