import { mkdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { batchOf } from "../../../src/batch";
import { runWorkflow } from "../../../src/runner";
import { ndjson } from "../../support/centre";
import { NIGHT_MS, type Nights, openNights } from "../../support/nights";

/** A Monday. */
const DAY = "2026-03-02";
const DEADLINE = { deadline_at_ms: NIGHT_MS + 3_600_000 };

let nights: Nights;
const given = async (more: object = {}): Promise<void> => {
  nights = await openNights((folder) => ({
    sources: [
      { type: "folder", name: "calls", path: join(folder, "calls") },
      { type: "folder", name: "agents", path: join(folder, "agents"), ...more },
    ],
  }));
  deliver("calls", `contact-events-${DAY}.ndjson`, "c-1");
};
beforeEach(() => given());
afterEach(() => nights.close());

function deliver(folder: string, name: string, id: string): void {
  mkdirSync(join(nights.folder, folder), { recursive: true });
  const path = join(nights.folder, folder, name);
  writeFileSync(path, ndjson([{ contactId: id, event: "new", at: Date.parse("2026-03-02T09:00:00Z") }]));
  utimesSync(path, NIGHT_MS / 1000 - 3_600, NIGHT_MS / 1000 - 3_600);
}

const deliveries = (): Promise<unknown> =>
  nights.context.db("deliveries").orderBy("source").select("source", "day", "status", "file_count", "delivered_at_ms");
const contacts = (): Promise<string[]> => nights.context.db("contacts").orderBy("contact_id").pluck("contact_id");

describe("a source that has not delivered", () => {
  it("is waited for until the deadline, with what came already loaded", async () => {
    const { failure } = await nights.pull(DAY, DEADLINE);
    expect(failure).toMatchObject({ code: "not-delivered", can_retry: true, retry_after_ms: 600_000 });
    expect(failure?.message).toContain("agents, 2026-03-02:");
    expect(failure?.message).toContain("Asked again in 10 minutes; at 2026-03-03 02:15:00 the night goes on without.");
    expect(await contacts()).toEqual(["c-1"]);
    expect(await deliveries()).toEqual([
      { source: "calls", day: DAY, status: "delivered", file_count: 1, delivered_at_ms: NIGHT_MS },
    ]);
  });

  it("is not waited for beyond the deadline", async () => {
    nights.clock.now_ms = NIGHT_MS + 3_540_000;
    expect((await nights.pull(DAY, DEADLINE)).failure?.retry_after_ms).toBe(60_000);
  });

  it("is missing after the deadline, with its reason, and the night goes on", async () => {
    nights.clock.now_ms = NIGHT_MS + 3_600_000;
    const { failure, counts } = await nights.pull(DAY, DEADLINE);
    expect([failure, counts.sources_missing]).toEqual([undefined, 1]);
    expect(nights.said.filter((line) => line.startsWith("warn:"))).toEqual([
      expect.stringMatching(
        /^warn: The source agents has not delivered 2026-03-02: .*does not exist.*The night goes on/s,
      ),
    ]);
    const [row] = await nights.context.db("deliveries").where({ source: "agents" });
    expect(row).toMatchObject({ status: "missing", checked_at_ms: NIGHT_MS + 3_600_000, delivered_at_ms: null });
    expect(row.error).toContain("does not exist");
  });

  it("is missing at once where the night is run by hand", async () => {
    expect((await nights.pull(DAY)).failure).toBeUndefined();
    expect(await deliveries()).toMatchObject([{ status: "missing" }, { status: "delivered" }]);
  });

  it("becomes delivered once it comes, and stays so when it is taken away again", async () => {
    await nights.pull(DAY);
    deliver("agents", `contact-events-${DAY}-b.ndjson`, "c-2");
    nights.clock.now_ms = NIGHT_MS + 7_200_000;
    await nights.pull(DAY);
    const expected = [
      { source: "agents", day: DAY, status: "delivered", file_count: 1, delivered_at_ms: NIGHT_MS + 7_200_000 },
      { source: "calls", day: DAY, status: "delivered", file_count: 1, delivered_at_ms: NIGHT_MS },
    ];
    expect([await contacts(), await deliveries()]).toEqual([["c-1", "c-2"], expected]);
    rmSync(join(nights.folder, "agents"), { recursive: true });
    expect((await nights.pull(DAY, DEADLINE)).failure).toBeUndefined();
    expect(await deliveries()).toEqual(expected);
  });

  it("has the reports made anew once it comes, were its dump known already", async () => {
    const night = (): Promise<{ was_done: boolean }> =>
      runWorkflow(nights.context, batchOf({ workflow: "nightly", from: DAY, to: DAY }));
    expect((await night()).was_done).toBe(false);
    expect((await night()).was_done).toBe(true);
    deliver("agents", `contact-events-${DAY}.ndjson`, "c-1");
    expect((await night()).was_done).toBe(false);
    expect((await night()).was_done).toBe(true);
  });

  it("is no matter on the weekdays it does not deliver", async () => {
    await nights.close();
    await given({ weekdays: ["tue", "sun"] });
    expect((await nights.pull(DAY, DEADLINE)).failure).toBeUndefined();
    expect(await deliveries()).toMatchObject([{ source: "calls" }]);
    const tuesday = await nights.pull("2026-03-03", DEADLINE);
    expect(tuesday.failure?.message).toContain("agents, 2026-03-03");
  });

  it("is asked again as often as it says", async () => {
    await nights.close();
    await given({ retry_after_s: 120 });
    expect((await nights.pull(DAY, DEADLINE)).failure?.retry_after_ms).toBe(120_000);
  });

  it("makes no report of a day of which nothing came at all", async () => {
    await expect(nights.pull("2026-02-27")).rejects.toThrow(
      /No dump for 2026-02-27 in calls, agents\..*agents: .*does not exist/s,
    );
  });

  it("does not stop the night, whose receipt tells it", async () => {
    const run = await runWorkflow(nights.context, batchOf({ workflow: "nightly", from: DAY, to: DAY }));
    expect(run.steps.map(({ step, status }) => `${step} ${status}`)).toEqual([
      "pull done",
      "rebuild done",
      "check done",
      "render done",
      "mail done",
    ]);
    const receipt = await nights.context.db("receipts").where({ step: "pull" }).first();
    expect(JSON.parse(receipt.counts)).toMatchObject({ files: 1, sources_missing: 1 });
  });
});

it("takes a quiet day's dump for one although the day before was as quiet", async () => {
  mkdirSync(join(nights.folder, "agents"));
  for (const day of ["2026-03-04", "2026-03-05"]) {
    for (const folder of ["calls", "agents"]) {
      const path = join(nights.folder, folder, `${folder}-${day}.csv`);
      writeFileSync(path, "type,contactId,event,at\n");
      utimesSync(path, 0, 0);
    }
    expect((await nights.pull(day)).failure).toBeUndefined();
  }
});

describe("a dump", () => {
  it("is told with every source it came from, also where it is known already", async () => {
    await nights.close();
    nights = await openNights((folder) => ({ sources: [join(folder, "calls"), join(folder, "agents")] }));
    for (const folder of ["calls", "agents"]) deliver(folder, `contact-events-${DAY}.ndjson`, "c-1");
    await nights.pull(DAY);
    await nights.pull(DAY);
    const sources = await nights.context.db("dump_sources").orderBy("source").pluck("source");
    expect(sources).toEqual([join(nights.folder, "agents"), join(nights.folder, "calls")]);
  });

  it("that somebody named came by hand, but for one of a source's folder", async () => {
    deliver("elsewhere", `contact-events-${DAY}-x.ndjson`, "c-9");
    const sources = ["calls", "elsewhere"].map((folder) => join(nights.folder, folder));
    await nights.pull(DAY, { workflow: "load", from: null, to: null, sources });
    expect(await nights.context.db("dump_sources").orderBy("source").pluck("source")).toEqual(["by hand", "calls"]);
    expect(await deliveries()).toEqual([]);
  });
});

describe("a folder named by its path alone", () => {
  beforeEach(async () => {
    await nights.close();
    nights = await openNights((folder) => ({ sources: [join(folder, "calls"), join(folder, "agents")] }));
    deliver("calls", `contact-events-${DAY}.ndjson`, "c-1");
    mkdirSync(join(nights.folder, "agents"));
  });

  it("that is empty by hand is nothing to speak of", async () => {
    expect((await nights.pull(DAY)).failure).toBeUndefined();
    expect(nights.said.filter((line) => line.startsWith("warn:"))).toEqual([]);
    expect(await deliveries()).toMatchObject([{ source: join(nights.folder, "calls"), status: "delivered" }]);
  });

  it("that is empty at night is waited for as every source is", async () => {
    const { failure } = await nights.pull(DAY, DEADLINE);
    expect(failure?.message).toContain(`${join(nights.folder, "agents")}, 2026-03-02: nothing for 2026-03-02`);
  });
});
