import { readCsvTable } from "../../src/base/csv";
import { wordsOf } from "../../src/i18n/words";
import { renderPage } from "../../src/reports/html";
import { markup } from "../../src/reports/markup";
import { columnChart } from "../../src/reports/svg";
import { type Column, csvCells } from "../../src/reports/table";
import { type Centre, load, ndjson, openCentre } from "../support/centre";
import { rebuildAndCheck } from "../support/rebuilt";
import { render } from "./pages";

const TOLD = { config: { zone: "UTC" }, words: wordsOf("en") };
const DAY = "2026-03-02";
const SCRIPT = `"><script>alert(1)</script><img src=x onerror=alert(2)>`;
const FORMULA = `=cmd|'/C calc'!A0`;
const LINK = "javascript:alert(3)";
const ATTRIBUTE = `x' onmouseover='alert(4)" style="a:b`;

let centre: Centre;
afterEach(() => centre?.close());

async function hostileCentre(): Promise<void> {
  centre = await openCentre();
  const names = [SCRIPT, FORMULA, LINK, ATTRIBUTE];
  const contacts = names.flatMap((name, index) => {
    const at = (second: number): string => `${DAY}T09:0${index}:${String(second).padStart(2, "0")}Z`;
    const one = {
      contactId: `c-${index}-${name}`,
      agentId: `a-${index}`,
      agentName: name,
      queueName: name,
      entryPointName: name,
    };
    return [
      { ...one, event: "new", at: at(0), origin: name, direction: "inbound" },
      { ...one, event: "parked", at: at(1), queueId: name },
      { ...one, event: name, at: at(2) },
      { ...one, event: "conferencing", at: at(3) },
      { ...one, event: "ended", at: at(40), reasonCode: name, terminationReason: name, terminatingEnd: name },
    ];
  });
  const agents = names.flatMap((name, index) => {
    const one = { agentId: `a-${index}`, agentName: name, teamName: name, agentSessionId: name, idleCode: name };
    return [
      { ...one, state: "idle", at: `${DAY}T08:00:00Z` },
      { ...one, state: name, at: `${DAY}T08:10:00Z` },
      { ...one, state: "logged-out", at: `${DAY}T18:00:00Z` },
    ];
  });
  await load(centre, {
    [`contact-events-${DAY}.ndjson`]: ndjson(contacts),
    [`agent-events-${DAY}.ndjson`]: ndjson(agents),
  });
  await rebuildAndCheck(centre);
}

describe("names that would be code", () => {
  beforeEach(hostileCentre);

  it("are shown as text in every page", async () => {
    const pages = await render(centre, DAY);
    for (const name of pages.names.filter((each) => each.endsWith(".html"))) {
      const html = pages.text(name);
      expect(html).not.toMatch(/<script|<img/i);
      expect(html.match(/<[^>]*\son\w+\s*=/gi) ?? []).toEqual([]);
      expect(html).not.toMatch(/(href|src|action)="?\s*javascript:/i);
    }
    expect(pages.text("failure-reasons.html")).toContain("&lt;script&gt;alert(1)&lt;/script&gt;");
    expect(pages.words("contact-sessions.html")).toContain(ATTRIBUTE);
  });

  it("are no formulas in any CSV file, and still whole", async () => {
    const pages = await render(centre, DAY);
    for (const name of pages.names.filter((each) => each.endsWith(".csv"))) {
      for (const row of readCsvTable(pages.text(name))) {
        for (const cell of Object.values(row)) expect(cell).not.toMatch(/^[=@\t\r]/);
      }
    }
    const queues = new Set(pages.csv("contact-sessions.csv").map((row) => row.Queue));
    expect(queues).toEqual(new Set([SCRIPT, `'${FORMULA}`, LINK, ATTRIBUTE]));
  });
});

describe("a CSV cell", () => {
  const columns: Column[] = [
    { key: "text", label: "Text", unit: "text" },
    { key: "wait_ms", label: "Wait", unit: "duration" },
    { key: "change", label: "Change", unit: "count", of: "contacts" },
  ];
  const cellsOf = (text: string | null): unknown =>
    csvCells({ name: "t", columns, rows: [{ text, wait_ms: 1_250, change: -5 }] }, TOLD)[1];

  it.each([
    ["=1+1", "'=1+1"],
    ["+1+1", "'+1+1"],
    ["-5 dB", "'-5 dB"],
    ["@here", "'@here"],
    ["\tx", "'\tx"],
    ["\rx", "'\rx"],
    ["+82 2 555 0100", "+82 2 555 0100"],
    ["+821012345678", "+8210 1234 5678"],
    ["plain", "plain"],
    [null, null],
  ])("of text %j is written %j; numbers stay numbers", (text, written) => {
    expect(cellsOf(text)).toEqual([written, 1.25, -5]);
  });

  it("has its unit in the head", () => {
    expect(csvCells({ name: "t", columns, rows: [] }, TOLD)).toEqual([["Text", "Wait (s)", "Change (contacts)"]]);
  });
});

it("escapes whatever is put into a drawing", () => {
  const chart = columnChart({
    label: SCRIPT,
    unit: SCRIPT,
    fills: ["s1"],
    slots: [{ label: SCRIPT, title: ATTRIBUTE, values: [1] }],
  });
  expect(chart.markup).not.toMatch(/<script|<img/);
  expect(chart.markup).toContain("x&#39; onmouseover=&#39;alert(4)&quot;");
  expect(markup`<b>${SCRIPT}</b>${[markup`<i>${"&"}</i>`]}`.markup).toBe(
    "<b>&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;&lt;img src=x onerror=alert(2)&gt;</b><i>&amp;</i>",
  );
});

it("refuses to render a page whose data lack a field, instead of leaving a blank", () => {
  expect(() => renderPage("index", { report: { name: "index" } }, wordsOf("en"))).toThrow('"title" not defined');
});
