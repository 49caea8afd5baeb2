import { createHash } from "node:crypto";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { silentLog } from "../../../src/base/log";
import { fetchingOf } from "../../../src/dumps/sources/fetching";
import { gather } from "../../../src/dumps/sources/gather";
import { ndjson } from "../../support/centre";
import { filesBelow, NIGHT_MS, type Nights, openNights } from "../../support/nights";
import { closed, listening } from "../../support/vendor";

const DAYS = ["2026-03-01", "2026-03-02"] as const;

let server: Server;
let base: string;
let nights: Nights;
beforeEach(async () => {
  server = createServer((request, response) => {
    const day = /\d{4}-\d{2}-\d{2}/.exec(request.url ?? "")?.[0] ?? "";
    const text = ndjson([{ contactId: `c-${day}`, event: "new", at: Date.parse(`${day}T09:00:00Z`) }]);
    response.end(request.url?.endsWith(".gz") ? gzipSync(text) : text);
  });
  base = await listening(server);
  nights = await openNights(() => ({
    sources: [
      { type: "http", name: "calls", url: `${base}/contact-events-{day}.ndjson`, look_back_days: 0 },
      { type: "http", name: "packed", url: `${base}/contact-events-{day}.ndjson.gz`, look_back_days: 0 },
    ],
    archive: { keep_days: 1 },
  }));
});
afterEach(async () => {
  await nights.close();
  if (server.listening) await closed(server);
});

const fetching = (): ReturnType<typeof fetchingOf> =>
  fetchingOf(nights.context.config, silentLog, () => NIGHT_MS, false);

const rows = async (): Promise<unknown> => [
  await nights.context.db("dumps").orderBy("sha256").select("sha256", "name", "byte_count", "named_day", "stamp_day"),
  await nights.context
    .db("dump_sources as s")
    .join("dumps as d", "d.dump_key", "s.dump_key")
    .orderBy(["sha256", "source"])
    .select("sha256", "source"),
  await nights.context.db("contact_events").count({ n: "*" }),
];

describe("the archive", () => {
  it("replays days without their sources to the same rows, also into an empty database, and twice", async () => {
    for (const day of DAYS) await nights.pull(day);
    const before = await rows();
    expect(before).toMatchObject([{ length: 4 }, { length: 4 }, [{ n: 2 }]]);
    server.closeAllConnections();
    server.close();
    const replay = (): Promise<unknown> => nights.pull("", { from: DAYS[0], to: DAYS[1], options: { replay: true } });
    expect(await replay()).toMatchObject({ counts: { files: 4, loaded: 0 } });
    expect(await rows()).toEqual(before);
    const kept = join(nights.folder, "data/archive");
    const moved = mkdtempSync(join(tmpdir(), "nightdesk-moved-"));
    cpSync(kept, moved, { recursive: true });
    await nights.close();
    nights = await openNights(() => ({}));
    cpSync(moved, join(nights.folder, "data/archive"), { recursive: true });
    rmSync(moved, { recursive: true });
    expect(await replay()).toMatchObject({ counts: { files: 4, loaded: 4 } });
    expect(await rows()).toEqual(before);
  });

  it("says what it does not keep, and loads the rest", async () => {
    await nights.pull("2026-03-02");
    const replay = (from: string): Promise<{ counts: Record<string, number> }> =>
      nights.pull("", { from, to: "2026-03-02", options: { replay: true } });
    await expect(replay("2026-03-01")).rejects.toThrow("No dump for 2026-03-01");
    expect(nights.said).toContain(`warn: Nothing is kept of 2026-03-01 in ${join(nights.folder, "data/archive")}.`);
    await expect(nights.pull("2026-01-01", { options: { replay: true } })).rejects.toThrow(
      "Nothing is kept of 2026-01-01",
    );
  });

  it("gives what it keeps where a source is gone before it was loaded", async () => {
    for (const source of nights.context.config.sources) await gather(fetching(), source, "2026-03-02");
    server.closeAllConnections();
    server.close();
    for (const source of nights.context.config.sources) source.attempts = 1;
    expect((await nights.pull("2026-03-02")).counts).toMatchObject({ files: 2, loaded: 2, sources_missing: 2 });
    expect(await nights.context.db("contacts").pluck("contact_id")).toEqual(["c-2026-03-02"]);
  });

  it("that cannot be written stops the night, and blames no source", async () => {
    mkdirSync(join(nights.folder, "data"), { recursive: true });
    writeFileSync(join(nights.folder, "data/archive"), "a file");
    await expect(nights.pull("2026-03-02")).rejects.toMatchObject({ code: "archive", canRetry: true });
    expect(await nights.context.db("deliveries")).toEqual([]);
  });

  it("has every file whole or not at all, and sweeps away what a killed process left", async () => {
    const part = join(nights.folder, "data/archive/part");
    mkdirSync(part, { recursive: true });
    writeFileSync(join(part, "left"), "half");
    utimesSync(join(part, "left"), 0, (NIGHT_MS - 25 * 3_600_000) / 1000);
    await nights.pull("2026-03-02");
    expect(readdirSync(part)).toEqual([]);
    for (const path of filesBelow(join(nights.folder, "data/archive/content"))) {
      const name = basename(path, ".gz");
      expect(
        createHash("sha256")
          .update(gunzipSync(readFileSync(path)))
          .digest("hex"),
      ).toBe(name);
    }
  });

  it("forgets what is older than it is told to keep, and nothing that a younger day still names", async () => {
    for (const day of ["2026-02-28", ...DAYS]) {
      await nights.pull(day);
      nights.clock.now_ms += 86_400_000;
    }
    expect(readdirSync(join(nights.folder, "data/archive/days"))).toEqual(DAYS);
    expect(filesBelow(join(nights.folder, "data/archive/content"))).toHaveLength(2);
  });

  it("does not throw away what another process keeps at this moment, and is about to name", async () => {
    await nights.pull("2026-02-28");
    const [content] = filesBelow(join(nights.folder, "data/archive/content"));
    for (const day of DAYS) await nights.pull(day);
    expect(readdirSync(join(nights.folder, "data/archive/days"))).toEqual(DAYS);
    expect(filesBelow(join(nights.folder, "data/archive/content"))).toContain(content);
  });

  it("forgets what was set aside, with its content, as it forgets what is kept", async () => {
    server.removeAllListeners("request").on("request", (_request, response) => void response.end("<html>"));
    await nights.pull("2026-02-28");
    const refused = join(nights.folder, "data/archive/refused");
    expect(readdirSync(refused).length).toBe(2);
    nights.clock.now_ms += 2 * 86_400_000;
    const good = ndjson([{ contactId: "c-1", event: "new", at: Date.parse("2026-03-02T09:00:00Z") }]);
    server.removeAllListeners("request").on("request", (_request, response) => void response.end(good));
    await nights.pull("2026-03-02");
    expect(readdirSync(refused)).toEqual([]);
    expect(filesBelow(join(nights.folder, "data/archive/content"))).toHaveLength(1);
  });
});
