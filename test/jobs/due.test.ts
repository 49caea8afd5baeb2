import * as fc from "fast-check";
import { dueRuns, type EndedRun, lateRuns, type Ledger, nextRuns, type Plan, type PlannedRun } from "../../jobs/due";
import { addDays, daysBetween, HOUR, localTime, MINUTE, wallInstant, weekdayOf } from "../../src/base/days";
import { calendarOf, schedulesOf } from "../../src/base/schedules";

type Given = Parameters<typeof schedulesOf>[0];

/** The plan of a configuration, by the words in which it is written. */
function planned(zone: string, given: Given = {}, catch_up_days = 7): Plan {
  return { schedules: schedulesOf(given, zone), calendar: calendarOf(given), zone, catch_up_days };
}

const nobody: Ledger = { first_seen_at_ms: new Map(), ended: [] };
const since = (plan: Plan, at: string): Ledger["first_seen_at_ms"] =>
  new Map(plan.schedules.map(({ name }) => [name, Date.parse(at)]));
const ended = ({ schedule, from, to }: PlannedRun, started_at_ms: number): EndedRun => ({
  workflow: schedule.workflow,
  schedule: schedule.name,
  from,
  to,
  started_at_ms,
});

/** Ticks every so many minutes from one instant to another, and runs at once whatever is due. */
function live(plan: Plan, from: string, to: string, everyMinutes: number): { run: PlannedRun; at: number }[] {
  const ran: { run: PlannedRun; at: number }[] = [];
  const first_seen_at_ms = since(plan, from);
  const memory: EndedRun[] = [];
  for (let at = Date.parse(from); at < Date.parse(to); at += everyMinutes * MINUTE) {
    // As the database is asked: nothing older than is caught up, and a day.
    const kept = memory.filter((run) => run.started_at_ms > at - (plan.catch_up_days + 1) * 24 * HOUR);
    for (const run of dueRuns(plan, { first_seen_at_ms, ended: kept }, at)) {
      ran.push({ run, at });
      memory.push(ended(run, at));
    }
  }
  return ran;
}

describe("a year of nights", () => {
  it.each([
    ["Europe/Berlin", "02:30"],
    ["America/New_York", "02:30"],
    ["Asia/Seoul", "01:15"],
    ["Australia/Lord_Howe", "02:15"],
    ["America/Sao_Paulo", "00:00"],
    ["Africa/Cairo", "00:00"],
    ["Pacific/Chatham", "02:50"],
  ])("in %s at %s run each day once, in order, over both changes of the clock", (zone, at) => {
    const plan = planned(zone, { schedules: [{ name: "nightly", every: "day", at }] });
    const ran = live(plan, "2026-01-01T12:00:00Z", "2027-01-01T12:00:00Z", 60);
    const days = ran.map(({ run }) => run.from);
    expect(days).toEqual(daysBetween(days[0] ?? "", addDays(days[0] ?? "", 364)));
    for (const { run, at: ranAt } of ran) expect(ranAt - run.due_at_ms).toBeLessThan(HOUR);
  });

  it("runs a night whose time the clock jumps over at the first instant after the jump", () => {
    const plan = planned("Europe/Berlin", { schedules: [{ name: "nightly", every: "day", at: "02:30" }] });
    const [run] = nextRuns(plan, Date.parse("2026-03-28T12:00:00Z"));
    expect([run?.from, new Date(run?.due_at_ms ?? 0).toISOString()]).toEqual([
      "2026-03-28",
      "2026-03-29T01:00:00.000Z",
    ]);
  });

  it("runs a night whose time comes twice when it comes first", () => {
    const plan = planned("Europe/Berlin", { schedules: [{ name: "nightly", every: "day", at: "02:30" }] });
    const [run] = nextRuns(plan, Date.parse("2026-10-24T12:00:00Z"));
    expect([run?.from, new Date(run?.due_at_ms ?? 0).toISOString()]).toEqual([
      "2026-10-24",
      "2026-10-25T00:30:00.000Z",
    ]);
  });

  it("runs no night for a day that never was", () => {
    const plan = planned("Pacific/Apia");
    const ran = live(plan, "2011-12-27T12:00:00Z", "2012-01-03T00:00:00Z", 20).map(({ run }) => run.from);
    expect(ran).toEqual(["2011-12-27", "2011-12-28", "2011-12-29", "2011-12-31", "2012-01-01", "2012-01-02"]);
  });

  it("by a clock in another zone still takes every day of the centre once, and none before it is over", () => {
    for (const zone of ["America/New_York", "Asia/Seoul", "Pacific/Auckland"]) {
      const schedules = [{ name: "abroad", every: "day" as const, at: "10:30", zone }];
      for (const centre of ["Asia/Seoul", "Europe/Berlin"]) {
        const ran = live(planned(centre, { schedules }), "2026-01-01T12:00:00Z", "2027-01-01T12:00:00Z", 60);
        const days = ran.map(({ run }) => run.from);
        expect(days).toEqual(daysBetween(days[0] ?? "", days.at(-1) ?? ""));
        for (const { run, at } of ran) expect(localTime(centre, at).slice(0, 10) > run.to).toBe(true);
      }
    }
  });
});

describe("weekly and monthly reports", () => {
  const schedules: NonNullable<Given["schedules"]> = [
    { name: "weekly", every: "week", on: "monday", at: "06:00" },
    { name: "monthly", every: "month", on: 1, at: "06:30", reports: ["contact-sessions"] },
  ];

  it("take the seven days, and the calendar month, before the day they are made on", () => {
    const ran = live(planned("Europe/Berlin", { schedules }), "2026-02-20T00:00:00Z", "2026-05-05T00:00:00Z", 30);
    const told = ran.map(({ run }) => `${run.schedule.workflow} ${run.schedule.name} ${run.from} ${run.to}`);
    expect(told.filter((line) => line.includes("monthly"))).toEqual([
      "report monthly 2026-02-01 2026-02-28",
      "report monthly 2026-03-01 2026-03-31",
      "report monthly 2026-04-01 2026-04-30",
    ]);
    expect(told.filter((line) => line.includes("weekly")).slice(0, 2)).toEqual([
      "report weekly 2026-02-16 2026-02-22",
      "report weekly 2026-02-23 2026-03-01",
    ]);
    expect(ran).toHaveLength(14);
  });
});

describe("a closed day", () => {
  it("is owed no night, whether it is named or a weekday; the night after is run as ever", () => {
    const calendar = { closed: ["2026-12-25"], closed_weekdays: ["sunday" as const] };
    const ran = live(planned("Asia/Seoul", { calendar }), "2026-12-20T12:00:00Z", "2026-12-31T12:00:00Z", 30);
    const days = ran.map(({ run }) => run.from);
    expect(days).not.toContain("2026-12-25");
    expect(days.some((day) => weekdayOf(day) === 7)).toBe(false);
    expect(days).toEqual([
      "2026-12-21",
      "2026-12-22",
      "2026-12-23",
      "2026-12-24",
      "2026-12-26",
      "2026-12-28",
      "2026-12-29",
      "2026-12-30",
    ]);
  });

  it("takes nothing from a week that has others", () => {
    const given: Given = {
      schedules: [{ name: "weekly", every: "week", on: "monday", at: "06:00" }],
      calendar: { closed_weekdays: ["saturday", "sunday"] },
    };
    expect(nextRuns(planned("UTC", given), Date.parse("2026-03-04T00:00:00Z"))).toMatchObject([
      { from: "2026-03-02", to: "2026-03-08" },
    ]);
  });
});

describe("missed nights", () => {
  const plan = planned("Asia/Seoul");
  const now = Date.parse("2026-03-10T03:00:00Z");

  it("are owed oldest first, as far back as is configured", () => {
    const ledger = { first_seen_at_ms: since(plan, "2026-01-01T00:00:00Z"), ended: [] };
    expect(dueRuns(plan, ledger, now).map(({ from }) => from)).toEqual(daysBetween("2026-03-03", "2026-03-09"));
    const short = { ...plan, catch_up_days: 2 };
    expect(dueRuns(short, ledger, now).map(({ from }) => from)).toEqual(["2026-03-08", "2026-03-09"]);
  });

  it("are not owed from before the schedule was first seen", () => {
    expect(dueRuns(plan, nobody, now)).toEqual([]);
    const ledger = { first_seen_at_ms: since(plan, "2026-03-09T00:00:00Z"), ended: [] };
    expect(dueRuns(plan, ledger, now).map(({ from }) => from)).toEqual(["2026-03-09"]);
  });

  it("are owed no more where somebody ran them by hand after the day was over, and still where before", () => {
    const [due] = dueRuns(plan, { first_seen_at_ms: since(plan, "2026-03-09T00:00:00Z"), ended: [] }, now);
    const byHand = (started_at_ms: number): EndedRun[] => [
      { workflow: "nightly", schedule: null, from: "2026-03-09", to: "2026-03-09", started_at_ms },
    ];
    const left = (ledgerEnded: EndedRun[]): number =>
      dueRuns(plan, { first_seen_at_ms: since(plan, "2026-03-09T00:00:00Z"), ended: ledgerEnded }, now).length;
    expect(left(byHand((due?.due_at_ms ?? 0) + 1))).toBe(0);
    expect(left(byHand((due?.due_at_ms ?? 0) - 1))).toBe(1);
  });

  it("are each run once, whenever the service stands still and comes back", () => {
    const down = fc.array(fc.tuple(fc.integer({ min: 0, max: 40 * 24 }), fc.integer({ min: 1, max: 5 * 24 })), {
      maxLength: 6,
    });
    fc.assert(
      fc.property(down, fc.constantFrom("Europe/Berlin", "America/New_York", "Asia/Seoul"), (gaps, zone) => {
        const nights = planned(zone, { schedules: [{ name: "nightly", every: "day", at: "02:30" }] });
        const start = Date.parse("2026-10-01T12:00:00Z");
        const memory: EndedRun[] = [];
        for (let hour = 0; hour < 46 * 24; hour++) {
          if (hour < 40 * 24 && gaps.some(([from, length]) => hour >= from && hour < from + length)) continue;
          const at = start + hour * HOUR;
          const first_seen_at_ms = new Map([["nightly", start]]);
          for (const run of dueRuns(nights, { first_seen_at_ms, ended: memory }, at)) memory.push(ended(run, at));
        }
        const days = memory.map(({ from }) => from);
        expect(new Set(days).size).toBe(days.length);
        expect(days).toEqual(days.toSorted((a, b) => ((a ?? "") < (b ?? "") ? -1 : 1)));
        const stood = gaps.reduce((sum, [, length]) => sum + length, 0);
        // Seven days are caught up: a shorter standstill costs no night.
        const most = stood < 6 * 24 ? 46 : days.length;
        expect(days).toHaveLength(most);
      }),
      { numRuns: 40 },
    );
  });
});

describe("a source's deadline", () => {
  it("is the first such time after the night fell due", () => {
    const at = (deliver_by: string): string => {
      const schedules = [{ name: "nightly", every: "day" as const, at: "22:00", deliver_by }];
      const [run] = nextRuns(planned("UTC", { schedules }), Date.parse("2026-03-02T23:00:00Z"));
      return new Date(run?.deadline_at_ms ?? 0).toISOString();
    };
    expect([at("23:30"), at("06:00")]).toEqual(["2026-03-03T23:30:00.000Z", "2026-03-04T06:00:00.000Z"]);
  });
});

describe("a night that was run without a source", () => {
  const plan = planned("UTC");
  const due = Date.parse("2026-03-03T01:15:00Z");
  const first = { workflow: "nightly", schedule: "nightly", from: "2026-03-02", to: "2026-03-02" };
  const late = (ledger: EndedRun[], at: number, missing = ["2026-03-02"]): number[] =>
    lateRuns(plan, { first_seen_at_ms: new Map(), ended: ledger }, missing, at).map(({ hour }) => hour);

  it("is run again once an hour, until the source has delivered or the night is too old", () => {
    const done = [{ ...first, started_at_ms: due }];
    expect(late(done, due + 30 * MINUTE)).toEqual([]);
    expect(late(done, due + 2 * HOUR)).toEqual([2]);
    expect(late([...done, { ...first, started_at_ms: due + 2 * HOUR }], due + 2.5 * HOUR)).toEqual([]);
    expect(late(done, due + 2 * HOUR, [])).toEqual([]);
    expect(late(done, due + 8 * 24 * HOUR)).toEqual([]);
  });

  it("is not run again before it was run at all", () => {
    expect(late([], due + 2 * HOUR)).toEqual([]);
  });
});

describe("the clock on the wall", () => {
  it("shows each time of each day at the instant it is said to, or has just jumped over it", () => {
    const zones = ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Africa/Casablanca"];
    fc.assert(
      fc.property(
        fc.constantFrom(...zones),
        fc.integer({ min: 0, max: 730 }),
        fc.integer({ min: 0, max: 1439 }),
        (zone, offset, minutes) => {
          const day = addDays("2026-01-01", offset);
          const wanted = `${day} ${String(Math.floor(minutes / 60)).padStart(2, "0")}:${String(minutes % 60).padStart(2, "0")}`;
          const at = wallInstant(zone, day, minutes);
          const shown = localTime(zone, at).slice(0, 16);
          if (shown === wanted) return;
          expect(shown > wanted).toBe(true);
          expect(localTime(zone, at - 1).slice(0, 16) < wanted).toBe(true);
        },
      ),
    );
  });
});
