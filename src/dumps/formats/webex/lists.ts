import { type Raw, textOf } from "../../fields";
import { isRecord } from "./fields";
import { nodesOf } from "./page";

/** What one delivered activity list says of itself. */
export interface DeliveredList {
  /** Distinct ids among its nodes, as numbers: lists stay in memory until their page has ended. */
  ids: number[];
  node_count: number;
  total_count: number | null;
  has_next_page: 0 | 1 | null;
  oldest_at_ms: number | null;
  newest_at_ms: number | null;
}

/** The vendor cuts a list at this many nodes unless it is asked for more. */
const USUAL_LIMIT = 25;

/** Null where an element has no activity list at all. */
export function listOf(activities: Raw): DeliveredList | null {
  if (!isRecord(activities) && !Array.isArray(activities)) return null;
  const info = isRecord(activities) && isRecord(activities.pageInfo) ? activities.pageInfo.hasNextPage : null;
  const total =
    isRecord(activities) && Number.isSafeInteger(activities.totalCount) ? Number(activities.totalCount) : null;
  const nodes = nodesOf(activities);
  const ids = nodes.map((node) => (isRecord(node) ? textOf(node.id) : null)).filter((id) => typeof id === "string");
  const distinct = new Set(ids.map(idNumber));
  return {
    ids: [...distinct],
    node_count: distinct.size,
    total_count: total !== null && total >= 0 ? total : null,
    has_next_page: typeof info === "boolean" ? (info ? 1 : 0) : null,
    oldest_at_ms: null,
    newest_at_ms: null,
  };
}

/** 53 bits that stand for an id among the few of one contact or channel. */
function idNumber(id: string): number {
  let high = 0xdeadbeef;
  let low = 0x41c6ce57;
  for (let index = 0; index < id.length; index++) {
    const unit = id.charCodeAt(index);
    high = Math.imul(high ^ unit, 0x9e3779b1);
    low = Math.imul(low ^ unit, 0x5f356495);
    high ^= low >>> 15;
    low ^= high >>> 13;
  }
  return (high & 0x1fffff) * 0x1_0000_0000 + (low >>> 0);
}

/** Notes that an event of the list was accepted. */
export function noteEvent(list: DeliveredList, atMs: number): void {
  if (list.oldest_at_ms === null || atMs < list.oldest_at_ms) list.oldest_at_ms = atMs;
  if (list.newest_at_ms === null || atMs > list.newest_at_ms) list.newest_at_ms = atMs;
}

/** Whether the lists of one contact or channel, taken together, are known to lack activities. */
export function isTruncated(lists: readonly DeliveredList[]): boolean {
  const count = new Set(lists.flatMap((list) => list.ids)).size;
  const totals = lists.map((list) => list.total_count).filter((total) => total !== null);
  if (totals.length > 0 && count < Math.max(...totals)) return true;
  const isCovered = totals.length > 0;
  if (!isCovered && lists.some((list) => list.has_next_page === 1) && !lists.some((list) => list.has_next_page === 0))
    return true;
  return lists.some(
    (list) =>
      list.node_count === USUAL_LIMIT &&
      list.total_count === null &&
      list.has_next_page === null &&
      count === USUAL_LIMIT,
  );
}
