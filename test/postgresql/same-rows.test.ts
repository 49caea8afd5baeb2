import { assert, asyncProperty, integer } from "fast-check";
import { type Centre, load, ndjson, openCentre } from "../support/centre";
import { randomAgents } from "../support/random-agents";
import { lineOf, randomContacts, shuffled } from "../support/random-contacts";
import { rebuildAndCheck } from "../support/rebuilt";
import { rebuiltRows } from "../support/rebuilt-rows";

/** Two days of contacts and agents as no centre would have them, the second with a part of the first again. */
function dumps(seed: number): Record<string, string> {
  const lines = [...randomContacts(seed, 12).flatMap((events) => events.map(lineOf)), ...randomAgents(seed, 4).flat()];
  const mixed = shuffled(lines, seed);
  const half = Math.ceil(mixed.length / 2);
  return {
    "events-2026-03-02.ndjson": ndjson(mixed.slice(0, half)),
    "events-2026-03-03.ndjson": ndjson([...mixed.slice(half), ...mixed.slice(0, half / 4)]),
  };
}

it("makes the same rows of any events on PostgreSQL as on SQLite", async () => {
  await assert(
    asyncProperty(integer({ min: 1, max: 1_000_000 }), async (seed) => {
      const rows = [];
      for (const dialect of ["sqlite", "postgresql"] as const) {
        const centre: Centre = await openCentre({ zone: "Asia/Seoul" }, dialect);
        const { files } = await load(centre, dumps(seed));
        expect(files.map(({ error }) => error)).toEqual([null, null]);
        await rebuildAndCheck(centre);
        rows.push(await rebuiltRows(centre.db));
        await centre.close();
      }
      expect(rows[0]?.customer_sessions).toHaveLength(12);
      expect(rows[0]?.agent_sessions?.length).toBeGreaterThan(0);
      expect(rows[1]).toEqual(rows[0]);
    }),
    { numRuns: 12, seed: 20_260_302 },
  );
});
