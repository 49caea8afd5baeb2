import { posix } from "node:path";
import { type Centre, load, ndjson, openCentre } from "../support/centre";
import { given } from "../support/contacts";
import { rebuildAndCheck } from "../support/rebuilt";
import { type Pages, render, wordsOf } from "./pages";

const DAY = "2026-03-02";
const PAGE = "contact-sessions.html";
const ALL = "evidence/contact-sessions-all.html";
let centre: Centre;
afterEach(() => centre.close());

/** Two queues: Support answers after 5 s and 60 s and loses one after 3 s, Sales answers after 10 s and loses one after 40 s. */
const CALLS = `
      at  contactId  event  queueName  agentName  direction
      09:00:00  a-1  new        -        -         inbound
      09:00:00  a-1  parked     Support  -         -
      09:00:05  a-1  connected  Support  Kim Minji  -
      09:01:00  a-1  ended      Support  Kim Minji  -
      09:10:00  a-2  new        -        -         inbound
      09:10:00  a-2  parked     Support  -         -
      09:11:00  a-2  connected  Support  Kim Minji  -
      09:12:00  a-2  ended      Support  Kim Minji  -
      09:20:00  x-1  new        -        -         inbound
      09:20:00  x-1  parked     Support  -         -
      09:20:03  x-1  ended      -        -         -
      10:00:00  b-1  new        -        -         inbound
      10:00:00  b-1  parked     Sales    -         -
      10:00:10  b-1  connected  Sales    Lee Jun    -
      10:01:00  b-1  ended      Sales    Lee Jun    -
      10:10:00  x-2  new        -        -         inbound
      10:10:00  x-2  parked     Sales    -         -
      10:10:40  x-2  ended      -        -         -
  `;

const sessions = async (): Promise<Pages> => await render(centre, DAY, { names: ["contact-sessions"] });

/** Every link of a page to another or into one, as it is written. */
function hrefsOf(html: string): string[] {
  return Array.from(html.matchAll(/ href="([^"]+)"/g), (match) => match[1] ?? "");
}

/** What a figure's section of an evidence page says. */
function madeOf(html: string, metric: string): { words: string; value: string } {
  const section = new RegExp(`<section class="made" id="${metric}">[\\s\\S]*?</section>`).exec(html)?.[0] ?? "";
  return { words: wordsOf(section), value: wordsOf(/<span class="figure">(.*?)<\/span>/.exec(section)?.[1] ?? "") };
}

/** How many of a page's visits count as each letter. */
function counted(pages: Pages, page: string): Record<string, number> {
  const letters = pages.table(page, "Visits").flatMap((row) => (row["Counts as"] ?? "").split(" ").filter(Boolean));
  const counts: Record<string, number> = {};
  for (const letter of letters) counts[letter] = (counts[letter] ?? 0) + 1;
  return counts;
}

describe("the evidence of a day", () => {
  beforeEach(async () => {
    centre = await given(CALLS);
  });

  it("says behind every linked figure the same figure", async () => {
    const pages = await sessions();
    const html = pages.text(PAGE);
    const links = [...html.matchAll(/<a class="made-of" href="([^"#]+)#([^"]+)">([^<]*)<\/a>/g)];
    expect(links.length).toBeGreaterThan(3 * 15);
    for (const [, page = "", metric = "", text = ""] of links) {
      expect({ page, metric, value: madeOf(pages.text(page), metric).value }).toEqual({ page, metric, value: text });
    }
    expect(new Set(links.map(([, page]) => page))).toEqual(new Set(pages.names.filter((name) => name.includes("/"))));
  });

  it("fills the formula in, and lists the visits that add up to both sides of it", async () => {
    const pages = await sessions();
    const { words } = madeOf(pages.text(ALL), "service_level");
    expect(words).toContain("service_level_abandon_ignored 50.0 %");
    expect(words).toContain("c / (b + d − e) = 2 / (3 + 2 − 1) = 50.0 %");
    expect(words).toContain("clock K1; service level threshold 20 s.");
    expect(counted(pages, ALL)).toEqual({ a: 5, b: 3, c: 2, d: 2, e: 1, f: 1 });
    expect(madeOf(pages.text(ALL), "asa").words).toContain("0:01:15 / 3 = 0:00:25");
    expect(madeOf(pages.text(ALL), "median_wait").words).toContain("number 2 of 3 waits, shortest first = 0:00:10");
    expect(madeOf(pages.text(ALL), "longest_wait").words).toContain("number 5 of 5 waits");
  });

  it("shows each visit with its wait, its outcome and what it counts as", async () => {
    const pages = await sessions();
    const page = pages.names.find(
      (name) => pages.words(name).startsWith("Evidence") && pages.words(name).includes("Support ·"),
    );
    expect(pages.table(page ?? "", "Visits")).toEqual([
      visit("a-1", "09:00:00", "0:00:05", "answered", "yes", "", "a b c"),
      visit("a-2", "09:10:00", "0:01:00", "answered", "–", "", "a b"),
      visit("x-1", "09:20:00", "0:00:03", "abandoned", "yes", "yes", "a d e f"),
    ]);
  });

  it("tells what happened to a contact, with the dump and line of each event", async () => {
    const html = (await sessions()).text(ALL);
    const contact = /<details id="contact-1">[\s\S]*?<\/details>/.exec(html)?.[0] ?? "";
    expect(wordsOf(contact)).toMatch(/^a-1 At Event Lasted Dump and line With 2026-03-02 09:00:00 new .*1:1 /);
    expect(wordsOf(contact)).toMatch(/09:00:05 connected 0:00:55 1:3 Support, Kim Minji/);
    expect(wordsOf(html)).toMatch(/Dumps 1: \S+/);
    expect(html).toContain('<a class="made-of" href="#contact-1">a-1</a>');
  });

  it("links only to pages and places that are there", async () => {
    const pages = await render(centre, DAY);
    for (const name of pages.names.filter((each) => each.endsWith(".html"))) {
      for (const href of hrefsOf(pages.text(name))) {
        const [path = "", anchor = ""] = href.split("#");
        const target = path === "" ? name : posix.join(posix.dirname(name), path);
        expect({ name, href, isThere: pages.names.includes(target) }).toEqual({ name, href, isThere: true });
        expect(anchor === "" ? "" : pages.text(target)).toContain(anchor === "" ? "" : ` id="${anchor}"`);
      }
    }
  });
});

it("masks the names of agents on evidence pages as everywhere", async () => {
  centre = await given(CALLS, { masking: { numbers: "none", names: "last-four", key: "" } });
  const pages = await sessions();
  for (const name of pages.names.filter((each) => each.startsWith("evidence/"))) {
    expect(pages.text(name)).not.toContain("Kim Minji");
  }
  expect(pages.text(ALL)).toContain("***inji");
});

function visit(...[id, at, wait, outcome, inTime, short, counts]: string[]): Record<string, string> {
  return {
    Contact: id ?? "",
    Entered: `${DAY} ${at}`,
    Wait: wait ?? "",
    Outcome: outcome ?? "",
    "In time": inTime ?? "",
    Short: short ?? "",
    "Counts as": counts ?? "",
  };
}

describe("a queue of more visits than a page should hold", () => {
  const QUEUE = "It's <b>busy</b>";
  const CALLERS = 2_001;

  beforeEach(async () => {
    centre = await openCentre();
    const contacts = Array.from({ length: CALLERS }, (_none, index) => {
      const at = (second: number): string =>
        new Date(Date.UTC(2026, 2, 2, 9) + (index * 10 + second) * 1000).toISOString();
      const one = { contactId: `c-${String(index).padStart(4, "0")}` };
      return [
        { ...one, event: "new", at: at(0), direction: "inbound" },
        { ...one, event: "parked", at: at(0), queueName: QUEUE },
        { ...one, event: "ended", at: at(30) },
      ];
    });
    await load(centre, { [`contact-events-${DAY}.ndjson`]: ndjson(contacts.flat()) });
    await rebuildAndCheck(centre);
  });

  it("shows its formulas, the first visits, fifty contacts, and the command that lists the rest", async () => {
    const pages = await sessions();
    const page = "evidence/contact-sessions-1.html";
    const html = pages.text(page);
    expect(madeOf(html, "abandoned_visits").words).toContain("d = 2,001");
    const rows = pages.table(page, "Visits");
    expect([rows.length, rows[0]?.Contact, rows.at(-1)?.Contact]).toEqual([500, "c-0000", "c-0499"]);
    expect(pages.words(page)).toContain("The first 500 of 2,001 visits.");
    expect(pages.words(page)).toContain(
      `All of them: nightdesk explain offered_visits --day ${DAY} --channel 'telephony' --queue 'It'\\''s <b>busy</b>' --limit 2001`,
    );
    expect(html.match(/<details id="contact-/g)).toHaveLength(50);
    expect(html).not.toContain("<b>busy");
  });
});
