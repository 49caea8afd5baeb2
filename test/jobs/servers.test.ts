import { identityOf } from "../../src/db/identity";
import { execFileSync, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { enqueue } from "../../jobs/enqueue";
import { type NightQueue, openQueue } from "../../jobs/queue";
import { type RunningWorker, startWorker } from "../../jobs/worker";
import { type Batch, batchOf } from "../../src/batch";
import { closeContext, type Context } from "../../src/context";
import { runWorkflow, takeStep } from "../../src/runner";
import { openRedis, queueKinds, type RedisServer } from "../support/queues";
import { givenDays, openSite, reportBytes, runProgram, type Site } from "../support/service";

const DAY = "2026-03-02";
const RUN = `nightly_${DAY}_by-hand`;
const NIGHT = batchOf({ workflow: "nightly", from: DAY, to: DAY });

const hasRedis = queueKinds.find(({ kind }) => kind === "Redis")?.missing === null;
/** A file system of its own, so small that it fills; only root may make one. */
const canMount = tryMount();

let undisturbed: Record<string, string>;
let server: RedisServer;
let site: Site;
let context: Context;
let night: NightQueue;
let running: RunningWorker;

beforeAll(async () => {
  const quiet = openSite("");
  await givenDays(quiet, DAY);
  const alone = await quiet.open();
  await runWorkflow(alone, NIGHT);
  undisturbed = reportBytes(quiet, DAY);
  await closeContext(alone);
  quiet.close();
});

(hasRedis ? describe : describe.skip)("a night on Redis", () => {
  beforeEach(async () => {
    server = await openRedis();
    site = openSite(server.url, { queue: { lock_s: 1, backoff_s: 0.01, attempts: 3 } });
    await givenDays(site, DAY);
    context = await site.open();
    night = await openQueue(context.config, { role: "service", onError: () => {} });
    running = startWorker(context, night, 1);
  });
  afterEach(async () => {
    await running.stop(0);
    await night.close();
    await closeContext(context);
    site.close();
    await server.close();
  });

  /** Resolves when a run's last step has come to its end. */
  const ended = (run: string): Promise<"completed" | "failed"> =>
    new Promise((resolve) => {
      const isIt = (id?: string): boolean => id === `${run}_mail`;
      running.worker.on("completed", (job) => isIt(job.id) && resolve("completed"));
      running.worker.on("failed", (job) => isIt(job?.id) && job?.finishedOn !== undefined && resolve("failed"));
    });
  const becomes = (step: string): Promise<void> =>
    new Promise((resolve) => running.worker.on("active", (job) => job.id === `${RUN}_${step}` && resolve()));

  it.each(["SIGKILL", "SIGTERM"] as const)(
    "goes on where the server was ended by %s and begun again",
    async (signal) => {
      const [inRebuild, over] = [becomes("rebuild"), ended(RUN)];
      await enqueue(context, night, NIGHT);
      await inRebuild;
      await server.restart(signal);
      expect(await over).toBe("completed");
      expect(reportBytes(site, DAY)).toEqual(undisturbed);
    },
  );

  it("waits for a database that another process writes to, and keeps its place in the queue meanwhile", async () => {
    // Asked for the first time, the database's id is written: that would have to wait too, here in the process that asks.
    await identityOf(context.db, context.config.database_url);
    const other = await site.open();
    const lock = await other.db.transaction();
    await lock("receipts").where({ receipt_key: -1 }).del();
    const over = ended(RUN);
    await enqueue(context, night, NIGHT);
    for (let renewals = 0; renewals < 3; renewals++) await once(running.worker, "locksRenewed");
    await lock.rollback();
    await closeContext(other);
    expect(await over).toBe("completed");
    expect(reportBytes(site, DAY)).toEqual(undisturbed);
    const receipts: { status: string }[] = await context.db("receipts").select("status");
    expect(receipts.map(({ status }) => status)).toEqual(["done", "done", "done", "done", "done"]);
  });

  (canMount ? describe : describe.skip)("on a small disk", () => {
    it("shows nothing half-written where the disk is full, and everything once it is not", async () => {
      const reports = join(site.folder, "data/reports");
      mkdirSync(reports);
      execFileSync("mount", ["-t", "tmpfs", "-o", "size=64k", "tmpfs", reports]);
      try {
        const failed = ended(RUN);
        await enqueue(context, night, NIGHT);
        expect(await failed).toBe("failed");
        const left = readdirSync(join(reports, DAY), { recursive: true, withFileTypes: true });
        expect(left.filter((entry) => entry.isFile())).toEqual([]);
        const tries: { error: string }[] = await context.db("receipts").where({ step: "render" }).select("error");
        expect(tries.map(({ error }) => error)).toEqual(
          [1, 2, 3].map(() => expect.stringMatching(/^report-write: .*no space left/) as string),
        );
        execFileSync("mount", ["-o", "remount,size=50m", reports]);
        const done = ended(`${RUN}_2`);
        await enqueue(context, night, NIGHT);
        expect(await done).toBe("completed");
        expect(reportBytes(site, DAY)).toEqual(undisturbed);
      } finally {
        execFileSync("umount", [reports]);
      }
    });
  });
});

(hasRedis ? describe : describe.skip)("a service whose Redis is gone for good", () => {
  it.each(["worker", "scheduler"])("ends its %s when it is asked to", async (part) => {
    const gone = await openRedis();
    const place = openSite(gone.url, { queue: { stop_within_s: 1 } });
    const program = runProgram(place, [part]);
    await program.untilSays(/Ready\./);
    await gone.close();
    program.child.kill("SIGTERM");
    expect(await program.ended).toEqual({ code: 0, signal: null });
    expect(program.said()).toMatch(/SIGTERM: stopping[^]*Stopped\./);
    place.close();
  });
});

describe("a step that waits", () => {
  const WAITING: Batch = batchOf({ workflow: "nightly", from: DAY, to: DAY });

  it("leaves one receipt however often it looks, which is no failure", async () => {
    const alone = openSite("");
    const opened = await alone.open();
    for (let look = 0; look < 3; look++) {
      const { receipt } = await takeStep(opened, { batch: WAITING, step: "pull", run_id: "r-1" }, () => "wait");
      expect(receipt.status).toBe("waiting");
    }
    const rows: { status: string; ends_run: number }[] = await opened.db("receipts").select("status", "ends_run");
    expect(rows).toEqual([{ status: "waiting", ends_run: 0 }]);
    await closeContext(opened);
    alone.close();
  });
});

function tryMount(): boolean {
  const folder = mkdtempSync(join(tmpdir(), "nightdesk-mount-"));
  const mounted = spawnSync("mount", ["-t", "tmpfs", "-o", "size=64k", "tmpfs", folder]).status === 0;
  if (mounted) {
    writeFileSync(join(folder, "probe"), "");
    spawnSync("umount", [folder]);
  }
  rmSync(folder, { recursive: true, force: true });
  return mounted;
}
