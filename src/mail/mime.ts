/** One part of a message, or the message itself. */
export interface MimePart {
  /** In the order they stand, names in small letters, values unfolded and as they were encoded. */
  headers: { name: string; value: string }[];
  /** Media type in small letters, `text/plain` where nothing is said. */
  type: string;
  /** Parameters of the media type, names in small letters. */
  parameters: Record<string, string>;
  /** Decoded; empty for a part of parts. */
  body: Buffer;
  children: MimePart[];
}

/** Parts within parts deeper than this no mail of ours has. */
const DEEPEST = 20;

/** Takes a message apart. What is broken is read as far as it goes; nothing is thrown. */
export function parseMime(bytes: Buffer, depth = 0): MimePart {
  const text = bytes.toString("latin1");
  const end = /\r?\n\r?\n/.exec(text);
  const isHeadless = /^\r?\n/.test(text);
  const head = isHeadless ? "" : text.slice(0, end?.index ?? text.length);
  const rest = isHeadless ? text.replace(/^\r?\n/, "") : end === null ? "" : text.slice(end.index + end[0].length);
  const headers = headersOf(Buffer.from(head, "latin1").toString("utf8"));
  const { type, parameters } = mediaType(valueOf(headers, "content-type") ?? "text/plain");
  const boundary = parameters.boundary;
  if (type.startsWith("multipart/") && boundary !== undefined && depth < DEEPEST) {
    const children = partsOf(rest, boundary).map((part) => parseMime(Buffer.from(part, "latin1"), depth + 1));
    return { headers, type, parameters, body: Buffer.alloc(0), children };
  }
  return {
    headers,
    type,
    parameters,
    body: decoded(rest, valueOf(headers, "content-transfer-encoding")),
    children: [],
  };
}

/** The first value of a header, as it stands; undefined where there is none. */
export function headerOf({ headers }: MimePart, name: string): string | undefined {
  return valueOf(headers, name);
}

/** The first part of a media type within a part, itself included. */
export function partOfType(part: MimePart, type: string): MimePart | undefined {
  return allParts(part).find((each) => each.type === type && !isAttached(each));
}

export function allParts(part: MimePart): MimePart[] {
  return [part, ...part.children.flatMap(allParts)];
}

export function isAttached(part: MimePart): boolean {
  return (headerOf(part, "content-disposition") ?? "").trim().toLowerCase().startsWith("attachment");
}

/** A header's value with its encoded words (RFC 2047) read. */
export function decodedHeader(value: string): string {
  const joined = value.replace(/(=\?[^?]+\?[bq]\?[^?]*\?=)\s+(?==\?)/gi, "$1");
  const bytes: { charset: string; bytes: Buffer }[] = [];
  return joined.replace(/(?:=\?[^?\s]+\?[bq]\?[^?]*\?=)+/gi, (run) => {
    bytes.length = 0;
    for (const [, charset = "", encoding = "", word = ""] of run.matchAll(/=\?([^?\s]+)\?([bq])\?([^?]*)\?=/gi)) {
      bytes.push({
        charset,
        bytes: encoding.toLowerCase() === "b" ? Buffer.from(word, "base64") : quoted(word.replaceAll("_", " ")),
      });
    }
    return Buffer.concat(bytes.map((each) => each.bytes)).toString("utf8");
  });
}

function valueOf(headers: MimePart["headers"], wanted: string): string | undefined {
  return headers.find(({ name }) => name === wanted)?.value;
}

function headersOf(head: string): MimePart["headers"] {
  const unfolded = head.replace(/\r?\n[ \t]+/g, " ");
  return unfolded.split(/\r?\n/).flatMap((line) => {
    const colon = line.indexOf(":");
    if (colon <= 0) return line === "" ? [] : [{ name: "", value: line }];
    return [{ name: line.slice(0, colon).trim().toLowerCase(), value: line.slice(colon + 1).trim() }];
  });
}

function mediaType(value: string): { type: string; parameters: Record<string, string> } {
  const [type = "", ...rest] = value.split(/;(?=(?:[^"]*"[^"]*")*[^"]*$)/);
  const parameters = rest.flatMap((part) => {
    const [name = "", ...text] = part.split("=");
    return text.length === 0
      ? []
      : [
          [
            name.trim().toLowerCase(),
            text
              .join("=")
              .trim()
              .replace(/^"(.*)"$/, "$1"),
          ],
        ];
  });
  return { type: type.trim().toLowerCase(), parameters: Object.fromEntries(parameters) as Record<string, string> };
}

function partsOf(text: string, boundary: string): string[] {
  const escaped = boundary.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  const [, ...parts] = `\n${text}`.split(new RegExp(`\\r?\\n--${escaped}(?=[ \\t]*(?:\\r?\\n|$)|--)`));
  return parts.filter((part) => !part.startsWith("--")).map((part) => part.replace(/^[ \t]*\r?\n/, ""));
}

function decoded(text: string, encoding = "7bit"): Buffer {
  if (/base64/i.test(encoding)) return Buffer.from(text, "base64");
  return /quoted-printable/i.test(encoding) ? quoted(text.replace(/=[ \t]*\r?\n/g, "")) : Buffer.from(text, "latin1");
}

function quoted(text: string): Buffer {
  const bytes = text.replace(/=([0-9A-F]{2})/gi, (_all, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, "latin1");
}
