/** What texts stand for, found by their bytes: no text is made of them to look it up. */
export interface ByteTable<Value> {
  limit: number;
  /** The bytes of all texts, one behind the other, and where each ends. */
  bytes: Buffer;
  ends: number[];
  values: Value[];
  /** Numbers of texts, counted from 1, each at the first free place from its hash on; 0 is free. */
  places: Int32Array;
}

const FIRST_BYTES = 64 * 1024;
const FIRST_PLACES = 4096;

/** @param limit texts to remember; where there are more, all are forgotten and learnt anew */
export function openTable<Value>(limit: number): ByteTable<Value> {
  return {
    limit,
    bytes: Buffer.alloc(FIRST_BYTES),
    ends: [],
    values: [],
    places: new Int32Array(FIRST_PLACES),
  };
}

/** What these bytes stand for, if they have been learnt. */
export function found<Value>(table: ByteTable<Value>, bytes: Buffer, from: number, to: number): Value | undefined {
  const { places, values } = table;
  const mask = places.length - 1;
  for (let place = hashOf(bytes, from, to) & mask; ; place = (place + 1) & mask) {
    const number = places[place] as number;
    if (number === 0) return undefined;
    if (isText(table, number - 1, bytes, from, to)) return values[number - 1];
  }
}

/** Remembers what these bytes stand for; they must not be known already. */
export function learn<Value>(table: ByteTable<Value>, bytes: Buffer, from: number, to: number, value: Value): void {
  if (table.values.length >= table.limit) Object.assign(table, openTable(table.limit));
  const start = table.ends.at(-1) ?? 0;
  const end = start + to - from;
  if (end > table.bytes.length) {
    const larger = Buffer.alloc(2 * end);
    larger.set(table.bytes);
    table.bytes = larger;
  }
  table.bytes.set(bytes.subarray(from, to), start);
  table.ends.push(end);
  table.values.push(value);
  if (2 * table.values.length > table.places.length) spread(table);
  else put(table, table.values.length);
}

/** Gives the texts twice as many places. */
function spread<Value>(table: ByteTable<Value>): void {
  table.places = new Int32Array(2 * table.places.length);
  for (let number = 1; number <= table.values.length; number++) put(table, number);
}

function put<Value>({ bytes, ends, places }: ByteTable<Value>, number: number): void {
  const mask = places.length - 1;
  let place = hashOf(bytes, ends[number - 2] ?? 0, ends[number - 1] as number) & mask;
  while (places[place] !== 0) place = (place + 1) & mask;
  places[place] = number;
}

function isText<Value>(table: ByteTable<Value>, index: number, bytes: Buffer, from: number, to: number): boolean {
  const start = index === 0 ? 0 : (table.ends[index - 1] as number);
  if ((table.ends[index] as number) - start !== to - from) return false;
  for (let own = start, other = from; other < to; own++, other++) {
    if (table.bytes[own] !== bytes[other]) return false;
  }
  return true;
}

function hashOf(bytes: Buffer, from: number, to: number): number {
  let hash = to - from;
  for (let at = from; at < to; at++) hash = Math.imul(hash ^ (bytes[at] as number), 16_777_619);
  return hash ^ (hash >>> 15);
}
