/** Chance with a memory: the same seed and purpose give the same numbers for ever. */
export interface Random {
  /** 0 … 1, without the 1. */
  share(): number;
  /** A whole number, both ends included. */
  whole(from: number, to: number): number;
  chance(probability: number): boolean;
  pick<T>(items: readonly T[]): T;
  /** Log-normal about a median; a spread of 0.5 puts two thirds between 0.6 and 1.6 times the median. */
  around(median: number, spread: number): number;
  /** Exponential with the given mean. */
  wait(mean: number): number;
  /** Text that looks like a UUID of version 4. */
  uuid(): string;
}

/** @param purpose each purpose has its own numbers, so that drawing more of one leaves the others as they were */
export function randomOf(seed: number, purpose: string): Random {
  const next = generatorOf(hashOf(`${seed} ${purpose}`));
  const share = (): number => next() / 4_294_967_296;
  const whole = (from: number, to: number): number => from + Math.floor(share() * (to - from + 1));
  return {
    share,
    whole,
    chance: (probability) => share() < probability,
    pick: (items) => items[Math.floor(share() * items.length)] as (typeof items)[number],
    around: (median, spread) => median * Math.exp(spread * bell(share(), share())),
    wait: (mean) => -Math.log(1 - share()) * mean,
    uuid: () => uuidOf(next(), next(), next(), next()),
  };
}

/** A standard normal number out of two uniform ones (Box and Muller). */
function bell(first: number, second: number): number {
  return Math.sqrt(-2 * Math.log(1 - first)) * Math.cos(2 * Math.PI * second);
}

/** FNV-1a over the UTF-16 code units, 32 bits. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return hash >>> 0;
}

/** A counter in golden steps whose every value is mixed twice (the splitmix construction, 32 bits). */
function generatorOf(seed: number): () => number {
  let counter = seed;
  return () => {
    counter = (counter + 0x9e3779b9) | 0;
    let mixed = counter ^ (counter >>> 16);
    mixed = Math.imul(mixed, 0x21f0aaad);
    mixed ^= mixed >>> 15;
    mixed = Math.imul(mixed, 0x735a2d97);
    return (mixed ^ (mixed >>> 15)) >>> 0;
  };
}

function uuidOf(a: number, b: number, c: number, d: number): string {
  const version = ((b & 0xffff0fff) | 0x4000) >>> 0;
  const variant = ((c & 0x3fffffff) | 0x80000000) >>> 0;
  const [first, second, third, fourth] = [hex(a), hex(version), hex(variant), hex(d)] as const;
  return `${first}-${second.slice(0, 4)}-${second.slice(4)}-${third.slice(0, 4)}-${third.slice(4)}${fourth}`;
}

function hex(value: number): string {
  return value.toString(16).padStart(8, "0");
}
