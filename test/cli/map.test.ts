import { cpSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Writable } from "node:stream";
import { runCli } from "../../src/cli";
import { type Desk, openDesk } from "../support/terminal";

const EXAMPLES = join(__dirname, "../../examples");

let desk: Desk;
beforeEach(() => {
  desk = openDesk();
});
afterEach(() => desk.close());

const write = (name: string, content: string | object): void =>
  writeFileSync(join(desk.folder, name), typeof content === "string" ? content : JSON.stringify(content));

const CALLS =
  "call,what,time,agent,caller\nc-1,new,1772442000,,+49221555010\nc-1,parkd,1772442001,,\nc-1,ended,soon,,\n";
const MAPPING = {
  times: { as: "s" },
  fields: { type: "contact", contactId: "{call}", at: "{time}", origin: "{caller}" },
  events: [{ event: "{what}" }],
};

describe("map", () => {
  it("shows events, counts, rejected lines and names nobody knows, and loads nothing", async () => {
    write("calls.csv", CALLS);
    write("calls.mapping.json", MAPPING);
    const { code, stdout, stderr } = await desk.run("map", "calls.csv", "--mapping", "calls.mapping.json");
    expect(code).toBe(0);
    expect(stdout.replace(/sha256 [0-9a-f]{12}/, "sha256 …").split("\n")).toEqual([
      "calls.csv under calls.mapping.json",
      "sha256 …; local times of the table in UTC, shown in UTC",
      "",
      "The first 2 of 2 events:",
      "line  type     at                   name   contactId  origin",
      "----  -------  -------------------  -----  ---------  ------------",
      "2     contact  2026-03-02 09:00:00  new    c-1        +49221555010",
      "3     contact  2026-03-02 09:00:01  parkd  c-1",
      "",
      "name   count  type",
      "-----  -----  -------",
      "new        1  contact",
      "parkd      1  contact",
      "",
      "Rejected: bad-at 1",
      '  line 4: at is "soon". Expected seconds since 1970, as the mapping says.',
      "    c-1,ended,soon,,",
      "",
      "Lines read 3, passed over 0, rejected 1; events 2. Nothing was loaded.",
      "",
    ]);
    expect(stderr).toBe(
      'warning: "parkd" is no contact event of the reference: it is kept and reported, and no figure is made of it. Did you mean "parked"?\n',
    );
    expect(existsSync(join(desk.folder, "data"))).toBe(false);
  });

  it("shows as many as asked for, and counts all", async () => {
    const rows = Array.from({ length: 30 }, (_, index) => `c-${index},${index % 3 ? "new" : ""},1772442000,,`);
    write("calls.csv", `call,what,time,agent,caller\n${rows.join("\n")}\n`);
    write("m.json", MAPPING);
    const { stdout } = await desk.run("map", "calls.csv", "--mapping", "m.json", "--sample", "4");
    expect(stdout).toContain("The first 4 of 20 events:");
    expect(stdout).toContain("Rejected: no-event 10");
    expect(stdout.match(/^ {2}line \d+/gm)).toEqual(["  line 2", "  line 5", "  line 8", "  line 11"]);
    expect(stdout).toContain("  and 6 more\n");
  });

  it("leaves out what does not fit the terminal, and says so", async () => {
    write("calls.csv", CALLS);
    write("m.json", MAPPING);
    const parts: string[] = [];
    const stream = new Writable({ write: (chunk: Buffer, _encoding, done) => (parts.push(chunk.toString()), done()) });
    const stdout = Object.assign(stream, { columns: 55 });
    const terminal = {
      env: {},
      folder: desk.folder,
      stdout,
      stderr: new Writable({ write: (_1, _2, done) => done() }),
    };
    await runCli(["map", "calls.csv", "--mapping", "m.json"], { ...terminal, now: () => Date.UTC(2026, 2, 3) });
    const lines = parts.join("").split("\n");
    expect(lines).toContain("line  type     at                   name   contactId");
    expect(lines.slice(lines.indexOf("Too narrow for (--json shows all):")).slice(1, 2)).toEqual(["  origin"]);
  });

  it("gives machines all of it", async () => {
    write("calls.csv", CALLS);
    write("m.json", MAPPING);
    const { stdout } = await desk.run("map", "calls.csv", "--mapping", "m.json", "--sample", "1", "--json");
    expect(JSON.parse(stdout)).toMatchObject({
      file: "calls.csv",
      mapping: { file: "m.json", zone: "UTC" },
      read: 3,
      passed_over: 0,
      rejected: 1,
      event_count: 2,
      events: [
        { line: 2, type: "contact", at: 1_772_442_000_000, event: "new", contactId: "c-1", origin: "+49221555010" },
      ],
      names: [
        { type: "contact", name: "new", count: 1 },
        { type: "contact", name: "parkd", count: 1 },
      ],
      reasons: [{ reason: "bad-at", count: 1 }],
      rejected_lines: [{ line: 4, reason: "bad-at", text: "c-1,ended,soon,," }],
      unknown_names: [{ type: "contact", name: "parkd", nearest: "parked" }],
    });
  });

  it("hides numbers and names where they are masked", async () => {
    write("nightdesk.json", { masking: { numbers: "last-four", names: "last-four" } });
    write("calls.csv", `${CALLS}c-2,ended,+49221555010,,\n`);
    write("m.json", { ...MAPPING, fields: { ...MAPPING.fields, agentName: "Mira Okafor" } });
    const { stdout } = await desk.run("map", "calls.csv", "--mapping", "m.json");
    expect(stdout).toContain("***5010");
    expect(stdout).not.toMatch(/221555010|Mira/);
  });

  it("fails where no event comes out, the file is missing or the mapping has faults", async () => {
    write("calls.csv", CALLS);
    write("m.json", { ...MAPPING, times: { as: "yyyy-MM-dd HH:mm" } });
    expect(await desk.run("map", "calls.csv", "--mapping", "m.json")).toMatchObject({ code: 1 });
    const missing = await desk.run("map", "none.csv", "--mapping", "m.json");
    expect([missing.code, missing.stderr]).toEqual([1, expect.stringContaining("none.csv does not exist")]);
    write("m.json", { ...MAPPING, time: {} });
    const faulty = await desk.run("map", "calls.csv", "--mapping", "m.json");
    expect([faulty.code, faulty.stderr]).toEqual([1, expect.stringContaining('did you mean "times"?')]);
  });
});

describe("a foreign table", () => {
  it("is loaded under the mapping named with --mapping", async () => {
    write("calls.csv", CALLS);
    write("m.json", MAPPING);
    const { code, stdout } = await desk.run("load", "--mapping", "m.json", "--json", "calls.csv");
    expect(code).toBe(0);
    expect(JSON.parse(stdout).steps[0].counts).toMatchObject({ read: 3, new: 2, rejected: 1 });
  });

  it("is not even looked at where that mapping has faults", async () => {
    write("m.json", { ...MAPPING, events: [] });
    const { code, stderr } = await desk.run("load", "--mapping", "m.json", "nowhere");
    expect([code, stderr]).toEqual([1, expect.stringMatching(/m.json has 1 fault:\n {2}- events: /)]);
  });

  it("is part of the night under the mapping the configuration has for its name, whatever that ends in", async () => {
    write("nightdesk.json", { mappings: [{ files: "queue_log*", mapping: "queue-log.mapping.json" }] });
    cpSync(join(EXAMPLES, "queue-log.mapping.json"), join(desk.folder, "queue-log.mapping.json"));
    mkdirSync(join(desk.folder, "data/dumps"), { recursive: true });
    cpSync(join(EXAMPLES, "queue_log"), join(desk.folder, "data/dumps/queue_log"));
    const { code, stdout, stderr } = await desk.run("nightly", "--day", "2026-03-02", "--json");
    expect([code, stderr]).toEqual([0, ""]);
    expect(JSON.parse(stdout).steps[0].counts).toMatchObject({ files: 1, new: 30, rejected: 0 });
    const sessions = await desk.run("export", "customer-sessions");
    expect(sessions.stdout).toContain("1772438695.12");
  });

  it("is shown under the mapping the configuration has for it, which doctor examines", async () => {
    write("nightdesk.json", { mappings: [{ files: "calls-*.csv", mapping: "m.json" }] });
    write("calls-1.csv", CALLS);
    write("m.json", MAPPING);
    expect((await desk.run("map", "calls-1.csv")).stdout).toContain("calls-1.csv under m.json");
    expect((await desk.run("doctor")).stdout).toMatch(/ok +mapping +calls-\*\.csv under m\.json [0-9a-f]{12}/);
    write("m.json", { ...MAPPING, events: [{ evnt: "new" }] });
    const { code, stdout } = await desk.run("doctor");
    expect(code).toBe(1);
    expect(stdout).toContain('did you mean "event"?');
    expect(stdout).toContain("no file named like calls-*.csv is loaded");
  });
});
