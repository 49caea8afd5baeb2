import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { addRun } from "../../jobs/enqueue";
import { runNameOf } from "../../jobs/flow";
import { openQueue, type NightQueue } from "../../jobs/queue";
import { metricsReader } from "../../jobs/metrics";
import { tellWatchman } from "../../jobs/ping";
import { type RunningWorker, startWorker } from "../../jobs/worker";
import { batchOf } from "../../src/batch";
import { closeContext, type Context } from "../../src/context";
import { givenDays, openSite, type Site } from "../support/service";

let server: Server;
let site: Site;
let context: Context;
let night: NightQueue;
let worker: RunningWorker | null = null;
/** What the watchman heard. */
let heard: string[];
let now: number;
beforeEach(async () => {
  heard = [];
  server = createServer((request, response) => {
    response.end();
    heard.push(request.url ?? "");
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const ping = `http://127.0.0.1:${(server.address() as AddressInfo).port}/watch`;
  site = openSite("", { schedules: [{ name: "nightly", every: "day", at: "01:15", ping }] });
  now = Date.parse("2026-03-02T17:00:00Z");
  context = await site.open(() => now);
  night = await openQueue(site.config(), { role: "service", onError: () => {} });
});
afterEach(async () => {
  await worker?.stop(0);
  worker = null;
  await night.close();
  await closeContext(context);
  site.close();
  server.close();
});

/** Runs a scheduled night on the queue to its end, under a name of its own. */
async function runNight(day: string, mark = ""): Promise<void> {
  const batch = batchOf({ workflow: "nightly", from: day, to: day, schedule: "nightly" });
  await addRun(context, night, batch, runNameOf(batch, mark));
  await new Promise<void>((resolve) => {
    worker = startWorker(context, night, 1, async (ended, isDone) => {
      await tellWatchman(context, {}, ended, isDone);
      resolve();
    });
  });
  await worker?.stop(10_000);
  worker = null;
}

it("a scheduled run tells its watchman once, when its last step is done, or when it failed for good", async () => {
  await givenDays(site, "2026-03-02");
  await runNight("2026-03-02");
  expect(heard).toEqual(["/watch"]);
  expect(await context.db("receipts").where({ step: "render", status: "done" }).pluck("from_day")).toEqual([
    "2026-03-02",
  ]);
  now = Date.parse("2026-03-09T17:00:00Z");
  await runNight("2026-03-09");
  expect(heard).toEqual(["/watch", "/watch/fail"]);
});

it("an old night that is run once more does not hide that the newest failed", async () => {
  const success = async (): Promise<string | undefined> =>
    /last_success_timestamp_seconds\{.*\} (\d+)/.exec(
      await metricsReader(context, () => Promise.resolve({ waiting: 0 }))(),
    )?.[1];
  await givenDays(site, "2026-03-02");
  await runNight("2026-03-02");
  const first = String(now / 1000);
  expect(await success()).toBe(first);
  now = Date.parse("2026-03-03T17:00:00Z");
  await runNight("2026-03-03");
  now += 3_600_000;
  await runNight("2026-03-02", "late-25");
  const ends = await context.db("receipts").where({ ends_run: 1 }).orderBy("receipt_key").select("to_day", "status");
  expect(ends.map(({ to_day, status }) => `${to_day} ${status}`)).toEqual([
    "2026-03-02 done",
    "2026-03-03 failed",
    "2026-03-02 done",
  ]);
  expect(heard).toEqual(["/watch", "/watch/fail"]);
  expect(await success()).toBe(first);
});
