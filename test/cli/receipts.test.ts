import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { batchOf } from "../../src/batch";
import { silentLog } from "../../src/base/log";
import { ownProcess } from "../../src/base/process";
import { mayPass } from "../../src/base/errors";
import { waitToWrite, writeTransaction } from "../../src/db/write";
import type { Context } from "../../src/context";
import { takeStep } from "../../src/runner";
import { type Centre, ndjson, openCentre } from "../support/centre";

const DAY = "2026-03-02";
const CALLER = "+82105551234";

let centre: Centre;
afterEach(() => centre.close());

/** Calls of one caller, so many that a statement of the load has many values. */
function calls(count: number): string {
  const at = Date.parse(`${DAY}T09:00:00Z`);
  const events = Array.from({ length: count }, (_, index) => ({
    contactId: `c-${index}`,
    event: "new",
    at: at + index,
    origin: CALLER,
  }));
  return ndjson(events);
}

describe("what a step that failed leaves behind", () => {
  it("never holds customers' data, is short enough to read, and is tried again where a full disk was the reason", async () => {
    centre = await openCentre({}, "sqlite");
    const { db, config, folder } = centre;
    const [{ page_count: pages }] = await db.raw("pragma page_count");
    await db.raw(`pragma max_page_count = ${Number(pages) + 20}`);
    writeFileSync(join(folder, `contact-events-${DAY}.ndjson`), calls(3_000));
    const context = { db, config, log: silentLog, now: () => 0 };
    const batch = batchOf({ workflow: "load", sources: [folder] });
    const { receipt } = await takeStep(context, { batch, step: "pull", run_id: "full" });
    expect(receipt.failure).toMatchObject({ can_retry: true, message: expect.stringContaining("SQLITE_FULL") });
    const { status, error } = await db("receipts").where({ run_id: "full" }).first("status", "error");
    expect(status).toBe("failed");
    expect(error).not.toContain(CALLER.slice(1));
    expect(error.length).toBeLessThan(6_000);
  });

  it("is masked as the configuration says", async () => {
    centre = await openCentre({ masking: { numbers: "last-four", names: "none", key: "" } });
    const { db, config, folder } = centre;
    const context = { db, config, log: silentLog, now: () => 0 };
    const batch = batchOf({ workflow: "load", sources: [join(folder, `${CALLER}.ndjson`)] });
    const { receipt } = await takeStep(context, { batch, step: "pull", run_id: "named" });
    const { error } = await db("receipts").where({ run_id: "named" }).first("error");
    for (const text of [receipt.failure?.message, error]) {
      expect(text).toContain("***1234.ndjson");
      expect(text).not.toContain(CALLER.slice(1));
    }
  });
});

describe("a receipt that says a step runs", () => {
  const HOURS_24 = 24 * 3_600_000;

  async function given(): Promise<Context> {
    centre = await openCentre({});
    return { db: centre.db, config: centre.config, log: silentLog, now: () => HOURS_24 };
  }

  /** What another run says of its step once a later run has begun the same one. */
  async function fateAfterLaterRun(context: Context, receipt: Record<string, unknown>): Promise<unknown> {
    const days = { from_day: DAY, to_day: DAY, workflow: "rebuild", step: "rebuild" };
    const row = { ...days, run_id: "earlier", status: "running", started_at_ms: HOURS_24, ...receipt };
    await context.db("receipts").insert(row);
    const batch = batchOf({ workflow: "rebuild", from: DAY, to: DAY });
    await takeStep(context, { batch, step: "rebuild", run_id: "later" });
    const { status, error } = await context.db("receipts").where({ run_id: "earlier" }).first("status", "error");
    return error === null ? status : `${status} ${error}`;
  }

  const abandoned = expect.stringMatching(
    /^failed abandoned: The process that ran this step .*; run later does the step/,
  );

  it("is closed by a later run of the same days where its process is gone", async () => {
    const gone = { ...ownProcess(), started: "1" };
    expect(await fateAfterLaterRun(await given(), { process: JSON.stringify(gone) })).toEqual(abandoned);
  });

  it("is left alone where its process lives", async () => {
    const process = JSON.stringify(ownProcess());
    expect(await fateAfterLaterRun(await given(), { process, started_at_ms: 0 })).toBe("running");
  });

  it("is left alone for a day where its process is on another machine", async () => {
    const process = JSON.stringify({ ...ownProcess(), host: "elsewhere" });
    expect(await fateAfterLaterRun(await given(), { process, started_at_ms: 1 })).toBe("running");
    await centre.close();
    expect(await fateAfterLaterRun(await given(), { process, started_at_ms: 0 })).toEqual(abandoned);
  });

  it("is left alone where it is of other days", async () => {
    const process = JSON.stringify({ ...ownProcess(), started: "1" });
    expect(await fateAfterLaterRun(await given(), { process, to_day: "2026-03-03" })).toBe("running");
  });
});

it("keeps the error that made SQLite take a transaction back by itself", async () => {
  centre = await openCentre({}, "sqlite");
  const { db } = centre;
  const full = Object.assign(new Error("SQLITE_FULL: database or disk is full"), { code: "SQLITE_FULL" });
  const failing = writeTransaction(db, waitToWrite, async (trx) => {
    await trx.raw("rollback");
    throw full;
  });
  await expect(failing).rejects.toBe(full);
});

it("takes a transaction that SQLite took back by itself for something that may pass", () => {
  const message = "ROLLBACK - SQLITE_ERROR: cannot rollback - no transaction is active";
  expect(mayPass(Object.assign(new Error(message), { code: "SQLITE_ERROR" }))).toBe(true);
  expect(mayPass(Object.assign(new Error("no such table: dumps"), { code: "SQLITE_ERROR" }))).toBe(false);
});
