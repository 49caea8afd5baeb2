import { execFileSync } from "node:child_process";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { silentLog } from "../../src/base/log";
import { namedDay } from "../../src/dumps/files";
import { loadDumps } from "../../src/dumps/load";
import { type Centre, load, ndjson, openCentre, READ_AT_MS } from "../support/centre";

const AT = 1_772_442_000_000;
const one = (id: string): string => ndjson([{ type: "contact", contactId: id, event: "new", at: AT }]);
const many = ndjson(
  Array.from({ length: 2_000 }, (_, i) => ({ type: "contact", contactId: `c-${i}`, event: "new", at: AT + i * 7919 })),
);

describe("files", () => {
  let centre: Centre;
  beforeEach(async () => {
    centre = await openCentre();
  });
  afterEach(() => centre.close());

  it("of a folder are found below it, sorted, without dot-files, pipes and other endings", async () => {
    const folder = join(centre.folder, "in");
    mkdirSync(join(folder, "b"), { recursive: true });
    const write = (name: string, content: string | Buffer): void => writeFileSync(join(folder, name), content);
    write("c.ndjson", one("c"));
    write("b/a.ndjson.gz", gzipSync(one("a")));
    write("a.jsonl", one("d"));
    write(".hidden.ndjson", one("hidden"));
    write("readme.txt", "not a dump");
    symlinkSync(join(folder, "a.jsonl"), join(folder, "z.ndjson"));
    symlinkSync(folder, join(folder, "loop"));
    execFileSync("mkfifo", [join(folder, "pipe.ndjson")]);
    const receipt = await loadDumps(centre.db, centre.config, silentLog, [folder], READ_AT_MS);
    expect(receipt.files.map(({ name, status }) => `${name} ${status}`)).toEqual([
      "a.jsonl loaded",
      "a.ndjson.gz loaded",
      "c.ndjson loaded",
      "z.ndjson known",
    ]);
  });

  it.each<[string, string, string | Buffer]>([
    ["dump-cut", "events-2026-03-02.ndjson.gz", gzipSync(many).subarray(0, 9_000)],
    ["dump-packed", "events-2026-03-02.ndjson.gz", Buffer.concat([gzipSync(many).subarray(0, -8), Buffer.alloc(8, 7)])],
    ["dump-format", "page.json", "<!doctype html><title>Sign in</title>"],
    ["dump-format", "contacts.csv", "id,name\n1,x\n"],
    ["dump-format", "image.json", Buffer.from("89504e470d0a1a0a0000000d49484452", "hex")],
    ["dump-format", "archive.json", Buffer.from("PK\u0003\u0004 and so on")],
    ["dump-format", "array.json", `[${one("c").trim()},\n${one("d").trim()}]`],
    ["dump-encoding", "events.csv", Buffer.from("\uFEFFtype,at", "utf16le")],
    ["dump-empty", "page.json", ""],
    ["dump-empty", "events.ndjson.gz", ""],
    ["page-json", "page.json", '{"data":{"taskDetails":{"tasks":[{"id":"t-1"'],
    ["page-unknown", "page.json", '{"data":{"somethingElse":{"rows":[]}}}'],
    ["page-graphql-error", "page.json", '{"errors":[{"message":"Not authorized"}],"data":null}'],
    [
      "page-aggregation",
      "page.json",
      '{"data":{"agentSession":{"agentSessions":[{"aggregation":[{"name":"n","value":1}]}]}}}',
    ],
  ])("that fail with %s leave nothing behind, and the others are loaded: %s", async (code, name, content) => {
    const receipt = await load(centre, { [name]: content, "good-2026-03-02.ndjson": one("good") });
    expect(receipt.files.map(({ status }) => status)).toEqual(["failed", "loaded"]);
    const error = receipt.files[0]?.error;
    expect(error?.code).toBe(code);
    expect(error?.message).toContain(name);
    expect(error?.message).toContain("Expected");
    expect(await centre.db("contacts").pluck("contact_id")).toEqual(["good"]);
    expect(await centre.db("dumps").pluck("name")).toEqual(["good-2026-03-02.ndjson"]);
    expect(await centre.db("rejected_lines")).toEqual([]);
  });

  it("that do not exist are told", async () => {
    const receipt = await loadDumps(
      centre.db,
      centre.config,
      silentLog,
      [join(centre.folder, "nowhere.csv")],
      READ_AT_MS,
    );
    expect(receipt.files[0]).toMatchObject({ status: "failed", error: { code: "dump-unreadable" } });
  });

  it("of a quiet day hold no events and no error", async () => {
    const receipt = await load(centre, {
      "contact-events-2026-03-02.ndjson": "",
      "contact-events-2026-03-03.csv": "type,contactId,event,at\r\n",
      "tasks-2026-03-04.json": '{"data":{"taskDetails":{"tasks":[]}}}',
    });
    expect(receipt.files.map(({ status, read, error }) => ({ status, read, error }))).toEqual(
      Array.from({ length: 3 }, () => ({ status: "loaded", read: 0, error: null })),
    );
  });

  it("loaded twice change nothing but keep the first name in byte order", async () => {
    await load(centre, { "b-2026-03-02.ndjson": one("c") });
    const before = await centre.db("contact_events");
    const receipt = await load(centre, { "a-2026-03-02.ndjson": one("c"), "c-2026-03-02.ndjson": one("c") });
    expect(receipt).toMatchObject({ read: 2, new: 0, duplicate: 2, revised: 0 });
    expect(receipt.files.map(({ status }) => status)).toEqual(["known", "known"]);
    expect(await centre.db("contact_events")).toEqual(before);
    expect(await centre.db("dumps").pluck("name")).toEqual(["a-2026-03-02.ndjson"]);
  });

  it("that tell what the generator knows to be right are passed over", async () => {
    const receipt = await load(centre, { "truth.json": '{\n  "nightdesk_truth": 1, "contacts": []}' });
    expect(receipt.files[0]).toMatchObject({ status: "skipped", error: null });
  });

  it("count their events by quarter-hour", async () => {
    await load(centre, {
      "events-2026-03-02.ndjson": ndjson([
        { type: "contact", contactId: "c", event: "new", at: "2026-03-02T09:14:59.999Z" },
        { type: "contact", contactId: "c", event: "ended", at: "2026-03-02T09:15:00Z" },
        { type: "agent", agentId: "a", state: "idle", at: "2026-03-02T09:29:00Z" },
      ]),
    });
    const quarter = Date.parse("2026-03-02T09:00:00Z");
    expect(await centre.db("dump_quarters").orderBy("quarter_at_ms")).toEqual([
      { dump_key: 1, quarter_at_ms: quarter, contact_event_count: 1, agent_event_count: 0 },
      { dump_key: 1, quarter_at_ms: quarter + 900_000, contact_event_count: 1, agent_event_count: 1 },
    ]);
  });

  it.each([
    ["contact-events-2026-03-02.ndjson", "2026-03-02"],
    ["2026-03-01_to_2026-03-02.csv", "2026-03-02"],
    ["2026-03-02-2026-13-40.csv", "2026-03-02"],
    ["12026-03-021.csv", null],
    ["events.csv", null],
  ])("carry the last valid day of their name: %s", (name, day) => {
    expect(namedDay(name)).toBe(day);
  });
});
