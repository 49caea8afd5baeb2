import { NightdeskError } from "../../../base/errors";
import type { Raw } from "../../fields";
import { isRecord } from "./fields";

/** The three lists a page may hold. */
export interface PageLists {
  tasks: Raw[];
  sessions: Raw[];
  legs: Raw[];
}

/** A page longer than this is no response of the vendor's, who sends some megabytes. */
const LARGEST_PAGE = 128 * 1024 * 1024;
/** Lists lie at data.taskDetails.tasks and the like; a saved response may wrap that once or twice more. */
const DEEPEST = 5;

/** Collects the bytes of a page. @throws NightdeskError `page-too-large` */
export async function readPage(chunks: AsyncIterable<Buffer>, path: string): Promise<string> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const chunk of chunks) {
    parts.push(chunk);
    length += chunk.length;
    if (length > LARGEST_PAGE)
      throw pageError(
        path,
        "page-too-large",
        `is longer than ${LARGEST_PAGE / 1024 / 1024} MiB, which is no page of the Webex Search API`,
        "Ask the API for smaller pages, or split the file",
      );
  }
  return Buffer.concat(parts).toString("utf8");
}

/**
 * The lists of a page, or of several in one JSON array.
 *
 * @throws NightdeskError `page-json`, `page-graphql-error`, `page-aggregation` or `page-unknown`
 */
export function listsOf(text: string, path: string): PageLists {
  const root = parsed(text, path);
  const lists: PageLists = { tasks: [], sessions: [], legs: [] };
  const found = collect(root, lists, 0);
  const failure = graphqlError(root);
  if (failure !== null && lists.tasks.length + lists.sessions.length + lists.legs.length === 0) {
    throw pageError(
      path,
      "page-graphql-error",
      `holds an error instead of data: ${failure}`,
      "Correct the query or the token, and save the response again",
    );
  }
  if (!found)
    throw pageError(
      path,
      "page-unknown",
      "is JSON, but holds neither tasks nor agentSessions nor taskLegs",
      "Save the whole response of a taskDetails, agentSession or taskLegDetails query",
    );
  const elements = [...lists.tasks, ...lists.sessions, ...lists.legs];
  if (elements.length > 0 && elements.every(isBucket)) {
    throw pageError(
      path,
      "page-aggregation",
      "holds sums of an aggregation query, not the records themselves",
      "Save the response of a query without aggregations",
    );
  }
  return lists;
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

/** A page, or one page a line. */
function parsed(text: string, path: string): Raw {
  try {
    return JSON.parse(text);
  } catch (error) {
    const pages = text.split("\n").filter((line) => line.trim() !== "");
    if (pages.length > 1 && pages.every((page) => /^\{.*\}\s*$/.test(page))) {
      return pages.map((page) => parsed(page, path));
    }
    const place = /position \d+/.exec((error as Error).message)?.[0] ?? "its end";
    throw pageError(
      path,
      "page-json",
      `begins like a page of the Webex Search API, but is no whole JSON: it breaks at ${place}`,
      "Download the page again",
    );
  }
}

/** Puts the lists found below a value where they belong; false where there is none, not even an empty one. */
function collect(value: Raw, lists: PageLists, depth: number): boolean {
  if (depth > DEEPEST || typeof value !== "object" || value === null) return false;
  if (Array.isArray(value)) return value.map((item) => collect(item, lists, depth + 1)).includes(true);
  let found = false;
  for (const [name, part] of Object.entries(value)) {
    const list = { tasks: lists.tasks, agentSessions: lists.sessions, taskLegs: lists.legs }[name];
    if (list !== undefined && (Array.isArray(part) || part === null)) {
      for (const element of part ?? []) list.push(element);
      found = true;
    } else if (["taskDetails", "agentSession", "taskLegDetails"].includes(name) && part === null) found = true;
    else found = collect(part, lists, depth + 1) || found;
  }
  return found;
}

function graphqlError(root: Raw): string | null {
  const pages = Array.isArray(root) ? root : [root];
  for (const page of pages) {
    if (!isRecord(page)) continue;
    const first: Raw = Array.isArray(page.errors) ? page.errors[0] : (page.error ?? undefined);
    if (first === undefined) continue;
    const message = isRecord(first) ? first.message : first;
    return String(typeof message === "string" ? message : JSON.stringify(first)).slice(0, 300);
  }
  return null;
}

function pageError(path: string, code: string, what: string, advice: string): NightdeskError {
  return new NightdeskError(
    code,
    `${path} ${what}. Nothing of it was loaded. Expected a response of the Webex Contact Center Search API with its records. ${advice}.`,
  );
}
