import { gzipSync } from "node:zlib";
import { progressLine } from "../../src/dumps/progress";
import { type Centre, load, ndjson, openCentre } from "../support/centre";

const AT = Date.parse("2026-03-02T09:00:00Z");

describe("events", () => {
  let centre: Centre;
  beforeEach(async () => {
    centre = await openCentre();
  });
  afterEach(() => centre.close());

  it("of NDJSON become rows of contact and agent events", async () => {
    const receipt = await load(centre, {
      "events-2026-03-02.ndjson": ndjson([
        { type: "contact", contactId: "c-1", event: "new", at: AT, queueName: "Sales", origin: "+8221234567" },
        { type: "contact", contactId: "c-1", event: "ended", at: "2026-03-02T18:05:00+09:00", extra: "kept" },
        { type: "agent", agentId: "a-1", state: "Available", at: AT, agentSessionId: "s-1", contactId: "c-1" },
      ]),
    });
    expect(receipt).toMatchObject({ read: 3, new: 3, duplicate: 0, revised: 0, rejected: 0 });
    expect(await centre.db("contact_events").select("identity", "at_ms", "origin", "attributes", "dump_line")).toEqual([
      { identity: `-${AT}-new`, at_ms: AT, origin: "+8221234567", attributes: null, dump_line: 1 },
      {
        identity: `-${AT + 300_000}-ended`,
        at_ms: AT + 300_000,
        origin: null,
        attributes: '{"extra":"kept"}',
        dump_line: 2,
      },
    ]);
    expect(await centre.db("agent_events").select("identity", "contact_id")).toEqual([
      { identity: `=s-1:telephony-${AT}-Available`, contact_id: "c-1" },
    ]);
    expect(await centre.db("contacts_to_rebuild").select()).toEqual([{ contact_key: 1 }]);
    expect(await centre.db("agents_to_rebuild").select()).toEqual([{ agent_key: 1 }]);
  });

  it("take their ids as delivered, the owner's id at the beginning spared", async () => {
    const row = { type: "contact", contactId: "c-1", event: "new", at: AT };
    await load(centre, {
      "e.ndjson": ndjson([
        { ...row, eventId: "c-1-77-new" },
        { ...row, eventId: "x-1" },
        { ...row, eventId: "c-1" },
        { type: "agent", agentId: "a", state: "idle", at: AT, channelType: "chat" },
        { type: "agent", agentId: "a", state: "idle", at: AT, channelId: "ch", eventId: "a-9" },
      ]),
    });
    expect(await centre.db("contact_events").orderBy("dump_line").pluck("identity")).toEqual([
      "-77-new",
      "=x-1",
      "=c-1",
    ]);
    expect(await centre.db("agent_events").orderBy("dump_line").pluck("identity")).toEqual([
      `=a:chat-${AT}-idle`,
      "-9",
    ]);
  });

  it("know their type from the file's name where they carry none", async () => {
    const receipt = await load(centre, {
      "contact-events-2026-03-02.ndjson": ndjson([{ contactId: "c", event: "new", at: AT }]),
      "agent-events-2026-03-02.csv": `agentId,state,at\na,idle,${AT}\n`,
    });
    expect(receipt).toMatchObject({ new: 2, rejected: 0 });
  });

  it("keep every field nobody knows, whatever it is called", async () => {
    const line = `{"type":"contact","contactId":"c","event":"new","at":${AT},"__proto__":{"polluted":1},"constructor":"x","toString":1,"b":[1,{"z":1,"a":2}],"queueName":{"id":"q"},"state":"idle","none":null}`;
    await load(centre, { "e.ndjson": line });
    const [row] = await centre.db("contact_events").select("attributes");
    expect(row.attributes).toBe(
      '{"__proto__":{"polluted":1},"b":[1,{"a":2,"z":1}],"constructor":"x","queueName":{"id":"q"},"state":"idle","toString":1}',
    );
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  it("survive NUL characters, halves of characters and a byte-order mark", async () => {
    const rows = ["a\\u0000b", "half \\ud800", "pair \\ud83d\\ude00"].map(
      (id) => `{"type":"contact","contactId":"${id}","event":"new","at":${AT}}`,
    );
    const receipt = await load(centre, { "e.ndjson": `\uFEFF${rows.join("\r\n")}` });
    expect(receipt).toMatchObject({ new: 3, rejected: 0 });
    expect(await centre.db("contacts").orderBy("contact_key").pluck("contact_id")).toEqual([
      "a\uFFFDb",
      "half \uFFFD",
      "pair 😀",
    ]);
  });

  it("are the same from NDJSON, CSV and gzip", async () => {
    const row = {
      type: "contact",
      contactId: "c",
      event: "new",
      at: AT,
      endedAt: AT + 5,
      isOutdial: "TRUE",
      sequence: 3,
      note: 'a "b", c',
    };
    const csv = `\uFEFFnote,type,Contact ID,event,at,ended_at,is_outdial,sequence\r\n"a ""b"", c",contact,c,new,${AT},${AT + 5},1,3\r\n`;
    const receipt = await load(centre, {
      "a.ndjson": ndjson([row]),
      "b.csv": csv,
      "c.txt": gzipSync(csv.replace("\uFEFF", "")),
    });
    expect(receipt).toMatchObject({ read: 3, new: 1, duplicate: 2, revised: 0, rejected: 0 });
    expect(receipt.files.map(({ format }) => format)).toEqual(["events-ndjson", "events-csv", "events-csv"]);
  });

  it("of CSV may span lines, and a quote that never ends costs its own line only", async () => {
    const row = (id: string, note: string): string => `contact,${id},new,${AT},${note}\n`;
    const csv = `type,contactId,event,at,note\n${row("c-1", '"two\nlines"')}${row("c-2", '"open')}${row("c-3", "plain")}\n${row("c-4", "a,b")}${row("c-5", '"x"y')}${row("c-6", '"never ends')}`;
    const receipt = await load(centre, { "e.csv": csv });
    expect(receipt).toMatchObject({ read: 6, new: 2, rejected: 4 });
    const events = await centre.db("contact_events as e").join("contacts as c", "c.contact_key", "e.contact_key");
    expect(events.map(({ contact_id, dump_line, attributes }) => [contact_id, dump_line, attributes])).toEqual([
      ["c-1", 2, '{"note":"two\\nlines"}'],
      ["c-3", 5, '{"note":"plain"}'],
    ]);
    expect(await centre.db("rejected_lines").orderBy("line_number").select("line_number", "reason")).toEqual([
      { line_number: 4, reason: "csv-quote" },
      { line_number: 7, reason: "csv-cells" },
      { line_number: 8, reason: "csv-quote" },
      { line_number: 9, reason: "csv-quote" },
    ]);
  });

  it("are loaded in many batches as in one, with the repeats among them", async () => {
    const rows = Array.from({ length: 25_000 }, (_, i) => ({
      type: "contact",
      contactId: `c-${i % 900}`,
      event: "new",
      at: AT + (i % 24_000),
    }));
    const receipt = await load(centre, { "e-2026-03-02.ndjson": ndjson(rows) });
    const pairs = new Set(rows.map(({ contactId, at }) => `${contactId} ${at}`)).size;
    expect(receipt).toMatchObject({ read: 25_000, new: pairs, duplicate: 25_000 - pairs, revised: 0 });
    expect(await centre.db("contact_events").count({ n: "*" })).toEqual([{ n: pairs }]);
    expect(await centre.db("contacts").count({ n: "*" })).toEqual([{ n: 900 }]);
  });

  it("leave nothing behind, not even names, where their file breaks at its end", async () => {
    const rows = Array.from({ length: 30_000 }, (_, i) => ({
      type: "contact",
      contactId: `c-${i}`,
      event: `e-${i % 7}`,
      at: AT + i,
    }));
    const packed = gzipSync(ndjson(rows));
    const receipt = await load(centre, {
      "a.ndjson.gz": packed.subarray(0, -20),
      "b.ndjson": ndjson([{ type: "contact", contactId: "c-5", event: "e-5", at: AT }]),
    });
    expect(receipt.files.map(({ status }) => status)).toEqual(["failed", "loaded"]);
    expect(await centre.db("contacts").pluck("contact_id")).toEqual(["c-5"]);
    expect(await centre.db("contact_event_names").pluck("spelling")).toEqual(["e-5"]);
    expect(await centre.db("contacts_to_rebuild")).toHaveLength(1);
  });

  it("say how far a long load has come", () => {
    expect(progressLine("e.ndjson", 1_234_000, 5_000, 0.25)).toBe(
      "e.ndjson: 1,234,000 rows, 246,800 rows/s, 15 s left",
    );
  });
});
