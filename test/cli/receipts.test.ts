import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { batchOf } from "../../src/batch";
import { silentLog } from "../../src/base/log";
import { mayPass } from "../../src/base/errors";
import { waitToWrite, writeTransaction } from "../../src/db/write";
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
