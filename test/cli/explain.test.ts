import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { ndjson } from "../support/centre";
import { events } from "../support/contacts";
import { type Desk, openDesk } from "../support/terminal";

const CALLS = `
  at        contactId  event      queueId  agentName
  09:00:00  c-1        new        -        -
  09:00:00  c-1        parked     support  -
  09:00:05  c-1        connect    support  Ada
  09:00:15  c-1        connected  support  Ada
  09:02:15  c-1        ended      -        -
  09:10:00  c-2        new        -        -
  09:10:00  c-2        parked     support  -
  09:10:31  c-2        connected  support  Ada
  09:12:00  c-2        ended      -        -
  10:00:00  c-3        new        -        -
  10:00:00  c-3        parked     support  -
  10:00:40  c-3        ended      -        -
  10:30:00  c-4        new        -        -
  10:30:00  c-4        parked     support  -
  10:30:08  c-4        ended      -        -
  11:00:00  c-5        new        -        -
  11:00:00  c-5        parked     support  -
`;

let desk: Desk;
beforeEach(() => {
  desk = openDesk();
  writeFileSync(join(desk.folder, "contact-events-2026-03-02.ndjson"), ndjson(events(CALLS)));
});
afterEach(() => desk.close());

/** Loads and rebuilds under a configuration. */
async function rebuilt(settings: object): Promise<void> {
  writeFileSync(join(desk.folder, "nightdesk.json"), JSON.stringify(settings));
  await desk.run("load", "contact-events-2026-03-02.ndjson");
  expect((await desk.run("rebuild", "--all")).code).toBe(0);
}

const DAY = ["--day", "2026-03-02"];

describe("explain", () => {
  it("fills the formula in, says what is left out, and lists what makes the figure and why", async () => {
    await rebuilt({ masking: { names: "last-four" } });
    const { code, stdout } = await desk.run("explain", "service_level", ...DAY);
    expect(code).toBe(0);
    expect(stdout.split("\n")).toEqual([
      "service_level_abandon_ignored - Service level, abandons in time left out",
      "2026-03-02 (UTC), telephony",
      "",
      "  answered in time / (answered + abandoned − abandoned in time)",
      "  1 / (2 + 2 − 1) = 33.3 %",
      "",
      "  a  Answered in time            1",
      "  b  Answered                    2",
      "  c  Abandoned                   2",
      "  d  Abandoned in time           1",
      "",
      "  clock K1; service level threshold 20 s; told by the time of entry",
      "  left out 1: Visits of contacts that are open, unknown (open for too long),",
      "  truncated or came without their start; visits still waiting; callback visits.",
      "  Outbound and outdial contacts have figures of their own.",
      "",
      "when      contact  what                     why",
      "--------  -------  -----------------------  -----",
      "09:00:00  c-1      answered 0:00:15 su…rt   a / b",
      "09:10:00  c-2      answered 0:00:31 su…rt   - / b",
      "10:00:00  c-3      abandoned 0:00:40 su…rt  - / c",
      "All 3.",
      "",
    ]);
  });

  it("draws a contact's activities along the time, with the dump and line of each event", async () => {
    await rebuilt({ masking: { names: "last-four" } });
    const { stdout } = await desk.run("explain", "asa", "--contact", "c-1");
    expect(stdout.split("\n")).toEqual([
      "contact c-1, 2026-03-02 09:00:00 (UTC), 0:02:15",
      "",
      "asa: answered 0:00:15 support; gives 0:00:15",
      "",
      "#  at        event                          length   line  with",
      "-  --------  ---------  ------------------  -------  ----  -------",
      "1  09:00:00  new        •·················           1:1",
      "2  09:00:00  parked     █·················  0:00:05  1:2   support",
      "3  09:00:05  connect    █·················  0:00:10  1:3   ***",
      "4  09:00:15  connected  ·████████████████·  0:02:00  1:4   ***",
      "5  09:02:15  ended      ·················•           1:5",
      "",
      "line 1:… of contact-events-2026-03-02.ndjson",
      "",
    ]);
  });

  it("names the nearest metric, and says what it lacks", async () => {
    const wrong = await desk.run("explain", "servise_level", ...DAY);
    expect([wrong.code, wrong.stderr]).toEqual([
      2,
      'error: There is no metric "servise_level". Did you mean "service_level"?\n',
    ]);
    await rebuilt({});
    expect((await desk.run("explain", "asa")).stderr).toMatch(/A figure needs its days/);
    expect((await desk.run("explain", "asa", "--contact", "c-9")).stderr).toMatch(/Nobody has delivered an event/);
    expect((await desk.run("explain", "occupancy", ...DAY, "--queue", "support")).stderr).toMatch(
      /occupancy cannot be asked by queue. It can by all, site, team, agent/,
    );
  });
});

describe("what-if", () => {
  const figures = async (...args: string[]) => {
    const { stdout } = await desk.run("what-if", ...DAY, "--json", ...args);
    const told: { now: object; other: object }[] = JSON.parse(stdout).figures;
    return { now: told.map(({ now }) => now), other: told.map(({ other }) => other) };
  };

  it("gives what everything rebuilt under other thresholds gives", async () => {
    await rebuilt({});
    const asked = await figures("--threshold", "35", "--short", "10", "--formula", "short_excluded");
    await rebuilt({
      thresholds: { service_level_s: 35, short_abandon_s: 10, service_level_formula: "short_excluded" },
    });
    const recomputed = await figures("--threshold", "35");
    expect(asked.other).toEqual(recomputed.now);
    expect(asked.now).not.toEqual(recomputed.now);
  });

  it("sets old and new beside each other, queue by queue", async () => {
    await rebuilt({});
    const { stdout } = await desk.run("what-if", ...DAY, "--threshold", "35", "--short", "10");
    expect(stdout.split("\n")).toEqual([
      "2026-03-02 (UTC); what if: answered within 35 s, short below 10 s",
      "",
      "queue             visits  SL now    then  points  abandon    then  points",
      "----------------  ------  ------  ------  ------  -------  ------  ------",
      "support                3  33.3 %  66.7 %   +33.3   50.0 %  33.3 %   −16.7",
      "All of telephony       3  33.3 %  66.7 %   +33.3   50.0 %  33.3 %   −16.7",
      "",
    ]);
  });

  it("wants something to be different", async () => {
    expect((await desk.run("what-if", ...DAY)).stderr).toMatch(/What would be different/);
    expect((await desk.run("what-if", ...DAY, "--formula", "abandon_ignord")).stderr).toMatch(
      /Did you mean "abandon_ignored"/,
    );
  });
});

describe("figures", () => {
  it("tells them by half-hour of another zone, within the opening hours", async () => {
    await rebuilt({ opening_hours: { monday: [{ from: "10:00", to: "12:00" }] } });
    const { stdout } = await desk.run("figures", "offered_visits", ...DAY, "--slot", "30", "--zone", "Asia/Tokyo");
    expect(
      stdout
        .split(/\r?\n/)
        .slice(1, 4)
        .map((line) => line.split(",").slice(4, 9)),
    ).toEqual([
      ["telephony", "2026-03-02 18:00:00", "2", "", "2"],
      ["telephony", "2026-03-02 19:00:00", "1", "", "1"],
      ["telephony", "2026-03-02 19:30:00", "1", "", "1"],
    ]);
    const open = await desk.run("figures", "offered_visits", ...DAY, "--open-hours", "--json");
    expect(JSON.parse(open.stdout).figures).toMatchObject([{ value: 2, left_out_count: 1 }]);
  });
});
