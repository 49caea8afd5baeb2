import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** An activity or a record as the vendor gives it. */
export type Row = Record<string, unknown>;

/** What goes wrong with one request instead of an answer. */
export type Trouble =
  | { status: number; headers?: Record<string, string>; body?: string }
  | "drop"
  | "cut"
  | "silence"
  | "garbage"
  | "half-page";

/** A contact centre platform on loopback that answers as the Search API does. */
export interface Vendor {
  base: string;
  tasks: Row[];
  sessions: Row[];
  legs: Row[];
  /** Records a page. */
  page_size: number;
  /** Activities in one list, whatever was asked for. */
  list_limit: number;
  /** Troubles of the requests to come, in their order; null is none. */
  troubles: (Trouble | null)[];
  /** The access token it gives, and what it was asked for it with. */
  grants: string;
  forms: string[];
  /** What was asked: query, address and token. */
  asked: { query: string; url: string; authorization: string }[];
  /** Told before each answer. */
  when_asked: () => void;
  /** Records a query gives at most, and what it says then. */
  cap: { records: number; says: "error" | "end" } | null;
  close(): Promise<void>;
}

export async function openVendor(): Promise<Vendor> {
  const server = createServer();
  const vendor: Vendor = {
    base: await listening(server),
    tasks: [],
    sessions: [],
    legs: [],
    page_size: 250,
    list_limit: 100,
    troubles: [],
    grants: "",
    forms: [],
    asked: [],
    when_asked: () => {},
    cap: null,
    close: () => closed(server),
  };
  server.on("request", (request, response) => void answer(vendor, request, response));
  return vendor;
}

export async function listening(server: Server): Promise<string> {
  await new Promise<void>((done) => void server.listen(0, "127.0.0.1", done));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

export async function closed(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise((done) => void server.close(done));
}

async function answer(vendor: Vendor, request: IncomingMessage, response: ServerResponse): Promise<void> {
  let body = "";
  for await (const chunk of request) body += String(chunk);
  if (request.url === "/v1/access_token") {
    vendor.forms.push(body);
    return void response.end(JSON.stringify({ access_token: vendor.grants, expires_in: 1_209_599 }));
  }
  const { query } = JSON.parse(body) as { query: string };
  vendor.asked.push({ query, url: request.url ?? "", authorization: request.headers.authorization ?? "" });
  vendor.when_asked();
  const trouble = vendor.troubles.shift() ?? null;
  const text = JSON.stringify(pageFor(vendor, query));
  if (trouble === "silence") return;
  if (trouble === "drop") return void request.socket.destroy();
  if (trouble === "cut") {
    response.writeHead(200, { "content-length": text.length });
    response.write(text.slice(0, text.length / 2), () => request.socket.destroy());
    return;
  }
  if (trouble === "garbage") return void response.end("<html>Please wait</html>");
  if (trouble === "half-page") return void response.end('{"data":{"taskDetails":{"tasks":[]}}}');
  if (trouble !== null) return void response.writeHead(trouble.status, trouble.headers).end(trouble.body ?? "");
  response.writeHead(200, { "content-type": "application/json" }).end(text);
}

function pageFor(vendor: Vendor, query: string): Row {
  const [, name, from, to] = /\{ (\w+)\(from: (\d+) to: (\d+)/.exec(query) ?? [];
  const cursor = Number(/cursor: "(\d+)"/.exec(query)?.[1] ?? 0);
  const only = /filter: \{.*?equals: "([^"]+)"/.exec(query)?.[1];
  const after = /after: "(\d+)"/.exec(query)?.[1];
  const [list, all, start] =
    name === "taskDetails"
      ? (["tasks", vendor.tasks, "createdTime"] as const)
      : name === "agentSession"
        ? (["agentSessions", vendor.sessions, "startTime"] as const)
        : (["taskLegs", vendor.legs, "createdTime"] as const);
  const found = all
    .filter((row) => Number(row[start]) >= Number(from) && Number(row[start]) <= Number(to))
    .filter((row) => only === undefined || row.id === only || channelIds(row).includes(only));
  const { cap } = vendor;
  if (cap !== null && cap.says === "error" && found.length > cap.records) {
    return { errors: [{ message: `Pagination exceeds the maximum of ${cap.records} records` }], data: null };
  }
  const given = cap === null ? found : found.slice(0, cap.records);
  const page = given.slice(cursor, cursor + vendor.page_size).map((row) => listed(vendor, row, after));
  const end = cursor + page.length;
  const pageInfo = { hasNextPage: end < given.length, endCursor: String(end) };
  return { data: { [name ?? ""]: { [list]: page, pageInfo } } };
}

function channelIds(row: Row): unknown[] {
  return Array.isArray(row.channelInfo) ? (row.channelInfo as Row[]).map(({ channelId }) => channelId) : [];
}

/** A record whose activity lists are cut at the limit, newest first. */
function listed(vendor: Vendor, row: Row, after: string | undefined): Row {
  if (Array.isArray(row.channelInfo)) {
    return { ...row, channelInfo: (row.channelInfo as Row[]).map((channel) => listed(vendor, channel, after)) };
  }
  if (!Array.isArray(row.activities)) return row;
  const all = (row.activities as Row[]).toSorted((a, b) => timeOf(b) - timeOf(a));
  const left = all.filter((node) => after === undefined || timeOf(node) < Number(after));
  const nodes = left.slice(0, vendor.list_limit);
  const last = nodes.at(-1);
  const pageInfo = {
    hasNextPage: nodes.length < left.length,
    endCursor: last === undefined ? null : String(timeOf(last)),
  };
  return { ...row, activities: { totalCount: all.length, nodes, pageInfo } };
}

function timeOf(node: Row): number {
  return Number(node.createdTime ?? node.startTime);
}

/** A task with activities of these names, a second apart. */
export function task(id: string, atMs: number, names: readonly string[], more: Row = {}): Row {
  const activities = names.map((name, index) => ({
    id: `${id}-${atMs + index * 1000}-${name}`,
    createdTime: atMs + index * 1000,
    eventName: name,
  }));
  return { id, channelType: "telephony", status: "ended", createdTime: atMs, activities, ...more };
}

/** An agent session of one channel with these states, a minute apart. */
export function session(id: string, agentId: string, atMs: number, states: readonly string[]): Row {
  const activities = states.map((state, index) => ({
    id: `${id}-ch-telephony-${atMs + index * 60_000}-${state}`,
    startTime: atMs + index * 60_000,
    state,
  }));
  const channel = { channelId: `${id}-ch`, channelType: "telephony", activities };
  return { agentSessionId: id, agentId, startTime: atMs, endTime: -1, isActive: true, channelInfo: [channel] };
}
