import { knownAgain } from "../../src/dumps/known";
import type { FileReceipt } from "../../src/dumps/receipts";
import { type Centre, load, ndjson, openCentre } from "../support/centre";

let centre: Centre;
beforeEach(async () => {
  centre = await openCentre();
});
afterEach(() => centre.close());

const lines = ndjson([
  { contactId: "c-1", event: "new", at: Date.UTC(2026, 2, 2, 9) },
  { contactId: "c-1", event: "ended", at: Date.UTC(2026, 2, 2, 9, 5) },
]);

it("takes a file of which nothing could be taken once its name says whose events it holds", async () => {
  const before = await load(centre, { "big-2026-03-02.ndjson": lines });
  expect([before.new, before.rejected]).toEqual([0, 2]);
  const after = await load(centre, { "contact-events-2026-03-02.ndjson": lines });
  const found = after.files.find(({ name }) => name === "contact-events-2026-03-02.ndjson");
  expect(found).toMatchObject({ status: "loaded", new: 2, rejected: 0 });
  expect(await centre.db("rejected_lines")).toEqual([]);
  expect(await centre.db("dumps").select("name", "event_count")).toEqual([
    { name: "contact-events-2026-03-02.ndjson", event_count: 2 },
  ]);
});

it("stays with what it took, whatever the file is called later", async () => {
  await load(centre, { "contact-events-2026-03-02.ndjson": lines });
  const again = await load(centre, { "copy-of-it.ndjson": lines });
  expect(again.files.map(({ status }) => status)).toEqual(["known"]);
  expect(await centre.db("contact_events")).toHaveLength(2);
});

it("keeps the first name in byte order, also where another gave it an earlier one meanwhile", async () => {
  const { files } = await load(centre, { "contact-events-2026-03-04.ndjson": lines });
  const seen = await centre.db("dumps").first();
  await load(centre, { "contact-events-2026-03-02.ndjson": lines });
  const receipt = { ...(files[0] as FileReceipt), name: "contact-events-2026-03-03.ndjson" };
  await knownAgain(centre.db, "UTC", seen, receipt);
  expect(await centre.db("dumps").select("name", "named_day", "stamp_day")).toEqual([
    { name: "contact-events-2026-03-02.ndjson", named_day: "2026-03-02", stamp_day: "2026-03-02" },
  ]);
});
