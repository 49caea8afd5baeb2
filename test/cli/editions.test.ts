import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { textsIn as bytesIn } from "../support/folders";
import { type Desk, openDesk } from "../support/terminal";

const DAY = "2026-03-02";
let desk: Desk;
beforeEach(() => {
  desk = openDesk();
});
afterEach(() => desk.close());

/** A call that was answered after so many seconds. */
function call(contactId: string, wait_s: number): string {
  const at = (seconds: number): string => new Date(Date.parse(`${DAY}T09:00:00Z`) + seconds * 1000).toISOString();
  return [
    { event: "new", at: at(0), direction: "inbound" },
    { event: "parked", at: at(0), queueName: "Billing" },
    { event: "connect", at: at(wait_s), queueName: "Billing", agentId: "kim" },
    { event: "connected", at: at(wait_s), queueName: "Billing", agentId: "kim" },
    { event: "ended", at: at(wait_s + 60) },
  ]
    .map((event) => `${JSON.stringify({ contactId, ...event })}\n`)
    .join("");
}

async function given(...dumps: [name: string, text: string][]): Promise<void> {
  for (const [name, text] of dumps) writeFileSync(join(desk.folder, name), text);
  const night = await desk.run("nightly", "--day", DAY, "--source", ...dumps.map(([name]) => name));
  expect([night.code, night.stderr]).toEqual([0, ""]);
}

async function givenRestated(): Promise<void> {
  await given([`contact-events-${DAY}.ndjson`, call("c-1", 5)]);
  await given(["contact-events-2026-03-03.ndjson", call("c-2", 50)]);
}

describe("nightdesk editions", () => {
  it("lists what was issued, what it restates and why", async () => {
    await givenRestated();
    const { code, stdout } = await desk.run("editions", "--day", DAY, "--report", "contact-sessions");
    expect(code).toBe(0);
    expect(stdout).toBe(
      [
        "edition                             issued  changes  cause",
        "-----------------------------  -----------  -------  -------------",
        "contact-sessions_2026-03-02_1  03-03 12:00        -",
        "contact-sessions_2026-03-02_2  03-03 12:00       19  5 late events",
        "",
        "2 editions, 0.0 MB kept. Issued: local time, UTC.",
        "",
      ].join("\n"),
    );
  });

  it("says so where nothing was issued", async () => {
    const { code, stdout } = await desk.run("editions");
    expect([code, stdout]).toEqual([0, "No report of these days was issued.\n"]);
  });

  it("writes an edition again, byte for byte, also one that was restated", async () => {
    await given([`contact-events-${DAY}.ndjson`, call("c-1", 5)]);
    const issued = bytesIn(join(desk.folder, "data/reports", DAY));
    await given(["contact-events-2026-03-03.ndjson", call("c-2", 50)]);
    const shown = await desk.run("editions", "show", `contact-sessions_${DAY}_1`, "--out", "again", "--json");
    expect(shown.code).toBe(0);
    const again = bytesIn(join(desk.folder, "again"));
    expect(Object.keys(again).sort()).toEqual([
      "contact-sessions-abandoned.csv",
      "contact-sessions-intervals.csv",
      "contact-sessions.csv",
      "contact-sessions.html",
      "evidence/contact-sessions-1.html",
    ]);
    for (const [name, text] of Object.entries(again)) expect({ name, text }).toEqual({ name, text: issued[name] });
    expect(JSON.parse(shown.stdout).files).toHaveLength(5);
  });

  it("refuses to write what is not what was issued, and the doctor finds it", async () => {
    await given([`contact-events-${DAY}.ndjson`, call("c-1", 5)]);
    expect((await desk.run("doctor")).stdout).toMatch(/ok +editions +1\d newest files are what was issued/);
    const db = await desk.open();
    const file = { name: "contact-sessions.csv" };
    const other = await db("edition_files").where({ name: "failure-reasons.csv" }).first("content");
    await db("edition_files").where(file).update({ content: other.content });
    await db.destroy();
    const { code, stderr } = await desk.run("editions", "show", `contact-sessions_${DAY}_1`, "--out", "again");
    expect([code, stderr]).toEqual([1, expect.stringContaining("contact-sessions.csv of edition contact-sessions_")]);
    expect(readdirSync(desk.folder)).not.toContain("again/contact-sessions.html");
    expect((await desk.run("doctor")).stdout).toMatch(
      /FAULT +editions +1 of the 1\d newest files are not what was issued: contact-sessions_2026-03-02_1\/contact-sessions\.csv/,
    );
  });

  it("names what to do where there is no such edition", async () => {
    const { code, stderr } = await desk.run("editions", "show", "contact-sessions_2026-03-02_9", "--out", "again");
    expect([code, stderr]).toEqual([1, expect.stringContaining('"nightdesk editions" lists all there are')]);
  });
});

describe("nightdesk diff", () => {
  it("tells figures, inputs and causes that differ between two editions", async () => {
    await givenRestated();
    const ids = [1, 2].map((number) => `contact-sessions_${DAY}_${number}`);
    const { code, stdout } = await desk.run("diff", ...ids);
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^contact-sessions_2026-03-02_1 \(Edition 1 of 2026-03-02\)\ncontact-sessions_2026-03-02_2 /,
    );
    expect(stdout).toContain("  service level: 100.0 → 50.0 % (−50.0 points)\n");
    expect(stdout).toMatch(
      / {2}\+ contact-events-2026-03-03\.ndjson \(sha256 [0-9a-f]{12}\), 5 events of the period\n/,
    );
    expect(stdout).toContain("Rules\n  none\n");
    expect(stdout).toMatch(/Causes named\n {2}5 late events of contact-events-2026-03-03\.ndjson/);
    const json = JSON.parse((await desk.run("diff", ...ids, "--json")).stdout);
    expect(json.figures[0]).toMatchObject({ metric_id: "service_level", old_value: 1, new_value: 0.5 });
    expect(json.dumps_added).toMatchObject([{ name: "contact-events-2026-03-03.ndjson", event_count: 5 }]);
  });

  it("tells which rule differs", async () => {
    await given([`contact-events-${DAY}.ndjson`, call("c-1", 5)]);
    writeFileSync(join(desk.folder, "nightdesk.json"), JSON.stringify({ queues: { Billing: { service_level_s: 3 } } }));
    await given([`contact-events-${DAY}.ndjson`, call("c-1", 5)]);
    const { stdout } = await desk.run("diff", `contact-sessions_${DAY}_1`, `contact-sessions_${DAY}_2`);
    expect(stdout).toContain("service level: 100.0 → 0.0 % (−100.0 points)");
    expect(stdout).toContain("  queues.Billing.service_level_s not set → 3\n");
  });
});

describe("the night after", () => {
  it("restates the reports of a day of which its dumps hold late events, and leaves the others as they stand", async () => {
    await given([`contact-events-${DAY}.ndjson`, call("c-1", 5)]);
    const before = bytesIn(join(desk.folder, "data/reports", DAY));
    const own = call("c-3", 5).replaceAll(DAY, "2026-03-03");
    writeFileSync(join(desk.folder, "contact-events-2026-03-03.ndjson"), own + call("c-2", 50));
    const night = await desk.run("nightly", "--day", "2026-03-03", "--source", "contact-events-2026-03-03.ndjson");
    expect([night.code, night.stderr]).toEqual([
      0,
      expect.stringContaining(`The reports of ${DAY} are restated: "nightdesk editions --day ${DAY}" says why.`),
    ]);
    expect(night.stdout).toMatch(/render .* restated 4 /);
    expect(night.stdout).toMatch(/Open .*2026-03-03\/index\.html\n$/);
    const after = bytesIn(join(desk.folder, "data/reports", DAY));
    expect(after["contact-sessions.html"]).toContain("service level 100.0 → 50.0 %, ");
    expect(after["agent-states.html"]).toBe(before["agent-states.html"]);
    const again = await desk.run(
      "nightly",
      "--day",
      "2026-03-03",
      "--source",
      "contact-events-2026-03-03.ndjson",
      "--again",
    );
    expect(again.stdout).toMatch(/render .* editions 0, restated 0 /);
    expect(bytesIn(join(desk.folder, "data/reports", DAY))).toEqual(after);
  });
});

it("a day whose reports were restated says so in the grid of status", async () => {
  await givenRestated();
  const { stdout } = await desk.run("status", "--from", DAY, "--to", DAY);
  expect(stdout).toMatch(/^2026-03-02 Mon( +✓){5} +r +10 +-$/m);
  expect(stdout).toContain("r restated: later data, or another rule, changed figures that were issued\n");
});
