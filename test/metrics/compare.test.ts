import { afterEach, expect, it } from "@jest/globals";
import { addDays } from "../../src/base/days";
import { metricOf } from "../../src/metrics/catalogue";
import { compare } from "../../src/metrics/compare";
import { plainAsk } from "../../src/metrics/placed";
import { type Centre, type Fields, load, ndjson, openCentre } from "../support/centre";
import { rebuildAndCheck } from "../support/rebuilt";

const DAY = "2026-03-30";

let centre: Centre;
afterEach(() => centre.close());

/** A day of as many calls, of which so many wait too long. */
function calls(day: string, count: number, late: number): Fields[] {
  return Array.from({ length: count }, (_, index) => {
    const contactId = `${day}-${index}`;
    const at = Date.parse(`${day}T08:00:00Z`) + index * 1000;
    const waited = index < late ? 40_000 : 10_000;
    return [
      { contactId, event: "new", at },
      { contactId, event: "parked", queueId: "support", at },
      { contactId, event: "connected", queueId: "support", at: at + waited },
      { contactId, event: "ended", at: at + 90_000 },
    ];
  }).flat();
}

/** The day itself first, then one, two, … weeks before it. */
async function given(...days: [count: number, late: number][]): Promise<void> {
  centre = await openCentre();
  const dumps = days.map(([count, late], week) => {
    const day = addDays(DAY, -7 * week);
    return [`contact-events-${day}.ndjson`, ndjson(calls(day, count, late))] as const;
  });
  await load(centre, Object.fromEntries(dumps));
  await rebuildAndCheck(centre);
}

const serviceLevel = async () =>
  (await compare(centre.db, [metricOf("service_level")], { ...plainAsk("UTC", DAY, DAY), dimension: "queue" }))[0];

it("sets a rate beside the median of four same weekdays and last week, in points, and marks what is unusual", async () => {
  await given([40, 20], [40, 8], [40, 10], [40, 12], [40, 6]);
  const found = await serviceLevel();
  expect(found).toMatchObject({ median_value: 0.775, last_value: 0.8, week_count: 4, unusual: "low" });
  expect([found?.median_change, found?.last_change].map((change) => change?.toFixed(3))).toEqual(["-0.275", "-0.300"]);
});

it("calls nothing unusual that lies within what the weeks before vary by, nor with fewer than four weeks", async () => {
  await given([40, 12], [40, 8], [40, 10], [40, 12], [40, 6]);
  expect((await serviceLevel())?.unusual).toBeNull();
  await centre.close();
  await given([40, 39], [40, 8], [40, 10], [40, 12]);
  expect(await serviceLevel()).toMatchObject({ week_count: 3, unusual: null, median_value: 0.75 });
});

it("shows no change where either side has fewer than 30 contacts", async () => {
  await given([29, 9], [40, 8], [40, 10]);
  expect(await serviceLevel()).toMatchObject({ median_change: null, last_change: null, unusual: null });
  await centre.close();
  await given([40, 9], [29, 8], [29, 10]);
  expect(await serviceLevel()).toMatchObject({
    week_count: 0,
    median_value: null,
    last_value: null,
    last_change: null,
  });
});
