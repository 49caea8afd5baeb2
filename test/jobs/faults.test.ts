import { enqueue } from "../../jobs/enqueue";
import { openQueue } from "../../jobs/queue";
import { batchOf } from "../../src/batch";
import { closeContext, type Context } from "../../src/context";
import { runWorkflow } from "../../src/runner";
import { workflows } from "../../src/workflows";
import { onQueues, queueKinds, type QueueServer, sharedKinds } from "../support/queues";
import { givenDays, openSite, type Program, reportBytes, runProgram, type Site } from "../support/service";

const DAY = "2026-03-02";
const RUN = `nightly_${DAY}_by-hand`;
const NIGHT = batchOf({ workflow: "nightly", from: DAY, to: DAY });
/** Enough that no step is over before it can be killed. */
const CONTACTS = 500;

// Each case starts several processes, and a busy machine takes its time for each.
jest.setTimeout(600_000);

let undisturbed: { bytes: Record<string, string>; rows: Record<string, number> };

beforeAll(async () => {
  const site = openSite("");
  await givenDays(site, DAY, 1, CONTACTS);
  const context = await site.open();
  await runWorkflow(context, NIGHT);
  undisturbed = { bytes: reportBytes(site, DAY), rows: await rowCounts(context) };
  await closeContext(context);
  site.close();
});

async function rowCounts({ db }: Context): Promise<Record<string, number>> {
  const tables = [
    "contact_events",
    "agent_events",
    "customer_activities",
    "customer_sessions",
    "agent_sessions",
    "sequence_violations",
  ];
  const counts: Record<string, number> = {};
  for (const table of tables) counts[table] = Number((await db(table).count({ count: "*" }).first())?.count);
  return counts;
}

/** Stops a program within a step, so that it can be killed there. @throws where the step was over before */
async function stoppedWithin(context: Context, program: Program, step: string): Promise<void> {
  const running = (): Promise<unknown> =>
    context.db("receipts").where({ step, status: "running" }).first("receipt_key");
  while ((await running()) === undefined) if (program.child.exitCode !== null) throw new Error(program.said());
  program.child.kill("SIGSTOP");
  expect(await running()).toBeDefined();
}

async function ask(site: Site, context: Context): Promise<void> {
  if (site.env.QUEUE_URL === "") {
    expect((await runProgram(site, ["enqueue", "nightly", "--day", DAY]).ended).code).toBe(0);
    return;
  }
  const night = await openQueue(site.config(), { role: "service", onError: () => {} });
  await night.queue.obliterate({ force: true });
  await enqueue(context, night, NIGHT);
  await night.close();
}

onQueues(queueKinds, ({ open, kind }) => {
  let server: QueueServer;
  let site: Site;
  let context: Context;
  const programs: Program[] = [];
  /** With the embedded queue the worker is part of the service. */
  const command = kind === "embedded" ? "start" : "worker";

  beforeEach(async () => {
    server = await open();
  });
  afterEach(async () => {
    for (const { child } of programs) child.kill("SIGKILL");
    await Promise.all(programs.splice(0).map(({ ended }) => ended));
    await closeContext(context);
    site.close();
    await server.close();
  });

  async function givenNight(queue: Record<string, unknown> = {}): Promise<void> {
    site = openSite(server.url, { queue });
    await givenDays(site, DAY, 1, CONTACTS);
    context = await site.open();
    await ask(site, context);
  }

  function run(...args: string[]): Program {
    const program = runProgram(site, args);
    programs.push(program);
    return program;
  }

  it("a worker that is killed in every step is followed by another, and nothing is lost or there twice", async () => {
    await givenNight();
    for (const step of workflows.nightly) {
      const program = run(command);
      await stoppedWithin(context, program, step);
      program.child.kill("SIGKILL");
      await program.ended;
    }
    await run(command).untilSays(new RegExp(`${RUN}_mail: done`));
    expect(reportBytes(site, DAY)).toEqual(undisturbed.bytes);
    expect(await rowCounts(context)).toEqual(undisturbed.rows);
    const receipts = await context.db("receipts").orderBy("receipt_key").select("step", "status", "error");
    const told = receipts.map(({ step, status, error }) => `${step} ${status} ${String(error).split(":")[0]}`);
    expect(told).toEqual(workflows.nightly.flatMap((step) => [`${step} failed interrupted`, `${step} done null`]));
  });

  it("a worker that is asked to stop ends its step, and leaves the rest to another", async () => {
    await givenNight();
    const program = run(command);
    await stoppedWithin(context, program, "rebuild");
    program.child.kill("SIGTERM");
    program.child.kill("SIGCONT");
    expect(await program.ended).toEqual({ code: 0, signal: null });
    expect(program.said()).toMatch(/SIGTERM: stopping[^]*rebuild: done[^]*Stopped\."}\n$/);
    expect(program.said()).not.toContain("check: done");
    await run(command).untilSays(new RegExp(`${RUN}_mail: done`));
    expect(reportBytes(site, DAY)).toEqual(undisturbed.bytes);
  });

  it("a step that does not end within the deadline is handed back, and is run by another", async () => {
    await givenNight({ stop_within_s: 0, lock_s: 600 });
    const program = run(command);
    await stoppedWithin(context, program, "rebuild");
    program.child.kill("SIGTERM");
    program.child.kill("SIGCONT");
    expect(await program.ended).toEqual({ code: 0, signal: null });
    expect(program.said()).toContain(`${RUN}_rebuild: handed back to the queue`);
    // The lock lasts ten minutes: what the next worker takes at once was given back.
    await run(command).untilSays(new RegExp(`${RUN}_mail: done`));
    expect(reportBytes(site, DAY)).toEqual(undisturbed.bytes);
    expect(await rowCounts(context)).toEqual(undisturbed.rows);
  });
});

onQueues(sharedKinds, ({ open }) => {
  it("a night asked for by two processes at the same moment is run once", async () => {
    const server = await open();
    const site = openSite(server.url);
    await givenDays(site, DAY);
    const asked = [1, 2].map(() => runProgram(site, ["enqueue", "nightly", "--day", DAY, "--json"]));
    expect(await Promise.all(asked.map(({ ended }) => ended))).toEqual([1, 2].map(() => ({ code: 0, signal: null })));
    const night = await openQueue(site.config(), { role: "service", onError: () => {} });
    expect(Object.values(await night.queue.getJobCounts()).reduce((a, b) => a + b, 0)).toBe(5);
    await night.close();
    site.close();
    await server.close();
  });
});
