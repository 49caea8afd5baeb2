import { utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type NightQueue, openQueue } from "../../jobs/queue";
import { tick } from "../../jobs/scheduler";
import { type RunningWorker, startWorker } from "../../jobs/worker";
import { addRun, enqueue, request } from "../../jobs/enqueue";
import { HOUR, MINUTE } from "../../src/base/days";
import { batchOf } from "../../src/batch";
import { closeContext, type Context } from "../../src/context";
import { runWorkflow } from "../../src/runner";
import { onQueues, queueKinds, type QueueServer } from "../support/queues";
import { givenDays, openSite, reportBytes, type Site } from "../support/service";

onQueues(queueKinds, ({ open }) => {
  let server: QueueServer;
  let home: Site;
  let site: Site;
  let context: Context;
  let night: NightQueue;
  let running: RunningWorker | null = null;
  /** The scheduler's clock; the queue has its own. */
  let now = 0;
  /** What was told of runs that came to their end. */
  let told: string[] = [];

  beforeAll(async () => {
    server = await open();
    home = openSite(server.url);
    night = await openQueue(home.config(), { role: "service", onError: () => {} });
  });
  afterAll(async () => {
    await night.close();
    home.close();
    await server.close();
  });
  beforeEach(async () => {
    now = Date.parse("2026-03-02T00:00:00Z");
    told = [];
    site = openSite(server.url, { schedules: [{ name: "nightly", every: "day", at: "01:15" }] });
    context = await site.open(() => now);
    await night.queue.obliterate({ force: true });
  });
  afterEach(async () => {
    await running?.stop(0);
    running = null;
    await closeContext(context);
    site.close();
  });

  /** Lets a worker run until the last steps of so many runs have come to their end. */
  async function untilEnded(count: number, last = "mail"): Promise<void> {
    running = startWorker(context, night, 1, ({ schedule, from }, isDone) => {
      told.push(`${schedule} ${from} ${isDone ? "done" : "failed"}`);
      return Promise.resolve();
    });
    const { worker } = running;
    let left = count;
    await new Promise<void>((resolve) => {
      const one = (id: string | undefined, isOver: boolean): void => {
        if (isOver && id?.endsWith(`_${last}`) === true && --left === 0) resolve();
      };
      worker.on("completed", (job) => one(job.id, true));
      worker.on("failed", (job) => one(job?.id, job?.finishedOn !== undefined));
    });
    await running.stop(0);
    running = null;
  }

  it("puts nothing on the queue at its first look, and each night as it falls due", async () => {
    expect(await tick(context, night)).toEqual([]);
    now = Date.parse("2026-03-02T16:14:00Z");
    expect(await tick(context, night)).toEqual([]);
    now = Date.parse("2026-03-02T16:15:00Z");
    expect(await tick(context, night)).toEqual(["nightly_2026-03-02"]);
    expect(await tick(context, night)).toEqual([]);
  });

  it("catches up missed nights once, oldest first, and with two schedulers at once", async () => {
    await tick(context, night);
    now = Date.parse("2026-03-04T20:00:00Z");
    const other = await site.open(() => now);
    const both = await Promise.all([tick(context, night), tick(other, night), tick(context, night)]);
    await closeContext(other);
    const nights = ["2026-03-02", "2026-03-03", "2026-03-04"].map((day) => `nightly_${day}`);
    for (const added of both) expect(nights).toEqual(expect.arrayContaining(added));
    expect([...new Set(both.flat())].sort()).toEqual(nights);
    expect(Object.values(await night.queue.getJobCounts()).reduce((a, b) => a + b, 0)).toBe(15);
    await givenDays(site, "2026-03-02", 3);
    await untilEnded(3);
    const ran = await context.db("receipts").orderBy("receipt_key").select("from_day", "step", "schedule");
    expect(ran).toHaveLength(15);
    expect(ran.map(({ from_day }) => String(from_day))).toEqual(ran.map(({ from_day }) => String(from_day)).sort());
    expect(new Set(ran.map(({ schedule }) => String(schedule)))).toEqual(new Set(["nightly"]));
  });

  it("runs a night anew whose queue was lost before it was done, and not one that was done", async () => {
    await tick(context, night);
    await givenDays(site, "2026-03-02", 2);
    now = Date.parse("2026-03-02T20:00:00Z");
    await tick(context, night);
    await untilEnded(1);
    now = Date.parse("2026-03-03T20:00:00Z");
    expect(await tick(context, night)).toEqual(["nightly_2026-03-03"]);
    await night.queue.obliterate({ force: true });
    expect(await tick(context, night)).toEqual(["nightly_2026-03-03"]);
  });

  it("lets a held mail go when its time has come, once", async () => {
    await tick(context, night);
    const hold = { from_day: "2026-03-01", to_day: "2026-03-01", schedule: "", held_at_ms: now, reasons: "x" };
    await context.db("mail_holds").insert({ ...hold, until_ms: now + HOUR });
    expect(await tick(context, night)).toEqual([]);
    now += HOUR;
    const [name = ""] = await tick(context, night);
    expect(name).toMatch(/^summary_2026-03-01_held-\d+$/);
    expect(await tick(context, night)).toEqual([]);
    expect((await night.queue.getJob(`${name}_mail`))?.data.batch).toMatchObject({
      workflow: "summary",
      schedule: null,
    });
  });

  it("does not repeat by itself a night that failed", async () => {
    await tick(context, night);
    now = Date.parse("2026-03-02T20:00:00Z");
    await tick(context, night);
    await untilEnded(1);
    await night.queue.obliterate({ force: true });
    expect(await tick(context, night)).toEqual([]);
    expect(await context.db("receipts").orderBy("receipt_key", "desc").first("status", "ends_run")).toEqual({
      status: "failed",
      ends_run: 1,
    });
  });

  it("runs a night that somebody ran by hand and that failed, and leaves one alone that was done", async () => {
    await tick(context, night);
    await givenDays(site, "2026-03-02");
    now = Date.parse("2026-03-03T01:30:00Z");
    const byHand = { workflow: "nightly", from: "2026-03-02", to: "2026-03-02" } as const;
    const failed = await runWorkflow(context, batchOf({ ...byHand, sources: ["/of/a/slip/of/the/finger"] }));
    expect(failed.status).toBe("failed");
    expect(await tick(context, night)).toEqual(["nightly_2026-03-02"]);
    await night.queue.obliterate({ force: true });
    // Reports in a folder of one's own, or of one's own choice, are not the night.
    for (const own of [{ out: join(site.folder, "own") }, { reports: ["agent-states"] }]) {
      expect((await runWorkflow(context, batchOf({ ...byHand, ...own }))).status).toBe("done");
    }
    expect(await tick(context, night)).toEqual(["nightly_2026-03-02"]);
    await night.queue.obliterate({ force: true });
    expect((await runWorkflow(context, batchOf(byHand))).status).toBe("done");
    expect(await tick(context, night)).toEqual([]);
  });

  it("runs a night when it falls due that somebody ran by hand before, and once it is over where he still does", async () => {
    await tick(context, night);
    await givenDays(site, "2026-03-02");
    now = Date.parse("2026-03-02T12:00:00Z");
    const byHand = batchOf({ workflow: "nightly", from: "2026-03-02", to: "2026-03-02" });
    expect((await enqueue(context, night, byHand)).run).toBe("nightly_2026-03-02_by-hand");
    now = Date.parse("2026-03-02T16:15:00Z");
    expect(await tick(context, night)).toEqual([]);
    now = Date.parse("2026-03-02T12:00:00Z");
    await untilEnded(1);
    now = Date.parse("2026-03-02T16:15:00Z");
    expect(await tick(context, night)).toEqual(["nightly_2026-03-02"]);
    // While the scheduled one waits, nobody has to run it beside.
    expect(await enqueue(context, night, byHand)).toMatchObject({ run: "nightly_2026-03-02", state: "waiting" });
    await untilEnded(1);
    expect(told).toEqual(["null 2026-03-02 done", "nightly 2026-03-02 done"]);
  });

  it("runs a night anew, at most once an hour, that failed where no receipt could be written", async () => {
    await tick(context, night);
    await givenDays(site, "2026-03-02");
    now = Date.parse("2026-03-02T16:15:00Z");
    expect(await tick(context, night)).toEqual(["nightly_2026-03-02"]);
    const sound = context;
    context = await site.open(() => now);
    await closeContext(context);
    await untilEnded(1);
    context = sound;
    expect(told).toEqual(["nightly 2026-03-02 failed"]);
    expect(await context.db("receipts").select("step")).toEqual([]);
    now += HOUR - 1;
    expect(await tick(context, night)).toEqual([]);
    now += 1;
    expect(await tick(context, night)).toEqual(["nightly_2026-03-02_late-1"]);
    now += 2 * HOUR;
    // The one before it still waits for a worker.
    expect(await tick(context, night)).toEqual([]);
    await untilEnded(1);
    expect(told).toEqual(["nightly 2026-03-02 failed", "nightly 2026-03-02 done"]);
    now += HOUR;
    expect(await tick(context, night)).toEqual([]);
  });

  it("runs a night anew whose job a newer release cannot read", async () => {
    await tick(context, night);
    await givenDays(site, "2026-03-02");
    now = Date.parse("2026-03-02T16:15:00Z");
    const batch = batchOf({ workflow: "nightly", from: "2026-03-02", to: "2026-03-02", schedule: "nightly" });
    const unknown = { ...batch, of_another_release: true };
    await addRun(context, night, unknown, "nightly_2026-03-02");
    await untilEnded(1);
    expect(told).toEqual(["nightly 2026-03-02 failed"]);
    now += HOUR;
    expect(await tick(context, night)).toEqual(["nightly_2026-03-02_late-1"]);
    await untilEnded(1);
    expect(told).toEqual(["nightly 2026-03-02 failed", "nightly 2026-03-02 done"]);
  });

  it("runs a night again every hour while a source has not delivered", async () => {
    await tick(context, night);
    await givenDays(site, "2026-03-02");
    now = Date.parse("2026-03-02T16:15:00Z");
    await tick(context, night);
    await untilEnded(1);
    const delivery = { source: "crm", day: "2026-03-02", checked_at_ms: now, file_count: 0, byte_count: 0 };
    await context.db("deliveries").insert({ ...delivery, status: "missing" });
    expect(await tick(context, night)).toEqual([]);
    now += HOUR + 60_000;
    expect(await tick(context, night)).toEqual(["nightly_2026-03-02_late-1"]);
    expect(await tick(context, night)).toEqual([]);
    now += HOUR;
    expect(await tick(context, night)).toEqual([]);
    await untilEnded(1);
    now += 2 * HOUR;
    expect(await tick(context, night)).toEqual(["nightly_2026-03-02_late-4"]);
    await context.db("deliveries").update({ status: "delivered" });
    now += 2 * HOUR;
    await night.queue.obliterate({ force: true });
    expect(await tick(context, night)).toEqual([]);
  });

  it("notes a night as missing that finds no dump in the folder, and does it within the hour once one is there", async () => {
    const deliveries = (): Promise<unknown> => context.db("deliveries").select("source", "day", "status");
    await tick(context, night);
    now = Date.parse("2026-03-02T16:15:00Z");
    expect(await tick(context, night)).toEqual(["nightly_2026-03-02"]);
    await untilEnded(1);
    expect(told).toEqual(["nightly 2026-03-02 failed"]);
    expect(await deliveries()).toEqual([{ source: "dumps", day: "2026-03-02", status: "missing" }]);
    const { error } = await context.db("receipts").where({ ends_run: 1 }).first("error");
    expect(error).toMatch(/^no-dump: No dump for 2026-03-02 in .*dumps\. Expected a file whose name holds the day/);
    await givenDays(site, "2026-03-02");
    now += HOUR - 1;
    expect(await tick(context, night)).toEqual([]);
    now += 1;
    expect(await tick(context, night)).toEqual(["nightly_2026-03-02_late-1"]);
    await untilEnded(1);
    expect(told).toEqual(["nightly 2026-03-02 failed", "nightly 2026-03-02 done"]);
    expect(await deliveries()).toEqual([{ source: "dumps", day: "2026-03-02", status: "delivered" }]);
    expect(Object.keys(reportBytes(site, "2026-03-02"))).toContain("contact-sessions.html");
    now += 2 * HOUR;
    expect(await tick(context, night)).toEqual([]);
  });

  it("makes the reports of a day anew, once, of which a file came after its night", async () => {
    await tick(context, night);
    await givenDays(site, "2026-03-02", 2);
    now = Date.parse("2026-03-02T16:15:00Z");
    await tick(context, night);
    await untilEnded(1);
    const before = reportBytes(site, "2026-03-02");
    const late = join(site.folder, "data/dumps/contact-events-2026-03-02-late.ndjson");
    writeFileSync(late, '{"contactId":"late","event":"new","at":"2026-03-02T10:00:00+09:00"}\n');
    utimesSync(late, 0, 0);
    now = Date.parse("2026-03-03T16:15:00Z");
    expect(await tick(context, night)).toEqual(["nightly_2026-03-03"]);
    await untilEnded(1);
    const restated = reportBytes(site, "2026-03-02");
    expect(restated["contact-sessions.html"]).not.toBe(before["contact-sessions.html"]);
    now += MINUTE;
    // For the mail of that day, which is corrected by its own night.
    expect(await tick(context, night)).toEqual(["nightly_2026-03-02_late-24"]);
    await untilEnded(1);
    expect(reportBytes(site, "2026-03-02")).toEqual(restated);
    expect(told).toEqual(["nightly 2026-03-02 done", "nightly 2026-03-03 done", "nightly 2026-03-02 done"]);
    now += 2 * HOUR;
    await night.queue.obliterate({ force: true });
    expect(await tick(context, night)).toEqual([]);
  });

  it("takes up what was asked for from another process, once", async () => {
    await givenDays(site, "2026-03-02");
    const work = batchOf({ workflow: "nightly", from: "2026-03-02", to: "2026-03-02" });
    for (const batch of [work, work, { ...work, again: true }]) await request(context, batch);
    await context.db("requested_runs").insert({ requested_at_ms: now, batch: "{}" });
    expect(await tick(context, night)).toEqual([
      "nightly_2026-03-02_by-hand",
      "nightly_2026-03-02_request-1772409600000-3",
    ]);
    expect(await tick(context, night)).toEqual([]);
    const rows = await context.db("requested_runs").orderBy("request_key").select("run_id", "error", "taken_at_ms");
    expect(rows.map(({ taken_at_ms }) => Number(taken_at_ms))).toEqual([now, now, now, now]);
    expect(rows.map(({ error }) => error as unknown)).toEqual([
      null,
      "nightly_2026-03-02_by-hand is in the queue already.",
      null,
      expect.stringContaining("no batch of work"),
    ]);
    await untilEnded(2);
    const runs = await context.db("receipts").where({ ends_run: 1 }).orderBy("receipt_key").select("run_id");
    expect(runs.map(({ run_id }) => String(run_id))).toEqual([rows[0]?.run_id, rows[2]?.run_id]);
  });
});
