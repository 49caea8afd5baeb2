import { join } from "node:path";
import { rmSync, writeFileSync } from "node:fs";
import { enqueue } from "../../jobs/enqueue";
import { type NightQueue, openQueue } from "../../jobs/queue";
import { type RunningWorker, startWorker } from "../../jobs/worker";
import { type Batch, batchOf } from "../../src/batch";
import { closeContext, type Context } from "../../src/context";
import { runWorkflow } from "../../src/runner";
import { steps as stepFunctions } from "../../src/workflows";
import { onQueues, queueKinds, type QueueServer } from "../support/queues";
import { givenDays, openSite, reportBytes, type Site } from "../support/service";

const DAY = "2026-03-02";
const nightly = (day: string, more: Partial<Batch> = {}): Batch =>
  batchOf({ workflow: "nightly", from: day, to: day, ...more });

const OTHER_DATABASE =
  /^nightly_2026-03-02_by-hand_pull is a step of another database.*Set DATABASE_URL and NIGHTDESK_DATA.*for a minute\.$/;

onQueues(queueKinds, ({ open }) => {
  let server: QueueServer;
  let home: Site;
  let site: Site;
  let context: Context;
  let night: NightQueue;
  let running: RunningWorker | null = null;

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
    site = openSite(server.url);
    context = await site.open();
    await night.queue.obliterate({ force: true });
  });
  afterEach(async () => {
    jest.restoreAllMocks();
    await running?.stop(0);
    running = null;
    await closeContext(context);
    site.close();
  });

  /** Resolves when the last step of a run has come to its end. */
  async function ended(
    run: string,
    last = /^(?:report)_/.test(run) ? "render" : "mail",
  ): Promise<"completed" | "failed"> {
    running ??= startWorker(context, night, 1);
    const { worker } = running;
    return await new Promise((resolve) => {
      const isIt = (id?: string): boolean => id === `${run}_${last}`;
      worker.on("completed", (job) => isIt(job.id) && resolve("completed"));
      worker.on("failed", (job) => isIt(job?.id) && job?.finishedOn !== undefined && resolve("failed"));
    });
  }

  const receipts = (): Promise<Record<string, unknown>[]> =>
    context.db("receipts").orderBy("receipt_key").select("step", "status", "ends_run", "run_id", "error");

  it("runs a night step by step, with one run id, to the bytes of the local runner", async () => {
    await givenDays(site, DAY);
    const { run, run_id } = await enqueue(context, night, nightly(DAY));
    expect(run).toBe("nightly_2026-03-02_by-hand");
    expect(await ended(run)).toBe("completed");
    expect(await receipts()).toEqual(
      ["pull", "rebuild", "check", "render", "mail"].map((step) => ({
        step,
        status: "done",
        ends_run: Number(step === "mail"),
        run_id,
        error: null,
      })),
    );
    const queued = reportBytes(site, DAY);
    const local = openSite("");
    await givenDays(local, DAY);
    const alone = await local.open();
    await runWorkflow(alone, nightly(DAY));
    await closeContext(alone);
    expect(queued).toEqual(reportBytes(local, DAY));
    expect(Object.keys(queued).length).toBeGreaterThan(4);
    local.close();
  });

  it("runs a night once that is asked for twice before it is done", async () => {
    await givenDays(site, DAY);
    const asked = await Promise.all([1, 2, 3].map(() => enqueue(context, night, nightly(DAY))));
    expect(new Set(asked.map(({ run }) => run))).toEqual(new Set(["nightly_2026-03-02_by-hand"]));
    expect(asked.map(({ state }) => state).sort()).toEqual(["added", "waiting", "waiting"]);
    const [run_id] = asked.flatMap((one) => (one.state === "added" ? [one.run_id] : []));
    expect(new Set(asked.map((one) => one.run_id))).toEqual(new Set([run_id]));
    expect(await enqueue(context, night, nightly(DAY))).toMatchObject({ state: "waiting", run_id });
    expect(await ended("nightly_2026-03-02_by-hand")).toBe("completed");
    expect((await receipts()).map(({ step, run_id: of }) => [step, of])).toEqual(
      ["pull", "rebuild", "check", "render", "mail"].map((step) => [step, run_id]),
    );
  });

  it("takes no step of another database, and leaves it to a worker that is on its own", async () => {
    await givenDays(site, DAY);
    const other = openSite(server.url);
    const wrong = await other.open();
    const { run } = await enqueue(context, night, nightly(DAY));
    const said = await new Promise<string>((resolve) => {
      running = startWorker({ ...wrong, log: { ...wrong.log, error: resolve } }, night, 1);
    });
    expect(said).toMatch(OTHER_DATABASE);
    expect(said).toContain(`sqlite:${join(site.folder, "data/nightdesk.sqlite")} (`);
    await running?.stop(10_000);
    running = null;
    expect(await night.queue.getJobState(`${run}_pull`)).toBe("delayed");
    await (await night.queue.getJob(`${run}_pull`))?.promote();
    expect(await ended(run)).toBe("completed");
    expect((await receipts()).map(({ step, status }) => `${String(step)} ${String(status)}`)).toEqual([
      "pull done",
      "rebuild done",
      "check done",
      "render done",
      "mail done",
    ]);
    expect(await wrong.db("receipts").select("step")).toEqual([]);
    await closeContext(wrong);
    other.close();
  });

  it("gives up a step of another database whose workers have not come for an hour, and says what to set", async () => {
    const { run } = await enqueue(context, night, nightly(DAY));
    const job = await night.queue.getJob(`${run}_pull`);
    if (job === undefined) throw new Error("a run begins with its pull");
    await job.updateData({ ...job.data, database: { id: "d-1", address: "postgres://db/old" }, refused_since_ms: 1 });
    expect(await ended(run)).toBe("failed");
    const refused = await night.queue.getJob(`${run}_pull`);
    expect(refused?.failedReason).toMatch(/postgres:\/\/db\/old \(d-1\).*DATABASE_URL.*has come for an hour/);
    expect(await receipts()).toEqual([]);
  });

  it("leaves a night alone that was done and has nothing new, and does it anew where that is wanted", async () => {
    await givenDays(site, DAY);
    for (const [number, batch] of [nightly(DAY), nightly(DAY), nightly(DAY, { again: true })].entries()) {
      const { run } = await enqueue(context, night, batch);
      expect(run).toBe(`nightly_2026-03-02_by-hand${number === 0 ? "" : `_${number + 1}`}`);
      expect(await ended(run)).toBe("completed");
    }
    const steps = (await receipts()).map(({ step, ends_run }) => `${String(step)} ${String(ends_run)}`);
    const whole = ["pull 0", "rebuild 0", "check 0", "render 0", "mail 1"];
    expect(steps).toEqual([...whole, "pull 1", ...whole]);
  });

  it("finishes the older night before it begins the newer, whichever was asked for first", async () => {
    await givenDays(site, DAY, 2);
    await enqueue(context, night, nightly("2026-03-03"));
    await enqueue(context, night, nightly("2026-03-02"));
    const done = ended("nightly_2026-03-03_by-hand");
    expect(await done).toBe("completed");
    const days: { from_day: string }[] = await context.db("receipts").orderBy("receipt_key").select("from_day");
    expect(days.map(({ from_day }) => from_day)).toEqual([
      ...Array.from({ length: 5 }, () => "2026-03-02"),
      ...Array.from({ length: 5 }, () => "2026-03-03"),
    ]);
  });

  it("ends a night at a poison dump, at the first try, and no other night", async () => {
    await givenDays(site, DAY, 2);
    const poison = join(site.folder, "data/dumps/contact-events-2026-03-02.ndjson.gz");
    writeFileSync(poison, Buffer.from("1f8b0800000000000003", "hex"));
    await enqueue(context, night, nightly("2026-03-02"));
    await enqueue(context, night, nightly("2026-03-03"));
    const poisoned = ended("nightly_2026-03-02_by-hand");
    const sound = ended("nightly_2026-03-03_by-hand");
    expect([await poisoned, await sound]).toEqual(["failed", "completed"]);
    const [first, ...rest] = await receipts();
    expect(first).toMatchObject({ step: "pull", status: "failed", ends_run: 1 });
    expect(rest.map(({ step, status }) => `${String(step)} ${String(status)}`)).toEqual([
      "pull done",
      "rebuild done",
      "check done",
      "render done",
      "mail done",
    ]);
    expect(Object.keys(reportBytes(site, "2026-03-02"))).toEqual([]);
    rmSync(poison);
    const again = await enqueue(context, night, nightly("2026-03-02"));
    expect([again.run, await ended(again.run)]).toEqual(["nightly_2026-03-02_by-hand_2", "completed"]);
  });

  it("tries again what may pass, as often as is configured, and then gives up", async () => {
    await enqueue(context, night, nightly(DAY));
    expect(await ended("nightly_2026-03-02_by-hand")).toBe("failed");
    expect(await receipts()).toEqual(
      [0, 0, 1].map((ends_run) => ({
        step: "pull",
        status: "failed",
        ends_run,
        run_id: expect.any(String),
        error: expect.stringMatching(/^no-dump: /),
      })),
    );
  });

  it("looks again for what has not come yet as often as it must, and counts that for no attempt", async () => {
    await givenDays(site, DAY);
    const { pull } = stepFunctions;
    let looks = 0;
    const late = (...of: Parameters<typeof pull>): ReturnType<typeof pull> => {
      const failure = { code: "not-delivered", message: "crm has not delivered.", can_retry: true, retry_after_ms: 20 };
      return ++looks < 5 ? Promise.resolve({ counts: {}, failure }) : pull(...of);
    };
    jest.spyOn(stepFunctions, "pull").mockImplementation(late);
    const { run } = await enqueue(context, night, nightly(DAY));
    expect(await ended(run)).toBe("completed");
    expect((await night.queue.getJob(`${run}_pull`))?.attemptsMade).toBe(1);
    expect((await receipts()).map(({ step, status }) => `${String(step)} ${String(status)}`)).toEqual([
      "pull done",
      "rebuild done",
      "check done",
      "render done",
      "mail done",
    ]);
  });

  it("shows the step's progress on its job, and keeps what is done for a while", async () => {
    await givenDays(site, DAY);
    const { run } = await enqueue(context, night, nightly(DAY));
    const told: unknown[] = [];
    running = startWorker(context, night, 1);
    running.worker.on("progress", (job, progress) => told.push([job.id, progress]));
    await ended(run);
    expect(told).toContainEqual([`${run}_rebuild`, { text: expect.stringMatching(/^rebuilding \d+ of \d+ contacts/) }]);
    const kept = await night.queue.getJob(`${run}_mail`);
    expect(kept?.opts.removeOnComplete).toEqual({ age: 30 * 86_400 });
    expect(await night.queue.getJobCountByTypes("completed")).toBe(5);
  });

  it("makes reports that somebody asks for, and tells them apart by what is wanted", async () => {
    await givenDays(site, DAY);
    await ended((await enqueue(context, night, nightly(DAY))).run);
    const report = (reports: string[]): Batch => batchOf({ workflow: "report", from: DAY, to: DAY, reports });
    const first = await enqueue(context, night, report(["contact-sessions"]));
    const other = await enqueue(context, night, report(["agent-states"]));
    expect(first.run).toMatch(/^report_2026-03-02_[0-9a-f]{8}$/);
    expect(other.run).not.toBe(first.run);
    expect(await ended(other.run)).toBe("completed");
  });
});
