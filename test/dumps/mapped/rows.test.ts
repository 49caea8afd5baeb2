import { gzipSync } from "node:zlib";
import { type Centre, load, openCentre } from "../../support/centre";
import { PLAIN, rejects, told, under } from "../../support/mapped";

const AT = "2026-03-02T08:00:00.000Z";
const HEAD = "call,what,time";
const row = (call: string, what = "new", time = "2026-03-02 09:00:00"): string => `${call},${what},${time}`;

describe("rows of a foreign table", () => {
  let centre: Centre;
  beforeEach(async () => {
    centre = await openCentre();
  });
  afterEach(() => centre.close());

  const contexts = (...columns: string[]): Promise<Record<string, unknown>[]> =>
    centre
      .db("contact_events")
      .join("event_contexts", "event_contexts.context_key", "contact_events.context_key")
      .orderBy("dump_line")
      .select(...columns);

  it.each<[string, object, string | Buffer]>([
    ["with a header", {}, `${HEAD}\n${row("c")}\n`],
    ["parted by any character", { delimiter: "~" }, `call~what~time\nc~new~2026-03-02 09:00:00\n`],
    ["parted by tabs", {}, `call\twhat\ttime\nc\tnew\t2026-03-02 09:00:00\n`],
    ["whose header is spelt otherwise", {}, `CALL, What ,"TIME"\nc,new,2026-03-02 09:00:00\n`],
    ["without a header", { delimiter: "|", columns: ["time", "x", "what", "call"] }, `2026-03-02 09:00:00|1|new|c\n`],
    ["below a title", { skip_lines: 2 }, `Calls of the day\n\n${HEAD}\n${row("c")}\n`],
    ["with cells in quotes", {}, `${HEAD},more\n"c","new","2026-03-02 09:00:00","a\nb, ""c"""\n`],
    ["whose quotes mean nothing", { quotes: false }, `${HEAD},more\n${row("c")},"Anna\n`],
    ["with blanks around the cells", {}, `${HEAD}\n  c  , new,2026-03-02 09:00:00   \n`],
    ["of Windows, with a mark before it", {}, `\uFEFF${HEAD}\r\n${row("c")}\r\n`],
    ["of NDJSON", { format: "ndjson" }, `{"call":"c","what":"new","time":"2026-03-02 09:00:00"}\n`],
    ["packed", {}, gzipSync(`${HEAD}\n${row("c")}\n`)],
  ])("are read %s", async (_what, table, content) => {
    const receipt = await load(under(centre, { ...PLAIN, table }), { "calls.txt": content });
    expect(receipt).toMatchObject({ read: 1, new: 1, rejected: 0 });
    expect(await told(centre)).toEqual([`c new ${AT}`]);
  });

  it("become as many events as they have parts, all at the line they stand on", async () => {
    const mapping = {
      ...PLAIN,
      events: [
        { event: "new" },
        { when: { queue: true }, event: "parked", queueName: "{queue}" },
        { when: { answered: { not: "N" } }, event: "connected" },
      ],
    };
    const receipt = await load(under(centre, mapping), {
      "calls.csv": "call,time,queue,answered\na,2026-03-02 09:00:00,Sales,Y\nb,2026-03-02 09:00:00,,N\n",
    });
    expect(receipt).toMatchObject({ read: 2, new: 4, rejected: 0 });
    expect(
      await centre.db("contact_events").orderBy(["dump_line", "identity"]).select("dump_line", "identity"),
    ).toEqual([
      { dump_line: 2, identity: "-1772438400000-connected" },
      { dump_line: 2, identity: "-1772438400000-new" },
      { dump_line: 2, identity: "-1772438400000-parked" },
      { dump_line: 3, identity: "-1772438400000-new" },
    ]);
  });

  it("are duplicates in another dump, and revise what they say otherwise", async () => {
    const mapping = { ...PLAIN, events: [{ event: "new" }, { event: "connected", endedAt: "{end}" }] };
    const table = (end: string): string => `call,time,end\na,2026-03-02 09:00:00,${end}\n`;
    expect(await load(under(centre, mapping), { "calls-1.csv": table("") })).toMatchObject({ new: 2 });
    expect(await load(under(centre, mapping), { "calls-2.csv": `${table("")}\n` })).toMatchObject({
      new: 0,
      duplicate: 2,
    });
    expect(await load(under(centre, mapping), { "calls-3.csv": table("2026-03-02 09:05:00") })).toMatchObject({
      new: 0,
      duplicate: 1,
      revised: 1,
    });
    expect(await told(centre)).toEqual([`a connected ${AT} to 2026-03-02T08:05:00.000Z`, `a new ${AT}`]);
    const again = await load(under(centre, mapping), { "calls-1.csv": table("") });
    expect(again).toMatchObject({ read: 1, new: 0, duplicate: 2 });
    expect(again.files[0]).toMatchObject({ status: "known", format: "mapped" });
  });

  it("give composed ids only where every part of them is known", async () => {
    const mapping = { ...PLAIN, fields: { ...PLAIN.fields, contactId: "{site}-{call}" } };
    const receipt = await load(under(centre, mapping), {
      "calls.csv": "site,call,what,time\nKOELN,7,new,2026-03-02 09:00:00\n,7,new,2026-03-02 09:00:00\n",
    });
    expect(receipt).toMatchObject({ new: 1, rejected: 1 });
    expect(await told(centre)).toEqual([`KOELN-7 new ${AT}`]);
    expect(await rejects(centre)).toEqual(["3 no-contactId: contactId is missing or empty, and it is required."]);
  });

  it("translate values: kept, unknown, rejected, or by default where the table of values has none", async () => {
    const event = {
      event: { from: "{what}", values: { in: "new", bye: "ended" }, else: "reject" },
      queueName: { from: "{q}", codes: "queues" },
      siteName: { from: "{q}", codes: "queues", default: "elsewhere" },
      teamName: { from: "{q}", codes: "queues", else: "unknown" },
      flowId: [{ from: "{q}", part: "^id:(.+)$" }, "{call}"],
      direction: { constant: "{inbound}" },
      isOutdial: true,
    };
    const mapping = { ...PLAIN, codes: { queues: { 1: "Billing", 2: "" } }, events: [event] };
    await load(under(centre, mapping), {
      "calls.csv": `${HEAD},q\n${row("a", "in")},1\n${row("b", "bye")},id:9\n${row("c", "in")},2\n${row("d", "out")},1\n`,
    });
    const found = await contexts("queue_name", "site_name", "team_name", "flow_id", "direction", "is_outdial");
    expect(found.map((context) => Object.values(context).join(" "))).toEqual([
      "Billing Billing Billing a {inbound} 1",
      "id:9 elsewhere  9 {inbound} 1",
      "   c {inbound} 1",
    ]);
    expect(await rejects(centre)).toEqual([
      '5 unknown-value: {what} is "out". Expected one of the values the mapping lists.',
    ]);
  });

  it("are passed over, or kept, by what their columns hold", async () => {
    const rows = { only: [{ kind: ["EXT", "VIP"] }, { s: { above: 100 } }], skip: { call: { matches: "^test" } } };
    const mapping = { ...PLAIN, table: { empty: ["-"] }, rows, events: [{ when: { s: true }, event: "new" }] };
    const cells = ["a,EXT,5", "b,INT,5", "c,INT,100.5", "test-1,EXT,5", "d,VIP,-", "e,INT,"];
    const receipt = await load(under(centre, mapping), {
      "calls.csv": ["call,kind,s,time", ...cells.map((text) => `${text},2026-03-02 09:00:00`)].join("\n"),
    });
    expect(receipt).toMatchObject({ read: 6, new: 2, rejected: 1 });
    expect(await told(centre)).toEqual([`a new ${AT}`, `c new ${AT}`]);
    expect(await rejects(centre)).toEqual([
      expect.stringMatching(/^6 not-mapped: No event of the mapping is for this line/),
    ]);
  });

  it("that no event is for are passed over where the mapping says so", async () => {
    const mapping = { ...PLAIN, rows: { unmatched: "skip" }, events: [{ when: { what: "new" }, event: "new" }] };
    const receipt = await load(under(centre, mapping), { "calls.csv": `${HEAD}\n${row("a")}\n${row("b", "ping")}\n` });
    expect(receipt).toMatchObject({ read: 2, new: 1, rejected: 0 });
  });

  it("are rejected whole where one of their events is impossible", async () => {
    const mapping = { ...PLAIN, events: [{ event: "new" }, { event: "connected", endedAt: "{end}" }] };
    const line = "a,2026-03-02 09:00:00,2026-03-02 08:59:59";
    const receipt = await load(under(centre, mapping), { "calls.csv": `call,time,end\n${line}\n` });
    expect(receipt).toMatchObject({ read: 1, new: 0, rejected: 1 });
    expect(await centre.db("rejected_lines").select("line_number", "reason", "text")).toEqual([
      { line_number: 2, reason: "ended-before-start", text: line },
    ]);
  });

  it("are rejected where two of their events would be one", async () => {
    const mapping = { ...PLAIN, events: [{ event: "{what}" }, { event: "new" }] };
    await load(under(centre, mapping), { "calls.csv": `${HEAD}\n${row("a")}\n` });
    expect(await rejects(centre)).toEqual([
      '2 same-event-twice: The line makes two events of one id: new of a. Expected ids of their own: tell them apart with "eventId".',
    ]);
    const apart = {
      ...PLAIN,
      events: [
        { event: "{what}", eventId: "{call}-1" },
        { event: "new", eventId: "{call}-2" },
      ],
    };
    expect(await load(under(centre, apart), { "calls.csv": `${HEAD}\n${row("a")}\n` })).toMatchObject({ new: 2 });
  });

  it("with too many cells, a broken quote or no JSON are rejected as in files of events", async () => {
    await load(under(centre, PLAIN), { "calls.csv": `${HEAD}\n${row("a")},7\n"b,new\n${row("c")}\n` });
    await load(under(centre, { ...PLAIN, table: { format: "ndjson" } }), { "calls.ndjson": `{"call":\n[1]\n` });
    const reasons = await centre.db("rejected_lines").orderBy(["dump_key", "line_number"]).pluck("reason");
    expect(reasons).toEqual(["csv-cells", "csv-quote", "not-json", "not-an-object"]);
    expect(await told(centre)).toEqual([`c new ${AT}`]);
  });

  it("hide numbers in what is rejected, where they are masked", async () => {
    const masked = await openCentre({ masking: { numbers: "last-four", names: "none", key: "" } });
    await load(under(masked, PLAIN), { "calls.csv": `${HEAD}\n${row("a", "new", "+49221555010")}\n` });
    const [line] = await masked.db("rejected_lines").select("message", "text");
    expect([line.message, line.text]).toEqual([expect.stringContaining('at is "***5010"'), "a,new,***5010"]);
    await masked.close();
  });

  it("of NDJSON are read at any depth, by own names alone, and lists element by element", async () => {
    const mapping = {
      table: { format: "ndjson" },
      times: { as: "iso" },
      fields: { type: "contact", at: "{when}" },
      events: [
        { each: "calls", when: { "each.state": "IN" }, contactId: "{each.id}", event: "new", siteName: "{site.name}" },
        { each: "numbers", contactId: "n-{each}", event: "{calls.0.state.length}{names.a.b}" },
      ],
      rows: { unmatched: "skip" },
    };
    const lines = [
      { when: AT, site: { name: "Köln\u0000" }, calls: [{ id: 7, state: "IN" }, { id: "8", state: "OUT" }, null] },
      { when: AT, calls: [], numbers: [1], names: { "a.b": "ended" } },
      { when: AT, calls: [{ id: { x: 1 }, state: "IN" }] },
      { when: AT, calls: "none" },
    ];
    const receipt = await load(under(centre, mapping), {
      "calls.ndjson": lines.map((line) => JSON.stringify(line)).join("\n"),
    });
    expect(receipt).toMatchObject({ read: 4, new: 1, rejected: 2 });
    expect(await told(centre)).toEqual([`7 new ${AT}`]);
    expect(await contexts("site_name")).toEqual([{ site_name: "Köln\uFFFD" }]);
    expect(await rejects(centre)).toEqual([
      "2 no-event: event is missing or empty, and it is required.",
      "3 bad-value: each.id is an object. Expected text, a number or nothing.",
    ]);
  });

  it("keep as attributes what the mapping names", async () => {
    const mapping = { ...PLAIN, fields: { ...PLAIN.fields, attributes: { trunk: "{what}-1" } } };
    const events = [{ event: "new", attributes: { cost: "{call}", none: "" } }];
    await load(under(centre, { ...mapping, events }), { "calls.csv": `${HEAD}\n${row("a", "x")}\n` });
    expect(await centre.db("contact_events").pluck("attributes")).toEqual(['{"cost":"a","trunk":"x-1"}']);
  });
});

describe("a foreign table", () => {
  let centre: Centre;
  beforeEach(async () => {
    centre = await openCentre();
  });
  afterEach(() => centre.close());

  const failure = async (mapping: object, content: string | Buffer): Promise<string> => {
    const receipt = await load(under(centre, mapping), { "calls.csv": content });
    return `${receipt.files[0]?.status} ${receipt.files[0]?.error?.code}: ${receipt.files[0]?.error?.message}`;
  };

  it("whose header lacks columns is not loaded, and the nearest are named", async () => {
    const message = await failure(PLAIN, `cal,wat,time\n${row("a")}\n`);
    expect(message).toMatch(/^failed mapping-columns: \S+calls.csv does not fit the mapping \S+calls.mapping.json:/);
    expect(message).toContain('the mapping reads "call", which the header lacks; did you mean "cal"?');
    expect(message).toContain('the mapping reads "what", which the header lacks; did you mean "wat"?');
    expect(await centre.db("dumps").select()).toEqual([]);
  });

  it("is not loaded where a constant is a column's name: the braces were forgotten", async () => {
    const event = { event: "{what}", queueName: "queue" };
    const table = `${HEAD},queue\n${row("a")},Sales\n`;
    expect(await failure({ ...PLAIN, events: [event] }, table)).toContain('write "{queue}" for what it holds');
    const meant = { ...PLAIN, events: [{ ...event, queueName: { constant: "queue" } }] };
    expect(await load(under(centre, meant), { "calls.csv": table })).toMatchObject({ new: 1 });
  });

  it("that is UTF-16, binary or an empty archive is no table", async () => {
    expect(await failure(PLAIN, Buffer.from(`\uFEFF${HEAD}\n`, "utf16le"))).toMatch(/^failed dump-encoding/);
    expect(await failure(PLAIN, Buffer.alloc(4_000))).toMatch(/^failed dump-format/);
    expect(await failure(PLAIN, "")).toBe("loaded undefined: undefined");
  });

  it("under a mapping with faults is not loaded, and other files are", async () => {
    const { config } = under(centre, { ...PLAIN, evnts: [] });
    const mappings = config.mappings.map(({ mapping }) => ({ files: "calls*", mapping }));
    const receipt = await load(
      { ...centre, config: { ...config, mappings } },
      {
        "calls.csv": `${HEAD}\n${row("a")}\n`,
        "events.csv": "type,contactId,event,at\ncontact,c,new,1772442000000\n",
      },
    );
    expect(receipt.files.map(({ name, status, error }) => [name, status, error?.code])).toEqual([
      ["calls.csv", "failed", "mapping"],
      ["events.csv", "loaded", undefined],
    ]);
  });

  describe("loaded before under another mapping", () => {
    const table = `${HEAD}\n${row("a")}\n`;
    const other = { ...PLAIN, fields: { ...PLAIN.fields, direction: "inbound" } };

    it("is refused, says so, and changes nothing", async () => {
      await load(under(centre, PLAIN), { "calls.csv": table });
      const before = await centre.db("contact_events").select();
      const message = await failure(other, table);
      expect(message).toMatch(/^failed dump-mapping: \S+calls.csv was loaded before, under the mapping as it was then/);
      expect(message).toContain("and the mapping calls.mapping.json has changed");
      expect(message).toContain("Put that mapping back, or read all dumps anew into another database");
      expect(await centre.db("contact_events").select()).toEqual(before);
      expect(await centre.db("dumps").select("mapping")).toEqual([{ mapping: "calls.mapping.json" }]);
    });

    it("is refused under another file of another meaning, and without any", async () => {
      const events = "type,contactId,event,at\ncontact,c,new,1772442000000\n";
      await load(centre, { "calls.csv": events });
      const mapping = { times: { as: "ms" }, fields: { type: "contact", contactId: "{contactId}", at: "{at}" } };
      const message = await failure({ ...mapping, events: [{ event: "{event}" }] }, events);
      expect(message).toContain("under no mapping, and now it comes under the mapping calls.mapping.json");
    });

    it("is the same dump under a mapping that means the same", async () => {
      await load(under(centre, PLAIN), { "calls.csv": table });
      const renamed = under(centre, { note: "the same", ...PLAIN }, "renamed.mapping.json");
      const receipt = await load(renamed, { "calls.csv": table });
      expect(receipt.files[0]).toMatchObject({ status: "known", duplicate: 1 });
    });

    it("is read anew where nothing came out of it then", async () => {
      const wrong = { ...PLAIN, times: { as: "s" } };
      expect(await load(under(centre, wrong), { "calls.csv": table })).toMatchObject({ new: 0, rejected: 1 });
      expect(await load(under(centre, PLAIN), { "calls.csv": table })).toMatchObject({ new: 1, rejected: 0 });
      expect(await centre.db("rejected_lines").select()).toEqual([]);
      expect(await centre.db("dumps").select("rejected_count")).toEqual([{ rejected_count: 0 }]);
    });
  });
});
