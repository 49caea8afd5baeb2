import * as fc from "fast-check";
import {
  type FoundElement,
  type FoundFrame,
  LONGEST_ELEMENT,
  MOST_VALUES,
  openScanner,
} from "../../src/dumps/formats/webex/scan";
import { type Centre, load, openCentre } from "../support/centre";

const AT = Date.parse("2026-03-02T09:00:00Z");
const text = fc.oneof(
  fc.string(),
  fc.constantFrom('"', "\\", "]", "}", "{", ",", '\\"', "tasks", '"tasks":[', "한국", "\u0000"),
);
const value = fc.letrec((tie) => ({
  any: fc.oneof({ depthSize: "small" }, text, fc.integer(), fc.constantFrom(null, true), tie("list"), tie("object")),
  list: fc.array(tie("any"), { maxLength: 4 }),
  object: fc.dictionary(text, tie("any"), { maxKeys: 4 }),
})).any;

/** What a scanner finds, in pieces of the sizes given. */
function scanned(page: Buffer, sizes: number[]): (FoundElement | FoundFrame)[] {
  const scanner = openScanner("page.json");
  const found: (FoundElement | FoundFrame)[] = [];
  let from = 0;
  for (const size of [...sizes, page.length]) {
    found.push(...scanner.push(page.subarray(from, from + size)));
    from += size;
  }
  scanner.end();
  return found;
}

const textOf = ({ piece }: FoundElement | FoundFrame): string => (Buffer.isBuffer(piece) ? piece.toString() : "");
const parsed = (found: FoundElement | FoundFrame): unknown => [found.list, JSON.parse(textOf(found))];

describe("a page in pieces", () => {
  it("gives the same elements wherever its chunks end", () => {
    const lists = fc.record({ tasks: fc.array(value), agentSessions: fc.array(value), taskLegs: fc.array(value) });
    const sizes = fc.array(fc.integer({ min: 0, max: 40 }), { maxLength: 80 });
    fc.assert(
      fc.property(lists, text, sizes, fc.constantFrom(0, 2), (given, more, cuts, indent) => {
        const { tasks, agentSessions, taskLegs } = given;
        const page = { more, data: { taskDetails: { tasks }, agentSession: { agentSessions } }, x: [{ taskLegs }] };
        const frame = {
          more,
          data: { taskDetails: { tasks: [] }, agentSession: { agentSessions: [] } },
          x: [{ taskLegs: [] }],
        };
        expect(scanned(Buffer.from(JSON.stringify(page, null, indent)), cuts).map(parsed)).toEqual([
          ...tasks.map((one) => ["tasks", JSON.parse(JSON.stringify(one))]),
          ...agentSessions.map((one) => ["agentSessions", JSON.parse(JSON.stringify(one))]),
          ...taskLegs.map((one) => ["taskLegs", JSON.parse(JSON.stringify(one))]),
          [null, JSON.parse(JSON.stringify(frame))],
        ]);
      }),
      { numRuns: 300 },
    );
  });

  it("is not held: what is too long for an element is counted and hashed", () => {
    const mib = Buffer.alloc(1024 * 1024, "x");
    const scanner = openScanner("page.json");
    const found = scanner.push(Buffer.from('{"tasks":["'));
    for (let count = 0; count <= LONGEST_ELEMENT / mib.length; count++) found.push(...scanner.push(mib));
    found.push(...scanner.push(Buffer.from('",{"id":"t"}]}')));
    expect(found[0]?.piece).toMatchObject({ byte_count: LONGEST_ELEMENT + mib.length + 2 });
    expect(found.slice(1).map(textOf)).toEqual(['{"id":"t"}', '{"tasks":[]}']);
  });
});

describe("a page", () => {
  let centre: Centre;
  beforeEach(async () => {
    centre = await openCentre();
  });
  afterEach(() => centre.close());

  const task = (id: string): string => `{"id":"${id}","activities":{"nodes":[{"id":"${id}-${AT}-new"}]}}`;
  const START = '{"data":{"taskDetails":{"tasks":[';

  it.each<[string, string, number]>([
    ["is cut within an element", `${START}${task("a")},{"id":"b`, -1],
    ["is cut after an element", `${START}${task("a")}`, -1],
    ["is cut after its lists", `${START}${task("a")}]}}`, -1],
    ["lacks a comma", `${START}${task("a")} ${task("b")}]}}}`, START.length + task("a").length + 1],
    ["has a comma too many", `${START}${task("a")},]}}}`, START.length + task("a").length + 1],
    ["breaks within an element", `${START}${task("a")},{"id":x}]}}}`, START.length + task("a").length + 7],
    ["breaks after its lists", `${START}${task("a")}],"x":y}}}`, START.length + task("a").length + 6],
    ["goes on after its end", `${START}${task("a")}]}}} {}`, START.length + task("a").length + 5],
  ])("that %s fails as a whole and says where", async (_what, page, place) => {
    const receipt = await load(centre, { "tasks.json": page });
    expect(receipt.files[0]?.error).toMatchObject({ code: "page-json" });
    expect(receipt.files[0]?.error?.message).toContain(place < 0 ? "breaks at its end" : `breaks at byte ${place}.`);
    expect(await centre.db("contacts")).toEqual([]);
    expect(await centre.db("dumps")).toEqual([]);
  });

  it("may be followed by others, each on its line", async () => {
    const page = (id: string): string => `${START}${task(id)}]}}}`;
    expect(await load(centre, { "tasks.json": `${page("a")}\n${page("b")}\r\n\n` })).toMatchObject({ read: 4, new: 2 });
    expect(await centre.db("contact_events").orderBy("dump_line").pluck("dump_line")).toEqual([2, 4]);
  });

  it("with an element of too many values loses that one alone", async () => {
    const heavy = `{"id":"heavy","x":[${"1,".repeat(MOST_VALUES)}0]}`;
    const receipt = await load(centre, { "tasks.json": `${START}${heavy},${task("b")}]}}}` });
    expect(receipt).toMatchObject({ read: 3, new: 1, rejected: 1 });
    expect(await centre.db("rejected_lines").select("line_number", "byte_count")).toEqual([
      { line_number: 1, byte_count: heavy.length },
    ]);
  });

  it("with an element of more than 16 MiB loses that one alone", async () => {
    const long = `{"id":"long","x":"${"1234567 ".repeat(LONGEST_ELEMENT / 8)}"}`;
    const receipt = await load(centre, { "tasks.json": `${START}${task("a")},${long},${task("b")}]}}}` });
    expect(receipt).toMatchObject({ read: 5, new: 2, rejected: 1 });
    const rows = await centre.db("rejected_lines").select("line_number", "reason", "byte_count");
    expect(rows).toEqual([{ line_number: 3, reason: "element-too-long", byte_count: long.length }]);
    expect(await centre.db("contacts").pluck("contact_id")).toEqual(["a", "b"]);
  });

  it("of more than is held in memory counts what it repeats once, and what it delivers in pieces together", async () => {
    const part = (id: string, at: number): string =>
      `{"id":"${id}","status":"ended","activities":{"totalCount":2,"nodes":[{"id":"${id}-${AT + at}-new"}]}}`;
    const filling = Array.from(
      { length: 8_000 },
      (_, i) => `{"id":"t-${i}","status":"ended","x":"${"y".repeat(100)}"}`,
    );
    const elements = [part("whole", 0), part("cut", 0), ...filling, part("whole", 1), part("cut", 0), filling[0]];
    const receipt = await load(centre, { "tasks-2026-03-02.json": `${START}${elements.join(",")}]}}}` });
    expect(receipt).toMatchObject({ read: 8_009, new: 3, duplicate: 1, rejected: 0, truncated: 1 });
    const reported = centre.db("reported_contacts as r").join("contacts as c", "c.contact_key", "r.contact_key");
    expect(await reported.clone().count({ n: "*" })).toEqual([{ n: 8_002 }]);
    const twice = reported.clone().whereIn("contact_id", ["whole", "cut", "t-0"]).orderBy("contact_id");
    expect(await twice.pluck("dump_line")).toEqual([8_007, 8_009, 8_005]);
    expect(await centre.db("delivered_lists").count({ n: "*" })).toEqual([{ n: 3 }]);
  });
});
