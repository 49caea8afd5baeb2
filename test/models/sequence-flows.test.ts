import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { readCsvTable } from "../../src/base/csv";
import { findViolations, type Judge, type Violation } from "../../src/models/check";
import { type Centre, load, ndjson, openCentre } from "../support/centre";
import { rebuildAndCheck } from "../support/rebuilt";

const flows = readCsvTable(readFileSync(join(__dirname, "event-sequence-flows.csv"), "utf8"));
const EVERYTHING = { from: null, to: null, all: true };
const NINE = Date.parse("2026-03-02T09:00:00Z");

describe("the call flows a contact centre sees", () => {
  let centre: Centre;

  beforeAll(async () => {
    centre = await openCentre();
    const events = flows.flatMap(({ flow = "", events: names = "" }) =>
      names.split(" > ").map((event, index) => ({ contactId: flow, event, at: NINE + index * 1000 })),
    );
    await load(centre, { "contact-events-2026-03-02.ndjson": ndjson(events) });
    await rebuildAndCheck(centre);
  });

  afterAll(() => centre.close());

  it("are all there", () => {
    expect(flows).toHaveLength(35);
  });

  it.each(flows)(
    "$flow is $overlay where overlay events do not move the state",
    async ({ flow, overlay, overlay_rejects: rejects }) => {
      const found = await centre.db("sequence_violations").where({ contact_id: flow }).orderBy("activity_number");
      expect(found.map((one: Violation) => `${one.state}>${one.event}`).join("; ")).toBe(rejects);
      expect(found.length === 0 ? "accepted" : "rejected").toBe(overlay);
    },
  );

  it("are judged by the event just before in strict mode", async () => {
    const rejected = await rejectedFlows(centre, { mode: "strict", table: "repaired", version: "1" });
    expect(rejected).toEqual(flows.filter(({ strict }) => strict === "rejected").map(({ flow }) => flow));
  });

  it("are mostly rejected by the table as printed, which lost its column for connected", async () => {
    expect(await rejectedFlows(centre, { mode: "strict", table: "as-printed", version: "1" })).toHaveLength(31);
  });

  it("leave the stored findings alone when another table is asked", async () => {
    const before = await centre.db("sequence_violations").orderBy(["contact_key", "activity_number"]);
    await rejectedFlows(centre, { mode: "strict", table: "as-printed", version: "1" });
    expect(await centre.db("sequence_violations").orderBy(["contact_key", "activity_number"])).toEqual(before);
  });
});

async function rejectedFlows(centre: Centre, judge: Judge): Promise<string[]> {
  const rejected = new Set<string>();
  for await (const page of findViolations(centre.db, centre.config, judge, EVERYTHING)) {
    for (const { contact_id } of page) rejected.add(contact_id);
  }
  return flows.map(({ flow = "" }) => flow).filter((flow) => rejected.has(flow));
}
