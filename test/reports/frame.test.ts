import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { addDays } from "../../src/base/days";
import { reportNames } from "../../src/reports/render";
import { issueReports } from "../../src/steps/render";
import { type Centre, load, ndjson, openCentre } from "../support/centre";
import { events, given } from "../support/contacts";
import { rebuildAndCheck } from "../support/rebuilt";
import { render, wordsOf } from "./pages";

const DAY = "2026-03-02";
let centre: Centre;
afterEach(() => centre.close());

const call = `
  at        event      queueName  agentId  direction
  09:00:00  new        -          -        inbound
  09:00:05  parked     Support    -        -
  09:00:10  connect    Support    kim      -
  09:00:12  connected  Support    kim      -
  09:02:00  ended      -          -        -
`;

describe("a name that is no report", () => {
  beforeEach(async () => {
    centre = await openCentre();
  });

  it.each(["contact-session", "../contact-sessions", "/etc/passwd", "layout", "__proto__", ""])(
    "is refused before a file is written: %j",
    async (name) => {
      const out = join(centre.folder, "reports");
      const request = { from: DAY, to: DAY, formats: ["html"] as const, out };
      await expect(issueReports(centre.db, centre.config, ["agent-states", name], request)).rejects.toThrow(
        /There is no report .*Did you mean ".+"\? Known reports: agent-states, contact-sessions/,
      );
      expect(existsSync(out)).toBe(false);
    },
  );

  it("comes with the nearest one known", async () => {
    const request = { from: DAY, to: DAY, formats: ["html"] as const, out: centre.folder };
    await expect(issueReports(centre.db, centre.config, ["falure-reason"], request)).rejects.toThrow(
      'Did you mean "failure-reasons"?',
    );
  });
});

describe("the folder of a period", () => {
  it("is named after its day, or its first and last, and holds each report and an index", async () => {
    centre = await given(call);
    const day = await render(centre, DAY, { names: ["failure-reasons"] });
    expect(day.names).toEqual([
      "failure-reasons.html",
      "failure-reasons.csv",
      "failure-reasons-places.csv",
      "index.html",
    ]);
    await render(centre, DAY, { names: ["failure-reasons"], to: "2026-03-04" });
    expect(readdirSync(join(centre.folder, "reports")).sort()).toEqual([DAY, "2026-03-02_2026-03-04"]);
  });

  it("says on its index what each report found, also after one of them was made anew", async () => {
    centre = await given(call);
    const night = await render(centre, DAY);
    expect(night.words("index.html")).toContain("1 inbound call, service level 100.0 % (abandon_ignored, goal 80.0 %)");
    expect(night.text("index.html")).toContain('<a href="failure-reasons.html">Failure reasons</a>');
    const single = await render(centre, DAY, { names: ["contact-sessions"] });
    expect(single.text("index.html")).toBe(night.text("index.html"));
  });

  it("says on its index which reports were made over other dumps", async () => {
    centre = await given(call);
    await render(centre, DAY, { names: ["failure-reasons"] });
    await load(centre, {
      "contact-events-2026-03-03.ndjson": ndjson(events("at  contactId  event\n12:00:00  c-9  new")),
    });
    await rebuildAndCheck(centre);
    const pages = await render(centre, DAY, { names: ["contact-sessions"] });
    expect(pages.words("index.html")).toMatch(/Failure reasons 0 failures .* made by an earlier run, over other dumps/);
    expect(pages.words("index.html")).not.toMatch(/inbound calls?, .*abandoned.csv · made by an earlier run.*Failure/);
  });

  it("keeps what stood there where a file cannot be written", async () => {
    centre = await given(call);
    const folder = join(centre.folder, "reports", DAY);
    mkdirSync(join(folder, "failure-reasons.csv"), { recursive: true });
    await expect(render(centre, DAY, { names: ["failure-reasons"] })).rejects.toThrow(
      /The reports could not be written to .*Free the place, or name another with --out/,
    );
    expect(readdirSync(folder)).toEqual(["failure-reasons.csv"]);
  });

  it("holds only pages, or only CSV files, where only they are wanted", async () => {
    centre = await given(call);
    expect((await render(centre, DAY, { names: ["failure-reasons"], formats: ["html"] })).names).toEqual([
      "failure-reasons.html",
      "index.html",
    ]);
    expect((await render(centre, DAY, { names: ["failure-reasons"], formats: ["csv"] })).names).toEqual([
      "failure-reasons.csv",
      "failure-reasons-places.csv",
    ]);
  });
});

it("renders every report of a database in which nothing is, and says so", async () => {
  centre = await openCentre({ zone: "Asia/Seoul" });
  const pages = await render(centre, DAY);
  for (const name of reportNames()) {
    expect(pages.words(`${name}.html`)).toContain("No data. No session began in this period.");
    expect(pages.words(`${name}.html`)).toContain("What this report rests on");
    expect(pages.words(`${name}.html`)).not.toMatch(/NaN|undefined|Infinity|\bnull\b/);
  }
  expect(pages.cards("contact-sessions.html")["Service level"]).toMatch(
    /^no data \| abandon_ignored, within 20 s; goal 80.0 %$/,
  );
  expect(pages.cards("sequence-violations.html").Fitness).toMatch(/^no data/);
});

it("stands alone: no script, nothing remote, no handler, every table with heads", async () => {
  centre = await given(call);
  const pages = await render(centre, DAY);
  for (const name of pages.names.filter((each) => each.endsWith(".html"))) {
    const html = pages.text(name);
    expect(html).toMatch(/^<!doctype html>\n<html lang="en">/);
    expect(html).not.toMatch(/<script|javascript:|https?:\/\/|<link|<img|@import|\son\w+=/i);
    expect(html).toContain("default-src 'none'");
    expect(html).toContain("@media print");
    for (const table of html.match(/<table[\s\S]*?<\/table>/g) ?? []) expect(table).toMatch(/scope="(col|row)"/);
    expect(html).toMatch(/<title>[^<]+<\/title>/);
  }
});

it("gives the same bytes twice, and in whatever order the dumps were loaded", async () => {
  const first = ndjson(events(call));
  const second = ndjson(events(call.replaceAll("09:0", "10:0")).map((event) => ({ ...event, contactId: "c-2" })));
  const files: Record<string, string> = {
    [`contact-events-a-${DAY}.ndjson`]: first,
    [`contact-events-b-${DAY}.ndjson`]: second,
  };
  const made: string[][] = [];
  for (const names of [Object.keys(files), Object.keys(files).toReversed()]) {
    centre = await openCentre();
    for (const name of names) {
      await load(centre, { [name]: files[name] ?? "" });
      await rebuildAndCheck(centre);
    }
    for (let run = 0; run < 2; run++) {
      const pages = await render(centre, DAY);
      made.push(pages.names.map((name) => pages.text(name)));
    }
    if (names[0]?.includes("-a-")) await centre.close();
  }
  expect(made[0]?.length).toBeGreaterThan(8);
  for (const other of made.slice(1)) expect(other).toEqual(made[0]);
});

describe("the data box", () => {
  it("tells dumps, events, rejected lines, sessions, zone, thresholds and rules", async () => {
    centre = await openCentre({ zone: "Asia/Seoul" });
    await load(centre, { [`contact-events-${DAY}.ndjson`]: `${ndjson(events(call))}not json\n` });
    await rebuildAndCheck(centre);
    const pages = await render(centre, DAY, { names: ["contact-sessions"] });
    const words = pages.words("contact-sessions.html");
    const [{ sha256 }] = await centre.db("dumps").select("sha256");
    expect(words).toContain("Data up to 2026-03-02 18:02:00 newest event loaded, Asia/Seoul");
    expect(words).toContain("Dumps 1");
    expect(words).toContain("Events read 5 in the period: 5 of contacts, 0 of agents, copies included");
    expect(words).toMatch(/Rejected lines 1 \S+ 1/);
    expect(words).toContain("Sessions 1 begun in the period: 1 contact; 0 channels of 0 agents");
    expect(words).toContain("Truncated 0");
    expect(words).toContain("Late events 0");
    expect(pages.text("contact-sessions.html")).toContain(`<code title="${sha256}">${sha256.slice(0, 12)}</code>`);
    expect(pages.table("contact-sessions.html", "Thresholds")).toEqual([
      {
        Queue: "default",
        Formula: "abandon_ignored",
        Goal: "80.0 %",
        "Answered within": "20 s",
        "Short abandon below": "5 s",
        "Short contact below": "10 s",
        "Sudden disconnect below": "5 s",
        "RONA after": "10 s",
      },
    ]);
  });

  it("names the days of the period without any event", async () => {
    centre = await given(call);
    const { words } = await render(centre, "2026-03-01", { names: ["failure-reasons"], to: "2026-03-03" });
    expect(words("failure-reasons.html")).toContain("Days without any event 2 2026-03-01, 2026-03-03");
  });

  it("folds up many dumps, all of them still named", async () => {
    centre = await openCentre();
    const files = Array.from({ length: 12 }, (_, hour) => {
      const at = String(hour).padStart(2, "0");
      const moved = call.replaceAll(" 09:", ` ${at}:`);
      return [
        `contact-events-${at}-${DAY}.ndjson`,
        ndjson(events(moved).map((event) => ({ ...event, contactId: `c-${at}` }))),
      ] as const;
    });
    await load(centre, Object.fromEntries(files));
    await rebuildAndCheck(centre);
    const html = (await render(centre, DAY, { names: ["failure-reasons"] })).text("failure-reasons.html");
    expect(wordsOf(html)).toContain("4 more");
    for (const [name] of files) expect(html).toContain(name);
    const shas = Array.from(html.matchAll(/<code title="([0-9a-f]{64})">/g), (match) => match[1] ?? "");
    expect(shas).toHaveLength(12);
    expect(shas).toEqual([...shas].sort());
  });

  it("counts open sessions, and those nothing came of for too long", async () => {
    centre = await openCentre();
    const later = addDays(DAY, 5);
    await load(centre, {
      [`contact-events-a-${DAY}.ndjson`]: ndjson(events("at  event\n09:00:00  new\n09:00:05  parked")),
      [`contact-events-b-${later}.ndjson`]: ndjson([{ contactId: "c-2", event: "new", at: `${later}T09:00:00Z` }]),
    });
    await rebuildAndCheck(centre);
    const { words } = await render(centre, DAY, { names: ["contact-sessions"] });
    expect(words("contact-sessions.html")).toContain("Open 1 1 contact, 0 agent channels of these stale 1");
  });
});

it("puts a byte-order mark before CSV files where asked to", async () => {
  centre = await given(call);
  const plain = await render(centre, DAY, { names: ["failure-reasons"] });
  const marked = await render(centre, DAY, { names: ["failure-reasons"], bom: true });
  expect(marked.text("failure-reasons.csv")).toBe(`\uFEFF${plain.text("failure-reasons.csv")}`);
  expect(marked.text("failure-reasons.html")).toBe(plain.text("failure-reasons.html"));
});

it("overwrites the files of an earlier run", async () => {
  centre = await given(call);
  const file = join(centre.folder, "reports", DAY, "index.html");
  mkdirSync(join(centre.folder, "reports", DAY), { recursive: true });
  writeFileSync(file, "old");
  await render(centre, DAY, { names: [] });
  expect(readFileSync(file, "utf8")).toMatch(/^<!doctype html>/);
});
