import { isUtf8 } from "node:buffer";
import type { Mask } from "../../../base/mask";
import { countTruncated, type Gathered, limitHeld } from "../../aside";
import type { LoadedEvent } from "../../event";
import { type Fault, type Raw, textOf, unlessTooDeep } from "../../fields";
import { type LongPiece, longPiece } from "../../pieces";
import { rejectLine, rejectLong } from "../../reject";
import { addList, addReported, type ListPlace } from "../../reported";
import { addEvent, sendBatch, type Store } from "../../store";
import { notUtf8 } from "../encoding";
import { channelFigures, type Element, legFigures, taskFigures } from "./elements";
import { fieldsOf, isRecord } from "./fields";
import { listOf, noteEvent } from "./lists";
import { agentParts, channelNode, flagText, type Surroundings, taskNode } from "./nodes";
import { elementOf, isBucket, judgeFrame, nodesOf, openVerdict, refuseUseless, type Verdict } from "./page";
import { type FoundElement, LONGEST_ELEMENT, MOST_VALUES, openScanner } from "./scan";

/** What reading a page needs beside its bytes. */
export interface PageReading {
  path: string;
  store: Store;
  reported: Gathered;
  mask: Mask;
  latestMs: number;
}

interface OpenPage extends PageReading {
  verdict: Verdict;
  /** Whether enough rejected elements wait to be stored. */
  is_full: boolean;
}

/**
 * Reads the elements of a page as they come, each alone: tasks, agent sessions, legs. Elements and nodes are numbered in
 * one row, from 1: a page has no lines.
 *
 * @param tick told after each chunk
 * @returns how many contacts and channels it delivers incompletely
 * @throws NightdeskError `page-…` where it is no page, or not a whole one
 */
export async function readPage(chunks: AsyncIterable<Buffer>, reading: PageReading, tick: () => void): Promise<number> {
  const page: OpenPage = { ...reading, verdict: openVerdict(), is_full: false };
  const scanner = openScanner(page.path);
  for await (const chunk of chunks) {
    for (const found of scanner.push(chunk)) {
      if (found.list === null) judgeFrame(page.verdict, found, page.path, page.mask);
      else await readElement(page, found);
      if (page.is_full) await sendBatch(page.store);
      page.is_full = false;
    }
    await limitHeld(page.store, page.reported);
    tick();
  }
  scanner.end();
  refuseUseless(page.verdict, page.path);
  return await countTruncated(page.store, page.reported);
}

async function readElement(page: OpenPage, found: FoundElement): Promise<void> {
  const { piece } = found;
  if (!Buffer.isBuffer(piece)) return rejectUnread(page, TOO_LONG, piece);
  if (!isUtf8(piece)) return rejectUnread(page, notUtf8("element", piece, SAVE_AGAIN), longPiece(piece));
  const element = elementOf(page.verdict, piece, found, page.path);
  if (found.list === "tasks") await readTask(page, element);
  else if (found.list === "agentSessions") await readSession(page, element);
  else readLeg(page, element);
}

function rejectUnread(page: OpenPage, fault: Fault, piece: LongPiece): void {
  page.verdict.element_count += 1;
  const line = ++page.store.counts.read;
  page.is_full = rejectLong(page.store, page.mask, line, fault, piece) || page.is_full;
}

const SAVE_AGAIN = "Save the response again, byte for byte as it comes.";

const TOO_LONG: Fault = {
  reason: "element-too-long",
  message: `The element is longer than ${LONGEST_ELEMENT / 1024 / 1024} MiB, or holds more than ${MOST_VALUES.toLocaleString("en-US")} values. Expected one task, agent session or leg.`,
};

async function readTask(page: OpenPage, element: Raw): Promise<void> {
  const line = ++page.store.counts.read;
  const fault = elementFault(element, "task");
  if (fault !== null || !isRecord(element)) return reject(page, line, fault ?? BUCKET, element);
  const fields = fieldsOf(element);
  const id = fields.text("id") ?? fields.text("taskid");
  if (id === null) return reject(page, line, noId("task", "id"), element);
  const made = unlessTooDeep(() => taskFigures(element, page.latestMs));
  if (isFault(made)) return reject(page, line, made, element);
  const { figures, fault: spanFault } = made;
  if (spanFault !== null) reject(page, line, spanFault, element);
  addReported(page.reported, "reported_contacts", id, line, figures);
  await readNodes(
    page,
    element.activities,
    taskNode,
    { kind: "contact", owner: id, channel: null },
    {
      owner: id,
      prefix: id,
      context: {
        channel_type: figures.channel_type as string | null,
        direction: figures.direction as string | null,
        is_outdial: flagText(figures.is_outdial as 0 | 1 | null),
      },
      origin: figures.origin as string | null,
      destination: figures.destination as string | null,
      latestMs: page.latestMs,
      contexts: page.store.interners.cache,
    },
  );
}

async function readSession(page: OpenPage, element: Raw): Promise<void> {
  const line = ++page.store.counts.read;
  const fault = elementFault(element, "agent session");
  if (fault !== null || !isRecord(element)) return reject(page, line, fault ?? BUCKET, element);
  const fields = fieldsOf(element);
  const agentId = fields.text("agentid", "agent.id");
  if (agentId === null) return reject(page, line, noId("agent session", "agentId"), element);
  const sessionId = fields.text("agentsessionid");
  const channels = channelsOf(element);
  const pageSessionId = sessionId === null ? pageSession(agentId, element, channels) : null;
  for (const channel of channels) {
    const own = fieldsOf(channel);
    const channelType = own.text("channeltype");
    const channelId = own.text("channelid") ?? channelIdOf(channel);
    const names = {
      agent_session_id: sessionId,
      page_session_id: pageSessionId,
      channel_id: channelId,
      channel_type: channelType,
    };
    const made = unlessTooDeep(() => channelFigures(element, channel, names, page.latestMs));
    if (isFault(made)) {
      reject(page, line, made, element);
      continue;
    }
    const { figures, fault: spanFault } = made;
    // All channels of a session have its span: one rejection tells it.
    if (spanFault !== null && channel === channels[0]) reject(page, line, spanFault, element);
    addReported(page.reported, "reported_agent_sessions", agentId, line, figures);
    const place = { kind: "agent", owner: agentId, channel: channelId } as const;
    const { agent_name, site_id, site_name, team_id, team_name } = figures as Record<string, string | null>;
    await readNodes(page, channel.activities, channelNode, place, {
      owner: agentId,
      prefix: channelId,
      context: {
        ...names,
        agent_id: agentId,
        agent_name: agent_name ?? null,
        site_id: site_id ?? null,
        site_name: site_name ?? null,
        team_id: team_id ?? null,
        team_name: team_name ?? null,
      },
      origin: null,
      destination: null,
      latestMs: page.latestMs,
      contexts: page.store.interners.cache,
    });
  }
}

function readLeg(page: OpenPage, element: Raw): void {
  const line = ++page.store.counts.read;
  const fault = elementFault(element, "leg");
  if (fault !== null || !isRecord(element)) return reject(page, line, fault ?? BUCKET, element);
  const fields = fieldsOf(element);
  const legId = fields.text("id");
  const contactId = fields.text("taskid", "task.id") ?? /^(.+)-callLeg-\d+$/s.exec(legId ?? "")?.[1] ?? null;
  if (contactId === null) return reject(page, line, noId("leg", "taskId"), element);
  const made = unlessTooDeep(() => legFigures(element, page.latestMs));
  if (isFault(made)) return reject(page, line, made, element);
  const { figures, fault: spanFault } = made;
  if (spanFault !== null) reject(page, line, spanFault, element);
  addReported(page.reported, "reported_legs", contactId, line, figures);
}

async function readNodes(
  page: OpenPage,
  activities: Raw,
  read: (node: Raw, around: Surroundings, line: number) => LoadedEvent | Fault,
  place: ListPlace,
  around: Surroundings,
): Promise<void> {
  const { store } = page;
  const list = listOf(activities);
  if (list === null) return;
  for (const node of nodesOf(activities)) {
    const line = ++store.counts.read;
    const result = unlessTooDeep(() => read(node, around, line));
    if (isFault(result)) {
      reject(page, line, result, node);
      continue;
    }
    noteEvent(list, result.at_ms);
    if (addEvent(store, result)) await sendBatch(store);
  }
  addList(page.reported, place, list);
}

function isFault(made: LoadedEvent | Element | Fault): made is Fault {
  return "reason" in made;
}

function reject(page: OpenPage, line: number, fault: Fault, element: Raw): void {
  const text = unlessTooDeep(() => JSON.stringify(element) ?? "null");
  const bytes = Buffer.from(typeof text === "string" ? text : fault.message);
  page.is_full = rejectLine(page.store, page.mask, line, fault, bytes) || page.is_full;
}

function elementFault(element: Raw, what: string): Fault | null {
  if (!isRecord(element))
    return { reason: "not-an-object", message: `The ${what} is no object. Expected {…} with an id.` };
  return isBucket(element) ? BUCKET : null;
}

const BUCKET: Fault = {
  reason: "aggregation",
  message: "The element is a sum of an aggregation query, not a record.",
};

function noId(what: string, field: string): Fault {
  return { reason: `no-${field}`, message: `The ${what} has no ${field}, and it is required.` };
}

/** The channels of a session; activities outside any channel belong to one without a name. */
function channelsOf(session: Record<string, Raw>): Record<string, Raw>[] {
  const given = Array.isArray(session.channelInfo) ? session.channelInfo : [session.channelInfo];
  const channels = given.filter(isRecord);
  if (channels.length === 0 || listOf(session.activities) !== null) channels.push({ activities: session.activities });
  return channels;
}

/** A channel that does not name itself is named in the ids of its activities. */
function channelIdOf(channel: Record<string, Raw>): string | null {
  for (const node of nodesOf(channel.activities)) {
    const id = isRecord(node) ? textOf(node.id) : null;
    const parts = id ? agentParts(id, null) : null;
    if (parts !== null) return parts.channel_id;
  }
  return null;
}

/** The name of a session that has none: its agent and the instant of its first activity. */
function pageSession(agentId: string, session: Record<string, Raw>, channels: Record<string, Raw>[]): string | null {
  const instants = channels
    .flatMap((channel) => nodesOf(channel.activities).map(instantOfNode))
    .filter((at) => at !== null);
  const first =
    instants.length > 0 ? Math.min(...instants) : (fieldsOf(session).instant("starttime", "createdtime") ?? null);
  return first === null ? null : `${agentId}-${first}`;
}

function instantOfNode(node: Raw): number | null {
  if (!isRecord(node)) return null;
  const fields = fieldsOf(node);
  const id = fields.text("id");
  return fields.instant("createdtime", "starttime") ?? (id === null ? null : (agentParts(id, null)?.at_ms ?? null));
}
