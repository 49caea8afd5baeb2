import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import Handlebars from "handlebars";
import type { Values, Words } from "../i18n/words";
import type { Markup } from "./markup";

const FOLDER = join(__dirname, "../../templates");
const PARTIALS = join(FOLDER, "partials");

/** What templates may call beside `if`, `unless`, `each`, `with` and `lookup`. */
const HELPERS: Record<string, Handlebars.HelperDelegate> = {
  /** A text in the language of the page: `{{t "newest event loaded, {zone}" zone=box.zone}}`. */
  t: (text: string, options: Handlebars.HelperOptions) => wordsOfPage(options).t(text, options.hash as Values),
  language: (options: Handlebars.HelperOptions) => wordsOfPage(options).language,
  count: (value: number | null, options: Handlebars.HelperOptions) => wordsOfPage(options).count(value),
  duration: (value: number | null, options: Handlebars.HelperOptions) => wordsOfPage(options).duration(value),
  share: (value: number | null, options: Handlebars.HelperOptions) => wordsOfPage(options).share(value),
  seconds: (ms: number, options: Handlebars.HelperOptions) => wordsOfPage(options).threshold(ms),
  /** A drawing made by `markup`, the only thing that is not escaped again. */
  draw: (value: Markup) => new Handlebars.SafeString(value.markup),
};

function wordsOfPage(options: Handlebars.HelperOptions): Words {
  return (options.data as { words: Words }).words;
}

/** Controls, and marks that turn the direction of what follows: names may hold them, and a page would be read otherwise. */
// oxlint-disable-next-line no-control-regex
const UNSEEN = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F\u202A-\u202E\u2066-\u2069]/g;

let engine: typeof Handlebars | undefined;
const compiled = new Map<string, Handlebars.TemplateDelegate>();

/**
 * The page of `templates/<name>.hbs`. Strict: a field that the data does not have is an error, not a blank.
 *
 * @param data plain objects: what templates see of classes differs between releases of Handlebars
 */
export function renderPage(name: string, data: object, words: Words): string {
  const template = compiled.get(name) ?? compile(name);
  compiled.set(name, template);
  return template(data, { data: { words } }).replace(UNSEEN, "\uFFFD");
}

function compile(name: string): Handlebars.TemplateDelegate {
  engine ??= prepared();
  const knownHelpers = Object.fromEntries(Object.keys(HELPERS).map((helper) => [helper, true]));
  return engine.compile(readFileSync(join(FOLDER, `${name}.hbs`), "utf8"), {
    strict: true,
    knownHelpersOnly: true,
    knownHelpers,
  });
}

function prepared(): typeof Handlebars {
  const created = Handlebars.create();
  for (const [helper, format] of Object.entries(HELPERS)) created.registerHelper(helper, format);
  created.registerPartial("layout", readFileSync(join(FOLDER, "layout.hbs"), "utf8"));
  for (const file of readdirSync(PARTIALS).filter((each) => each.endsWith(".hbs"))) {
    created.registerPartial(file.slice(0, -".hbs".length), readFileSync(join(PARTIALS, file), "utf8"));
  }
  return created;
}

const ENTITIES: Record<string, string> = { "&amp;": "&", "&lt;": "<", "&gt;": ">", "&quot;": '"' };

/** What a page of ours says of itself in a `meta` element; empty where it says nothing. */
export function metaOf(html: string, name: string): string {
  const content = new RegExp(`<meta name="${name}" content="([^"]*)">`).exec(html)?.[1] ?? "";
  return content.replace(/&#x([0-9A-F]+);|&\w+;/g, (entity, hex: string | undefined) =>
    hex === undefined ? (ENTITIES[entity] ?? entity) : String.fromCodePoint(Number.parseInt(hex, 16)),
  );
}
