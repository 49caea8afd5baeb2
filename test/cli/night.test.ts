import { appendFileSync, existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Desk, openDesk } from "../support/terminal";

let desk: Desk;
beforeEach(() => {
  desk = openDesk();
  writeFileSync(join(desk.folder, "nightdesk.json"), `{"zone": "Asia/Seoul"}`);
});
afterEach(() => desk.close());

/** A small day in the usual folder. */
async function givenDay(day = "2026-03-02"): Promise<void> {
  const { code, stderr } = await desk.run(
    "generate",
    "--day",
    day,
    "--contacts",
    "60",
    "--agents",
    "8",
    "--seed",
    "3",
    "--out",
    "data/dumps",
  );
  expect([code, stderr]).toEqual([0, ""]);
}

interface RunJson {
  status: string;
  was_done: boolean;
  steps: StepJson[];
}

interface StepJson {
  step: string;
  status: string;
  counts: Record<string, number>;
  details: { files: { name: string; status: string }[] };
  failure?: { code: string; message: string };
}

async function nightly(...args: string[]): Promise<RunJson & { code: number }> {
  const { code, stdout } = await desk.run("nightly", "--json", ...args);
  return { code, ...(JSON.parse(stdout) as RunJson) };
}

describe("a night", () => {
  it("takes yesterday in the centre's zone, and leaves a page and a CSV per report", async () => {
    await givenDay();
    const { code, stdout } = await desk.run("nightly");
    expect(code).toBe(0);
    expect(stdout).toContain("nightly 2026-03-02 (Asia/Seoul)");
    const made = readdirSync(join(desk.folder, "data/reports/2026-03-02"));
    for (const report of ["agent-states", "contact-sessions", "failure-reasons", "sequence-violations"]) {
      expect(made).toEqual(expect.arrayContaining([`${report}.html`, `${report}.csv`]));
    }
    expect(stdout).toContain(join(desk.folder, "data/reports/2026-03-02/index.html"));
  });

  it("is left alone the second time, and done anew with --again, to the same bytes", async () => {
    await givenDay();
    const page = join(desk.folder, "data/reports/2026-03-02/contact-sessions.html");
    expect((await nightly()).was_done).toBe(false);
    const first = readFileSync(page);
    const second = await nightly();
    expect([second.code, second.was_done, second.steps.map(({ step }) => step)]).toEqual([0, true, ["pull"]]);
    const again = await nightly("--again");
    expect(again.steps.map(({ step }) => step)).toEqual(["pull", "rebuild", "check", "render", "mail"]);
    expect(readFileSync(page).equals(first)).toBe(true);
  });

  it("is done anew where a source is found missing, and where it is no more, though no dump came", async () => {
    await givenDay();
    await nightly();
    const page = join(desk.folder, "data/reports/2026-03-02/index.html");
    const db = await desk.open();
    const delivery = { source: "wxcc", day: "2026-03-02", checked_at_ms: 1, file_count: 0, byte_count: 0 };
    await db("deliveries").insert({ ...delivery, status: "missing" });
    expect((await nightly()).was_done).toBe(false);
    expect(readFileSync(page, "utf8")).toContain("source wxcc has not delivered 2026-03-02");
    expect((await nightly()).was_done).toBe(true);
    await db("deliveries").where({ source: "wxcc" }).update({ status: "delivered" });
    await db.destroy();
    expect((await nightly()).was_done).toBe(false);
    expect(readFileSync(page, "utf8")).not.toContain("PRELIMINARY");
  });

  it("is left alone although it holds a bad line, and not where late events of its day came since", async () => {
    await givenDay();
    const dump = join(desk.folder, "data/dumps/contact-events-2026-03-02.ndjson");
    appendFileSync(dump, "{ broken\n");
    expect((await nightly()).was_done).toBe(false);
    expect((await nightly()).was_done).toBe(true);
    const late = { contactId: "late-1", event: "new", at: Date.UTC(2026, 2, 2, 5) };
    writeFileSync(join(desk.folder, "data/dumps/contact-events-2026-03-03.ndjson"), `${JSON.stringify(late)}\n`);
    expect((await nightly("--day", "2026-03-03")).code).toBe(0);
    expect((await nightly()).was_done).toBe(false);
  });

  it("takes only the dumps of its days out of a folder", async () => {
    await givenDay("2026-03-01");
    await givenDay("2026-03-02");
    const { steps } = await nightly("--day", "2026-03-01");
    const loaded = steps[0]?.details.files.filter(({ status }) => status === "loaded").map(({ name }) => name);
    expect(loaded).toEqual(["agent-events-2026-03-01.ndjson", "contact-events-2026-03-01.ndjson"]);
  });

  it("says which dump it misses, where, and what to do", async () => {
    const { code, stdout, stderr } = await desk.run("nightly");
    expect(code).toBe(1);
    expect(stderr).toContain("No dump for 2026-03-02 in");
    expect(stderr).toContain("contact-events-2026-03-02.ndjson");
    expect(stdout).toContain("Not done.");
    expect(existsSync(join(desk.folder, "data/reports"))).toBe(false);
  });

  it("loads the good files beside a broken one, exits with 1 and makes no report", async () => {
    await givenDay();
    writeFileSync(join(desk.folder, "data/dumps/extra-2026-03-02.csv"), "who,knows,what\n1,2,3\n");
    const { code, steps } = await nightly();
    expect([code, steps.length, steps[0]?.status]).toEqual([1, 1, "failed"]);
    expect(steps[0]?.failure?.message).toContain("extra-2026-03-02.csv");
    expect(steps[0]?.counts.new).toBeGreaterThan(100);
  });
});

it("says before anything is loaded that the configured sequence table does not exist", async () => {
  await givenDay();
  writeFileSync(join(desk.folder, "nightdesk.json"), `{"sequence": {"table": "repared"}}`);
  const { code, stderr } = await desk.run("nightly");
  expect([code, stderr]).toEqual([1, expect.stringContaining("Expected one of repaired, as-printed")]);
  expect(existsSync(join(desk.folder, "data/nightdesk.sqlite"))).toBe(false);
});

describe("by hand", () => {
  it("loads, rebuilds, checks, reports and exports, one command after the other", async () => {
    await givenDay();
    const loaded = await desk.run("load", "data/dumps");
    expect(loaded.stdout).toMatch(/contact-events-2026-03-02\.ndjson +loaded/);
    for (const command of ["rebuild", "check"]) expect((await desk.run(command)).code).toBe(0);
    const { code } = await desk.run(
      "report",
      "contact-sessions",
      "--day",
      "2026-03-02",
      "--format",
      "csv",
      "--out",
      "out",
    );
    expect(code).toBe(0);
    const sessions = (await desk.run("export", "customer-sessions")).stdout.trimEnd().split("\r\n");
    expect(sessions[0]).toMatch(/^contact_id,channel_type,.*,violation_count,is_truncated,basis$/);
    const ids = sessions.slice(1).map((line) => line.split(",")[0] ?? "");
    expect(ids.length).toBeGreaterThan(50);
    expect(ids).toEqual([...new Set(ids)].sort());
  });

  it("exports the same rows as NDJSON, with null for the empty cell", async () => {
    await givenDay();
    await nightly();
    const csv = (await desk.run("export", "agent-sessions")).stdout.trimEnd().split("\r\n");
    const rows = (await desk.run("export", "agent-sessions", "--format", "ndjson")).stdout.trimEnd().split("\n");
    expect(rows).toHaveLength(csv.length - 1);
    expect(JSON.parse(rows[0] ?? "")).toMatchObject({ disconnected_count: null });
  });

  it("prints the heads of an empty table", async () => {
    const { code, stdout } = await desk.run("export", "sequence-violations");
    expect([code, stdout]).toEqual([
      0,
      "contact_id,activity_number,at_ms,state,previous_event,event,kind,severity,confidence,table_name,table_version\r\n",
    ]);
  });

  it("prints the findings of another mode and stores none of them", async () => {
    await givenDay();
    await nightly();
    const before = (await desk.run("export", "sequence-violations")).stdout;
    const { code, stdout, stderr } = await desk.run("check", "--table", "as-printed", "--mode", "strict");
    expect([code, stderr]).toEqual([0, expect.stringContaining("findings by table as-printed, mode strict")]);
    expect(stdout.split("\r\n").length).toBeGreaterThan(20);
    expect((await desk.run("export", "sequence-violations")).stdout).toBe(before);
  });

  it("shows in status what is there and what is still to be done", async () => {
    await givenDay();
    await desk.run("load", "data/dumps");
    expect((await desk.run("status")).stdout).toContain(`run "nightdesk rebuild"`);
    await nightly("--again");
    const { stdout } = await desk.run("status", "--from", "2026-03-01", "--to", "2026-03-02");
    expect(stdout).toMatch(/^2026-03-01 Sun( +\.){6}( +-){2}$/m);
    expect(stdout).toMatch(/^2026-03-02 Mon( +✓){5} +\. +[\d,]+ +-$/m);
    expect(stdout).not.toContain('rebuild"');
  });
});

describe("after a change of the configuration", () => {
  it("makes no report from tables of the old zone, says so in status, and makes them anew", async () => {
    await givenDay();
    await nightly();
    writeFileSync(join(desk.folder, "nightdesk.json"), `{"zone": "Europe/Berlin"}`);
    const refused = await desk.run("report", "contact-sessions", "--day", "2026-03-02");
    expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining("changed since the tables were made")]);
    expect((await desk.run("status")).stdout).toContain("changed since the tables were made");
    for (const command of ["rebuild", "check"]) expect((await desk.run(command)).code).toBe(0);
    expect((await desk.run("report", "contact-sessions", "--day", "2026-03-02")).code).toBe(0);
  });
});

describe("odd outputs", () => {
  it("keeps the channel view beside the person's", async () => {
    await givenDay();
    await nightly();
    const page = join(desk.folder, "data/reports/2026-03-02/agent-states.html");
    const person = readFileSync(page, "utf8");
    await desk.run("report", "agent-states", "--day", "2026-03-02", "--view", "channel");
    expect(readFileSync(page, "utf8")).toBe(person);
    expect(existsSync(join(desk.folder, "data/reports/2026-03-02-by-channel/agent-states.html"))).toBe(true);
  });

  it("refuses an empty path, as an unset variable of a script gives it", async () => {
    const { code, stderr } = await desk.run("load", "");
    expect([code, stderr]).toEqual([2, expect.stringContaining("A path is empty")]);
  });

  it("refuses a folder for a file, and leaves nothing behind", async () => {
    const { code, stderr } = await desk.run("export", "rejected-lines", "--out", ".");
    expect([code, stderr]).toEqual([1, expect.stringContaining("it is a folder")]);
    expect(readdirSync(join(desk.folder, "..")).filter((name) => name.endsWith(".part"))).toEqual([]);
  });

  it("does not take a spreadsheet's care for NDJSON", async () => {
    expect((await desk.run("export", "rejected-lines", "--format", "ndjson", "--spreadsheet")).code).toBe(2);
  });
});

describe("the doctor", () => {
  it("finds nothing wrong with an empty house, and remarks on a missing zone", async () => {
    writeFileSync(join(desk.folder, "nightdesk.json"), "{}");
    const { code, stdout } = await desk.run("doctor");
    expect(code).toBe(0);
    expect(stdout).toContain("no zone is configured");
    expect(stdout).toContain("Nothing stands in the way of the night.");
  });

  it("names an unknown report of the configuration", async () => {
    writeFileSync(join(desk.folder, "nightdesk.json"), `{"reports": ["agent-stats"]}`);
    const { code, stdout } = await desk.run("doctor");
    expect([code, stdout]).toEqual([1, expect.stringContaining("unknown: agent-stats")]);
  });
});
