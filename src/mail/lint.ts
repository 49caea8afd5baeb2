import { isMailAddress } from "../base/mail-keys";
import { type LintFault, lintHtml } from "./lint-html";
import { allParts, decodedHeader, headerOf, isAttached, type MimePart, parseMime, partOfType } from "./mime";

export type { LintFault } from "./lint-html";

/** Gmail cuts a page at about 102 KB; below this it stays whole with what servers put in. */
const MOST_HTML_BYTES = 60 * 1024;

/** Every rule of the design that a machine can check, held against a message as it is sent. */
export function lintMessage(bytes: Buffer): LintFault[] {
  const message = parseMime(bytes);
  const html = partOfType(message, "text/html");
  const text = partOfType(message, "text/plain");
  const faults = [...lintHeaders(message, bytes), ...lintStructure(message)];
  if (html === undefined)
    faults.push({ where: "message", what: "there is no HTML part", advice: "Send text and HTML." });
  if (text === undefined)
    faults.push({ where: "message", what: "there is no text part", advice: "Send text and HTML." });
  if (html !== undefined) faults.push(...lintHtmlPart(html, text, message));
  return faults;
}

function lintHtmlPart(part: MimePart, text: MimePart | undefined, message: MimePart): LintFault[] {
  const html = part.body.toString("utf8");
  const reading = lintHtml(html);
  const faults = [...reading.faults];
  if (part.body.byteLength > MOST_HTML_BYTES) {
    const kilobytes = (part.body.byteLength / 1024).toFixed(0);
    faults.push({
      where: "html",
      what: `${kilobytes} KB of HTML`,
      advice: "Keep within 60 KB: Gmail cuts what is longer.",
    });
  }
  if (text !== undefined) faults.push(...lintParity(reading.texts.join(" "), text.body.toString("utf8")));
  const sent = new Set(allParts(message).map((each) => (headerOf(each, "content-id") ?? "").replace(/^<|>$/g, "")));
  for (const cid of reading.cids.filter((each) => !sent.has(each))) {
    faults.push({
      where: "html",
      what: `cid:${cid} is not in the mail`,
      advice: "Send the picture along under that Content-ID.",
    });
  }
  return faults;
}

/**
 * Figures, with what a reader takes as part of them: sign, thousands, decimals, `h:mm:ss`, days, percent. `81.2 %` is not
 * `81.2%`: the two parts spell alike.
 */
const FIGURE = /(?:[<>≤≥▲▼]\s?)?[-−+]?\d[\d,.:/-]*(?:\s?%)?/g;

function figuresOf(text: string): string[] {
  const plain = text.replace(/[\s\u00A0]+/g, " ");
  return (plain.match(FIGURE) ?? []).map((figure) => figure.trim().replace(/[.,:/-]+$/, ""));
}

function lintParity(html: string, text: string): LintFault[] {
  const inText = new Set(figuresOf(text));
  return [...new Set(figuresOf(html))]
    .filter((figure) => !inText.has(figure))
    .map((figure) => ({
      where: "text",
      what: `the figure "${figure}" of the HTML is not in the text`,
      advice: "Write it there too, spelt alike, spaces included.",
    }));
}

const ONCE = ["from", "to", "subject", "date", "message-id", "mime-version", "content-type"] as const;

function lintHeaders(message: MimePart, bytes: Buffer): LintFault[] {
  const faults: LintFault[] = [];
  const tell = (name: string, what: string, advice: string): void =>
    void faults.push({ where: `header ${name}`, what, advice });
  for (const name of ONCE) {
    const count = message.headers.filter((header) => header.name === name).length;
    if (count !== 1) tell(name, count === 0 ? "is not there" : `is there ${count} times`, "Say it once.");
  }
  for (const name of ["bcc", "cc"]) {
    if (headerOf(message, name) !== undefined) tell(name, "a summary goes to one reader", "Leave it out.");
  }
  for (const { name, value } of message.headers) {
    if (name === "") tell(value.slice(0, 40), "is no header", "A line break got into the header before it.");
    // oxlint-disable-next-line no-control-regex
    if (/[\u0000-\u0008\u000B-\u001F\u007F]/.test(decodedHeader(value)) || /[\r\n]/.test(decodedHeader(value)))
      tell(
        name,
        "holds a line break or control letter",
        "Remove it: programs may read what follows as a header of its own.",
      );
  }
  lintAddresses(message, tell);
  const id = headerOf(message, "message-id") ?? "";
  if (!/^<[^\s<>@]+@[^\s<>@]+>$/.test(id))
    tell("message-id", `"${id.slice(0, 60)}" is no name of a message`, "Expected <name@domain>.");
  if (Number.isNaN(Date.parse(headerOf(message, "date") ?? "")))
    tell("date", "is no date", "Expected one after RFC 5322.");
  if (decodedHeader(headerOf(message, "subject") ?? "").trim() === "") tell("subject", "is empty", "Say the verdict.");
  if (!(headerOf(message, "auto-submitted") ?? "").startsWith("auto-generated"))
    tell("auto-submitted", 'is not "auto-generated"', "Say so, or holiday replies come back.");
  return [...faults, ...longLines(bytes)];
}

function lintAddresses(message: MimePart, tell: (name: string, what: string, advice: string) => void): void {
  for (const name of ["from", "to"]) {
    const value = headerOf(message, name) ?? "";
    const bare = value.replace(/"(?:[^"\\]|\\.)*"/g, "");
    const addresses = bare.match(/[^\s<>,;]+@[^\s<>,;]+/g) ?? [];
    if (addresses.length !== 1 || !addresses.every(isMailAddress))
      tell(
        name,
        `${addresses.length} addresses in "${value.slice(0, 80)}"`,
        "Expected one address; names that hold commas or @ stand in quotes.",
      );
  }
}

/** RFC 5322 allows 998 letters a line. */
function longLines(bytes: Buffer): LintFault[] {
  const lines = bytes.toString("latin1").split(/\r?\n/);
  const long = lines.findIndex((line) => line.length > 998);
  return long < 0
    ? []
    : [
        {
          where: `line ${long + 1}`,
          what: "is longer than 998 letters",
          advice: "Encode the part as quoted-printable or base64.",
        },
      ];
}

/** `mixed(related(alternative(text, html), images), attachments)`, as mail programs show it best. */
function lintStructure(message: MimePart): LintFault[] {
  const [related, ...attachments] = message.children;
  const [alternative, ...images] = related?.children ?? [];
  const isNested =
    message.type === "multipart/mixed" &&
    related?.type === "multipart/related" &&
    alternative?.type === "multipart/alternative" &&
    alternative.children.map(({ type }) => type).join() === "text/plain,text/html" &&
    images.every(({ type }) => type.startsWith("image/")) &&
    attachments.every(isAttached);
  if (isNested) return [];
  return [
    {
      where: "message",
      what: `its parts are ${shapeOf(message)}`,
      advice: "Expected mixed(related(alternative(text/plain, text/html), images), attachments).",
    },
  ];
}

function shapeOf({ type, children }: MimePart): string {
  return children.length === 0 ? type : `${type.replace("multipart/", "")}(${children.map(shapeOf).join(", ")})`;
}
