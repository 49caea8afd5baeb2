import { createHash } from "node:crypto";
import { type Centre, load, openCentre } from "../support/centre";
import { faultOf, PLAIN, rejects, under } from "../support/mapped";

const AT = 1_772_442_000_000;
const event = (id: string, queueName: string): string =>
  JSON.stringify({ type: "contact", contactId: id, event: "parked", at: AT, queueName });
const latin1 = (text: string): Buffer => Buffer.from(text, "latin1");
const sha256 = (bytes: Buffer): string => createHash("sha256").update(bytes).digest("hex");

let centre: Centre;
beforeEach(async () => {
  centre = await openCentre();
});
afterEach(() => centre.close());

const queues = async (): Promise<string[]> =>
  (await centre.db("event_contexts").whereNotNull("queue_name").orderBy("queue_name").pluck("queue_name")) as string[];

describe("a line that is not UTF-8", () => {
  it("is rejected alone in NDJSON, and says which byte is none", async () => {
    const odd = latin1(event("c-3", "Büro"));
    const lines = [
      Buffer.from(event("c-1", "Büro")),
      Buffer.from(event("c-2", "\uFFFD")),
      odd,
      Buffer.from(`${event("c-4", "Büro").slice(0, -1)},"x":"\\u00e9"}`),
    ];
    const receipt = await load(centre, {
      "events.ndjson": Buffer.concat(lines.flatMap((line) => [line, Buffer.from("\r\n")])),
    });
    expect(receipt).toMatchObject({ read: 4, new: 3, rejected: 1 });
    expect(await queues()).toEqual(["Büro", "\uFFFD"]);
    const [row] = await centre.db("rejected_lines");
    expect(row).toMatchObject({ line_number: 3, reason: "not-utf-8", byte_count: odd.length, sha256: sha256(odd) });
    const place = odd.indexOf(0xfc) + 1;
    expect(row.message).toBe(
      `The line is not UTF-8: its byte ${place}, 0xFC, begins no character. Expected UTF-8. Convert the file (iconv -f WINDOWS-1252 -t UTF-8 FILE) and load that, or name the "encoding" of a table in its mapping.`,
    );
  });

  it.each([
    ["a character that is cut off", Buffer.from([0x61, 0xef, 0xbf, 0x22]), 2, "0xEF"],
    ["one behind a true U+FFFD", Buffer.from([0xef, 0xbf, 0xbd, 0xff]), 4, "0xFF"],
    ["half of a pair", Buffer.from([0x61, 0xed, 0xa0, 0x80]), 2, "0xED"],
  ])("is told by its first odd byte: %s", async (_what, bytes, place, byte) => {
    await load(centre, { "events.ndjson": Buffer.concat([Buffer.from(`${event("c-1", "A")}\n`), bytes]) });
    const [row] = await centre.db("rejected_lines").select("message");
    expect(row.message).toContain(`its byte ${place}, ${byte}, `);
  });

  it("takes the whole record of CSV with it, and no other", async () => {
    const record = latin1(`c-2,parked,${AT},"two\nBüro"`);
    const receipt = await load(centre, {
      "contact-events-1.csv": Buffer.concat([
        Buffer.from(`contactId,event,at,queueName\nc-1,parked,${AT},Büro\n`),
        record,
        Buffer.from(`\nc-3,parked,${AT},"three\nBüros"\n`),
      ]),
    });
    expect(receipt).toMatchObject({ read: 3, new: 2, rejected: 1 });
    expect(await centre.db("rejected_lines").select("line_number", "reason", "byte_count", "sha256")).toEqual([
      { line_number: 3, reason: "not-utf-8", byte_count: record.length, sha256: sha256(record) },
    ]);
    expect(await queues()).toEqual(["Büro", "three\nBüros"]);
  });

  it("fails a table of events where it is the header", async () => {
    const receipt = await load(centre, {
      "contact-events-1.csv": latin1(`contactId,event,at,Größe\nc-1,new,${AT},1\n`),
    });
    expect(receipt.files[0]).toMatchObject({ status: "failed", error: { code: "dump-encoding" } });
    expect(receipt.files[0]?.error?.message).toContain("contact-events-1.csv cannot be read. The line is not UTF-8");
    expect(await centre.db("dumps")).toEqual([]);
  });

  it("is an element of a page: the others are read", async () => {
    const task = (id: string, name: string): string =>
      JSON.stringify({ id, activities: { nodes: [{ id: `${id}-${AT}-parked`, queueName: name }] } });
    const page = `{"data":{"taskDetails":{"tasks":[${task("t-1", "A")},${task("t-2", "Büro")},${task("t-3", "B")}]}}}`;
    const receipt = await load(centre, { "tasks.json": latin1(page) });
    expect(receipt).toMatchObject({ read: 5, new: 2, rejected: 1 });
    expect(await rejects(centre)).toEqual([
      "3 not-utf-8: The element is not UTF-8: its byte 83, 0xFC, begins no character. Expected UTF-8. Save the response again, byte for byte as it comes.",
    ]);
    expect(await centre.db("contacts").orderBy("contact_id").pluck("contact_id")).toEqual(["t-1", "t-3"]);
  });
});

describe("a foreign table in another encoding", () => {
  const mapping = (table: object): object => ({ ...PLAIN, table, events: [{ event: "parked", queueName: "{Name}" }] });
  const HEAD = "call,time,Name\n";
  const row = (call: string, name: string): string => `${call},2026-03-02 09:00:00,${name}\n`;

  it("is not guessed at: lines that are not UTF-8 are rejected", async () => {
    const content = latin1(HEAD + row("a", "Büro") + row("b", "Bäro") + row("c", "Buero"));
    for (const table of [{}, { quotes: false }]) {
      const receipt = await load(under(centre, mapping(table)), { [`${Object.keys(table).length}.csv`]: content });
      expect(receipt).toMatchObject({ read: 3, rejected: 2 });
      await centre.close();
      centre = await openCentre();
    }
    const ndjson = latin1('{"call":"a","time":"2026-03-02 09:00:00","Name":"Büro"}\n');
    expect(await load(under(centre, mapping({ format: "ndjson" })), { "a.ndjson": ndjson })).toMatchObject({
      new: 0,
      rejected: 1,
    });
  });

  it("gives what was rejected once it is converted, and the rest as duplicates", async () => {
    const text = HEAD + row("a", "Büro") + row("c", "Sales");
    await load(under(centre, mapping({})), { "calls.csv": latin1(text) });
    expect(await load(under(centre, mapping({})), { "calls.csv": text })).toMatchObject({ new: 1, duplicate: 1 });
    expect(await queues()).toEqual(["Büro", "Sales"]);
  });

  it.each([
    ["windows-1252", Buffer.from([0x42, 0xfc, 0x72, 0x6f, 0x20, 0x80]), "Büro €"],
    ["latin1", Buffer.from([0x93, 0xe9, 0x94]), "“é”"],
    ["euc-kr", Buffer.from([0xbb, 0xf3, 0xb4, 0xe3]), "상담"],
    ["shift_jis", Buffer.from([0x83, 0x5c, 0x83, 0x7c]), "ソポ"],
    ["utf-8", Buffer.from("Büro"), "Büro"],
  ])("is read as its mapping names it: %s", async (encoding, name, text) => {
    const [before = "", after = ""] = row("a", "|").split("|");
    const content = Buffer.concat([Buffer.from(HEAD + before), name, Buffer.from(after)]);
    expect(await load(under(centre, mapping({ encoding })), { "calls.csv": content })).toMatchObject({
      new: 1,
      rejected: 0,
    });
    expect(await queues()).toEqual([text]);
  });

  it("may be UTF-16, whose line ends and marks are two bytes", async () => {
    const content = Buffer.from(`\uFEFF${HEAD}${row("a", "상담")}`, "utf16le");
    await load(under(centre, mapping({ encoding: "utf-16le" })), { "calls.txt": content });
    expect(await queues()).toEqual(["상담"]);
  });

  it("is read across the pieces that a file comes in", async () => {
    const name = Buffer.alloc(200_001, Buffer.from([0xb0, 0xa1]));
    const cell = Buffer.concat([name.subarray(0, -1), Buffer.from("\n")]);
    const rows = Array.from({ length: 8 }, (_, index) => [Buffer.from(`c-${index},2026-03-02 09:00:00,`), cell]);
    const receipt = await load(under(centre, mapping({ encoding: "euc-kr" })), {
      "calls.csv": Buffer.concat([Buffer.from(HEAD), ...rows.flat()]),
    });
    expect(receipt).toMatchObject({ new: 8, rejected: 0 });
    expect(await queues()).toEqual(["가".repeat(100_000)]);
  });

  it("loses only the lines that hold none of its characters", async () => {
    const content = Buffer.concat([Buffer.from(`${HEAD}a,2026-03-02 09:00:00,`), Buffer.from([0xff, 0x0a])]);
    const receipt = await load(under(centre, mapping({ encoding: "euc-kr" })), {
      "calls.csv": Buffer.concat([content, Buffer.from(row("b", "Sales"))]),
    });
    expect(receipt).toMatchObject({ new: 1, rejected: 1 });
    expect(await rejects(centre)).toEqual([
      '2 not-in-encoding: The line holds bytes that are no character of euc-kr. Expected the "encoding" of its mapping. Correct that, or convert the file to UTF-8 (iconv -f NAME -t UTF-8 FILE) and load it without.',
    ]);
  });

  it("fails where its header is no text, and says to name the encoding", async () => {
    const content = latin1(`call,time,Name,Größe\n${row("a", "A")}`);
    const { files } = await load(under(centre, mapping({})), { "calls.csv": content });
    expect(files[0]?.error).toMatchObject({ code: "mapping-encoding" });
    expect(files[0]?.error?.message).toMatch(/calls\.csv cannot be read under the mapping .*calls\.mapping\.json\./);
    expect(files[0]?.error?.message).toContain('or name the "encoding" of a table in its mapping');
  });

  it("is refused under a name that nobody knows", () => {
    expect(faultOf(centre, mapping({ encoding: "cp-949" }))).toContain(
      '"cp-949" is no encoding that this Node can read. Expected a name such as "windows-1252"',
    );
  });
});
