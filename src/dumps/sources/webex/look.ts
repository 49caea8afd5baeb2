import { type FileHandle, open } from "node:fs/promises";
import { addDays, calendarDay, SECOND } from "../../../base/days";
import { NightdeskError } from "../../../base/errors";
import type { WebexKind, WebexSource } from "../../../base/sources";
import { tooLarge } from "../http-request";
import { type Errand, type Look, NOTHING_TO_CLOSE, type Offer } from "../offer";
import { type Asked, isObject, type Page, search, TooMuchError } from "./client";
import { completeLists } from "./lists";
import { pageQuery, shapeOf, type Window } from "./queries";

/** The mark of a file that was asked for after its day had ended; before that, more may come. */
const WHOLE = "whole";
const SO_FAR = "so far";

/** A window no shorter than this holds what the vendor does not give: then something else is wrong. */
const SHORTEST_WINDOW_MS = SECOND;

/**
 * The Search API's records of a day, and of the days before it that may have changed since: a file for each day and kind
 * of record, which holds the vendor's pages, one a line.
 */
export async function lookAtWebex(errand: Errand<WebexSource>): Promise<Look> {
  const { source, day } = errand;
  const asked: Asked = { pages: 0, records: 0, token: null };
  const days = Array.from({ length: source.look_back_days + 1 }, (_, back) => addDays(day, -back));
  const offers = days.flatMap((began) => source.kinds.map((kind) => offerOf(errand, asked, kind, began)));
  return { files: [], byte_count: 0, offers, absent: [], close: NOTHING_TO_CLOSE };
}

interface Reading {
  errand: Errand<WebexSource>;
  asked: Asked;
  kind: WebexKind;
  began: string;
  file: FileHandle;
  /** Bytes written so far. */
  length: number;
}

function offerOf(errand: Errand<WebexSource>, asked: Asked, kind: WebexKind, began: string): Offer {
  const { source, day, fetching } = errand;
  const { starts_at_ms, ends_at_ms } = calendarDay(fetching.zone, began);
  // The last day of the name is the one it was asked for: of what two nights say about a contact, the later counts.
  const name =
    began === day ? `${source.name}-${kind}-${day}.json` : `${source.name}-${kind}-${began}-as-of-${day}.json`;
  return {
    place: name,
    name,
    asks_again: true,
    fetch: async (part, held) => {
      if (held === WHOLE) return { status: "unchanged" };
      const asks = fetching.now();
      const file = await open(part, "wx");
      try {
        const reading: Reading = { errand, asked, kind, began, file, length: 0 };
        await readWindow(reading, { from_ms: starts_at_ms, to_ms: ends_at_ms });
      } finally {
        await file.close();
      }
      return { status: "taken", mark: asks >= calendarDay(fetching.zone, day).ends_at_ms ? WHOLE : SO_FAR };
    },
  };
}

/** Reads a window to its end; where it holds more than the vendor gives, each of its halves instead. */
async function readWindow(reading: Reading, window: Window): Promise<void> {
  const start = { length: reading.length, records: reading.asked.records };
  try {
    await readPages(reading, window);
  } catch (error) {
    if (!(error instanceof TooMuchError)) throw error;
    const middle = Math.floor((window.from_ms + window.to_ms) / 2);
    if (window.to_ms - window.from_ms < SHORTEST_WINDOW_MS) throw tooDense(reading, error);
    await reading.file.truncate(start.length);
    reading.length = start.length;
    reading.asked.records = start.records;
    await readWindow(reading, { from_ms: window.from_ms, to_ms: middle });
    await readWindow(reading, { from_ms: middle + 1, to_ms: window.to_ms });
  }
}

async function readPages(reading: Reading, window: Window): Promise<void> {
  const { errand, asked, kind } = reading;
  const { record_cap } = shapeOf(kind);
  let cursor: string | null = null;
  let records = 0;
  for (;;) {
    const query = pageQuery(kind, window, cursor, errand.source.leave_out);
    const page: Page = await search(errand, asked, kind, query);
    records += page.elements.length;
    if (records >= record_cap) throw new TooMuchError(`${records} records`);
    await completeLists(errand, asked, kind, window, page);
    await write(reading, window, page);
    asked.records += page.elements.length;
    errand.fetching.log.progress(progressLine(reading));
    if (!page.has_next_page) return;
    if (page.end_cursor === null || page.end_cursor === cursor) throw endless(errand);
    cursor = page.end_cursor;
  }
}

/** Writes a page with what was asked for beside it: else two quiet days would be the same bytes, and so one dump. */
async function write(reading: Reading, window: Window, { whole }: Page): Promise<void> {
  const { source, day } = reading.errand;
  const own = isObject(whole.extensions) ? whole.extensions : {};
  const extensions = { ...own, asked_for: { day, kind: reading.kind, ...window } };
  const bytes = Buffer.from(`${JSON.stringify({ ...whole, extensions })}\n`);
  if (reading.length + bytes.length > source.largest_bytes)
    throw tooLarge(`${source.base}/search`, source.largest_bytes);
  await reading.file.write(bytes, 0, bytes.length, reading.length);
  reading.length += bytes.length;
}

export function progressLine({
  errand,
  asked,
  kind,
  began,
}: Pick<Reading, "errand" | "asked" | "kind" | "began">): string {
  const count = (value: number): string => value.toLocaleString("en-US");
  return `${errand.source.name}: ${kind} of ${began}, ${count(asked.pages)} pages, ${count(asked.records)} records`;
}

function tooDense({ errand, kind }: Reading, error: TooMuchError): NightdeskError {
  return new NightdeskError(
    "webex-too-much",
    `${errand.source.base}/search gives no ${kind} even of a single second: ${error.message}. Expected fewer than 100,000. Ask the vendor.`,
    { canRetry: true },
  );
}

function endless({ source }: Errand<WebexSource>): NightdeskError {
  return new NightdeskError(
    "webex-cursor",
    `${source.base}/search says there is a next page and gives no cursor to it. Expected one. Tell the vendor.`,
    { canRetry: true },
  );
}
