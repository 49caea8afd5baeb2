import type { Mask } from "../../../base/mask";
import type { Raw } from "../../fields";
import { brokenPage, pageError } from "./errors";
import { isRecord } from "./fields";
import { type FoundElement, type FoundFrame, LIST_NAMES } from "./scan";

/** What the pages of a file turned out to be, beside the elements of their lists. */
export interface Verdict {
  has_list: boolean;
  element_count: number;
  bucket_count: number;
  /** The first error a page tells instead of data, masked. */
  failure: string | null;
}

/** Lists may lie this deep; a saved response may wrap them once or twice more than usual. */
const DEEPEST = 5;

export function openVerdict(): Verdict {
  return { has_list: false, element_count: 0, bucket_count: 0, failure: null };
}

/** Takes what lies around the lists of a page. @throws NightdeskError `page-json` */
export function judgeFrame(verdict: Verdict, frame: FoundFrame, path: string, mask: Mask): void {
  const root = parsed(frame.piece, path, (place) => {
    const stretch = frame.stretches.findLast(({ from }) => from <= place);
    return stretch === undefined ? place : stretch.at + place - stretch.from;
  });
  verdict.has_list = hasList(root, 0) || verdict.has_list;
  const failure = graphqlError(root);
  if (failure !== null) verdict.failure ??= mask.text(failure.slice(0, 4096)).slice(0, 300);
}

/** Takes an element of a list. @throws NightdeskError `page-json` */
export function elementOf(verdict: Verdict, bytes: Buffer, found: FoundElement, path: string): Raw {
  const element = parsed(bytes, path, (place) => found.at + place);
  verdict.element_count += 1;
  if (isBucket(element)) verdict.bucket_count += 1;
  return element;
}

/** @throws NightdeskError `page-graphql-error`, `page-aggregation` or `page-unknown` where a file holds no records */
export function refuseUseless(verdict: Verdict, path: string): void {
  const { has_list, element_count, bucket_count, failure } = verdict;
  if (failure !== null && element_count === 0) {
    throw pageError(
      path,
      "page-graphql-error",
      `holds an error instead of data: ${failure}`,
      "Correct the query or the token, and save the response again",
    );
  }
  if (!has_list) {
    throw pageError(
      path,
      "page-unknown",
      "is JSON, but holds neither tasks nor agentSessions nor taskLegs",
      "Save the whole response of a taskDetails, agentSession or taskLegDetails query",
    );
  }
  if (element_count > 0 && element_count === bucket_count) {
    throw pageError(
      path,
      "page-aggregation",
      "holds sums of an aggregation query, not the records themselves",
      "Save the response of a query without aggregations",
    );
  }
}

/** Whether an element is a sum of an aggregation query: then it has no activities of its own. */
export function isBucket(element: Raw): boolean {
  if (!isRecord(element)) return false;
  const isSum = [element.aggregation, element.aggregations].some((value) => Array.isArray(value) && value.length > 0);
  return isSum && !hasActivities(element);
}

function hasActivities(element: Record<string, Raw>): boolean {
  const channels = Array.isArray(element.channelInfo) ? element.channelInfo : [element.channelInfo];
  return [element, ...channels].some((part) => isRecord(part) && nodesOf(part.activities).length > 0);
}

/** The nodes of an activity list, however it is written. */
export function nodesOf(activities: Raw): Raw[] {
  if (Array.isArray(activities)) return activities;
  return isRecord(activities) && Array.isArray(activities.nodes) ? activities.nodes : [];
}

/** @param placeOf the byte of the file for a byte of these */
function parsed(bytes: Buffer, path: string, placeOf: (place: number) => number): Raw {
  const text = bytes.toString("utf8");
  try {
    return JSON.parse(text);
  } catch {
    throw brokenPage(path, placeOf(Buffer.byteLength(text.slice(0, breakOf(text)))));
  }
}

/** Where a text stops being the beginning of JSON. Asked of the parser, which does not always tell. */
function breakOf(text: string): number {
  let whole = 0;
  let broken = text.length + 1;
  while (broken - whole > 1) {
    const middle = Math.floor((whole + broken) / 2);
    if (isBroken(text.slice(0, middle))) broken = middle;
    else whole = middle;
  }
  return whole;
}

/** Whether a text is more than the beginning of JSON. */
function isBroken(text: string): boolean {
  try {
    JSON.parse(text);
    return false;
  } catch (error) {
    const { message } = error as Error;
    const position = /at position (\d+)/.exec(message)?.[1];
    return position === undefined ? !message.includes("end of JSON") : Number(position) < text.length;
  }
}

/** Whether there is a list below a value, were it an empty one. */
function hasList(value: Raw, depth: number): boolean {
  if (depth > DEEPEST || typeof value !== "object" || value === null) return false;
  if (Array.isArray(value)) return value.some((item) => hasList(item, depth + 1));
  return Object.entries(value).some(([name, part]) => {
    if (LIST_NAMES.includes(name) && (Array.isArray(part) || part === null)) return true;
    return (part === null && LIST_PARENTS.includes(name)) || hasList(part, depth + 1);
  });
}

const LIST_PARENTS = ["taskDetails", "agentSession", "taskLegDetails"];

function graphqlError(root: Raw): string | null {
  const pages = Array.isArray(root) ? root : [root];
  for (const page of pages) {
    if (!isRecord(page)) continue;
    const first: Raw = Array.isArray(page.errors) ? page.errors[0] : (page.error ?? undefined);
    if (first === undefined) continue;
    const message = isRecord(first) ? first.message : first;
    return typeof message === "string" ? message : JSON.stringify(first);
  }
  return null;
}
