import { createWriteStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import { messageOf, NightdeskError } from "../../base/errors";
import { askedPauseMs, PassingError } from "./retry";

/** One request: its address as it is sent, and as it may be shown. */
export interface Request {
  method: "GET" | "POST";
  url: string;
  shown: string;
  headers: Record<string, string>;
  body?: string;
  /** How long the other side may be silent, ms. */
  timeout_ms: number;
  now: () => number;
}

export interface Answer {
  status: number;
  header(name: string): string | null;
  chunks: AsyncIterable<Uint8Array>;
  /** Leaves the body unread. */
  drop(): void;
}

const PASSING = [408, 425, 429, 500, 502, 503, 504];
const MOST_REDIRECTS = 5;

/**
 * Sends a request and gives its answer as soon as it begins. Headers never follow a redirect to another server, where a
 * token has no business.
 *
 * @throws PassingError where the other side cannot be reached, is silent for too long, throttles or is broken
 */
export async function send(request: Request): Promise<Answer> {
  const watch = openWatch(request.timeout_ms);
  try {
    const response = await follow(request, watch.signal);
    const answer = answerOf(request, response, watch);
    if (!PASSING.includes(response.status)) return answer;
    answer.drop();
    const retryAfterMs = askedPauseMs(response.headers.get("retry-after"), request.now());
    throw new PassingError("source-busy", `${request.shown} answered ${response.status}. Expected 200.`, {
      retryAfterMs,
      isThrottled: response.status === 429 || retryAfterMs !== null,
    });
  } catch (error) {
    watch.end();
    throw explained(error, request);
  }
}

async function follow(request: Request, signal: AbortSignal): Promise<Response> {
  let url = new URL(request.url);
  let headers = request.headers;
  for (let count = 0; count <= MOST_REDIRECTS; count++) {
    const { method, body } = request;
    const response = await fetch(url, {
      method,
      headers,
      redirect: "manual",
      signal,
      ...(body === undefined ? {} : { body }),
    });
    const target = response.headers.get("location");
    if (![301, 302, 303, 307, 308].includes(response.status) || target === null || method === "POST") return response;
    await response.body?.cancel();
    const next = new URL(target, url);
    if (!isSameServer(url, next)) headers = {};
    url = next;
  }
  throw new NightdeskError(
    "source-redirects",
    `${request.shown} redirects more than ${MOST_REDIRECTS} times. Expected a file. Correct the address.`,
  );
}

/** Whether a redirect leads to the very server that was asked, or to the encrypted side of it. */
export function isSameServer(from: URL, to: URL): boolean {
  if (from.origin === to.origin) return true;
  const isUpgrade = from.protocol === "http:" && to.protocol === "https:";
  return isUpgrade && from.hostname === to.hostname && from.port === "" && to.port === "";
}

function answerOf(request: Request, response: Response, watch: Watch): Answer {
  async function* chunks(): AsyncGenerator<Uint8Array> {
    try {
      for await (const chunk of response.body ?? []) {
        watch.heard();
        yield chunk as Uint8Array;
      }
    } catch (error) {
      throw explained(error, request);
    } finally {
      watch.end();
    }
  }
  const drop = (): void => {
    watch.end();
    response.body?.cancel().catch(() => {});
  };
  return { status: response.status, header: (name) => response.headers.get(name), chunks: chunks(), drop };
}

interface Watch {
  signal: AbortSignal;
  heard(): void;
  end(): void;
}

/** Gives up once nothing has been heard for so long. */
function openWatch(timeoutMs: number): Watch {
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(new Error(SILENT)), timeoutMs);
  return { signal: abort.signal, heard: () => void timer.refresh(), end: () => clearTimeout(timer) };
}

const SILENT = "silent for too long";

function explained(error: unknown, { shown, timeout_ms }: Request): unknown {
  if (error instanceof NightdeskError) return error;
  const reason = messageOf((error as { cause?: unknown }).cause ?? error) || messageOf(error);
  if (reason === SILENT || messageOf(error) === SILENT) {
    return new PassingError("source-silent", `${shown} said nothing for ${timeout_ms / 1000} s. Expected an answer.`);
  }
  return new PassingError(
    "source-unreachable",
    `${shown} cannot be reached, or broke off: ${reason}. Expected an answer.`,
  );
}

/**
 * Writes a body to a file.
 *
 * @throws NightdeskError `source-too-large` beyond the limit
 */
export async function saveBody(
  chunks: AsyncIterable<Uint8Array>,
  file: string,
  limit: { shown: string; largest_bytes: number },
  tick: (bytes: number) => void,
): Promise<void> {
  await pipeline(limited(chunks, limit, tick), createWriteStream(file));
}

/** A body as text. @throws NightdeskError `source-too-large` beyond the limit */
export async function textOf(
  chunks: AsyncIterable<Uint8Array>,
  limit: { shown: string; largest_bytes: number },
): Promise<string> {
  const parts: Uint8Array[] = [];
  for await (const chunk of limited(chunks, limit, () => {})) parts.push(chunk);
  return Buffer.concat(parts).toString("utf8");
}

async function* limited(
  chunks: AsyncIterable<Uint8Array>,
  { shown, largest_bytes }: { shown: string; largest_bytes: number },
  tick: (bytes: number) => void,
): AsyncGenerator<Uint8Array> {
  let count = 0;
  for await (const chunk of chunks) {
    count += chunk.length;
    if (count > largest_bytes) throw tooLarge(shown, largest_bytes);
    tick(count);
    yield chunk;
  }
}

export function tooLarge(shown: string, largestBytes: number): NightdeskError {
  return new NightdeskError(
    "source-too-large",
    `${shown} is larger than ${Math.round(largestBytes / 1024 / 1024)} MiB. Expected less; nothing of it was taken. Raise "largest_mb" of the source if that is right.`,
  );
}
