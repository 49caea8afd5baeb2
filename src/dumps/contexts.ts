import { CONTEXT_COLUMNS } from "./event";

/** The descriptive fields of an event, in the order of CONTEXT_COLUMNS; shared by all events that agree in them. */
export interface Context {
  values: readonly (string | null)[];
  /** Its key in `event_contexts`, once it has one. */
  key: number | null;
}

/**
 * The contexts met last, by the agent, queue or entry point they name. Most events have the context of an event shortly
 * before, and comparing field by field is cheaper than making one text of 25 fields only to look it up.
 */
export interface ContextCache {
  by_pivot: Map<string, Context[]>;
  count: number;
}

const LIMIT = 50_000;
const LIMIT_OF_PIVOT = 32;
const AGENT_ID = CONTEXT_COLUMNS.indexOf("agent_id");
const QUEUE_ID = CONTEXT_COLUMNS.indexOf("queue_id");
const ENTRY_POINT_ID = CONTEXT_COLUMNS.indexOf("entry_point_id");

export function openContexts(): ContextCache {
  return { by_pivot: new Map(), count: 0 };
}

/** @param values are copied where they are kept: the caller may use the list again */
export function contextOf(cache: ContextCache, values: readonly (string | null)[]): Context {
  const pivot = values[AGENT_ID] ?? values[QUEUE_ID] ?? values[ENTRY_POINT_ID] ?? "";
  let candidates = cache.by_pivot.get(pivot);
  if (candidates === undefined) {
    if (cache.count >= LIMIT) Object.assign(cache, openContexts());
    candidates = [];
    cache.by_pivot.set(pivot, candidates);
  }
  const place = placeOf(candidates, values);
  const found = candidates[place];
  if (found !== undefined) {
    if (place > 0) moveToFront(candidates, place);
    return found;
  }
  const fresh: Context = { values: [...values], key: null };
  candidates.unshift(fresh);
  if (candidates.length > LIMIT_OF_PIVOT) candidates.pop();
  else cache.count += 1;
  return fresh;
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
