import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { addRun } from "../../jobs/enqueue";
import { runNameOf } from "../../jobs/flow";
import { openQueue, type NightQueue } from "../../jobs/queue";
import { pingWatchman } from "../../jobs/ping";
import { type RunningWorker, startWorker } from "../../jobs/worker";
import { batchOf } from "../../src/batch";
import { silentLog } from "../../src/base/log";
import { closeContext, type Context } from "../../src/context";
import { givenDays, openSite, type Site } from "../support/service";

let server: Server;
let site: Site;
let context: Context;
let night: NightQueue;
let worker: RunningWorker | null = null;
let hear: (path: string) => void;
beforeEach(async () => {
  server = createServer((request, response) => {
    response.end();
    hear(request.url ?? "");
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const ping = `http://127.0.0.1:${(server.address() as AddressInfo).port}/watch`;
  site = openSite("", { schedules: [{ name: "nightly", every: "day", at: "01:15", ping }] });
  context = await site.open();
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

/** Runs a scheduled night on the queue, and gives what its watchman hears first. */
async function runNight(day: string): Promise<string> {
  const heard = new Promise<string>((resolve) => {
    hear = resolve;
  });
  const batch = batchOf({ workflow: "nightly", from: day, to: day, schedule: "nightly" });
  await addRun(context, night, batch, runNameOf(batch, ""));
  worker ??= startWorker(context, night, 1, ({ schedule }, isDone) =>
    pingWatchman(context.config, {}, silentLog, schedule, isDone),
  );
  return await heard;
}

it("a scheduled run tells its watchman once, when its last step is done, or when it failed for good", async () => {
  await givenDays(site, "2026-03-02");
  expect(await runNight("2026-03-02")).toBe("/watch");
  expect(await context.db("receipts").where({ step: "render", status: "done" }).pluck("from_day")).toEqual([
    "2026-03-02",
  ]);
  expect(await runNight("2026-03-09")).toBe("/watch/fail");
});
