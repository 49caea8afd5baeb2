import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { withReaders } from "../../src/db/readers";
import { isPostgres } from "../../src/db/dialect";
import { selectRows } from "../../src/db/sql";
import { metrics } from "../../src/metrics/catalogue";
import { holdPopulation } from "../../src/metrics/held";
import { measure } from "../../src/metrics/measure";
import { type MetricAsk, plainAsk } from "../../src/metrics/placed";
import { type Centre, type Fields, load, ndjson, openCentre } from "../support/centre";
import { rebuildAndCheck } from "../support/rebuilt";

const ZONE = "Asia/Seoul";
const DAYS = ["2026-03-29", "2026-03-30", "2026-03-31"] as const;
const [FIRST, , LAST] = DAYS;

let centre: Centre;

/** Calls of every hour of the local day, each of which waits a little longer than the one before; the fifth gives up. */
function calls(day: string): Fields[] {
  return Array.from({ length: 24 }, (_, hour) => {
    const contactId = `${day}-${hour}`;
    const at = Date.parse(`${day}T00:00:00+09:00`) + hour * 3_600_000;
    const left = at + 1_000 + hour * 2_000;
    const events = [
      { contactId, event: "new", at },
      { contactId, event: "parked", queueId: hour % 3 === 0 ? "sales" : "support", at: at + 1_000 },
      { contactId, event: "ended", at: left + 90_000 },
    ];
    const answer = { contactId, event: "connected", queueId: hour % 3 === 0 ? "sales" : "support", at: left };
    return hour % 5 === 4 ? events : [...events, answer];
  }).flat();
}

beforeAll(async () => {
  centre = await openCentre({ zone: ZONE });
  const dumps = DAYS.map((day) => [`contact-events-${day}.ndjson`, ndjson(calls(day))] as const);
  await load(centre, Object.fromEntries(dumps));
  await rebuildAndCheck(centre);
});
afterAll(() => centre.close());

const ofVisits = metrics().filter(({ population }) => population === "visits");
const whole = plainAsk(ZONE, FIRST, LAST);

/** In an order in which later asks find what earlier ones had the reader hold, and must not: another end, clock or threshold. */
const ASKS: Record<string, MetricAsk> = {
  "three days": whole,
  "their half-hours by queue": { ...whole, dimension: "queue", slot: 30 },
  "the last of them": { ...whole, from: LAST },
  "the last of them by half-hours": { ...whole, from: LAST, slot: 30 },
  "the first of them": { ...whole, to: FIRST },
  "three days by the clock of the queue": { ...whole, clock: "K2" },
  "three days under another threshold": { ...whole, thresholds: { ...whole.thresholds, service_level_ms: 30_000 } },
  "three days by the end of the visit": { ...whole, attribution: "end" },
  "the last day among days before there was anything": { ...whole, from: "2026-03-03", slot: "day" },
  "days of another zone": { ...whole, zone: "Pacific/Auckland", from: "2026-03-03", slot: "day" },
  "one queue": { ...whole, only: { queue: "sales" } },
};

it("gives the figures of the rows a reader holds that everybody else gets", async () => {
  await withReaders(centre.db, 1, async ([reader = centre.db]) => {
    for (const [name, ask] of Object.entries(ASKS)) {
      const figures = await measure(reader, ofVisits, ask);
      expect({ name, figures }).toEqual({ name, figures: await measure(centre.db, ofVisits, ask) });
    }
  });
  const [one, three] = [
    await measure(centre.db, ofVisits, { ...whole, from: LAST }),
    await measure(centre.db, ofVisits, whole),
  ];
  const offered = [one, three].map((all) => all.find(({ metric_id }) => metric_id === "offered_visits")?.value);
  expect(offered).toEqual([24, 72]);
});

it("holds rows once for a period and what lies at its end, on a file, and only for a reader of days enough to fit", async () => {
  const tables = await withReaders(centre.db, 1, async ([reader = centre.db]) => [
    await holdPopulation(reader, ofVisits, whole),
    await holdPopulation(reader, ofVisits, { ...whole, from: LAST }),
    await holdPopulation(reader, ofVisits, { ...whole, to: FIRST }),
    await holdPopulation(reader, ofVisits, { ...whole, from: "2026-03-01" }),
  ]);
  const held = isPostgres(centre.db)
    ? [null, null, null, null]
    : ["held_visits_1", "held_visits_1", "held_visits_2", null];
  expect(tables).toEqual(held);
  expect(await holdPopulation(centre.db, ofVisits, whole)).toBeNull();
});

it("lets a reader write nothing after it has held rows", async () => {
  await withReaders(centre.db, 1, async ([reader = centre.db]) => {
    await holdPopulation(reader, ofVisits, whole);
    await expect(selectRows(reader, "delete from queue_visits")).rejects.toThrow(/readonly|read-only/);
  });
});
