import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { loadRules, rulesVersion, sequenceVersion } from "../../src/reference/load";
import { type Centre, openCentre } from "../support/centre";

let centre: Centre;
beforeEach(async () => {
  centre = await openCentre();
});
afterEach(() => centre.close());

async function count(table: string, where: Record<string, unknown> = {}): Promise<number> {
  return Number((await centre.db(table).where(where).count({ count: "*" }).first())?.count);
}

function withOverrides(text: string): Centre["config"] {
  const file = join(centre.folder, "cells.csv");
  writeFileSync(file, text);
  return { ...centre.config, sequence: { ...centre.config.sequence, overrides: file } };
}

describe("the rules", () => {
  it("hold 39 call reason codes, 13 CPA reasons and 420 cells of each sequence table", async () => {
    await loadRules(centre.db, centre.config);
    expect(await count("reason_codes")).toBe(39);
    expect((await centre.db("cpa_reasons").distinct("reason")).length).toBe(13);
    expect(await count("sequence_cells", { table_name: "repaired" })).toBe(420);
    expect(await count("sequence_cells", { table_name: "as-printed" })).toBe(420);
  });

  it("know a CPA reason in each of its spellings", async () => {
    await loadRules(centre.db, centre.config);
    const rows = await centre
      .db("cpa_reasons")
      .whereIn("folded", ["noanswer", "answermachine", "answeringmachine"])
      .orderBy("folded")
      .select("folded", "reason");
    expect(rows).toEqual([
      { folded: "answeringmachine", reason: "answering_machine" },
      { folded: "answermachine", reason: "answering_machine" },
      { folded: "noanswer", reason: "no_answer" },
    ]);
  });

  it("know an event by its aliases, and keep a name they do not know", async () => {
    await centre
      .db("contact_event_names")
      .insert([{ spelling: "WrapUp" }, { spelling: "treatment" }, { spelling: "Something-New" }]);
    await loadRules(centre.db, centre.config);
    const rows = await centre.db("contact_event_names").orderBy("name_key").select("spelling", "event", "is_known");
    expect(rows).toEqual([
      { spelling: "WrapUp", event: "wrapup", is_known: 1 },
      { spelling: "treatment", event: "ivr-connected", is_known: 1 },
      { spelling: "Something-New", event: "Something-New", is_known: 0 },
    ]);
  });
});

describe("a site's own cells", () => {
  it("switch single cells of the repaired table, with high confidence and under another version", async () => {
    const config = withOverrides("state,event,accepted\ntransferred,parked,Y\n");
    await loadRules(centre.db, config);
    const cell = { state: "transferred", event: "parked" };
    const rows = await centre
      .db("sequence_cells")
      .where(cell)
      .orderBy("table_name")
      .select("table_name", "is_accepted", "confidence");
    expect(rows).toEqual([
      { table_name: "as-printed", is_accepted: 0, confidence: "high" },
      { table_name: "repaired", is_accepted: 1, confidence: "high" },
    ]);
    expect(sequenceVersion(config)).not.toBe(sequenceVersion(centre.config));
    expect(rulesVersion(config)).not.toBe(rulesVersion(centre.config));
  });

  it("are refused, all at once, where the table has no such cell", async () => {
    const config = withOverrides("state,event,accepted\nparked,dance,Y\nqueued,ended,Y\nparked,ended,yes\n");
    await expect(loadRules(centre.db, config)).rejects.toThrow(
      /row 1: .*dance[\s\S]*row 2: .*queued[\s\S]*row 3: .*"yes"/,
    );
  });

  it("are missed aloud where the file is not there", async () => {
    const config = { ...centre.config, sequence: { ...centre.config.sequence, overrides: "/nowhere/cells.csv" } };
    await expect(loadRules(centre.db, config)).rejects.toThrow("names /nowhere/cells.csv, and there is no such file");
  });
});
