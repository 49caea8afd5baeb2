import { calendarDay, HOUR, instantsAt, intervalMarks, isDay, localDay } from "../../src/base/days";

describe("local days", () => {
  it("has 23 hours when the clock springs forward and 25 when it falls back", () => {
    const hours = (day: string): number => {
      const { starts_at_ms, ends_at_ms } = calendarDay("Europe/Berlin", day);
      return (ends_at_ms - starts_at_ms) / HOUR;
    };
    expect([hours("2026-03-28"), hours("2026-03-29"), hours("2026-10-25")]).toEqual([24, 23, 25]);
  });

  it("begins at one o'clock where midnight is skipped", () => {
    // Cuba springs forward at midnight: 2026-03-08 has no 00:00.
    const { starts_at_ms, ends_at_ms } = calendarDay("America/Havana", "2026-03-08");
    expect((ends_at_ms - starts_at_ms) / HOUR).toBe(23);
    expect(localDay("America/Havana", starts_at_ms)).toBe("2026-03-08");
    expect(localDay("America/Havana", starts_at_ms - 1)).toBe("2026-03-07");
  });

  it("cuts a day of 23 hours into 46 half-hours and one of 25 into 50", () => {
    const halves = (day: string): number => intervalMarks("Europe/Berlin", day, day, 30).length - 1;
    expect([halves("2026-03-29"), halves("2026-10-25")]).toEqual([46, 50]);
  });

  it("takes only days of the calendar for days", () => {
    expect(["2026-02-28", "2026-02-29", "2024-02-29", "26-2-1", "2026-13-01", "2026-3-1"].filter(isDay)).toEqual([
      "2026-02-28",
      "2024-02-29",
    ]);
  });
});

describe("a time on the clocks of a zone", () => {
  const shown = (zone: string, time: string): string[] =>
    instantsAt(zone, Date.parse(`${time}:00Z`)).map((instant) => new Date(instant).toISOString().slice(5, 16));

  it.each([
    ["Asia/Kathmandu", "2026-02-15T02:30", ["02-14T20:45"]],
    ["Europe/Berlin", "2026-03-29T01:59", ["03-29T00:59"]],
    ["Europe/Berlin", "2026-03-29T02:30", ["03-29T01:30"]],
    ["Europe/Berlin", "2026-03-29T03:00", ["03-29T01:00"]],
    ["Europe/Berlin", "2026-10-25T02:30", ["10-25T00:30", "10-25T01:30"]],
    ["Europe/Berlin", "2026-10-25T03:00", ["10-25T02:00"]],
    ["Australia/Lord_Howe", "2026-04-05T01:45", ["04-04T14:45", "04-04T15:15"]],
    ["Australia/Lord_Howe", "2026-10-04T02:15", ["10-03T15:45"]],
  ])("in %s, %s, is one instant, two where clocks are put back", (zone, time, instants) => {
    expect(shown(zone, time)).toEqual(instants);
  });
});
