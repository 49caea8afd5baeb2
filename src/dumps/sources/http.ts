import { basename } from "node:path";
import { NightdeskError } from "../../base/errors";
import type { HttpSource } from "../../base/sources";
import { type Answer, saveBody, send } from "./http-request";
import {
  byteTick,
  datedName,
  type Errand,
  type Look,
  NOTHING_TO_CLOSE,
  type Offer,
  type Taken,
  withDay,
} from "./offer";
import { filled, shownAddress } from "./secrets";

/** The files of a day behind HTTP addresses: every one of them is expected. */
export async function lookBehindUrls(errand: Errand<HttpSource>): Promise<Look> {
  const offers = errand.source.urls.map((template) => offerOf(errand, template));
  return { files: [], byte_count: 0, offers, absent: [], close: NOTHING_TO_CLOSE };
}

function offerOf(errand: Errand<HttpSource>, template: string): Offer {
  const { source, day, fetching } = errand;
  const address = withDay(template, day);
  const shown = shownAddress(address);
  const named = source.file_name === null ? basename(new URL(address).pathname) : withDay(source.file_name, day);
  const name = datedName(named || "dump", day);
  return {
    place: address,
    name,
    fetch: async (part, held) => {
      const headers = Object.entries(source.headers).map(([header, value]) => [
        header,
        filled(value, source, fetching),
      ]);
      const answer = await send({
        method: "GET",
        url: filled(address, source, fetching),
        shown,
        headers: { ...Object.fromEntries(headers), ...conditionOf(held) },
        timeout_ms: source.timeout_ms,
        now: fetching.now,
      });
      return await taken(errand, answer, { part, shown, name });
    },
  };
}

async function taken(
  errand: Errand<HttpSource>,
  answer: Answer,
  { part, shown, name }: { part: string; shown: string; name: string },
): Promise<Taken> {
  const { status } = answer;
  if (status === 200) {
    await saveBody(answer.chunks, part, { shown, largest_bytes: errand.source.largest_bytes }, byteTick(errand, name));
    return { status: "taken", mark: markOf(answer) };
  }
  answer.drop();
  if (status === 304) return { status: "unchanged" };
  if ([204, 404, 410].includes(status))
    return { status: "absent", reason: `${shown} is not there yet (HTTP ${status})` };
  if (status === 401 || status === 403) {
    throw new NightdeskError(
      "source-refused",
      `${shown} refuses what the source ${errand.source.name} shows for itself (HTTP ${status}). Expected 200. Correct its "headers" and the environment variables they name.`,
    );
  }
  throw new NightdeskError(
    "source-answer",
    `${shown} answered HTTP ${status}. Expected 200 and a dump. Correct the address, or ask who runs that server.`,
  );
}

/** What the server calls this state of the file; empty where it says nothing. */
function markOf(answer: Answer): string {
  const etag = answer.header("etag");
  if (etag !== null) return `etag ${etag}`;
  const modified = answer.header("last-modified");
  return modified === null ? "" : `modified ${modified}`;
}

function conditionOf(held: string | null): Record<string, string> {
  if (held?.startsWith("etag ")) return { "if-none-match": held.slice("etag ".length) };
  return held?.startsWith("modified ") ? { "if-modified-since": held.slice("modified ".length) } : {};
}
