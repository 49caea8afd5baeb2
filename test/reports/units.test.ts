import { formatCount, formatDuration, formatDurationMs, formatShare, formatThreshold } from "../../src/reports/units";

it.each([
  [0, "0:00:00"],
  [499, "0:00:00"],
  [500, "0:00:01"],
  [59_999, "0:01:00"],
  [3_725_000, "1:02:05"],
  [6.9 * 86_400_000, "165:36:00"],
  [-61_000, "-0:01:01"],
  [null, "no data"],
])("tells %s ms as %s", (ms, text) => {
  expect(formatDuration(ms)).toBe(text);
});

it("tells a duration to the millisecond where asked to", () => {
  expect([0, 7, 3_725_250, -1_001].map(formatDurationMs)).toEqual([
    "0:00:00.000",
    "0:00:00.007",
    "1:02:05.250",
    "-0:00:01.001",
  ]);
});

it.each([
  [0, "0.0 %"],
  [0.827, "82.7 %"],
  [1, "100.0 %"],
  [0.99999, "> 99.9 %"],
  [0.0001, "< 0.1 %"],
  [null, "no data"],
])("tells the share %s as %s", (share, text) => {
  expect(formatShare(share)).toBe(text);
});

it("parts thousands in counts, and tells thresholds as people say them", () => {
  expect([0, 999, 1_000, 1_234_567].map(formatCount)).toEqual(["0", "999", "1,000", "1,234,567"]);
  expect([20_000, 1_500].map(formatThreshold)).toEqual(["20 s", "1.5 s"]);
});
