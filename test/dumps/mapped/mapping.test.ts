import { join } from "node:path";
import { readFileSync, writeFileSync } from "node:fs";
import { mappingFileFor, readMapping } from "../../../src/dumps/formats/mapped/mapping";
import { type Centre, openCentre } from "../../support/centre";
import { faultOf, PLAIN } from "../../support/mapped";

describe("a mapping file", () => {
  let centre: Centre;
  beforeEach(async () => {
    centre = await openCentre();
  });
  afterEach(() => centre.close());

  it("tells all its faults at once, and the nearest known key", () => {
    const told = faultOf(centre, {
      tabel: {},
      times: { zone: "Europe/Berlon", as: "yyyy" },
      fields: { contactID: "{call}", origin: "{caller" },
      events: [{ event: { form: "{what}" }, at: "start" }],
    });
    expect(told.split("\n")).toEqual([
      "m.mapping.json has 8 faults:",
      expect.stringContaining('times.as: "yyyy" is no way to write an instant. Expected s, ms, iso, or a pattern'),
      expect.stringContaining('times.zone: "Europe/Berlon" is no IANA time zone'),
      expect.stringContaining('fields.origin: "{caller" has a brace without its partner'),
      expect.stringContaining('fields.contactID: unknown key; did you mean "contactId"?'),
      expect.stringContaining('events.0.event.form: unknown key; did you mean "from"?'),
      expect.stringContaining('events.0.event: Expected "from" with a template, or "constant" with a text'),
      expect.stringContaining('events.0.at: "start" reads no column'),
      expect.stringContaining('tabel: unknown key; did you mean "table"?'),
      "Correct the file; src/dumps/formats/mapped/README.md describes every key.",
    ]);
  });

  it.each<[string, object, string]>([
    [
      "an event without a time",
      { events: [{ type: "contact", contactId: "{c}", event: "new" }] },
      'events.0: has no "at"',
    ],
    [
      "an agent without a state",
      { events: [{ type: "agent", agentId: "{a}", at: "{t}" }] },
      'events.0: has no "state"',
    ],
    ["no type", { events: [{ contactId: "{c}", event: "new", at: "{t}" }] }, 'events.0: has no "type"'],
    [
      "another type",
      { ...PLAIN, events: [{ type: "call", event: "new" }] },
      'type: is "call". Expected contact or agent',
    ],
    ["an end in place of a start", { ...PLAIN, events: [{ event: "new", at: { plus: "{s}" } }] }, 'at: has no "time"'],
    [
      "a table of codes that is not there",
      { ...PLAIN, codes: { queues: {} }, events: [{ event: "new", queueName: { from: "{q}", codes: "queue" } }] },
      'events.0.queueName: "codes" has no table "queue"; did you mean "queues"?',
    ],
    [
      "a column that the table does not name",
      { ...PLAIN, table: { delimiter: "|", columns: ["call", "time", "wat"] } },
      'the mapping reads "what", which table.columns does not name; did you mean "wat"?',
    ],
    [
      "columns without a delimiter",
      { ...PLAIN, table: { columns: ["call", "time", "what"] } },
      "table.delimiter: is needed",
    ],
    [
      "a column twice",
      { ...PLAIN, table: { delimiter: "|", columns: ["call", "time", "what", "call"] } },
      'table.columns: "call" stands there twice',
    ],
    ["a list in a CSV table", { ...PLAIN, events: [{ each: "calls", event: "new" }] }, "each: is for lists in NDJSON"],
    [
      "a delimiter of NDJSON",
      { ...PLAIN, table: { format: "ndjson", delimiter: "|" } },
      "table.delimiter: is for CSV, and the table is NDJSON",
    ],
    [
      "two answers to an unknown value",
      { ...PLAIN, events: [{ event: { from: "{what}", else: "keep", default: "new" } }] },
      '"else" and "default" both say what becomes of other values',
    ],
    ["no events", { ...PLAIN, events: [] }, "events:"],
    [
      "a broken expression",
      { ...PLAIN, events: [{ event: { from: "{what}", part: "(" } }] },
      '"(" is no regular expression',
    ],
  ])("is refused with %s", (_what, mapping, fault) => {
    expect(faultOf(centre, mapping)).toContain(fault);
  });

  it("says where it is no JSON, and where there is none", () => {
    expect(faultOf(centre, "{ events: [] }")).toMatch(/m.mapping.json is not JSON: .*position 2/);
    expect(() => readMapping(join(centre.folder, "none.json"), "UTC")).toThrow(/none.json cannot be read: ENOENT/);
  });

  it("means the same whatever its notes, its spaces and the order of its keys", () => {
    const file = join(centre.folder, "m.json");
    const sha256Of = (text: string, zone = "UTC"): string => {
      writeFileSync(file, text);
      return readMapping(file, zone).sha256;
    };
    const { times, fields, events } = PLAIN;
    const first = sha256Of(JSON.stringify(PLAIN));
    expect(sha256Of(JSON.stringify({ note: "calls", events, fields, times }, null, 4))).toBe(first);
    expect(sha256Of(JSON.stringify(PLAIN), "Asia/Seoul")).toBe(first);
    expect(sha256Of(JSON.stringify({ ...PLAIN, fields: { ...fields, direction: "inbound" } }))).not.toBe(first);
  });

  it("means something else in another zone only where it leaves the zone to the centre and reads clocks", () => {
    const file = join(centre.folder, "m.json");
    const inZones = (as: string): string[] => {
      writeFileSync(file, JSON.stringify({ ...PLAIN, times: { as } }));
      return ["UTC", "Asia/Seoul"].map((zone) => readMapping(file, zone).sha256);
    };
    const [utc, seoul] = inZones("iso");
    expect(seoul).not.toBe(utc);
    const [before, after] = inZones("s");
    expect(after).toBe(before);
  });

  it.each(["README.md", "src/dumps/formats/mapped/README.md"])("stands right in %s", (readme) => {
    const text = readFileSync(join(__dirname, "../../..", readme), "utf8");
    const blocks = Array.from(text.matchAll(/```json\n([^]*?)```/g), (match) => match[1] ?? "");
    const mappings = blocks.filter((block) => block.includes('"events"'));
    expect(mappings.map((mapping) => faultOf(centre, mapping))).toEqual(["none"]);
  });

  it("is found by the pattern of the base name, packed or not, the first that fits", () => {
    const mappings = [
      { files: "cdr-*.csv", mapping: "/m/cdr.json" },
      { files: "queue_log?", mapping: "/m/rotated.json" },
      { files: "queue_log*", mapping: "/m/queue.json" },
    ];
    const found = ["cdr-2026-03-02.csv", "cdr-1.csv.gz", "xcdr-1.csv", "queue_log1", "queue_log", "cdr-1xcsv"];
    expect(found.map((name) => mappingFileFor({ ...centre.config, mappings }, name))).toEqual([
      "/m/cdr.json",
      "/m/cdr.json",
      null,
      "/m/rotated.json",
      "/m/queue.json",
      null,
    ]);
  });
});
