import { mkdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { settledFiles, type Seen } from "../../../src/dumps/sources/settling";
import { ndjson } from "../../support/centre";
import { NIGHT_MS, type Nights, openNights } from "../../support/nights";

const DAY = "2026-03-02";
const events = (id: string): string =>
  ndjson([{ contactId: id, event: "new", at: Date.parse("2026-03-02T09:00:00Z") }]);

let nights: Nights;
const given = async (more: object = {}): Promise<void> => {
  nights = await openNights((folder) => ({
    sources: [{ type: "folder", name: "mount", path: join(folder, "mnt"), ...more }],
  }));
};
afterEach(() => nights.close());

/** Writes a file of the mount that was changed so many seconds before the night. */
function deliver(name: string, content: string, ageS = 3_600): string {
  const path = join(nights.folder, "mnt", name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
  utimesSync(path, NIGHT_MS / 1000 - ageS, NIGHT_MS / 1000 - ageS);
  return path;
}
const contacts = (): Promise<string[]> => nights.context.db("contacts").orderBy("contact_id").pluck("contact_id");

describe("a mount", () => {
  it("gives the dumps of the day, which are kept and can be replayed when it is gone", async () => {
    await given();
    deliver(`contact-events-${DAY}.ndjson`, events("c-1"));
    // Further back than what came late is looked for.
    deliver("contact-events-2026-02-20.ndjson", events("other-day"));
    const { failure, details } = await nights.pull(DAY);
    expect([failure, await contacts()]).toEqual([undefined, ["c-1"]]);
    expect(details?.sources).toMatchObject([{ source: "mount", status: "delivered", file_count: 1 }]);
    rmSync(join(nights.folder, "mnt"), { recursive: true });
    const replayed = await nights.pull(DAY, { options: { replay: true } });
    expect(replayed.counts).toMatchObject({ files: 1, loaded: 0, duplicate: 1 });
  });

  it("is not copied where it keeps its files itself", async () => {
    await given({ keep: false });
    deliver(`contact-events-${DAY}.ndjson`, events("c-1"));
    await nights.pull(DAY);
    await expect(nights.pull(DAY, { options: { replay: true } })).rejects.toThrow("Nothing is kept of 2026-03-02");
    expect(await nights.context.db("dump_sources").pluck("source")).toEqual(["mount"]);
  });

  it("has its day in its path where it is told so", async () => {
    await nights?.close().catch(() => {});
    nights = await openNights((folder) => ({
      sources: [{ type: "folder", name: "m", path: join(folder, "mnt", "{day}") }],
    }));
    deliver(`${DAY}/contact-events.ndjson`, events("c-1"));
    deliver("2026-02-20/contact-events.ndjson", events("other-day"));
    await nights.pull(DAY);
    expect(await contacts()).toEqual(["c-1"]);
  });

  it("leaves a file without its marker for later", async () => {
    await given({ marker: "{file}.done" });
    deliver(`contact-events-${DAY}.ndjson`, events("c-1"), 0);
    deliver(`contact-events-${DAY}.ndjson.done`, "", 0);
    const unfinished = deliver(`agent-events-${DAY}.ndjson`, events("c-2"));
    const { files, absent, waits } = await nights.gather(DAY);
    expect(files.map(({ delivered }) => delivered?.name)).toEqual([`contact-events-${DAY}.ndjson`]);
    expect([absent, waits]).toEqual([`${unfinished} is still being written`, []]);
  });

  it("that is not there is told as such", async () => {
    await given();
    expect((await nights.gather(DAY)).absent).toContain("does not exist");
  });

  it("leaves its files as they are", async () => {
    await given();
    const path = deliver(`contact-events-${DAY}.ndjson`, events("c-1"));
    await nights.pull(DAY);
    expect(readFileSync(path, "utf8")).toBe(events("c-1"));
  });
});

describe("a file", () => {
  const NOW = 1_000_000;
  const seen = (path: string, byte_count: number, changed_at_ms: number): Seen => ({ path, byte_count, changed_at_ms });
  const settled = async (before: Seen[], after: Seen[]): Promise<unknown> => {
    const waits: number[] = [];
    const means = { now: () => NOW, wait: async (ms: number) => void waits.push(ms), hasMarker: async () => false };
    const parts = await settledFiles(before, { settle_ms: 60_000, marker: null }, means, async () => after);
    return [parts.settled.map(({ path }) => path), parts.unsettled.map(({ path }) => path), waits];
  };
  beforeAll(async () => {
    await given();
  });

  it("that has been at rest for long enough is taken at once", async () => {
    expect(await settled([seen("a", 10, NOW - 60_000)], [])).toEqual([["a"], [], []]);
  });

  it("that is young is taken where a second look finds it unchanged, were its clock ahead", async () => {
    const files = [seen("a", 10, NOW - 1_000), seen("b", 10, NOW + 3_600_000)];
    expect(await settled(files, files)).toEqual([["a", "b"], [], [60_000]]);
  });

  it("that grows, is touched or goes away between two looks is left", async () => {
    const files = [seen("a", 10, NOW), seen("b", 10, NOW), seen("c", 10, NOW), seen("d", 10, NOW - 90_000)];
    const later = [seen("a", 11, NOW), seen("b", 10, NOW + 5), seen("d", 10, NOW - 90_000)];
    expect(await settled(files, later)).toEqual([["d"], ["a", "b", "c"], [60_000]]);
  });
});
