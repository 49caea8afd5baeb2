import { NightdeskError } from "../../../base/errors";
import type { WebexKind, WebexSource } from "../../../base/sources";
import { type Answer, send, textOf } from "../http-request";
import type { Errand } from "../offer";
import { PassingError, withRetries } from "../retry";
import { filled, withoutSecrets } from "../secrets";
import { shapeOf } from "./queries";
import { accessToken } from "./token";

/** A value as it came out of JSON. */
export type Json = string | number | boolean | null | Json[] | { [name: string]: Json };
export type JsonObject = { [name: string]: Json };

/** A page of the vendor's, whole, and where its records and its end are. */
export interface Page {
  whole: JsonObject;
  elements: Json[];
  has_next_page: boolean;
  end_cursor: string | null;
}

/** The vendor gives no more for this query: its window holds too much. */
export class TooMuchError extends NightdeskError {
  constructor(message: string) {
    super("webex-too-much", message);
    this.name = "TooMuchError";
  }
}

/** What has been asked of the vendor so far. */
export interface Asked {
  pages: number;
  records: number;
  /** The access token, once somebody needed it. */
  token: string | null;
}

/** A page larger than this is none: the vendor gives at most 500 records. */
const LARGEST_PAGE_BYTES = 128 * 1024 * 1024;

/**
 * Asks the Search API for a page, again where it throttles, breaks off or talks nonsense.
 *
 * @throws TooMuchError where the window holds too much; NightdeskError `webex-…` where asking again cannot help
 */
export async function search(errand: Errand<WebexSource>, asked: Asked, kind: WebexKind, query: string): Promise<Page> {
  const { source, fetching } = errand;
  if (asked.pages >= source.most_pages) {
    throw new NightdeskError(
      "webex-pages",
      `The source ${source.name} has more than ${source.most_pages} pages for ${errand.day}. Expected fewer. Raise "most_pages" of the source if that is right.`,
    );
  }
  asked.pages += 1;
  return await withRetries(fetching, source.attempts, async () =>
    pageOf(errand, asked, kind, await ask(errand, asked, query)),
  );
}

async function ask(errand: Errand<WebexSource>, asked: Asked, query: string): Promise<JsonObject> {
  const { source, fetching } = errand;
  asked.token ??= await accessToken(errand);
  const shown = `${source.base}/search`;
  const org = source.org_id === null ? "" : `?orgId=${encodeURIComponent(filled(source.org_id, source, fetching))}`;
  const answer = await send({
    method: "POST",
    url: `${shown}${org}`,
    shown,
    headers: {
      authorization: `Bearer ${asked.token}`,
      "content-type": "application/json",
      accept: "application/json",
    },
    body: JSON.stringify({ query }),
    timeout_ms: source.timeout_ms,
    now: fetching.now,
  });
  if (answer.status !== 200) throw await refusal(errand, asked, answer, shown);
  return parsed(await textOf(answer.chunks, { shown, largest_bytes: LARGEST_PAGE_BYTES }), shown);
}

async function refusal(
  errand: Errand<WebexSource>,
  asked: Asked,
  answer: Answer,
  shown: string,
): Promise<NightdeskError> {
  const { source } = errand;
  const { status } = answer;
  if (status === 401 || status === 403) {
    answer.drop();
    return new NightdeskError(
      "webex-token",
      `${shown} refuses the token of ${source.token ?? source.refresh?.refresh_token} (HTTP ${status}). Expected an access token of an administrator or supervisor with the scope cjp:config_read that has not run out. Fetch a new one.`,
    );
  }
  const text = await textOf(answer.chunks, { shown, largest_bytes: 1024 * 1024 }).catch(() => "");
  const told = quoted(text, errand, asked);
  if (status === 413) return new TooMuchError(`${shown} answered 413: ${told}`);
  return new NightdeskError(
    "webex-answer",
    `${shown} answered HTTP ${status}: ${told}. Expected 200. Correct "base" and "org_id" of the source ${source.name}.`,
  );
}

const LONGEST_QUOTE = 300;

function parsed(text: string, shown: string): JsonObject {
  try {
    const value = JSON.parse(text) as Json;
    if (isObject(value)) return value;
  } catch {
    // Told below: what it is instead does not matter.
  }
  throw new PassingError(
    "webex-no-json",
    `${shown} answered 200 with something that is no JSON object. Expected a response of the Search API.`,
  );
}

/** What the vendor said, as far as it may be shown. */
function quoted(text: string, { source, fetching }: Errand<WebexSource>, { token }: Asked): string {
  const shown = token === null ? text : text.replaceAll(token, "…");
  return withoutSecrets(shown, source, fetching).slice(0, LONGEST_QUOTE);
}

function pageOf(errand: Errand<WebexSource>, asked: Asked, kind: WebexKind, whole: JsonObject): Page {
  const { source } = errand;
  const { query, list } = shapeOf(kind);
  const failure = firstError(whole);
  if (failure !== null) throw graphqlError(errand, quoted(failure, errand, asked));
  const found = isObject(whole.data) ? whole.data[query] : undefined;
  const elements = isObject(found) ? (found[list] ?? []) : undefined;
  const info = isObject(found) ? found.pageInfo : undefined;
  if (!Array.isArray(elements) || !isObject(info) || typeof info.hasNextPage !== "boolean") {
    throw new PassingError(
      "webex-page",
      `${source.base}/search answered without ${query}.${list} and pageInfo. Expected both.`,
    );
  }
  return { whole, elements, has_next_page: info.hasNextPage, end_cursor: cursorText(info.endCursor) };
}

/** A cursor as it is given back: text, or a number as text; null where it is neither. */
export function cursorText(cursor: Json | undefined): string | null {
  if (typeof cursor === "number") return String(cursor);
  return typeof cursor === "string" ? cursor : null;
}

function graphqlError({ source }: Errand<WebexSource>, told: string): NightdeskError {
  if (/\brate.?limit|\bthrottl|\btoo many requests|\bquota\b/i.test(told)) {
    return new PassingError("source-busy", `${source.base}/search: ${told}. Expected data.`, { isThrottled: true });
  }
  if (/\b(limit|exceed\w*|too (many|much|large)|maximum|100[, ]?000|100K)\b/i.test(told)) {
    return new TooMuchError(`${source.base}/search: ${told}`);
  }
  return new NightdeskError(
    "webex-query",
    `${source.base}/search does not answer the query of the source ${source.name}: ${told}. Expected data. If it names a field your organisation does not have, add that field to "leave_out" of the source.`,
    { canRetry: true },
  );
}

function firstError(whole: JsonObject): string | null {
  const first = Array.isArray(whole.errors) ? whole.errors[0] : (whole.error ?? undefined);
  if (first === undefined || first === null) return null;
  return isObject(first) && typeof first.message === "string" ? first.message : JSON.stringify(first);
}

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
