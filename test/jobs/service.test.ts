import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { lockFolder } from "../../jobs/backends/lock";
import { redisFindings } from "../../jobs/examine";
import { openService } from "../../jobs/service";
import { runCli } from "../../src/cli";
import { openDesk, type Desk } from "../support/terminal";
import { Writable } from "node:stream";

/** 12:00 UTC of a Tuesday. */
const NOW_MS = Date.UTC(2026, 2, 3, 12);

/** Runs a command line with the queue's commands; a service is asked to stop as soon as it is ready. */
async function run(
  desk: Desk,
  env: NodeJS.ProcessEnv,
  ...args: string[]
): Promise<{ code: number; out: string; err: string }> {
  const said = { out: "", err: "" };
  const stream = (to: "out" | "err"): Writable =>
    new Writable({
      write(chunk: Buffer, _encoding, done) {
        said[to] += chunk.toString();
        done();
      },
    });
  const terminal = { env, folder: desk.folder, stdout: stream("out"), stderr: stream("err"), now: () => NOW_MS };
  const code = await runCli(args, terminal, openService({ stopped: () => Promise.resolve("SIGTERM") }));
  return { code, ...said };
}

describe("the service", () => {
  let desk: Desk;
  beforeEach(() => void (desk = openDesk()));
  afterEach(() => desk.close());

  it("comes up with nothing configured, says what it will do next and when, and ends when asked to", async () => {
    const { code, out, err } = await run(desk, {}, "start");
    expect(out).toBe(`nightdesk 0.1.0
  data      ${desk.folder}/data
  database  sqlite:${desk.folder}/data/nightdesk.sqlite
  queue     embedded, in ${desk.folder}/data/queue
  worker    one step at a time
  next      Wed 2026-03-04 01:15 UTC, in 13 h 15 min: nightly for 2026-03-03
Ready.
`);
    const told = err
      .trim()
      .split("\n")
      .map((line) => (JSON.parse(line) as { message: string }).message);
    expect([code, told]).toEqual([0, ["SIGTERM: stopping; a running step has 20 s to end.", "Stopped."]]);
  });

  it("says of each schedule when it comes next, the soonest first, by the clock of its zone", async () => {
    const schedules = [
      { name: "monthly", every: "month", on: 1, at: "06:30" },
      { name: "nightly", every: "day", at: "01:15", zone: "Europe/Berlin" },
      { name: "weekly", every: "week", on: "monday", at: "06:00" },
    ];
    writeFileSync(join(desk.folder, "nightdesk.json"), JSON.stringify({ zone: "Asia/Seoul", schedules }));
    const { out } = await run(desk, {}, "start");
    expect(out).toContain(`
  next      Wed 2026-03-04 01:15 Europe/Berlin, in 12 h 15 min: nightly for 2026-03-03
            Mon 2026-03-09 06:00 Asia/Seoul, in 5 days: weekly for 2026-03-02 to 2026-03-08
            Wed 2026-04-01 06:30 Asia/Seoul, in 28 days: monthly for 2026-03-01 to 2026-03-31
`);
  });

  it.each(["worker", "scheduler"])(
    "has no %s of its own on the embedded queue, and says what it needs",
    async (part) => {
      const { code, err } = await run(desk, {}, part);
      expect([code, err]).toEqual([2, expect.stringMatching(/redis:\/\/HOST:PORT.*postgres:.*"nightdesk start"/)]);
    },
  );

  it("refuses several steps at once on SQLite", async () => {
    const { code, err } = await run(desk, {}, "start", "--concurrency", "2");
    expect([code, err]).toEqual([2, expect.stringContaining("SQLite takes one at a time")]);
  });

  it("is asked through the database where its queue is embedded, also for reports and day by day", async () => {
    const asked = await run(desk, {}, "enqueue", "nightly", "--from", "2026-03-01", "--to", "2026-03-02", "--each-day");
    expect([asked.code, asked.out]).toEqual([0, expect.stringContaining("Asked for 2 runs")]);
    const report = await run(desk, {}, "report", "agent-states", "--day", "2026-03-02", "--queue", "--json");
    expect([report.code, JSON.parse(report.out)]).toEqual([0, { requests: [3] }]);
  });

  it.each([
    [["enqueue", "nightly", "agent-states"], "takes no names"],
    [["enqueue", "load"], "needs files or folders"],
    [["enqueue", "nightly", "--each-day"], "--each-day needs --from D and --to D"],
    [["enqueue", "mail"], "Allowed choices are nightly, load, rebuild, check, report"],
  ])("is asked for nothing by %j", async (args, told) => {
    const { code, err } = await run(desk, {}, ...args);
    expect([code, err]).toEqual([2, expect.stringContaining(told)]);
  });
});

describe("the schedules of a configuration", () => {
  let desk: Desk;
  beforeEach(() => void (desk = openDesk()));
  afterEach(() => desk.close());

  it.each([
    [
      { schedules: [{ name: "Nightly", every: "day", at: "01:15" }] },
      "schedules.0.name: expected a name of small letters",
    ],
    [{ schedules: [{ name: "a", every: "day", at: "25:00" }] }, "schedules.0.at: no time of day"],
    [{ schedules: [{ name: "a", every: "week", at: "06:00" }] }, 'schedules.0.on: expected a weekday such as "monday"'],
    [
      { schedules: [{ name: "a", every: "month", on: "monday", at: "06:00" }] },
      "schedules.0.on: expected a day of the month from 1 to 28",
    ],
    [
      { schedules: [{ name: "a", every: "day", on: 3, at: "06:00" }] },
      'schedules.0.on: expected nothing: a daily schedule has no "on"',
    ],
    [{ schedules: [1, 2].map(() => ({ name: "a", every: "day", at: "06:00" })) }, 'schedules: "a" is named twice'],
    [
      { schedules: [{ name: "a", every: "day", at: "06:00", zone: "Mars" }] },
      'schedules.0.zone: "Mars" is no IANA time zone',
    ],
    [{ schedules: [{ name: "a", every: "day", att: "06:00" }] }, 'schedules.0.att: unknown key; did you mean "at"?'],
    [{ calendar: { closed: ["Christmas"] } }, "calendar.closed.0: no day; expected YYYY-MM-DD"],
    [{ queue: { lock: 3 } }, 'queue.lock: unknown key; did you mean "lock_s"?'],
  ])("tell what is wrong with %j", async (settings, told) => {
    writeFileSync(join(desk.folder, "nightdesk.json"), JSON.stringify(settings));
    const { code, err } = await run(desk, {}, "start");
    expect([code, err]).toEqual([1, expect.stringContaining(told)]);
  });
});

describe("the doctor", () => {
  let desk: Desk;
  beforeEach(() => void (desk = openDesk()));
  afterEach(() => desk.close());

  it("finds the embedded queue, and who has it", async () => {
    expect((await run(desk, {}, "doctor")).out).toContain("queue              embedded, in ");
    const lock = lockFolder(join(desk.folder, "data/queue"));
    const { code, out } = await run(desk, {}, "doctor");
    lock.release();
    expect([code, out]).toEqual([0, expect.stringContaining(`belongs to process ${process.pid}`)]);
  });

  it("says what is wrong with an address that nobody answers at", async () => {
    const { code, out } = await run(desk, { QUEUE_URL: "amqp://host" }, "doctor");
    expect([code, out]).toEqual([1, expect.stringMatching(/FAULT +queue +QUEUE_URL is "amqp:/)]);
  });

  it("says what to change in a Redis that forgets, evicts or is too old", () => {
    const facts = { version: "7.0.15", maxmemory_policy: "noeviction", is_persistent: true };
    expect(redisFindings("redis://a", facts).map(({ level }) => level)).toEqual(["fine"]);
    const poor = redisFindings("redis://a", {
      version: "5.0.1",
      maxmemory_policy: "allkeys-lru",
      is_persistent: false,
    });
    expect(poor.map(({ level, advice }) => `${level} ${advice}`)).toEqual([
      "fault Redis 6.2 or later is needed: install a newer one.",
      'fault Set "maxmemory-policy noeviction" in redis.conf.',
      'remark Set "appendonly yes" in redis.conf.',
    ]);
  });
});
