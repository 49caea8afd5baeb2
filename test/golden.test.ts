import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { loadConfig } from "../src/base/config";
import { gatherSummary, renderSummary } from "../src/reports/summary-mail";
import { textsIn } from "./support/folders";
import { type Desk, openDesk } from "./support/terminal";

/*
 * A day of 23 hours in Berlin: its dumps stand in test/golden/dumps, the reports they must give, byte by byte, in
 * test/golden/reports, and in Korean in test/golden/reports-ko. After a wanted change: `GOLDEN=write npx jest golden`, and read the difference before committing it.
 */
const NAMES = ["agent-states", "contact-sessions", "failure-reasons", "sequence-violations", "management-summary"];
const DAY = "2026-03-29";
const DUMPS = resolve(__dirname, "golden/dumps");
const REPORTS = resolve(__dirname, "golden/reports");
const KOREAN = resolve(__dirname, "golden/reports-ko");
const MAILS = resolve(__dirname, "golden/mails");

let desk: Desk;
beforeEach(() => {
  desk = openDesk({}, Date.UTC(2026, 2, 30, 12));
  writeFileSync(
    join(desk.folder, "nightdesk.json"),
    JSON.stringify({ zone: "Europe/Berlin", masking: { numbers: "last-four" } }),
  );
});
afterEach(() => desk.close());

function reportsOf(folder: string): Map<string, string> {
  return new Map(Object.entries(textsIn(folder)));
}

function expectGolden(made: Map<string, string>, folder: string): void {
  if (process.env.GOLDEN === "write") {
    rmSync(folder, { recursive: true, force: true });
    for (const [name, text] of made) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), text);
    }
  }
  const expected = reportsOf(folder);
  expect([...made.keys()]).toEqual([...expected.keys()]);
  for (const [name, text] of made) expect({ name, text }).toEqual({ name, text: expected.get(name) });
}

describe("the golden day", () => {
  it("gives the reports that were read and found right", async () => {
    const { code } = await desk.run("nightly", "--day", DAY, "--source", DUMPS, "--out", "out");
    expect(code).toBe(0);
    expectGolden(reportsOf(join(desk.folder, "out", DAY)), REPORTS);
  });

  it("gives the Korean reports that were read and found right", async () => {
    await desk.run("nightly", "--day", DAY, "--source", DUMPS, "--out", "out");
    const { code } = await desk.run("report", ...NAMES, "--language", "ko", "--day", DAY, "--out", "out");
    expect(code).toBe(0);
    expectGolden(reportsOf(join(desk.folder, "out", `${DAY}-ko`)), KOREAN);
  });

  it("gives the mails that were read and found right, in English and in Korean", async () => {
    const { code } = await desk.run("nightly", "--day", DAY, "--source", DUMPS, "--out", "out");
    expect(code).toBe(0);
    const config = loadConfig({}, desk.folder);
    const db = await desk.open();
    const made = new Map<string, string>();
    for (const language of ["en", "ko"] as const) {
      const ask = { from: DAY, to: DAY, places: [], language, tier: "full" } as const;
      const summary = await gatherSummary(db, config, ask, `/srv/nightdesk/reports/${DAY}`);
      const issue = { edition_id: `summary_${DAY}_1`, number: 1, kind: "first", preliminary: [] } as const;
      const { html, text } = renderSummary(summary, issue);
      made.set(`summary-${language}.html`, html).set(`summary-${language}.txt`, text);
    }
    await db.destroy();
    expectGolden(made, MAILS);
  });

  it("gives the same bytes whatever the order, the batches and the number of loads", async () => {
    const files = readdirSync(DUMPS).toReversed();
    for (const file of [...files, ...files]) {
      mkdirSync(join(desk.folder, "in"), { recursive: true });
      cpSync(join(DUMPS, file), join(desk.folder, "in", file));
      await desk.run("load", join("in", file));
      await desk.run("rebuild");
    }
    await desk.run("check");
    const { code } = await desk.run("report", ...NAMES, "--day", DAY, "--out", "out");
    expect(code).toBe(0);
    for (const [name, text] of reportsOf(join(desk.folder, "out", DAY))) {
      expect({ name, text }).toEqual({ name, text: readFileSync(join(REPORTS, name), "utf8") });
    }
  });
});
