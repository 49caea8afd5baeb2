/** The descriptive fields of an event, in the order of CONTEXT_COLUMNS; shared by all events that agree in them. */
export interface Context {
  values: readonly (string | null)[];
  /** Its key in `event_contexts`, once it has one. */
  key: number | null;
}

/**
 * The contexts met last, by a rough mark of their fields. Most events have the context of an event shortly before, and
 * comparing field by field is cheaper than making one text of 25 fields only to look it up.
 */
export interface ContextCache {
  by_mark: Map<number, Context[]>;
  count: number;
}

const LIMIT = 50_000;
const LIMIT_OF_MARK = 32;

export function openContexts(): ContextCache {
  return { by_mark: new Map(), count: 0 };
}

/** @param values are copied where they are kept: the caller may use the list again */
export function contextOf(cache: ContextCache, values: readonly (string | null)[]): Context {
  const mark = markOf(values);
  let candidates = cache.by_mark.get(mark);
  if (candidates === undefined) {
    if (cache.count >= LIMIT) Object.assign(cache, openContexts());
    candidates = [];
    cache.by_mark.set(mark, candidates);
  }
  const place = placeOf(candidates, values);
  const found = candidates[place];
  if (found !== undefined) {
    if (place > 0) moveToFront(candidates, place);
    return found;
  }
  const fresh: Context = { values: [...values], key: null };
  candidates.unshift(fresh);
  if (candidates.length > LIMIT_OF_MARK) candidates.pop();
  else cache.count += 1;
  return fresh;
}

/** Few contexts share a mark: it is made of each text's place, its length and its first and last letters. */
function markOf(values: readonly (string | null)[]): number {
  let mark = 0;
  for (let index = 0; index < values.length; index++) {
    const value = values[index];
    if (value === null || value === undefined) continue;
    const last = value.length - 1;
    const letters =
      value.charCodeAt(0) ^
      (value.charCodeAt(last) << 7) ^
      (value.charCodeAt(last >> 1) << 14) ^
      (value.charCodeAt(last - 1) << 3);
    mark = (Math.imul(mark, 31) + letters + last + index * 7919) | 0;
  }
  return mark;
}

function placeOf(candidates: readonly Context[], values: readonly (string | null)[]): number {
  for (let place = 0; place < candidates.length; place++) {
    if (areEqual((candidates[place] as Context).values, values)) return place;
  }
  return -1;
}

function areEqual(a: readonly (string | null)[], b: readonly (string | null)[]): boolean {
  for (let index = 0; index < a.length; index++) if (a[index] !== b[index]) return false;
  return true;
}

function moveToFront(candidates: Context[], place: number): void {
  const found = candidates[place] as Context;
  for (let index = place; index > 0; index--) candidates[index] = candidates[index - 1] as Context;
  candidates[0] = found;
}
