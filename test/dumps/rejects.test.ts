import { createHash } from "node:crypto";
import { type Centre, load, openCentre } from "../support/centre";

const AT = 1_772_442_000_000;
const contact = (fields: object): string =>
  JSON.stringify({ type: "contact", contactId: "c-1", event: "new", at: AT, ...fields });
const agent = (fields: object): string =>
  JSON.stringify({ type: "agent", agentId: "a-1", state: "idle", at: AT, ...fields });

describe("a line that cannot be an event", () => {
  let centre: Centre;
  beforeEach(async () => {
    centre = await openCentre();
  });
  afterEach(() => centre.close());

  it.each([
    ["not-json", '{"type":"contact",'],
    ["not-json", "\u0000\u0001 garbage"],
    ["not-an-object", '["contact"]'],
    ["not-an-object", "42"],
    ["no-type", JSON.stringify({ contactId: "c-1", event: "new", at: AT })],
    ["unknown-type", contact({ type: "queue" })],
    ["no-contactId", contact({ contactId: "" })],
    ["bad-contactId", contact({ contactId: { id: "c-1" } })],
    ["bad-contactId", '{"type":"contact","contactId":123456789012345678901,"event":"new","at":1772442000000}'],
    ["no-event", contact({ event: null })],
    ["no-agentId", agent({ agentId: undefined })],
    ["no-state", agent({ state: undefined })],
    ["no-at", contact({ at: "" })],
    ["no-at", contact({ at: -1 })],
    ["bad-at", contact({ at: "yesterday" })],
    ["bad-at", contact({ at: "2026-03-02T09:00:00" })],
    ["bad-at", contact({ at: "2026-02-30T09:00:00Z" })],
    ["bad-at", contact({ at: AT + 0.5 })],
    ["bad-at", '{"type":"contact","contactId":"c","event":"new","at":1e400}'],
    ["at-before-2000", contact({ at: AT / 1000 })],
    ["at-before-2000", contact({ at: "1999-12-31T23:59:59Z" })],
    ["at-in-future", contact({ at: Date.parse("2026-11-25T00:00:00.001Z") })],
    ["ended-before-start", contact({ endedAt: AT - 1 })],
    ["endedAt-before-2000", contact({ endedAt: AT / 1000 })],
    ["bad-endedAt", contact({ endedAt: "later" })],
    ["bad-sequence", contact({ sequence: 1.5 })],
    ["bad-isOutdial", contact({ isOutdial: "maybe" })],
    ["too-deep", contact({ extra: JSON.parse("[".repeat(100) + "]".repeat(100)) })],
    ["line-too-long", contact({ extra: "x".repeat(1024 * 1024) })],
  ])("is kept as %s: %.60s", async (reason, line) => {
    const receipt = await load(centre, { "events-2026-03-02.ndjson": `${contact({})}\n${line}\n\n${agent({})}\n` });
    expect(receipt).toMatchObject({ read: 3, new: 2, rejected: 1 });
    const bytes = Buffer.from(line);
    expect(await centre.db("rejected_lines").select("line_number", "reason", "byte_count", "sha256", "text")).toEqual([
      {
        line_number: 2,
        reason,
        byte_count: bytes.length,
        sha256: createHash("sha256").update(bytes).digest("hex"),
        text: line.slice(0, 4096).replaceAll("\u0000", "\uFFFD"),
      },
    ]);
  });

  it("says that seconds were given where milliseconds are expected", async () => {
    await load(centre, { "events-2026-03-02.ndjson": contact({ at: AT / 1000 }) });
    const [row] = await centre.db("rejected_lines").select("message");
    expect(row.message).toContain("looks like seconds");
  });

  it("takes an instant up to 48 hours after the first reading, and unknown ends in any spelling", async () => {
    const ends = ["", null, -1, "-1"].map((endedAt, index) => contact({ contactId: `c-${index}`, endedAt }));
    const late = contact({ contactId: "late", at: "2026-11-25T00:00:00Z" });
    const receipt = await load(centre, { "events-2026-03-02.ndjson": [...ends, late].join("\n") });
    expect(receipt).toMatchObject({ new: 5, rejected: 0 });
    expect(await centre.db("contact_events").whereNotNull("ended_at_ms")).toEqual([]);
  });

  it("is stored with its numbers masked where masking is on", async () => {
    await centre.close();
    centre = await openCentre({ masking: { numbers: "last-four", names: "none", key: "" } });
    await load(centre, { "events-2026-03-02.ndjson": '{"type":"contact","origin":"+821012345678"\n' });
    const [row] = await centre.db("rejected_lines").select("text");
    expect(row.text).toBe('{"type":"contact","origin":"***5678"');
  });

  it("is known by the line it stands on when the line before is too long to be held", async () => {
    const long = `{"type":"contact","x":"${"y".repeat(3 * 1024 * 1024)}"}`;
    const receipt = await load(centre, { "contact-events-2026-03-02.ndjson": `${long}\r\nbroken\r\n${contact({})}` });
    expect(receipt).toMatchObject({ read: 3, new: 1, rejected: 2 });
    const rows = await centre.db("rejected_lines").select("line_number", "reason").orderBy("line_number");
    expect(rows).toEqual([
      { line_number: 1, reason: "line-too-long" },
      { line_number: 2, reason: "not-json" },
    ]);
    expect(await centre.db("contact_events").pluck("dump_line")).toEqual([3]);
  });
});
