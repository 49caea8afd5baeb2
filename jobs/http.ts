import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { addDays, yesterday } from "../src/base/days";
import { messageOf, NightdeskError } from "../src/base/errors";
import type { Context } from "../src/context";
import { wordsOf } from "../src/i18n/words";
import { gatherStatus } from "../src/status";
import { statusPage } from "../src/status-page";
import { EXPOSITION_TYPE } from "./exposition";
import { metricsReader, type QueueDepth } from "./metrics";
import { upcomingRuns } from "./upcoming";

const USUAL_PORT = 8787;
const DAYS_SHOWN = 14;
const READY_WITHIN_MS = 5_000;

export interface HttpParts {
  context: Context;
  depth: QueueDepth;
}

interface Answer {
  status: number;
  type: string;
  body: string;
}

type Page = () => Promise<Answer>;

/**
 * The one port of the service: `/healthz` (the process is alive), `/readyz` (database and queue answer), `/metrics`
 * (Prometheus) and `/` (the status page). It only reads, and shows no secrets.
 *
 * Several processes on one machine share a configuration: where the port is taken another is opened, which the log says where
 * one was configured. A night is not left undone for a page.
 *
 * @throws NightdeskError `http-port` where the address is none of this machine, or the port may not be opened
 */
export async function openHttp({ context, depth }: HttpParts): Promise<{ url: string; close(): Promise<void> }> {
  const pages = new Map<string, Page>([
    ["/healthz", () => Promise.resolve(plain(200, "alive\n"))],
    ["/readyz", () => readiness(context, depth)],
    ["/metrics", asked(metricsReader(context, depth), EXPOSITION_TYPE)],
    ["/", asked(() => statusOf(context), "text/html; charset=utf-8")],
  ]);
  const server = createServer((request, response) => void answer(pages, context, request, response));
  await listen(server, context.config.http, context.log);
  const { address, port, family } = server.address() as AddressInfo;
  const shown = address === "0.0.0.0" || address === "::" ? "127.0.0.1" : address;
  return {
    url: `http://${family === "IPv6" && shown !== "127.0.0.1" ? `[${shown}]` : shown}:${port}`,
    close: async () => {
      server.close();
      server.closeAllConnections();
      if (server.listening) await once(server, "close");
    },
  };
}

async function listen(server: Server, { host, port }: Context["config"]["http"], log: Context["log"]): Promise<void> {
  try {
    server.listen(port ?? USUAL_PORT, host);
    await once(server, "listening");
  } catch (error) {
    if (port !== 0 && (error as NodeJS.ErrnoException).code === "EADDRINUSE") {
      if (port !== null)
        log.warn(`${host}:${port} is taken by another process; this one shows itself on another port.`);
      return await listen(server, { host, port: 0 }, log);
    }
    throw new NightdeskError(
      "http-port",
      `The service cannot listen on ${host}:${port ?? USUAL_PORT}: ${messageOf(error)}. Expected a port that may be opened and an address of this machine. Correct "http" in the configuration.`,
      { canRetry: true, cause: error },
    );
  }
}

async function answer(
  pages: ReadonlyMap<string, Page>,
  { log }: Context,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { status, type, body } = await answerOf(pages, log, request);
  response.writeHead(status, {
    "content-type": type,
    "content-length": Buffer.byteLength(body),
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    ...(status === 405 ? { allow: "GET, HEAD" } : {}),
  });
  response.end(request.method === "HEAD" ? undefined : body);
}

async function answerOf(
  pages: ReadonlyMap<string, Page>,
  log: Context["log"],
  request: IncomingMessage,
): Promise<Answer> {
  const [path = "/"] = (request.url ?? "/").split("?");
  const page = pages.get(path);
  if (page === undefined)
    return plain(404, `There is no such page. Expected one of ${[...pages.keys()].join(", ")}.\n`);
  if (request.method !== "GET" && request.method !== "HEAD") return plain(405, "This port only shows: GET or HEAD.\n");
  try {
    return await page();
  } catch (error) {
    // What went wrong may name hosts and paths: that is for the log, not for whoever asks.
    log.warn(`${path} could not be shown: ${messageOf(error)}`);
    return plain(503, "This cannot be shown now; the log of the service says why.\n");
  }
}

function plain(status: number, body: string): Answer {
  return { status, type: "text/plain; charset=utf-8", body };
}

/** However many ask at once, it is made once at a time. */
function asked(make: () => Promise<string>, type: string): Page {
  let running: Promise<string> | null = null;
  return async () => {
    running ??= make().finally(() => (running = null));
    return { status: 200, type, body: await running };
  };
}

async function readiness({ db }: Context, depth: QueueDepth): Promise<Answer> {
  const states = {
    database: await answersInTime(() => db.raw("select 1")),
    queue: await answersInTime(depth),
  };
  const isReady = Object.values(states).every((state) => state === "answers");
  return { status: isReady ? 200 : 503, type: "application/json", body: `${JSON.stringify(states)}\n` };
}

async function answersInTime(ask: () => PromiseLike<unknown>): Promise<"answers" | "fails" | "is silent"> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<"is silent">((resolve) => {
    timer = setTimeout(() => resolve("is silent"), READY_WITHIN_MS);
  });
  const answered = Promise.resolve(ask()).then(
    () => "answers" as const,
    () => "fails" as const,
  );
  try {
    return await Promise.race([answered, late]);
  } finally {
    clearTimeout(timer);
  }
}

async function statusOf({ db, config, now }: Context): Promise<string> {
  const to = yesterday(config.zone, now());
  const from = addDays(to, 1 - DAYS_SHOWN);
  const next = upcomingRuns(config, now());
  const words = wordsOf(config.language);
  return statusPage(await gatherStatus(db, config, { from, to, now_ms: now(), next, words }), config.zone, words);
}
