import { appendFileSync, mkdirSync, utimesSync, writeFileSync } from "node:fs";
import timers from "node:timers/promises";
import { dirname, join } from "node:path";
import { batchOf } from "../../../src/batch";
import { runWorkflow } from "../../../src/runner";
import { waitMs } from "../../../src/dumps/sources/deliveries";
import type { Gathered } from "../../../src/dumps/sources/gather";
import { ndjson } from "../../support/centre";
import { NIGHT_MS, type Nights, openNights } from "../../support/nights";

const [DAY, NEXT] = ["2026-03-02", "2026-03-03"];
const call = (id: string, day = DAY): string =>
  ndjson([{ contactId: id, event: "new", at: Date.parse(`${day}T09:00:00Z`) }]);

let nights: Nights;
const given = async (source: (folder: string) => unknown): Promise<void> => {
  nights = await openNights((folder) => ({ sources: [source(join(folder, "mnt"))] }));
  deliver(`contact-events-${DAY}.ndjson`, call("c-1"));
};
afterEach(() => nights.close());

function deliver(name: string, content: string, ageS = 3_600): string {
  const path = join(nights.folder, "mnt", name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
  utimesSync(path, NIGHT_MS / 1000 - ageS, NIGHT_MS / 1000 - ageS);
  return path;
}
const contacts = (): Promise<string[]> => nights.context.db("contacts").orderBy("contact_id").pluck("contact_id");
const warnings = (): string[] => nights.said.filter((line) => line.startsWith("warn:"));

describe.each<[string, (path: string) => unknown]>([
  ["a folder whose files are kept", (path) => ({ type: "folder", name: "mount", path })],
  ["a folder named by its path alone", (path) => path],
])("%s", (_what, source) => {
  beforeEach(() => given(source));

  it("is looked into again for files that came after the night of their day, which then says whose reports change", async () => {
    const night = async (day: string): Promise<unknown> =>
      (await runWorkflow(nights.context, batchOf({ workflow: "nightly", from: day, to: day }))).steps[0];
    await night(DAY);
    deliver(`contact-events-${DAY}-late.ndjson`, call("late"));
    deliver(`contact-events-${NEXT}.ndjson`, call("c-2", NEXT));
    expect(await night(NEXT)).toMatchObject({ status: "done", counts: { files: 2, loaded: 2 } });
    const built = await nights.context
      .db("customer_sessions as s")
      .join("contacts as c", "c.contact_key", "s.contact_key");
    expect([await contacts(), built.length]).toEqual([["c-1", "c-2", "late"], 3]);
    expect(warnings()).toEqual([
      expect.stringMatching(
        /has given contact-events-2026-03-02-late.ndjson after the night of 2026-03-02.*makes new editions of the reports of 2026-03-02 /,
      ),
    ]);
  });

  it("gives the rest of a file whose writer had paused", async () => {
    await nights.pull(DAY);
    deliver(`contact-events-${DAY}.ndjson`, call("c-1") + call("rest"), 3_000);
    deliver(`contact-events-${NEXT}.ndjson`, call("c-2", NEXT));
    expect((await nights.pull(NEXT)).failure).toBeUndefined();
    expect(await contacts()).toEqual(["c-1", "c-2", "rest"]);
  });

  it("gives what is known no second time, nor what says no day once for each", async () => {
    deliver("calls.ndjson", call("undated"));
    await nights.pull(DAY);
    deliver(`contact-events-${NEXT}.ndjson`, call("c-2", NEXT));
    expect((await nights.pull(NEXT)).counts).toMatchObject({ files: 2, loaded: 1 });
  });

  it("is not looked into further back than it is told", async () => {
    deliver("contact-events-2026-02-27.ndjson", call("in-reach", "2026-02-27"));
    deliver("contact-events-2026-02-26.ndjson", call("out-of-reach", "2026-02-26"));
    await nights.pull(DAY);
    expect(await contacts()).toEqual(["c-1", "in-reach"]);
  });

  it("does not fail the night by a late file that is no dump", async () => {
    deliver(`contact-events-2026-03-01.json`, "<html>Sign in</html>");
    expect((await nights.pull(DAY)).failure).toBeUndefined();
    expect(warnings()).toEqual([expect.stringContaining("A file that came late could not be loaded: ")]);
    expect(await nights.context.db("deliveries").pluck("day")).toEqual([DAY]);
  });
});

describe("a day that was missing", () => {
  it("has what comes late loaded by the night after, and is delivered once its own is run again and can tell", async () => {
    await given((path) => ({ type: "folder", name: "mount", path, expects: ["contact-events-{day}", "other-{day}"] }));
    const status = (): Promise<string[]> => nights.context.db("deliveries").where({ day: DAY }).pluck("status");
    await nights.pull(DAY);
    deliver(`other-${DAY}.ndjson`, JSON.stringify({ type: "contact", ...JSON.parse(call("c-2")) }));
    await nights.pull(NEXT).catch(() => {});
    expect([await contacts(), await status()]).toEqual([["c-1", "c-2"], ["missing"]]);
    expect((await nights.pull(DAY)).counts).toMatchObject({ loaded: 0, deliveries_changed: 1 });
    expect(await status()).toEqual(["delivered"]);
  });

  it("whose file was fetched by a night that was killed is loaded by the next", async () => {
    await given((path) => ({ type: "folder", name: "mount", path }));
    await nights.gather(DAY);
    deliver(`contact-events-${NEXT}.ndjson`, call("c-2", NEXT));
    await nights.pull(NEXT);
    expect(await contacts()).toEqual(["c-1", "c-2"]);
  });
});

describe("a folder named by its path alone, while a dump is written into it", () => {
  const writtenMeanwhile = (path: string): void => {
    jest.spyOn(timers, "setTimeout").mockImplementation(async () => {
      appendFileSync(path, call("c-2"));
    });
  };
  beforeEach(() => given((path) => path));
  afterEach(() => jest.restoreAllMocks());

  it.each([
    ["for a schedule", { schedule: "every-night" }],
    ["with a deadline", { deadline_at_ms: NIGHT_MS + 3_600_000, schedule: "every-night" }],
  ])("gives that to no night %s before it is at rest", async (_what, more) => {
    const path = deliver(`contact-events-${DAY}-late.ndjson`, call("half"), 1);
    writtenMeanwhile(path);
    const { failure } = await nights.pull(DAY, more);
    expect(await contacts()).toEqual(["c-1"]);
    expect(failure?.message ?? warnings().join()).toContain(`${path} is still being written`);
  });

  it("gives it to who asks by hand", async () => {
    deliver(`contact-events-${DAY}-late.ndjson`, call("half"), 1);
    await nights.pull(DAY);
    expect(await contacts()).toEqual(["c-1", "half"]);
  });
});

describe("a wait for sources", () => {
  const late = (retryS: number, askedS: number | null): Gathered =>
    ({ source: { retry_after_ms: retryS * 1000 }, retry_after_ms: askedS === null ? null : askedS * 1000 }) as Gathered;

  it("ends when the first wants to be asked, but not before one that asked to be left alone", () => {
    expect(waitMs([late(600, null), late(120, null)], 9e9, 0)).toBe(120_000);
    expect(waitMs([late(600, 900), late(120, null)], 9e9, 0)).toBe(900_000);
  });

  it("ends with the deadline, and is none where that has just passed", () => {
    expect(waitMs([late(600, 900)], 60_000, 0)).toBe(60_000);
    expect(waitMs([late(600, null)], 60_000, 60_005)).toBe(0);
  });
});
