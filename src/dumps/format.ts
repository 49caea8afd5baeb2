import { NightdeskError } from "../base/errors";
import { isEventHeader } from "./formats/csv";
import { namedType } from "./files";

/** `truth` is the generator's account of what is right, which lies beside its dumps and is none. */
export type Format = "events-ndjson" | "events-csv" | "webex" | "truth" | "empty";

const PAGE_START =
  /^[[\s]*\{\s*"(data|errors?|extensions|taskDetails|agentSession|taskLegDetails|tasks|agentSessions|taskLegs)"\s*:/;
const EVENT_START = /^[[\s]*\{\s*"(type|contactId|agentId|event|state|at|eventId)"\s*:/;
const EVENT_FIELDS = ["contactId", "agentId", "event", "state", "at"];

/**
 * Tells the format of a dump from its first bytes, and from its name where these do not decide: a file whose first
 * lines are all broken is still what its name says.
 *
 * @param head the first 64 KiB, unpacked, without a byte-order mark
 * @throws NightdeskError `dump-encoding`, `dump-empty` or `dump-format`
 */
export function formatOf(head: Buffer, path: string, name: string): Format {
  const magic = head.subarray(0, 4).toString("latin1");
  if (magic.startsWith("\u00FF\u00FE") || magic.startsWith("\u00FE\u00FF")) throw encodingError(path);
  const text = head.toString("utf8").trimStart();
  if (text === "") return emptyFormat(path, name);
  if (magic.startsWith("PK") || isBinary(head)) throw formatError(path, "holds binary data");
  if (text.startsWith("<")) throw formatError(path, "holds HTML or XML, as a sign-in or error page does");
  if (/^\{\s*"nightdesk_truth"\s*:/.test(text)) return "truth";
  if (PAGE_START.test(text)) return "webex";
  const lines = text.split("\n");
  if (isEventHeader(lines[0] ?? "")) return "events-csv";
  if (EVENT_START.test(text) && text.startsWith("[")) throw formatError(path, "holds events in one JSON array");
  if (EVENT_START.test(text) || lines.some(isEventLine)) return "events-ndjson";
  return formatByName(path, name, text);
}

function formatByName(path: string, name: string, text: string): Format {
  const plain = name.toLowerCase().replace(/\.(gz|zst)$/, "");
  const isNamed = namedType(name) !== null;
  if (/\.(ndjson|jsonl)$/.test(plain)) return "events-ndjson";
  if (plain.endsWith(".csv")) {
    const header = text.split("\n")[0]?.trim().slice(0, 120) ?? "";
    throw formatError(path, `is CSV whose header lacks the fields of an event (${header})`);
  }
  if (/^[{[]/.test(text)) return isNamed && !plain.endsWith(".json") ? "events-ndjson" : "webex";
  throw formatError(path, `begins with ${JSON.stringify(text.slice(0, 40))}`);
}

function emptyFormat(path: string, name: string): Format {
  if (!/\.(gz|zst|json)$/i.test(name)) return "empty";
  throw new NightdeskError(
    "dump-empty",
    `${path} is empty, which neither an archive nor a response can be. Nothing of it was loaded. Expected a dump; a day without events is an empty .ndjson, or a .csv with its header alone. Fetch the file again.`,
    { canRetry: true },
  );
}

function isEventLine(line: string): boolean {
  if (!line.trimStart().startsWith("{")) return false;
  try {
    const value = JSON.parse(line.trim().replace(/,$/, "")) as Record<string, unknown>;
    return EVENT_FIELDS.some((field) => field in value);
  } catch {
    return false;
  }
}

/** More than one byte in ten that no text holds. */
function isBinary(head: Buffer): boolean {
  const start = head.subarray(0, 1024);
  const odd = start.filter((byte) => byte < 9 || (byte > 13 && byte < 32)).length;
  return odd * 10 > start.length;
}

function encodingError(path: string): NightdeskError {
  return new NightdeskError(
    "dump-encoding",
    `${path} is written in UTF-16. Nothing of it was loaded. Expected UTF-8. Convert it first: iconv -f UTF-16 -t UTF-8 FILE.`,
  );
}

function formatError(path: string, what: string): NightdeskError {
  return new NightdeskError(
    "dump-format",
    `${path} ${what}. Nothing of it was loaded. Expected events as NDJSON (one JSON object a line with type, at and event or state), events as CSV with a header of those names, or a response of the Webex Contact Center Search API. Export it in one of these, or take it out of the folder.`,
  );
}
