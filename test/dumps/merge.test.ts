import * as fc from "fast-check";
import { CONTEXT_COLUMNS, joinContext } from "../../src/dumps/event";
import { type Copy, mergeCopies } from "../../src/dumps/merge";
import { type Centre, type Fields, load, ndjson, openCentre } from "../support/centre";
import { dialect } from "../support/databases";

const AT = Date.parse("2026-03-02T09:00:00Z");

const copies = fc.array(
  fc.record({
    stamp: fc.record({
      day: fc.constantFrom("2026-03-01", "2026-03-02"),
      sha256: fc.constantFrom("a", "b"),
      line: fc.nat(9),
    }),
    at_ms: fc.constantFrom(AT, AT + 1),
    ended_at_ms: fc.constantFrom(null, AT, AT + 5),
    sequence: fc.constantFrom(null, 1, 2),
    spelling: fc.constantFrom("new", "New"),
    shown_as: fc.constantFrom("", "NEW"),
    context: fc.array(fc.constantFrom(null, "x", "y"), { minLength: 3, maxLength: 3 }).map(joinContext),
    own_1: fc.constantFrom(null, "1"),
    own_2: fc.constantFrom(null, "2"),
    attributes: fc.constantFrom(null, '{"a":1}', '{"a":2,"b":3}'),
  }),
  { minLength: 1, maxLength: 5 },
);

/** Copies that stand on different lines, as delivered ones do. */
const distinct = copies.map((all) => [...new Map(all.map((copy) => [JSON.stringify(copy.stamp), copy])).values()]);

describe("copies of one event", () => {
  it("merge to the same event in any order", () => {
    fc.assert(
      fc.property(distinct, fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true })), (all, random) => {
        const ranked = all.map((copy) => ({ copy, rank: random.next().value as number }));
        const shuffled = ranked.toSorted((a, b) => a.rank - b.rank).map(({ copy }) => copy);
        expect(mergeCopies(shuffled)).toEqual(mergeCopies(all));
      }),
    );
  });

  it("merge field by field: known beats unknown, the later end wins, else the later stamp", () => {
    const copy = (day: string, fields: Partial<Copy>): Copy => ({
      stamp: { day, sha256: "a", line: 1 },
      at_ms: AT,
      ended_at_ms: null,
      sequence: null,
      spelling: "connected",
      shown_as: "",
      context: joinContext([null, null]),
      own_1: null,
      own_2: null,
      attributes: null,
      ...fields,
    });
    const merged = mergeCopies([
      copy("2026-03-02", { context: joinContext(["Anna", null]), ended_at_ms: AT + 9, attributes: '{"a":1,"b":1}' }),
      copy("2026-03-03", { context: joinContext([null, "Sales"]), ended_at_ms: AT + 5, attributes: '{"b":2}' }),
      copy("2026-03-01", { context: joinContext(["Bea", "Care"]), own_1: "+82" }),
    ]);
    expect(merged).toMatchObject({
      stamp: { day: "2026-03-03" },
      context: joinContext(["Anna", "Sales"]),
      ended_at_ms: AT + 9,
      own_1: "+82",
      attributes: '{"a":1,"b":2}',
    });
  });
});

/** The content of contact_events and its copies, without keys, which depend on the order of loads. */
async function contentOf(centre: Centre, places: boolean): Promise<unknown> {
  const place = places ? ", d.sha256, e.dump_line" : "";
  const select = (table: string): string => `
    select c.contact_id, e.identity, e.at_ms, e.ended_at_ms, e.sequence, n.spelling, e.origin, e.attributes,
        ${CONTEXT_COLUMNS.map((column) => `x.${column}`).join(", ")}${place}
    from ${table} e
    join contacts c on c.contact_key = e.contact_key join contact_event_names n on n.name_key = e.name_key
    join event_contexts x on x.context_key = e.context_key join dumps d on d.dump_key = e.dump_key
    order by 1, 2, e.ended_at_ms, e.attributes, x.fingerprint`;
  const events = await centre.db.raw(select("contact_events"));
  if (!places) return events;
  const firsts = await centre.db.raw(
    "select c.contact_id, e.identity, d.sha256, e.is_revised from contact_events e join contacts c using (contact_key) join dumps d on d.dump_key = e.first_dump_key order by 1, 2",
  );
  return { events, firsts, copies: await centre.db.raw(select("contact_event_copies")) };
}

async function loaded(loads: Record<string, string>[], places: boolean): Promise<unknown> {
  const centre = await openCentre();
  try {
    for (const files of loads) await load(centre, files);
    return await contentOf(centre, places);
  } finally {
    await centre.close();
  }
}

/** A database on a server is emptied for each run, which takes its time. */
const RUNS = dialect === "sqlite" ? 25 : 8;

const event = fc.record({
  type: fc.constant("contact"),
  contactId: fc.constantFrom("c-1", "c-2"),
  event: fc.constantFrom("new", "connected"),
  at: fc.constantFrom(AT, AT + 86_400_000),
  endedAt: fc.constantFrom(null, AT + 90_000_000, AT + 90_000_001),
  queueName: fc.constantFrom(null, "Sales", "Care"),
  extra: fc.constantFrom(null, "x", "y"),
});
const names = ["a.ndjson", "b-2026-03-02.ndjson", "c-2026-03-03.ndjson", "d-2026-03-01.ndjson"];
const files = fc
  .array(fc.array(event, { minLength: 1, maxLength: 6 }), { minLength: 2, maxLength: 4 })
  .map((all) => all.map((rows, index): [string, string] => [names[index] as string, ndjson(rows as Fields[])]));

describe("files", () => {
  it("give the same events and copies in any order, in one load or several, once or twice", async () => {
    await fc.assert(
      fc.asyncProperty(files, async (all) => {
        const once = await loaded([Object.fromEntries(all)], true);
        const reversed = all.toReversed().map((file) => Object.fromEntries([file]));
        expect(await loaded([...reversed, Object.fromEntries(all)], true)).toEqual(once);
      }),
      { numRuns: RUNS },
    );
  });

  it("give the same events however these are spread over them, where no two copies contradict each other", async () => {
    const agreeing = fc.array(
      event.map((row) => ({ ...row, queueName: row.queueName && "Sales", extra: row.extra && "x" })),
      { minLength: 2, maxLength: 12 },
    );
    await fc.assert(
      fc.asyncProperty(agreeing, fc.integer({ min: 1, max: 11 }), async (rows, cut) => {
        const whole = await loaded([{ "a-2026-03-02.ndjson": ndjson(rows) }], false);
        const parts = [rows.slice(cut), rows.slice(0, cut)].map((part, index): [string, string] => [
          `p${index}.ndjson`,
          ndjson(part as Fields[]),
        ]);
        expect(
          await loaded(
            parts.map((part) => Object.fromEntries([part])),
            false,
          ),
        ).toEqual(whole);
      }),
      { numRuns: 15 },
    );
  });

  it("count events as new, duplicate and revised", async () => {
    const centre = await openCentre();
    const row = { type: "contact", contactId: "c", event: "connected", at: AT };
    const first = await load(centre, { "a-2026-03-02.ndjson": ndjson([row, row]) });
    const second = await load(centre, {
      "b-2026-03-03.ndjson": ndjson([row, { ...row, endedAt: AT + 1 }, { ...row, at: AT + 2 }]),
    });
    expect([first, second].map((receipt) => [receipt.read, receipt.new, receipt.duplicate, receipt.revised])).toEqual([
      [2, 1, 1, 0],
      [3, 1, 1, 1],
    ]);
    expect(await centre.db("contact_events").where("at_ms", AT)).toMatchObject([
      { ended_at_ms: AT + 1, dump_key: 2, dump_line: 2, first_dump_key: 1, is_revised: 1 },
    ]);
    await centre.close();
  });

  it("that bring nothing new leave nothing to rebuild, unless they held an event earlier", async () => {
    const centre = await openCentre();
    const row = { type: "contact", contactId: "c", event: "connected", at: AT };
    await load(centre, { "b-2026-03-03.ndjson": ndjson([row]) });
    await centre.db("contacts_to_rebuild").del();
    await load(centre, { "c-2026-03-04.ndjson": ndjson([row, row]) });
    expect(await centre.db("contacts_to_rebuild")).toEqual([]);
    expect(await centre.db("contact_events").select("dump_key", "dump_line", "first_dump_key")).toEqual([
      { dump_key: 2, dump_line: 2, first_dump_key: 1 },
    ]);
    await load(centre, { "a-2026-03-02.ndjson": ndjson([row, row, row]) });
    expect(await centre.db("contacts_to_rebuild")).toHaveLength(1);
    expect(await centre.db("contact_events").select("dump_key", "dump_line", "first_dump_key")).toEqual([
      { dump_key: 2, dump_line: 2, first_dump_key: 3 },
    ]);
    await centre.close();
  });
});
