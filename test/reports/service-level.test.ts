import { abandonRate, formulaNames, serviceLevel, type VisitCounts } from "../../src/reports/service-level";
import { formatShare } from "../../src/reports/units";

const first: VisitCounts = {
  offered_count: 1060,
  answered_count: 1000,
  answered_in_time_count: 860,
  abandoned_count: 60,
  abandoned_in_time_count: 20,
  short_abandon_count: 10,
  callback_count: 0,
  callback_in_time_count: 0,
  breakout_count: 0,
};
const second: VisitCounts = {
  ...first,
  offered_count: 1130,
  breakout_count: 40,
  callback_count: 30,
  callback_in_time_count: 12,
};

const levels = (visits: VisitCounts) =>
  Object.fromEntries(formulaNames().map((formula) => [formula, formatShare(serviceLevel(formula, visits))]));

describe("the service level", () => {
  it("differs by five points between formulas on one and the same day", () => {
    expect(levels(first)).toEqual({
      answered_only: "86.0 %",
      abandon_positive: "83.0 %",
      connect: "83.0 %",
      abandon_negative: "81.1 %",
      abandon_ignored: "82.7 %",
      short_credited: "82.1 %",
      short_excluded: "81.9 %",
      with_breakouts: "81.1 %",
    });
  });

  it("sees callbacks and breakouts only in the formulas that name them", () => {
    expect(levels(second)).toEqual({ ...levels(first), connect: "78.9 %", with_breakouts: "78.2 %" });
  });

  it("is unknown, not 0 or 100 %, where nothing was offered", () => {
    const nothing = Object.fromEntries(Object.keys(first).map((name) => [name, 0])) as unknown as VisitCounts;
    expect(new Set(Object.values(levels(nothing)))).toEqual(new Set(["no data"]));
    expect(abandonRate(nothing)).toBeNull();
  });
});

it("leaves short abandons out of the abandon rate, above and below", () => {
  expect(abandonRate(first)).toBe(50 / 1050);
});
