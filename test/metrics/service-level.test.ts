import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { SERVICE_LEVEL_FORMULAS } from "../../src/base/config";
import { metricOf, metrics, presets } from "../../src/metrics/catalogue";
import { measure } from "../../src/metrics/measure";
import { plainAsk } from "../../src/metrics/placed";
import { formatShare } from "../../src/reports/units";
import { type Centre, type Fields, load, ndjson, openCentre } from "../support/centre";
import { rebuildAndCheck } from "../support/rebuilt";

/** Ans 1000, Abn 60, Ans≤T 860, Abn≤T 20, Abn<S 10; with a threshold of 20 s and 5 s for short abandons. */
const FIRST: [count: number, end: string, waited_s: number][] = [
  [860, "connected", 20],
  [140, "connected", 21],
  [10, "ended", 4],
  [10, "ended", 20],
  [40, "ended", 60],
];
/** The same, with Brk 40, none of them within T, CB 30 and CB≤T 12. */
const SECOND: typeof FIRST = [
  ...FIRST,
  [40, "dequeued", 25],
  [12, "opt-out-of-queue", 20],
  [18, "opt-out-of-queue", 30],
];

function visits(day: string, kinds: typeof FIRST): string {
  const starts = Date.parse(`${day}T08:00:00Z`);
  let number = 0;
  return kinds
    .map(([count, end, waited_s]) => {
      const rows: Fields[] = [];
      for (let index = 0; index < count; index += 1) {
        number += 1;
        const contact = { contactId: `${day}-${number}`, queueId: "support" };
        const at = starts + number * 1000;
        rows.push(
          { ...contact, event: "new", at },
          { ...contact, event: "parked", at },
          { ...contact, event: end, at: at + waited_s * 1000 },
        );
        if (end !== "ended") rows.push({ ...contact, event: "ended", at: at + 90_000 });
      }
      return ndjson(rows);
    })
    .join("");
}

describe("the service level of the vectors everybody compares with", () => {
  let centre: Centre;

  beforeAll(async () => {
    centre = await openCentre();
    await load(centre, {
      "contact-events-2026-03-02.ndjson": visits("2026-03-02", FIRST),
      "contact-events-2026-03-03.ndjson": visits("2026-03-03", SECOND),
    });
    await rebuildAndCheck(centre);
  });

  afterAll(() => centre.close());

  const levels = async (day: string) => {
    const figures = await measure(centre.db, [...presets().values()], plainAsk("UTC", day, day));
    return Object.fromEntries(figures.map(({ metric_id, value }) => [metricOf(metric_id).preset, formatShare(value)]));
  };

  const first = {
    answered_only: "86.0 %",
    abandon_positive: "83.0 %",
    connect: "83.0 %",
    abandon_negative: "81.1 %",
    abandon_ignored: "82.7 %",
    short_credited: "82.1 %",
    short_excluded: "81.9 %",
    with_breakouts: "81.1 %",
  };

  it("lies five points apart between formulas on one and the same day", async () => {
    expect(await levels("2026-03-02")).toEqual(first);
  });

  it("sees callbacks and breakouts only in the formulas that name them", async () => {
    expect(await levels("2026-03-03")).toEqual({ ...first, connect: "78.9 %", with_breakouts: "78.2 %" });
  });

  it("is unknown, not 0 or 100 %, where nothing was offered", async () => {
    expect(new Set(Object.values(await levels("2026-03-04")))).toEqual(new Set(["no data"]));
  });

  it("goes by the formula of each queue unless it is asked by another, and leaves short abandons out of the abandon rate", async () => {
    const wanted = ["service_level", "abandon_rate"].map(metricOf);
    const ask = plainAsk("UTC", "2026-03-03", "2026-03-03");
    const told = (await measure(centre.db, wanted, ask)).map(({ numerator, denominator }) => [numerator, denominator]);
    expect(told).toEqual([
      [860, 1040],
      [50, 1120],
    ]);
    const thresholds = { service_level_ms: 19_000, short_abandon_ms: 21_000, formula: "short_excluded" };
    const other = await measure(centre.db, wanted, { ...ask, thresholds });
    expect(other.map(({ numerator, denominator }) => [numerator, denominator])).toEqual([
      [0, 1040],
      [40, 1110],
    ]);
  });
});

it("has a metric for every formula that can be configured", () => {
  expect([...presets().keys()]).toEqual([...SERVICE_LEVEL_FORMULAS]);
  expect(metrics().every(({ names }) => names.ko !== names.en)).toBe(true);
});
