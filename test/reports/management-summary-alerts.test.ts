import { AT_REST, judgeDay, type AlertState } from "../../src/reports/management-summary-alerts";
import { gatherSummary } from "../../src/reports/summary-mail";
import { type Centre, load, ndjson, openCentre } from "../support/centre";
import { rebuildAndCheck } from "../support/rebuilt";

const UPWARD = { raise: 0.1, clear: 0.05, at_least: 30 };
const DOWNWARD = { raise: 0.8, clear: 0.9, at_least: 30 };

/** What each day changes, one after the other. */
function changes(alert: typeof UPWARD, values: readonly (number | null)[], count = 100): (string | null)[] {
  let state: AlertState = AT_REST;
  return values.map((value, index) => {
    const judged = judgeDay(alert, state, { day: `2026-03-0${index + 1}`, value, count });
    state = judged.state;
    return judged.change;
  });
}

describe("an alert", () => {
  it("is raised once, stays between its levels, and is resolved once", () => {
    expect(changes(UPWARD, [0.04, 0.1, 0.2, 0.07, 0.05, 0.06, 0.1])).toEqual([
      null,
      "raised",
      null,
      null,
      "resolved",
      null,
      "raised",
    ]);
  });

  it("goes downward where the level to raise is the lower one", () => {
    expect(changes(DOWNWARD, [0.85, 0.8, 0.7, 0.89, 0.9])).toEqual([null, "raised", null, null, "resolved"]);
  });

  it("is not judged without data, nor by too few contacts", () => {
    expect(changes(UPWARD, [null, 0.2, null, 0])).toEqual([null, "raised", null, "resolved"]);
    expect(changes(UPWARD, [0.2, 0.5], 29)).toEqual([null, null]);
  });
});

describe("alerts of a centre", () => {
  let centre: Centre;
  afterEach(() => centre.close());

  /** Calls of a day to Billing, so many of them given up after half a minute. */
  function calls(day: string, lost: number, all = 10): Record<string, string | number>[] {
    return Array.from({ length: all }, (_, index) => {
      const at = (second: number): string =>
        `${day}T09:${String(index).padStart(2, "0")}:${String(second).padStart(2, "0")}Z`;
      const one = { contactId: `${day}-${index}`, queueName: "Billing", direction: "inbound" };
      const answered = index < lost ? [] : [{ ...one, event: "connected", at: at(5) }];
      return [
        { ...one, event: "new", at: at(0) },
        { ...one, event: "parked", at: at(0) },
        ...answered,
        { ...one, event: "ended", at: at(40) },
      ];
    }).flat();
  }

  it("tell each change on its day only, to those whose scope it is in", async () => {
    const place = { kind: "queue", name: "Billing" } as const;
    const alerts = [{ metric: "abandon_rate", place, raise: 0.4, clear: 0.2, at_least: 5 }];
    centre = await openCentre({ alerts });
    const days = { "2026-03-02": 1, "2026-03-03": 5, "2026-03-04": 3, "2026-03-05": 0 };
    const files = Object.entries(days).map(([day, lost]) => [`contact-events-${day}.ndjson`, ndjson(calls(day, lost))]);
    await load(centre, Object.fromEntries(files));
    await rebuildAndCheck(centre);
    const notices = async (day: string, places: { kind: "queue"; name: string }[] = []) =>
      await gatherSummary(
        centre.db,
        centre.config,
        { from: day, to: day, places, language: "en", tier: "aggregates" },
        "/a",
      );
    expect((await notices("2026-03-02")).telling.told.notices).toEqual([]);
    const raised = await notices("2026-03-03");
    expect(raised.telling.told.notices).toEqual([
      "Alert: RAISED on 2026-03-03: Abandon rate, queue Billing: 50.0 %, level 40.0 %",
    ]);
    expect(raised.notices.map(({ about }) => about)).toEqual(["alert-abandon_rate-queue-Billing-raised-2026-03-03"]);
    expect(raised.verdict).not.toBe("OK");
    const standing = await notices("2026-03-04", [place]);
    expect(standing.telling.told.notices).toEqual([
      "Alert: STILL RAISED since 2026-03-03: Abandon rate, queue Billing: 30.0 %",
    ]);
    expect(standing.notices).toEqual([]);
    expect((await notices("2026-03-05")).telling.told.notices).toEqual([
      "Alert: RESOLVED on 2026-03-05: Abandon rate, queue Billing: 0.0 %, clear at 20.0 %",
    ]);
    expect((await notices("2026-03-03", [{ kind: "queue", name: "Sales" }])).telling.told.notices).toEqual([]);
  });
});
