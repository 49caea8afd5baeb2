import { Parser } from "htmlparser2";
import { type Colour, colourOf, contrastOf } from "./colours";

/** Something about a mail that a reader's program would not show, or a reader could not read. */
export interface LintFault {
  /** `html line 12`, `header Subject`, … */
  where: string;
  what: string;
  advice: string;
}

/** What of the HTML is compared with the rest of the mail. */
export interface HtmlReading {
  faults: LintFault[];
  /** The words a reader sees, in order; hidden preheader included. */
  texts: string[];
  /** Content-IDs that pictures refer to. */
  cids: string[];
}

const FORBIDDEN: Record<string, string> = {
  script: "mail programs remove it",
  svg: "most mail programs do not show it; draw with table cells, or a PNG by cid:",
  math: "most mail programs do not show it",
  iframe: "mail programs remove it",
  object: "mail programs remove it",
  embed: "mail programs remove it",
  form: "mail programs warn of it",
  input: "mail programs warn of it",
  button: "mail programs warn of it",
  link: "outer style sheets and fonts are not loaded",
  base: "mail programs remove it",
  video: "mail programs do not play it",
  audio: "mail programs do not play it",
  canvas: "nothing draws on it",
};

/** Elements whose look is given by inline styles, so that a style sheet that is removed changes nothing a reader needs. */
const HIDDEN_TEXT = new Set(["head", "title", "style", "script"]);
const VOID = new Set(["br", "img", "meta", "hr", "link", "input", "base", "col", "wbr"]);
const LEAST_CONTRAST = 4.5;
const COLUMN_PX = 600;

interface Open {
  name: string;
  colour: Colour;
  ground: Colour;
  isHidden: boolean;
  isPresentation: boolean;
  hasHeads: boolean;
  line: number;
}

/** Reads a mail's HTML as a careful mail program would, and lists everything that would go wrong in one. */
export function lintHtml(html: string): HtmlReading {
  const reading: HtmlReading = { faults: [], texts: [], cids: [] };
  const open: Open[] = [];
  const lineOf = lineFinder(html);
  let hasHtml = false;
  let isStyle = false;
  const parser: Parser = new Parser({
    onopentag: (name, attributes) => {
      const line = lineOf(parser.startIndex);
      const tell = (what: string, advice: string): void =>
        void reading.faults.push({ where: `html line ${line}`, what, advice });
      if (name === "html") {
        hasHtml = true;
        if ((attributes.lang ?? "") === "")
          tell("<html> has no lang", 'Say the language, <html lang="en">: screen readers pronounce by it.');
      }
      lintElement(name, attributes, tell, reading);
      if (name === "style") isStyle = true;
      if (name === "th") markTable(open);
      if (!VOID.has(name)) open.push(opened(name, attributes, open.at(-1), line));
    },
    ontext: (text) => {
      if (isStyle)
        lintCss(
          text,
          (what, advice) =>
            void reading.faults.push({ where: `html line ${lineOf(parser.startIndex)}, <style>`, what, advice }),
        );
      lintText(text, open, lineOf(parser.startIndex), reading);
    },
    onclosetag: (name) => {
      if (name === "style") isStyle = false;
      const at = open.findLastIndex((each) => each.name === name);
      for (const each of at < 0 ? [] : open.splice(at)) lintClosed(each, reading);
    },
  });
  parser.write(html);
  parser.end();
  if (!hasHtml)
    reading.faults.push({
      where: "html",
      what: "there is no <html>",
      advice: "Begin with <!DOCTYPE html><html lang=…>.",
    });
  return reading;
}

type Tell = (what: string, advice: string) => void;

function lintElement(name: string, attributes: Record<string, string>, tell: Tell, reading: HtmlReading): void {
  const why = FORBIDDEN[name];
  if (why !== undefined) tell(`<${name}>: ${why}`, "Leave it out.");
  for (const attribute of Object.keys(attributes)) {
    if (attribute.startsWith("on")) tell(`${attribute}= on <${name}>: mail programs remove it`, "Leave it out.");
  }
  if (attributes.class !== undefined && attributes.style === undefined && name !== "body")
    tell(`<${name} class> without style: style sheets may be removed`, "Put its styles inline.");
  if (attributes.style !== undefined) lintCss(attributes.style, tell);
  for (const key of ["src", "background", "href"]) lintAddress(name, key, attributes[key], tell, reading);
  if (name === "img") lintImage(attributes, tell);
  if (name === "th" && !["col", "row", "colgroup", "rowgroup"].includes(attributes.scope ?? ""))
    tell("<th> without scope", 'Say what it heads: scope="col" or scope="row".');
  const width = Number(/^(\d+)(?:px)?$/.exec(attributes.width ?? "")?.[1] ?? 0);
  if (width > COLUMN_PX)
    tell(`<${name} width=${width}> is wider than the one column of ${COLUMN_PX} px`, `Keep within ${COLUMN_PX} px.`);
}

function lintAddress(name: string, key: string, value: string | undefined, tell: Tell, reading: HtmlReading): void {
  if (value === undefined) return;
  const address = value.trim();
  if (/^javascript:/i.test(address)) tell(`${key}="javascript:…" on <${name}>`, "Leave it out.");
  if (key === "href") return;
  if (/^data:/i.test(address))
    tell(
      `a data: picture on <${name}>: Gmail and Outlook do not show it`,
      "Send the picture along and refer to it by cid:.",
    );
  else if (/^cid:/i.test(address)) reading.cids.push(address.slice(4));
  else
    tell(
      `${key}="${address.slice(0, 60)}" on <${name}> is loaded from elsewhere: it is blocked, and tells its server who reads`,
      "Send the picture along and refer to it by cid:.",
    );
}

function lintImage(attributes: Record<string, string>, tell: Tell): void {
  if (attributes.alt === undefined)
    tell("<img> without alt", "Say in alt what the picture finds: many readers never see pictures.");
  if (!/^\d+$/.test(attributes.width ?? "") || !/^\d+$/.test(attributes.height ?? ""))
    tell("<img> without width and height", "Give both as plain pixels: the page must not jump when pictures come.");
}

function lintCss(css: string, tell: Tell): void {
  if (/display\s*:\s*(?:inline-)?(flex|grid)/i.test(css))
    tell("display: flex or grid: Outlook does not know it", "Lay out with tables.");
  if (/@import|@font-face/i.test(css))
    tell("@import or @font-face: outer fonts and styles are not loaded", "Use fonts that readers have.");
  if (/url\(/i.test(css))
    tell("url(…) in a style is loaded from elsewhere", "Leave it out, or send the picture along.");
  if (/position\s*:\s*(absolute|fixed|sticky)/i.test(css))
    tell("position: mail programs ignore it", "Lay out with tables.");
  const width = Number(/(?:^|[;\s])(?:min-)?width\s*:\s*(\d+)px/i.exec(css)?.[1] ?? 0);
  if (width > COLUMN_PX)
    tell(`a width of ${width} px is wider than the one column of ${COLUMN_PX} px`, `Keep within ${COLUMN_PX} px.`);
}

/** A cell that heads others makes its table one of data, which needs no role. */
function markTable(open: readonly Open[]): void {
  const table = open.findLast(({ name }) => name === "table");
  if (table !== undefined) table.hasHeads = true;
}

function lintClosed({ name, isPresentation, hasHeads, line }: Open, reading: HtmlReading): void {
  if (name !== "table" || isPresentation !== hasHeads) return;
  reading.faults.push({
    where: `html line ${line}`,
    what: hasHeads ? '<table role="presentation"> with <th>' : "<table> for the layout without role",
    advice: hasHeads
      ? "A table of data has no role."
      : 'Say role="presentation", so that screen readers do not count its cells.',
  });
}

const WHITE: Colour = [255, 255, 255];
const BLACK: Colour = [0, 0, 0];

function opened(name: string, attributes: Record<string, string>, parent: Open | undefined, line: number): Open {
  const style = (key: string): string | undefined =>
    new RegExp(`(?:^|;)\\s*${key}\\s*:\\s*([^;]+)`, "i").exec(attributes.style ?? "")?.[1]?.replace(/!important/i, "");
  const ground = colourOf(style("background-color") ?? style("background") ?? attributes.bgcolor ?? "");
  const colour = colourOf(style("color") ?? attributes.color ?? "");
  const isGone = /none/i.test(style("display") ?? "");
  return {
    name,
    colour: colour ?? parent?.colour ?? BLACK,
    ground: ground ?? parent?.ground ?? WHITE,
    isHidden: isGone || HIDDEN_TEXT.has(name) || (parent?.isHidden ?? false),
    isPresentation: attributes.role === "presentation",
    hasHeads: false,
    line,
  };
}

function lintText(text: string, open: readonly Open[], line: number, reading: HtmlReading): void {
  const words = text.trim();
  const around = open.at(-1);
  if (words === "" || open.some(({ name }) => HIDDEN_TEXT.has(name))) return;
  reading.texts.push(words);
  if (around === undefined || around.isHidden) return;
  const contrast = contrastOf(around.colour, around.ground);
  if (contrast >= LEAST_CONTRAST) return;
  reading.faults.push({
    where: `html line ${line}`,
    what: `"${words.slice(0, 30)}" has a contrast of ${contrast.toFixed(1)} : 1`,
    advice: `Make it ${LEAST_CONTRAST} : 1 at least: darker on light, lighter on dark.`,
  });
}

/** The line of a place in a text, counted from 1; asked in any order. */
function lineFinder(text: string): (index: number) => number {
  const breaks = Array.from(text.matchAll(/\n/g), ({ index }) => index);
  return (index) => {
    let [low, high] = [0, breaks.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((breaks[middle] ?? 0) < index) low = middle + 1;
      else high = middle;
    }
    return low + 1;
  };
}
