import type { Fields } from "./centre";
import type { BruteEvent } from "./brute";

/** Numbers that look random and are the same every time (mulberry32). */
export function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const CALL = "new ivr-connected ivr-done parked connect connected on-hold hold-done ended wrapup-done".split(" ");
const CONSULT =
  "new parked connect connected on-hold consulting new connect connected consult-done ended hold-done".split(" ");
const RETURNED =
  "new parked connect con-to-agent-error flow-activity parked connect connect parked connected ended".split(" ");
const ANY = `
  new flow-activity ivr-connected ivr-done opt-out-of-queue parked dequeued connect con-to-agent-error connected
  recording-started on-hold consulting consult-done conferencing conference-done hold-done blind-transfer
  vt-transfer vt-transfer-queue transfer-error transferred callback-failed monitoring-requested
  monitoring-started monitoring-done wrapup ended wrapup-done update-csr-attributes consult paused resumed
  Treatment queued odd-one
`
  .trim()
  .split(/\s+/);

/**
 * Contacts as no centre would have them: calls with events swapped, lost, repeated and thrown in, several of them in one
 * millisecond, with ends or without.
 */
export function randomContacts(seed: number, count: number): BruteEvent[][] {
  const random = randomNumbers(seed);
  const below = (limit: number): number => Math.floor(random() * limit);
  const pick = <T>(values: readonly T[]): T => values[below(values.length)] as T;
  const maybe = <T>(share: number, value: () => T): T | null => (random() < share ? value() : null);
  return Array.from({ length: count }, (_, index) => {
    const contactId = `contact-${seed}-${index}`;
    const base = random() < 0.3 ? [] : [...pick([CALL, CALL, CONSULT, RETURNED])];
    for (let extra = below(8); extra > 0; extra--) base.splice(below(base.length + 1), 0, pick(ANY));
    if (random() < 0.3) base.splice(below(base.length + 1), 1);
    if (random() < 0.3) base.push("flow-activity", "flow-activity", "flow-activity");
    if (base.length === 0) base.push("new");
    if (random() < 0.5) base.push("ended");
    let at = Date.parse("2026-03-01T20:00:00Z") + below(20 * 3_600_000);
    const seen = new Set<string>();
    return base.map((event) => {
      if (random() < 0.7) at += pick([1, 500, 3000, 8000, 20_000, 60_000]);
      const ownId = random() < 0.4 ? `${pick(["é", "z", "A", "contact", "-"])}-${below(1e9)}` : null;
      if (ownId === null) while (seen.has(`${at}${event}`)) at += 1;
      seen.add(`${at}${event}`);
      return {
        contactId,
        event,
        at,
        endedAt: maybe(0.15, () => at + below(30_000)),
        eventId: ownId ?? `${contactId}-${at}-${event}`,
        sequence: maybe(0.2, () => below(3)),
        agentId: maybe(0.5, () => pick(["agent-1", "agent-2"])),
        queueId: maybe(0.5, () => pick(["queue-1", "queue-2"])),
        teamId: maybe(0.3, () => pick(["team-1", "team-2"])),
        siteId: maybe(0.3, () => pick(["site-1", "site-2"])),
        entryPointId: maybe(0.3, () => pick(["entry-1", "entry-2"])),
        reasonCode: maybe(0.2, () => pick(["RONA_TIMER_EXPIRED", "NO_ANSWER_USER", "USER_DECLINED", "486", "busy1"])),
        terminatingEnd: maybe(0.2, () => pick(["Agent", "caller", "Customer", "System"])),
        channelType: maybe(0.1, () => pick(["telephony", "chat", "email"])),
        direction: maybe(0.2, () => pick(["inbound", "outbound", "outdial"])),
        isOutdial: maybe(0.1, () => random() < 0.5),
        origin: maybe(0.2, () => pick(["+8210", "+8211"])),
        destination: maybe(0.2, () => pick(["+8220", "+8221"])),
        wrapupCode: maybe(0.2, () => pick(["sale", "complaint"])),
      };
    });
  });
}

/** Events as lines of a dump, in an order that has nothing to do with theirs. */
export function shuffled<T>(values: readonly T[], seed: number): T[] {
  const random = randomNumbers(seed);
  return values
    .map((value) => ({ value, place: random() }))
    .sort((a, b) => a.place - b.place)
    .map(({ value }) => value);
}

export function lineOf(event: BruteEvent): Fields {
  const known = Object.entries(event).filter(([, value]) => value !== null);
  return { type: "contact", ...Object.fromEntries(known) };
}
