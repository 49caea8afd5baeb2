import { createServer } from "node:net";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { batchOf } from "../../src/batch";
import { silentLog } from "../../src/base/log";
import type { Context } from "../../src/context";
import { runWorkflow } from "../../src/runner";
import { openHttp } from "../../jobs/http";
import { metricsReader, type QueueDepth } from "../../jobs/metrics";
import { render } from "../reports/pages";
import { type Centre, load, ndjson, openCentre } from "../support/centre";
import { events } from "../support/contacts";

const DAY = "2026-03-02";
const NOW_MS = Date.UTC(2026, 2, 3, 1);

let centre: Centre;
let port: { url: string; close(): Promise<void> } | null = null;
afterEach(async () => {
  await port?.close();
  port = null;
  await centre.close();
});

const empty: QueueDepth = () => Promise.resolve({ waiting: 0 });

async function given(depth = empty, http: Centre["config"]["http"] = { host: "127.0.0.1", port: 0 }): Promise<Context> {
  centre = await openCentre({ http });
  const context = { db: centre.db, config: centre.config, log: silentLog, now: () => NOW_MS };
  port = await openHttp({ context, depth });
  return context;
}

async function ask(path: string, method = "GET"): Promise<{ status: number; type: string; body: string }> {
  const response = await fetch(`${port?.url}${path}`, { method });
  return { status: response.status, type: response.headers.get("content-type") ?? "", body: await response.text() };
}

/** The samples of an exposition by name and labels. */
async function samples(): Promise<Record<string, number>> {
  const { status, type, body } = await ask("/metrics");
  expect([status, type]).toEqual([200, "text/plain; version=0.0.4; charset=utf-8"]);
  const lines = body.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  for (const line of lines) expect(line).toMatch(/^[a-z_]+(?:\{[a-z]+="[^"]*"(?:,[a-z]+="[^"]*")*\})? -?[\d.e+-]+$/);
  return Object.fromEntries(
    lines.map((line) => [line.slice(0, line.lastIndexOf(" ")), Number(line.split(" ").at(-1))]),
  );
}

describe("the port of the service", () => {
  it("is on this machine alone, at a plain address", async () => {
    await given();
    expect(port?.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(await ask("/healthz")).toEqual({ status: 200, type: "text/plain; charset=utf-8", body: "alive\n" });
  });

  it("knows no other page, and only shows", async () => {
    await given();
    expect((await ask("/etc/passwd")).status).toBe(404);
    expect((await ask("/", "POST")).status).toBe(405);
    expect(await ask("/healthz", "HEAD")).toMatchObject({ status: 200, body: "" });
  });

  it("is ready while database and queue answer", async () => {
    await given();
    const ready = await ask("/readyz");
    expect([ready.status, JSON.parse(ready.body)]).toEqual([200, { database: "answers", queue: "answers" }]);
  });

  it("is not ready, and still alive, while the queue does not answer, and tells nobody its address", async () => {
    await given(() => Promise.reject(new Error("connect ECONNREFUSED redis://:secret@queue:6379")));
    const ready = await ask("/readyz");
    expect([ready.status, JSON.parse(ready.body)]).toEqual([503, { database: "answers", queue: "fails" }]);
    expect((await ask("/healthz")).status).toBe(200);
    const metrics = await ask("/metrics");
    expect([metrics.status, metrics.body]).toEqual([200, expect.not.stringMatching(/secret|nightdesk_queue_jobs/)]);
  });

  it("gives way to another port where one is taken, and says so where that was configured", async () => {
    const other = createServer().listen(0, "127.0.0.1");
    await once(other, "listening");
    const taken = (other.address() as AddressInfo).port;
    const context = await given();
    const said: string[] = [];
    const more: { url: string; close(): Promise<void> }[] = [];
    const log = { ...silentLog, warn: (text: string) => void said.push(text) };
    for (const http of [
      { host: "127.0.0.1", port: taken },
      { host: "127.0.0.1", port: null },
      { host: "127.0.0.1", port: null },
    ]) {
      const opened = await openHttp({ context: { ...context, log, config: { ...centre.config, http } }, depth: empty });
      more.push(opened);
    }
    expect(new Set([`http://127.0.0.1:${taken}`, ...more.map(({ url }) => url)]).size).toBe(4);
    expect(said).toEqual([`127.0.0.1:${taken} is taken by another process; this one shows itself on another port.`]);
    await Promise.all(more.splice(0).map((each) => each.close()));
    other.close();
  });

  it("is refused at an address that is not this machine's, with what to do", async () => {
    const context = await given();
    const http = { host: "192.0.2.1", port: 0 };
    const opening = openHttp({ context: { ...context, config: { ...centre.config, http } }, depth: empty });
    await expect(opening).rejects.toThrow(/cannot listen on 192\.0\.2\.1:0: .* Correct "http"/);
  });
});

describe("/metrics", () => {
  const call = `
    at        event      queueName  agentId  direction
    09:00:00  new        -          -        inbound
    09:00:05  parked     Support    -        -
    09:00:10  connect    Support    kim      -
    09:00:12  connected  Support    kim      -
    09:02:00  ended      -          -        -
  `;

  it("tells what the queue holds before anything was run", async () => {
    await given(() => Promise.resolve({ waiting: 2, active: 1 }));
    const found = await samples();
    expect(found).toMatchObject({
      'nightdesk_queue_jobs{state="waiting"}': 2,
      'nightdesk_queue_jobs{state="active"}': 1,
      nightdesk_rows_total: 0,
    });
    expect(Object.keys(found).filter((name) => name.includes("last_day"))).toEqual([]);
  });

  it("tells what the database knows while the queue is silent", async () => {
    const context = await given();
    const text = await metricsReader(context, () => new Promise(() => {}), 1)();
    expect(text).toContain("nightdesk_rows_total 0");
    expect(text).not.toContain("nightdesk_queue_jobs");
  });

  it("tells of each schedule how many runs are overdue, and of deliveries only those that are still caught up", async () => {
    const context = await given();
    expect(await samples()).toMatchObject({ 'nightdesk_schedule_overdue_runs{schedule="nightly"}': 0 });
    const delivery = { source: "pbx", status: "missing", checked_at_ms: 1, file_count: 0, byte_count: 0 };
    for (const day of ["2025-11-02", DAY]) await centre.db("deliveries").insert({ ...delivery, day });
    const days = 2 * 24 * 3_600_000;
    const text = await metricsReader({ ...context, now: () => NOW_MS + days }, empty)();
    expect(text).toContain('nightdesk_schedule_overdue_runs{schedule="nightly"} 2\n');
    expect(text).toContain("nightdesk_missing_deliveries 1\n");
  });

  it("tells steps, schedules, rows and the figures of the last day as its pages show them", async () => {
    const context = await given();
    await load(centre, { [`contact-events-${DAY}.ndjson`]: `${ndjson(events(call))}not json\n` });
    const night = batchOf({
      workflow: "nightly",
      from: DAY,
      to: DAY,
      sources: [`${centre.folder}/dumps`],
      schedule: "nightly",
    });
    expect((await runWorkflow(context, night)).status).toBe("done");
    const found = await samples();
    expect(found).toMatchObject({
      'nightdesk_step_duration_seconds{workflow="nightly",step="render"}': 0,
      'nightdesk_steps_total{step="pull",status="done"}': 1,
      'nightdesk_schedule_last_success_timestamp_seconds{schedule="nightly"}': NOW_MS / 1000,
      nightdesk_dumps_total: 1,
      nightdesk_rows_total: 5,
      nightdesk_rejected_lines_total: 1,
      nightdesk_missing_deliveries: 0,
      nightdesk_last_day_start_timestamp_seconds: Date.UTC(2026, 2, 2) / 1000,
      nightdesk_last_day_lateness_seconds: 3600,
      'nightdesk_last_day_service_level_ratio{formula="abandon_ignored"}': 1,
      'nightdesk_last_day_abandon_rate_ratio{formula="abandon_rate"}': 0,
      'nightdesk_last_day_fitness_ratio{formula="fitness"}': 1,
      nightdesk_last_day_late_events: 0,
      nightdesk_last_day_gaps: 0,
    });
    expect((await render(centre, DAY)).cards("contact-sessions.html")["Service level"]).toMatch(/^100.0 %/);
  });

  it("leaves out a figure that has nothing to divide by", async () => {
    const context = await given();
    await load(centre, { [`contact-events-${DAY}.ndjson`]: ndjson(events("at  event\n09:00:00  new")) });
    const sources = [`${centre.folder}/dumps`];
    await runWorkflow(context, batchOf({ workflow: "nightly", from: DAY, to: DAY, sources }));
    const names = Object.keys(await samples());
    expect(names.filter((name) => /service_level|abandon_rate/.test(name))).toEqual([]);
  });
});

it("shows the status page, with what the schedules will begin next", async () => {
  await given();
  const { status, type, body } = await ask("/");
  expect([status, type]).toEqual([200, "text/html; charset=utf-8"]);
  expect(body).toContain("<h1>Status</h1>");
  expect(body).toContain("Next: nightly for 2026-03-02, at 2026-03-03 01:15, while the service runs.");
});
