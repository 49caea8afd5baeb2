import { wordsOf } from "../../src/i18n/words";

const english = wordsOf("en");
const korean = wordsOf("ko");

it.each([
  [0, "0:00:00"],
  [499, "0:00:00"],
  [500, "0:00:01"],
  [59_999, "0:01:00"],
  [3_725_000, "1:02:05"],
  [6.9 * 86_400_000, "165:36:00"],
  [-61_000, "-0:01:01"],
])("tells %s ms as %s in both languages", (ms, text) => {
  expect([english.duration(ms), korean.duration(ms)]).toEqual([text, text]);
});

it.each([
  [0, "0.0 %", "0.0%"],
  [0.827, "82.7 %", "82.7%"],
  [1, "100.0 %", "100.0%"],
  [0.99999, "> 99.9 %", "99.9% 초과"],
  [0.0001, "< 0.1 %", "0.1% 미만"],
  [null, "no data", "데이터 없음"],
])("tells the share %s as %s, in Korean %s", (share, text, inKorean) => {
  expect([english.share(share), korean.share(share)]).toEqual([text, inKorean]);
});

it("parts thousands in counts, and tells thresholds as people say them", () => {
  for (const words of [english, korean]) {
    expect([0, 999, 1_000, 1_234_567].map(words.count)).toEqual(["0", "999", "1,000", "1,234,567"]);
  }
  expect([20_000, 1_500].map(english.threshold)).toEqual(["20 s", "1.5 s"]);
  expect([20_000, 1_500].map(korean.threshold)).toEqual(["20초", "1.5초"]);
});

it("tells what was not measured as no data, in either language", () => {
  expect([english.count(null), english.duration(null)]).toEqual(["no data", "no data"]);
  expect([korean.count(null), korean.duration(null)]).toEqual(["데이터 없음", "데이터 없음"]);
});

it("tells days as each language writes them, leap days and turns of the year included", () => {
  expect(["2026-03-02", "2028-02-29", "2026-12-31"].map(korean.day)).toEqual([
    "2026년 3월 2일 (월)",
    "2028년 2월 29일 (화)",
    "2026년 12월 31일 (목)",
  ]);
  expect(english.day("2026-03-02")).toBe("2026-03-02");
  expect([english.shortDay("2026-03-02"), korean.shortDay("2026-11-12")]).toEqual(["2 Mar", "11월 12일"]);
  expect([english.weekday("2026-03-01"), korean.weekday("2026-03-01")]).toEqual(["Sun", "일"]);
});

it("tells a period by its ends, and one day once", () => {
  expect(english.period("2026-03-02", "2026-03-08")).toBe("2026-03-02 to 2026-03-08");
  expect(korean.period("2026-03-02", "2026-03-08")).toBe("2026년 3월 2일 (월) ~ 2026년 3월 8일 (일)");
  expect(korean.period("2026-03-02", "2026-03-02")).toBe("2026년 3월 2일 (월)");
});
