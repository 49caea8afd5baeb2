import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Desk, openDesk } from "../support/terminal";

let desk: Desk;
beforeEach(() => {
  desk = openDesk();
});
afterEach(() => desk.close());

const COMMANDS = [
  "nightly",
  "load",
  "rebuild",
  "check",
  "report",
  "export",
  "map",
  "generate",
  "demo",
  "status",
  "doctor",
];

describe("the command line", () => {
  it.each(COMMANDS)("explains %s", async (command) => {
    const { code, stdout } = await desk.run(command, "--help");
    expect(code).toBe(0);
    expect(stdout).toContain(`Usage: nightdesk ${command}`);
    expect(stdout).toContain("--json");
  });

  it("lists every command and the exit codes", async () => {
    const { code, stdout } = await desk.run("--help");
    expect(code).toBe(0);
    for (const command of COMMANDS) expect(stdout).toMatch(new RegExp(`^  ${command}\\b`, "m"));
    expect(stdout).toContain("0 done, 1 failed, 2 wrong usage");
  });

  it.each([
    [["nightly", "--day", "2026-02-30"], "Expected a day as YYYY-MM-DD"],
    [["nightly", "--day", "2026-03-02", "--from", "2026-03-01"], "cannot be used with option"],
    [["nightly", "--from", "2026-03-02"], "A period needs both its ends"],
    [["nightly", "--from", "2026-03-03", "--to", "2026-03-02"], "ends before it begins"],
    [["load"], "missing required argument"],
    [["map", "calls.csv"], "No mapping is configured for calls.csv"],
    [["map", "calls.csv", "--mapping", "m.json", "--sample", "some"], "Expected a whole number"],
    [["report", "agent-states"], "A report needs its days"],
    [["report", "agent-state", "--day", "2026-03-02"], "agent-states"],
    [["report", "../../etc/passwd", "--day", "2026-03-02"], "agent-states"],
    [["report", "agent-states", "--day", "2026-03-02", "--format", "pdf"], "none of html, csv"],
    [["export", "customers"], "Expected one of customer-sessions"],
    [["export", "customer-sessions", "--json"], "give --out FILE"],
    [["check", "--mode", "loose"], "Allowed choices are overlay, strict"],
    [
      [
        "generate",
        "--day",
        "2026-03-02",
        "--contacts",
        "5",
        "--agents",
        "2",
        "--seed",
        "1",
        "--out",
        "x",
        "--faults",
        "gremlins",
      ],
      "none of duplicate",
    ],
    [["dance"], "unknown command"],
    [["nightly", "--dya", "2026-03-02"], "Did you mean --day"],
  ])("takes %j for wrong usage", async (args, told) => {
    const { code, stderr, stdout } = await desk.run(...args);
    expect(stderr).toContain(told);
    expect([code, stdout]).toEqual([2, ""]);
  });

  it("fails with the faults of the configuration, not with a stack", async () => {
    writeFileSync(join(desk.folder, "nightdesk.json"), `{"zone": "Asia/Soul"}`);
    const { code, stderr } = await desk.run("status");
    expect(code).toBe(1);
    expect(stderr).toContain(`"Asia/Soul" is no IANA time zone`);
    expect(stderr).not.toContain("    at ");
  });
});
