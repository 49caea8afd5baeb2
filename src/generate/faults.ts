import { randomOf } from "./random";

/** What can be wrong with a dump on purpose. */
export const FAULTS = [
  "duplicate",
  "late",
  "lost",
  "swapped",
  "same-millisecond",
  "truncated-gzip",
  "bad-line",
  "seconds",
  "unknown-event",
  "unknown-code",
  "midnight",
  "never-ended",
] as const;

export type Fault = (typeof FAULTS)[number];

/** Where the chances of a fault are drawn: one for each line of a kind of dump, or one for each contact. */
export type Place = "contact line" | "agent line" | "contact" | "break";

/** Chances to strike, a day, of an average day. */
export type Chances = Record<Place, number>;

export interface FaultPlan {
  has(fault: Fault): boolean;
  /** Draws once: whether the fault strikes here and now. */
  strikes(fault: Fault, place: Place): boolean;
  /** How often a fault has struck so far: it comes in all its forms in turn. */
  times(fault: Fault): number;
  /** How many times each fault is to strike on an average day. */
  perDay: number;
}

/** A fault strikes some two to forty times a day, on any day, and every time by its own numbers. */
export function planFaults(faults: readonly Fault[], contacts: number, chances: Chances, seed: number): FaultPlan {
  const perDay = Math.min(40, Math.max(2, Math.round(contacts / 150)));
  const places = Object.keys(chances) as Place[];
  const countdowns: Partial<Record<Fault, Record<Place, () => boolean>>> = {};
  for (const fault of faults) {
    const own = places.map((place) => [place, countdown(chances[place] / perDay, seed, `${fault} ${place}`)]);
    countdowns[fault] = Object.fromEntries(own) as Record<Place, () => boolean>;
  }
  const times: Partial<Record<Fault, number>> = {};
  return {
    has: (fault) => faults.includes(fault),
    times: (fault) => times[fault] ?? 0,
    strikes(fault, place) {
      const isStruck = countdowns[fault]?.[place]() ?? false;
      if (isStruck) times[fault] = (times[fault] ?? 0) + 1;
      return isStruck;
    },
    perDay,
  };
}

function countdown(meanGap: number, seed: number, purpose: string): () => boolean {
  const random = randomOf(seed, purpose);
  const gap = (): number => 1 + Math.floor(random.share() * 2 * Math.max(1, meanGap));
  let left = gap();
  return () => {
    left--;
    if (left > 0) return false;
    left = gap();
    return true;
  };
}
