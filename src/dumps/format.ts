import { NightdeskError } from "../base/errors";
import { isEventHeader } from "./formats/csv";
import { namedType } from "./files";

/** `truth` is the generator's account of what is right, which lies beside its dumps and is none. */
export type Format = "events-ndjson" | "events-csv" | "webex" | "mapped" | "truth" | "empty";

const PAGE_START =
  /^[[\s]*\{\s*"(data|errors?|extensions|taskDetails|agentSession|taskLegDetails|tasks|agentSessions|taskLegs)"\s*:/;
const EVENT_START = /^[[\s]*\{\s*"(type|contactId|agentId|event|state|at|eventId)"\s*:/;
const EVENT_FIELDS = ["contactId", "agentId", "event", "state", "at"];

/** Where a head comes from, and whether what it holds may be shown. */
interface Place {
  path: string;
  name: string;
  may_show: boolean;
}

/**
 * Tells the format of a dump from its first bytes, and from its name where these do not decide. One readable event makes
 * it a file of events, whatever bytes are beside it.
 *
 * @param head the first 64 KiB, unpacked, without a byte-order mark
 * @throws NightdeskError `dump-encoding`, `dump-empty` or `dump-format`
 */
export function formatOf(head: Buffer, place: Place): Format {
  const { path } = place;
  const magic = head.subarray(0, 4).toString("latin1");
  if (magic.startsWith("\u00FF\u00FE") || magic.startsWith("\u00FE\u00FF")) throw encodingError(path, "");
  const text = head.toString("utf8").trimStart();
  if (text === "") return emptyFormat(path, place.name);
  if (magic.startsWith("PK")) throw formatError(path, "holds binary data");
  if (text.startsWith("<")) throw formatError(path, "holds HTML or XML, as a sign-in or error page does");
  if (/^\{\s*"nightdesk_truth"\s*:/.test(text)) return "truth";
  if (PAGE_START.test(text)) return "webex";
  const lines = text.split("\n");
  if (isEventHeader(lines[0] ?? "")) return "events-csv";
  if (EVENT_START.test(text) && text.startsWith("[")) throw formatError(path, "holds events in one JSON array");
  if (EVENT_START.test(text) || lines.some((line) => hasEventField(objectIn(line)))) return "events-ndjson";
  if (isBinary(head)) throw formatError(path, "holds binary data");
  return formatByName(place, text, lines);
}

/**
 * The format of a file that a mapping is for: whatever the mapping says, unless it holds no text at all.
 *
 * @throws NightdeskError as `formatOf`
 */
export function mappedFormat(head: Buffer, { path, name }: Place): Format {
  const magic = head.subarray(0, 4).toString("latin1");
  if (magic.startsWith("\u00FF\u00FE") || magic.startsWith("\u00FE\u00FF")) throw encodingError(path, IN_MAPPING);
  if (magic.startsWith("PK") || isBinary(head)) throw formatError(path, "holds binary data");
  return head.toString("utf8").trim() === "" ? emptyFormat(path, name) : "mapped";
}

function formatByName({ path, name, may_show }: Place, text: string, lines: string[]): Format {
  const plain = name.toLowerCase().replace(/\.(gz|zst)$/, "");
  if (/\.(ndjson|jsonl)$/.test(plain)) {
    if (lines.some((line, index) => objectIn(line) !== null || isCutObject(lines, index))) return "events-ndjson";
    throw formatError(path, `is NDJSON by its name, but its first lines hold no JSON object${shown(text, may_show)}`);
  }
  if (plain.endsWith(".csv")) {
    const header = lines[0]?.trim() ?? "";
    throw formatError(path, `is CSV whose header lacks the fields of an event${shown(header, may_show)}`);
  }
  if (!/^[{[]/.test(text)) throw formatError(path, `holds text that is no JSON${shown(text, may_show)}`);
  return namedType(name) !== null && !plain.endsWith(".json") ? "events-ndjson" : "webex";
}

/** The beginning of a text, where it may be shown. */
function shown(text: string, mayShow: boolean): string {
  return mayShow ? ` (it begins with ${JSON.stringify(text.slice(0, 60))})` : "";
}

function emptyFormat(path: string, name: string): Format {
  if (!/\.(gz|zst|json)$/i.test(name)) return "empty";
  throw new NightdeskError(
    "dump-empty",
    `${path} is empty, which neither an archive nor a response can be. Nothing of it was loaded. Expected a dump; a day without events is an empty .ndjson, or a .csv with its header alone. Fetch the file again.`,
    { canRetry: true },
  );
}

/** The JSON object a line is, or null. */
function objectIn(line: string): object | null {
  if (!line.trimStart().startsWith("{")) return null;
  try {
    return JSON.parse(line.trim().replace(/,$/, "")) as object;
  } catch {
    return null;
  }
}

function hasEventField(object: object | null): boolean {
  return object !== null && EVENT_FIELDS.some((field) => field in object);
}

/** Whether the last line begins as an object does: the head may have cut it. */
function isCutObject(lines: string[], index: number): boolean {
  return index === lines.length - 1 && /^\s*\{\s*"/.test(lines[index] as string);
}

/** More than one byte in ten that no text holds. */
function isBinary(head: Buffer): boolean {
  const start = head.subarray(0, 1024);
  const odd = start.filter((byte) => byte < 9 || (byte > 13 && byte < 32)).length;
  return odd * 10 > start.length;
}

const IN_MAPPING = ', or name it in the mapping: "table": {"encoding": "utf-16le"}';

/** @param advice what else can be done, as the end of a sentence */
function encodingError(path: string, advice: string): NightdeskError {
  return new NightdeskError(
    "dump-encoding",
    `${path} is written in UTF-16. Nothing of it was loaded. Expected UTF-8. Convert it first: iconv -f UTF-16 -t UTF-8 FILE${advice}.`,
  );
}

function formatError(path: string, what: string): NightdeskError {
  return new NightdeskError(
    "dump-format",
    `${path} ${what}. Nothing of it was loaded. Expected events as NDJSON (one JSON object a line with type, at and event or state), events as CSV with a header of those names, or a response of the Webex Contact Center Search API. Export it in one of these, or take it out of the folder.`,
  );
}
