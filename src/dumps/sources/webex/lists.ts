import type { WebexKind, WebexSource } from "../../../base/sources";
import { NightdeskError } from "../../../base/errors";
import type { Errand } from "../offer";
import { type Asked, cursorText, isObject, type Json, type JsonObject, type Page, search } from "./client";
import { listQuery, type Window } from "./queries";

/** An activity list that was cut, and the record it belongs to. */
interface Cut {
  id: string;
  activities: JsonObject;
}

/** What was missing of a list, and whether the vendor said that this was the end of it. */
interface Rest {
  nodes: Json[];
  has_ended: boolean;
}

/** No contact has so many activities: a list that goes on beyond is going in circles. */
const MOST_LIST_PAGES = 1_000;

/**
 * Fetches what is missing of the activity lists of a page and puts it in, so that the page reads as if the vendor had
 * given every list whole. What stays incomplete says so by its `totalCount`.
 */
export async function completeLists(
  errand: Errand<WebexSource>,
  asked: Asked,
  kind: WebexKind,
  window: Window,
  page: Page,
): Promise<void> {
  // A page may repeat a task, one row per status: its activities are fetched once.
  const known = new Map<string, Rest>();
  const asking = { errand, asked, kind, window };
  for (const { id, activities } of cutLists(kind, page.elements)) {
    const rest = known.get(id) ?? (await restOf(asking, { id, activities }));
    known.set(id, rest);
    activities.nodes = distinct([...nodesOf(activities), ...rest.nodes]);
    if (rest.has_ended) activities.pageInfo = { hasNextPage: false, endCursor: null };
  }
}

interface Asking {
  errand: Errand<WebexSource>;
  asked: Asked;
  kind: WebexKind;
  window: Window;
}

/**
 * A cursor within a list is an instant, and where a page ends between two activities of one millisecond the next page passes
 * over the second. A list that stays short of its `totalCount` is read once more, each page from a millisecond before.
 */
async function restOf(asking: Asking, cut: Cut): Promise<Rest> {
  const rest = await readRest(asking, cut, 0);
  const { totalCount } = cut.activities;
  const count = distinct([...nodesOf(cut.activities), ...rest.nodes]).length;
  if (!rest.has_ended || typeof totalCount !== "number" || count >= totalCount) return rest;
  const again = await readRest(asking, cut, 1);
  return { nodes: [...rest.nodes, ...again.nodes], has_ended: true };
}

/** @param overlapMs how much of the page before each page repeats: lists come newest first */
async function readRest(
  { errand, asked, kind, window }: Asking,
  { id, activities }: Cut,
  overlapMs: 0 | 1,
): Promise<Rest> {
  const found: Json[] = [];
  let cursor = cursorOf(activities);
  for (let count = 0; cursor !== null; count++) {
    if (count === MOST_LIST_PAGES) throw endless(errand, id);
    const after = overlapMs > 0 && /^\d{1,15}$/.test(cursor) ? String(Number(cursor) + overlapMs) : cursor;
    const query = listQuery(kind, window, id, after, errand.source.leave_out);
    const parts = listsOf(kind, (await search(errand, asked, kind, query)).elements).filter((part) => part.id === id);
    if (parts.length === 0) return { nodes: found, has_ended: false };
    found.push(...parts.flatMap((part) => nodesOf(part.activities)));
    const next = parts.map((part) => cursorOf(part.activities)).find((one) => one !== null) ?? null;
    if (next === cursor && overlapMs > 0) break;
    if (next === cursor) throw endless(errand, id);
    cursor = next;
  }
  return { nodes: found, has_ended: true };
}

function cutLists(kind: WebexKind, elements: readonly Json[]): Cut[] {
  return listsOf(kind, elements).filter(({ activities }) => cursorOf(activities) !== null);
}

/** The activity lists of tasks, or of the channels of agent sessions. */
function listsOf(kind: WebexKind, elements: readonly Json[]): Cut[] {
  const owners = kind === "agent-sessions" ? elements.flatMap(channelsOf) : elements;
  const name = kind === "agent-sessions" ? "channelId" : "id";
  return owners.flatMap((owner) => {
    if (!isObject(owner) || !isObject(owner.activities) || typeof owner[name] !== "string") return [];
    return [{ id: owner[name], activities: owner.activities }];
  });
}

function channelsOf(session: Json): Json[] {
  if (!isObject(session)) return [];
  return Array.isArray(session.channelInfo) ? session.channelInfo : [session.channelInfo ?? null];
}

function nodesOf({ nodes }: JsonObject): Json[] {
  return Array.isArray(nodes) ? nodes : [];
}

/** Where a list goes on; null where it has ended. */
function cursorOf({ pageInfo }: JsonObject): string | null {
  if (!isObject(pageInfo) || pageInfo.hasNextPage !== true) return null;
  return cursorText(pageInfo.endCursor);
}

/** Activities without those that came twice. */
function distinct(nodes: readonly Json[]): Json[] {
  const known = new Set<string>();
  return nodes.filter((node) => {
    const id = isObject(node) && typeof node.id === "string" ? node.id : null;
    if (id === null) return true;
    if (known.has(id)) return false;
    known.add(id);
    return true;
  });
}

function endless({ source }: Errand<WebexSource>, id: string): NightdeskError {
  return new NightdeskError(
    "webex-cursor",
    `${source.base}/search gives the activities of ${id} without end: its cursor does not move. Expected it to come to an end. Tell the vendor.`,
    { canRetry: true },
  );
}
