import * as fc from "fast-check";
import { type Centre, load, openCentre } from "../support/centre";

const AT = Date.parse("2026-03-02T09:00:00Z");
const NAME = "events-2026-03-02.ndjson";

/** What a line may hold: values that are right, wrong and odd, also of fields that have no column. */
const value = fc.oneof(
  fc.constantFrom<unknown>(null, "", true, false, 0, 1, 12, -1, 1.5, 999_999_999_999_999, 2 ** 60),
  fc.constantFrom<unknown>("c-1", "c-1-7", "서울", "é", "😀", "x".repeat(300), "true", "12", "-1", "a:b", "c"),
  fc.constantFrom<unknown>(AT, AT + 5, AT / 1000, String(AT), "2026-03-02T18:00:00+09:00", [1], { a: 1 }),
);
const field = fc.constantFrom(
  ..."type contactId event state at endedAt eventId sequence origin destination".split(" "),
  ..."agentId agentName agentSessionId channelId channelType queueName isOutdial wrapupCode".split(" "),
  ..."pageSessionId x y 😀 \uFFFD __proto__".split(" "),
  "",
);
const start = fc.constantFrom<[string, unknown][]>(
  [
    ["type", "contact"],
    ["contactId", "c-1"],
    ["event", "new"],
    ["at", AT],
  ],
  [
    ["type", "agent"],
    ["agentId", "a-1"],
    ["agentSessionId", "s-1"],
    ["channelType", "chat"],
    ["state", "idle"],
    ["at", AT],
  ],
);
const record = fc
  .tuple(start, fc.array(fc.tuple(field, value), { maxLength: 4 }), fc.nat(2_000_000))
  .map(([first, more, after]): [string, unknown][] => {
    const rest = more.filter(([name]) => !["contactId", "event", "state", "at"].includes(name) || after % 3 === 0);
    const known = first.map(([name, one]): [string, unknown] => [name, name === "at" ? AT + after : one]);
    const twice = after % 5 === 0 ? rest : rest.filter(([name]) => known.every(([other]) => other !== name));
    return after % 2 === 0 ? [...twice, ...known] : [...known, ...twice];
  });

/** A line as most programs write it, and with blanks; and the same with the first letter of each text escaped. */
const plain = (pairs: [string, unknown][]): string =>
  `{${pairs.map(([name, one]) => `${JSON.stringify(name)}: ${JSON.stringify(one)}`).join(" ,")}}`;
const escaped = (line: string): string =>
  line.replace(/"(\w)/g, (_all, letter: string) => `"\\u${letter.charCodeAt(0).toString(16).padStart(4, "0")}`);

describe("a line that is taken from its bytes", () => {
  let centre: Centre;
  let other: Centre;
  beforeEach(async () => {
    [centre, other] = [await openCentre(), await openCentre()];
  });
  afterEach(async () => {
    await centre.close();
    await other.close();
  });

  it("makes the rows that its JSON makes, whatever it holds", async () => {
    let run = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(record, { minLength: 1, maxLength: 40 }), async (records) => {
        run += 1;
        for (const { db } of [centre, other]) for (const table of EMPTIED) await db(table).del();
        const lines = [
          [
            ["type", "contact"],
            ["contactId", `run-${run}`],
            ["event", "new"],
            ["at", AT],
          ],
          ...records,
        ];
        const text = lines.map((pairs) => plain(pairs as [string, unknown][]));
        const [left] = (await load(centre, { [NAME]: text.join("\n") })).files;
        const [right] = (await load(other, { [NAME]: text.map(escaped).join("\n") })).files;
        expect({ ...left, file: null, sha256: null }).toEqual({ ...right, file: null, sha256: null });
        expect(await rowsOf(centre)).toEqual(await rowsOf(other));
      }),
      { numRuns: 60 },
    );
  });

  it("keeps its number beside lines that are not, over many blocks", async () => {
    const lines = Array.from({ length: 9_000 }, (_, index) => {
      if (index === 7_000) return "broken";
      const pairs: [string, unknown][] = [
        ["type", "contact"],
        ["contactId", `contact-${index % 700}-${"x".repeat(100)}`],
        ["event", "new"],
        ["at", AT + index],
        ["queueName", index % 3 === 0 ? 'say "when"' : "Billing"],
      ];
      return index % 11 === 0 ? "" : JSON.stringify(Object.fromEntries(pairs));
    });
    await load(centre, { [NAME]: lines.join("\r\n") });
    expect(await centre.db("rejected_lines").select("line_number", "text")).toEqual([
      { line_number: 7_001, text: "broken" },
    ]);
    const rows = (await centre.db("contact_events").select("at_ms", "dump_line")) as Record<string, number>[];
    expect(rows).toHaveLength(lines.filter((line) => line !== "" && line !== "broken").length);
    expect(rows.filter((row) => row.at_ms !== AT + (row.dump_line ?? 0) - 1)).toEqual([]);
  });

  it("is learnt anew after a load that failed", async () => {
    const lines = [1, 2].map((number) =>
      plain([
        ["type", "contact"],
        ["contactId", `c-${number}`],
        ["event", "new"],
        ["at", AT],
      ]),
    );
    await centre.db.schema.renameTable("dump_quarters", "elsewhere");
    await expect(load(centre, { [NAME]: lines.join("\n") })).rejects.toThrow(/dump_quarters/);
    await centre.db.schema.renameTable("elsewhere", "dump_quarters");
    await load(centre, { [NAME]: lines.join("\n") });
    expect(
      await centre
        .db("contact_events")
        .join("contacts", "contacts.contact_key", "contact_events.contact_key")
        .pluck("contact_id"),
    ).toEqual(["c-1", "c-2"]);
  });
});

const EMPTIED =
  "contact_events agent_events contact_event_copies agent_event_copies rejected_lines dumps dump_quarters".split(" ");

/** All events with what their keys stand for, and all rejected lines, in the order of the file. */
async function rowsOf({ db }: Centre): Promise<unknown[]> {
  const kinds = [
    { events: "contact_events", names: "contact_event_names", owners: "contacts", key: "contact_key" },
    { events: "agent_events", names: "agent_state_names", owners: "agents", key: "agent_key" },
  ];
  const rows: unknown[] = [];
  for (const { events, names, owners, key } of kinds) {
    const found = (await db(events)
      .join(names, `${names}.name_key`, `${events}.name_key`)
      .join(owners, `${owners}.${key}`, `${events}.${key}`)
      .join("event_contexts", "event_contexts.context_key", `${events}.context_key`)
      .orderBy("dump_line")) as Record<string, unknown>[];
    const keys = ["event_key", "name_key", "context_key", "contact_key", "agent_key", "dump_key", "first_dump_key"];
    rows.push(found.map((row) => Object.fromEntries(Object.entries(row).filter(([column]) => !keys.includes(column)))));
  }
  rows.push(await db("rejected_lines").orderBy("line_number").select("line_number", "reason"));
  return rows;
}
