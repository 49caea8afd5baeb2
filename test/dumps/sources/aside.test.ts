import { appendFileSync, mkdirSync, readdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { ndjson } from "../../support/centre";
import { filesBelow, NIGHT_MS, type Nights, openNights } from "../../support/nights";

const DAY = "2026-03-02";
const TABLE = "Call;Start\nc-1;2026-03-02 09:00:00\n";
const MAPPING = {
  times: { as: "yyyy-MM-dd HH:mm:ss", zone: "UTC" },
  fields: { type: "contact", contactId: "{Call}" },
  events: [{ event: "new", at: "{Start}" }],
};

let nights: Nights;
beforeEach(async () => {
  nights = await openNights((folder) => ({
    sources: [{ type: "folder", name: "pbx", path: join(folder, "pbx") }],
    mappings: [{ files: "cdr-*.csv", mapping: "cdr.mapping.json" }],
  }));
  write("cdr.mapping.json", JSON.stringify(MAPPING));
});
afterEach(() => nights.close());

function write(name: string, content: string): void {
  const path = join(nights.folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
  utimesSync(path, NIGHT_MS / 1000 - 3_600, NIGHT_MS / 1000 - 3_600);
}
const contacts = (): Promise<string[]> => nights.context.db("contacts").orderBy("contact_id").pluck("contact_id");
const archived = (folder: string): string[] => {
  const path = join(nights.folder, "data/archive", folder);
  return filesBelow(join(nights.folder, "data/archive")).filter((file) => file.startsWith(path));
};
const replay = (): ReturnType<Nights["pull"]> => nights.pull(DAY, { options: { replay: true } });

describe("a good dump", () => {
  it.each<[string, object, string]>([
    ["a misspelt key", { ...MAPPING, feilds: {} }, "mapping"],
    ["a misspelt column", { ...MAPPING, events: [{ event: "new", at: "{Strat}" }] }, "mapping-columns"],
  ])(
    "stays in the archive while its mapping has %s, and is replayed once that is put right",
    async (_what, bad, code) => {
      write(`pbx/cdr-${DAY}.csv`, TABLE);
      write("cdr.mapping.json", JSON.stringify(bad));
      expect((await nights.pull(DAY)).failure).toMatchObject({ code, can_retry: false });
      expect(await nights.context.db("deliveries").pluck("status")).toEqual(["delivered"]);
      expect(nights.said.filter((line) => line.startsWith("warn:"))).toEqual([]);
      rmSync(join(nights.folder, "pbx"), { recursive: true });
      write("cdr.mapping.json", JSON.stringify(MAPPING));
      expect((await replay()).failure).toBeUndefined();
      expect(await contacts()).toEqual(["c-1"]);
    },
  );

  it("that was loaded under another mapping stays too", async () => {
    write(`pbx/cdr-${DAY}.csv`, TABLE);
    await nights.pull(DAY);
    write("cdr.mapping.json", JSON.stringify({ ...MAPPING, events: [{ event: "parked", at: "{Start}" }] }));
    expect((await nights.pull(DAY)).failure).toMatchObject({ code: "dump-mapping" });
    write("cdr.mapping.json", JSON.stringify(MAPPING));
    expect((await replay()).counts).toMatchObject({ files: 1, duplicate: 1 });
  });

  it("of which a mapping took nothing is another dump under the next, and only that one came from its source", async () => {
    write(`pbx/cdr-${DAY}.csv`, TABLE);
    write("cdr.mapping.json", JSON.stringify({ ...MAPPING, times: { as: "dd.MM.yyyy HH:mm", zone: "UTC" } }));
    expect((await nights.pull(DAY)).counts).toMatchObject({ loaded: 1, rejected: 1 });
    write("cdr.mapping.json", JSON.stringify(MAPPING));
    expect((await nights.pull(DAY)).counts).toMatchObject({ loaded: 1, new: 1 });
    const keys = await nights.context.db("dumps").pluck("dump_key");
    expect(await nights.context.db("dump_sources").pluck("dump_key")).toEqual(keys);
  });

  it("beside one under a faulty mapping is loaded, and the fault is told once", async () => {
    for (const id of ["a", "b"]) write(`pbx/cdr-${DAY}-${id}.csv`, TABLE.replace("c-1", id));
    write(`pbx/contact-events-${DAY}.ndjson`, ndjson([{ contactId: "c-9", event: "new", at: NIGHT_MS - 9_999_999 }]));
    write("cdr.mapping.json", "{ no json");
    const { failure } = await nights.pull(DAY);
    expect(failure?.message).toContain("2 of 3 files could not be loaded");
    expect(failure?.message.match(/is not JSON/g)).toHaveLength(1);
    expect(await contacts()).toEqual(["c-9"]);
  });
});

describe("what is no dump as it stands", () => {
  it("is set aside, and replayed once somebody has written the mapping it needs", async () => {
    write(`pbx/calls-${DAY}.csv`, TABLE);
    expect((await nights.pull(DAY)).failure).toMatchObject({ code: "dump-format" });
    expect([archived("days").length, archived("refused").length]).toEqual([0, 1]);
    await expect(replay()).resolves.toMatchObject({ failure: { code: "dump-format" } });
    nights.context.config.mappings[0] = { files: "calls-*.csv", mapping: join(nights.folder, "cdr.mapping.json") };
    expect((await replay()).failure).toBeUndefined();
    expect(await contacts()).toEqual(["c-1"]);
    expect([archived("days").length, archived("refused").length]).toEqual([1, 0]);
  });

  it("is not replayed beside what came from its place since", async () => {
    write(`pbx/contact-events-${DAY}.json`, "<html>Sign in</html>");
    await nights.pull(DAY);
    write(`pbx/contact-events-${DAY}.json`, ndjson([{ contactId: "c-2", event: "new", at: NIGHT_MS - 9_999_999 }]));
    await nights.pull(DAY);
    expect(await replay()).toMatchObject({ counts: { files: 1, duplicate: 1 } });
  });
});

describe("the archive's own copy", () => {
  it("that was damaged is fetched from its source again", async () => {
    write(`pbx/cdr-${DAY}.csv`, TABLE);
    await nights.gather(DAY);
    const [content] = archived("content");
    writeFileSync(content as string, Buffer.from("1f8b0800", "hex"));
    expect((await nights.pull(DAY)).failure).toMatchObject({ code: "dump-cut", can_retry: true });
    expect((await nights.pull(DAY)).failure).toBeUndefined();
    expect(await contacts()).toEqual(["c-1"]);
  });

  it("that is damaged is not taken for whole when the same comes again", async () => {
    write(`pbx/cdr-${DAY}.csv`, TABLE);
    await nights.gather(DAY);
    appendFileSync(archived("content")[0] as string, "damage");
    expect((await nights.gather(DAY, true)).absent).toBeNull();
    expect((await nights.pull(DAY)).failure).toBeUndefined();
  });

  it("has an index whose damaged entry is told and fetched again, and stops no night", async () => {
    write(`pbx/cdr-${DAY}.csv`, TABLE);
    await nights.pull(DAY);
    const [entry] = archived("days");
    for (const damage of ["", "null", '{"source":"pbx"}']) {
      writeFileSync(entry as string, damage);
      expect((await nights.pull(DAY)).failure).toBeUndefined();
      expect(nights.said).toContainEqual(expect.stringContaining(`warn: ${entry} is no entry of the archive`));
      nights.said.length = 0;
    }
    expect(readdirSync(join(nights.folder, "data/archive/days", DAY))).toHaveLength(1);
    expect((await replay()).counts).toMatchObject({ files: 1, duplicate: 1 });
  });
});
