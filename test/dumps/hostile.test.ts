import * as fc from "fast-check";
import { type Centre, load, openCentre } from "../support/centre";

const AT = Date.parse("2026-03-02T09:00:00Z");
const START = `{"type":"contact","contactId":"first","event":"new","at":${AT}}\n`;

const odd = fc.oneof(
  fc.string(),
  fc.string({ unit: "binary" }),
  fc.json(),
  fc.constantFrom(
    null,
    -1,
    0,
    true,
    "",
    "\u0000",
    "'; drop table dumps; --",
    "=1+1",
    "../../etc",
    1e308,
    AT,
    String(AT),
  ),
);
const record = fc
  .dictionary(
    fc.constantFrom(
      "type",
      "contactId",
      "agentId",
      "event",
      "state",
      "at",
      "endedAt",
      "eventId",
      "sequence",
      "queueName",
      "isOutdial",
      "x",
    ),
    odd,
  )
  .map((fields) => JSON.stringify({ type: "contact", contactId: "c", event: "new", at: AT, ...fields }));
const line = fc.oneof(
  record,
  record,
  fc.string({ unit: "binary" }).map((text) => text.replaceAll("\n", " ")),
);

describe("hostile input", () => {
  let centre: Centre;
  beforeEach(async () => {
    centre = await openCentre();
  });
  afterEach(() => centre.close());

  it("is never lost: every line that is not blank is an event or a rejected line", async () => {
    let run = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(line, { maxLength: 30 }), async (lines) => {
        const text = START + lines.join("\n");
        const receipt = await load(centre, { [`e${run++}.ndjson`]: text });
        const filled = text.split("\n").filter((one) => one.trim() !== "").length;
        expect(receipt.files[0]?.error).toBeNull();
        expect(receipt.read).toBe(filled);
        expect(receipt.new + receipt.duplicate + receipt.revised + receipt.rejected).toBe(filled);
      }),
      { numRuns: 60 },
    );
    const [counted] = await centre.db("dumps").sum({ rejected: "rejected_count" });
    expect(await centre.db("rejected_lines").count({ n: "*" })).toEqual([{ n: Number(counted?.rejected) }]);
  });

  it("of CSV is never lost either, wherever its quotes stand", async () => {
    const cell = fc.constantFrom("a", "", '"', '""', '"x"', '"x', 'x"', ",", "\n", "é");
    let run = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.array(cell, { maxLength: 6 }).map((cells) => cells.join("")),
          { maxLength: 12 },
        ),
        async (notes) => {
          const rows = notes.map((note, index) => `c-${index},new,${AT},${note}\n`);
          const last = `last,new,${AT},plain\n`;
          const receipt = await load(centre, {
            [`contact-events-${run}.csv`]: `contactId,event,at,note\n${rows.join("")}\n${last}`,
          });
          expect(receipt.files[0]?.error).toBeNull();
          expect(receipt.new + receipt.duplicate + receipt.revised + receipt.rejected).toBe(receipt.read);
          expect(receipt.new + receipt.duplicate + receipt.revised).toBeGreaterThan(0);
          run += 1;
        },
      ),
      { numRuns: 60 },
    );
  });

  it("is data, and runs nothing", async () => {
    const name = `'); delete from dumps; --<script>alert(1)</script>{{x}}?:name`;
    const row = JSON.stringify({
      type: "contact",
      contactId: name,
      event: name,
      at: AT,
      queueName: name,
      origin: name,
      eventId: name,
    });
    await load(centre, { "a.ndjson": row, "b.ndjson": `${row}\n${row.replace('"origin"', '"origin2"')}` });
    expect(await centre.db("contacts").pluck("contact_id")).toEqual([name]);
    expect(await centre.db("contact_event_names").pluck("spelling")).toEqual([name]);
    expect(await centre.db("event_contexts").pluck("queue_name")).toEqual([name]);
    expect(await centre.db("dumps").pluck("name")).toEqual(["a.ndjson", "b.ndjson"]);
  });
});
