/** What is going to happen and when: the clock of the simulation. */
export interface Agenda {
  /** The instant that is being lived through, epoch ms. */
  now(): number;
  /** Lets something happen at an instant; of one instant in the order of asking. The past means now. */
  at(ms: number, act: () => void): void;
  /** Lives through everything before an instant. */
  runUntil(ms: number): void;
}

interface Entry {
  at: number;
  order: number;
  act: () => void;
}

export function openAgenda(startMs: number): Agenda {
  const heap: Entry[] = [];
  let now = startMs;
  let order = 0;
  return {
    now: () => now,
    at: (ms, act) => push(heap, { at: Math.max(now, Math.round(ms)), order: order++, act }),
    runUntil(ms) {
      for (let first = heap[0]; first !== undefined && first.at < ms; first = heap[0]) {
        pop(heap);
        now = first.at;
        first.act();
      }
      now = ms;
    },
  };
}

function isBefore(a: Entry, b: Entry): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}

function push(heap: Entry[], entry: Entry): void {
  let place = heap.length;
  while (place > 0) {
    const above = (place - 1) >> 1;
    const parent = heap[above] as Entry;
    if (!isBefore(entry, parent)) break;
    heap[place] = parent;
    place = above;
  }
  heap[place] = entry;
}

function pop(heap: Entry[]): void {
  const last = heap.pop();
  if (last === undefined || heap.length === 0) return;
  let place = 0;
  for (let child = 1; child < heap.length; child = 2 * place + 1) {
    const right = heap[child + 1];
    if (right !== undefined && isBefore(right, heap[child] as Entry)) child++;
    const below = heap[child] as Entry;
    if (!isBefore(below, last)) break;
    heap[place] = below;
    place = child;
  }
  heap[place] = last;
}
