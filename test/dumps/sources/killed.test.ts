import { spawn } from "node:child_process";
import { once } from "node:events";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { gunzipSync } from "node:zlib";
import { filesBelow, type Nights, openNights } from "../../support/nights";
import { openVendor, session, task, type Vendor } from "../../support/vendor";

const DAY = "2026-03-02";
const AT = Date.parse("2026-03-02T09:00:00Z");
const root = resolve(__dirname, "../../..");

let vendor: Vendor;
let nights: Nights;
beforeEach(async () => {
  vendor = await openVendor();
  vendor.page_size = 2;
  vendor.tasks = Array.from({ length: 7 }, (_, i) => task(`t-${i}`, AT + i * 60_000, ["new", "parked", "ended"]));
  vendor.sessions = [session("s-1", "a-1", AT, ["available", "idle"])];
  const source = { type: "webex", base: vendor.base, token: "$T", look_back_days: 0 };
  nights = await openNights(() => ({ sources: [source] }), { T: "token-1" });
});
afterEach(async () => {
  await nights.close();
  await vendor.close();
});

/** A process of its own that pulls the night and is killed as soon as the vendor has been asked so often. */
async function killedAfter(requests: number): Promise<void> {
  const args = ["--import", "tsx", "jobs/main.ts", "nightly", "--day", DAY];
  const own = {
    T: "token-1",
    NIGHTDESK_DATA: join(nights.folder, "data"),
    DATABASE_URL: nights.context.config.database_url,
  };
  const env = { ...process.env, ...own };
  const config = join(nights.folder, "nightdesk.json");
  const child = spawn(process.execPath, args, {
    cwd: root,
    env: { ...env, NIGHTDESK_CONFIG: config },
    stdio: "ignore",
  });
  const before = vendor.asked.length;
  vendor.when_asked = () => void (vendor.asked.length - before === requests && child.kill("SIGKILL"));
  const [, signal] = (await once(child, "exit")) as [number | null, string | null];
  expect(signal).toBe("SIGKILL");
}

it("a pull that is killed begins again where it was, keeps nothing half, and comes to the same rows", async () => {
  for (const requests of [2, 5]) await killedAfter(requests);
  vendor.when_asked = () => {};
  const { failure, counts } = await nights.pull(DAY);
  expect([failure, counts.files]).toEqual([undefined, 3]);
  // Two pages before the first kill, all four before the second, and none again: what was whole was kept.
  expect(vendor.asked.filter(({ query }) => query.includes("taskDetails"))).toHaveLength(6);
  expect(await nights.context.db("contacts").orderBy("contact_id").pluck("contact_id")).toEqual(
    vendor.tasks.map(({ id }) => id),
  );
  expect(await nights.context.db("contact_events").count({ n: "*" })).toEqual([{ n: 21 }]);
  expect(await nights.context.db("agent_events").count({ n: "*" })).toEqual([{ n: 2 }]);
  const kept = filesBelow(join(nights.folder, "data/archive/content"));
  expect(kept).toHaveLength(3);
  for (const path of kept) {
    const hash = createHash("sha256")
      .update(gunzipSync(readFileSync(path)))
      .digest("hex");
    expect(hash).toBe(basename(path, ".gz"));
  }
});
