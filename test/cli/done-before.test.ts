import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { batchOf } from "../../src/batch";
import type { Context } from "../../src/context";
import { runWorkflow } from "../../src/runner";
import { ndjson } from "../support/centre";
import { NIGHT_MS, type Nights, openNights } from "../support/nights";

const DAY = "2026-03-02";

let nights: Nights;
beforeEach(async () => {
  nights = await openNights((folder) => ({ sources: [join(folder, "dumps")] }));
  mkdirSync(join(nights.folder, "dumps"));
  const event = { contactId: "c-1", event: "new", at: Date.parse("2026-03-02T09:00:00Z") };
  writeFileSync(join(nights.folder, "dumps", `contact-events-${DAY}.ndjson`), ndjson([event]));
  await wasDone();
});
afterEach(() => nights.close());

/** Whether the night finds that it was done before. */
async function wasDone(): Promise<boolean> {
  const { was_done } = await runWorkflow(nights.context, batchOf({ workflow: "nightly", from: DAY, to: DAY }));
  return was_done;
}

/** A rebuild of another run that began before this night did. */
async function givenRebuild(finished_at_ms: number, status: string, counts: object): Promise<void> {
  const [rebuild] = await nights.context.db("receipts").where({ step: "rebuild" });
  await nights.context.db("receipts").insert({
    ...rebuild,
    receipt_key: 0,
    run_id: "another",
    started_at_ms: NIGHT_MS - 1_000,
    finished_at_ms,
    status,
    counts: JSON.stringify(counts),
  });
}

describe("a night that was done before", () => {
  it.each([
    ["made something, and ended before its pages were begun", NIGHT_MS, "done", { contacts: 1 }, true],
    ["made something, and ended after its pages were begun", NIGHT_MS + 1, "done", { contacts: 1 }, false],
    ["ended later and found nothing to make", NIGHT_MS + 1, "done", { contacts: 0, agents: 0 }, true],
    ["failed later, after some slices", NIGHT_MS + 1, "failed", {}, false],
  ])("knows of a rebuild begun earlier that %s", async (_what, finishedAtMs, status, counts, isDone) => {
    await givenRebuild(finishedAtMs, status, counts);
    expect(await wasDone()).toBe(isDone);
  });
});

describe("a check under rules that the tables were not made under", () => {
  const stricter = (): Context => ({
    ...nights.context,
    config: { ...nights.context.config, stale_after_ms: { default: 1 } },
  });
  const rules = (): Promise<unknown[]> => nights.context.db("channel_thresholds").orderBy("channel_type");

  it("is refused, and leaves the rules that a rebuild may be reading", async () => {
    const before = await rules();
    const { steps } = await runWorkflow(stricter(), batchOf({ workflow: "check" }));
    expect(steps[0]?.failure).toMatchObject({ code: "rules-changed" });
    expect(await rules()).toEqual(before);
    const { status } = await runWorkflow(stricter(), batchOf({ workflow: "rebuild" }));
    expect([status, await rules()]).toEqual(["done", [{ channel_type: "", stale_after_ms: 1 }]]);
  });
});
