import { choose, groupByAudience, periodKind } from "../../src/mail/groups";
import { parseRecipients } from "../../src/mail/recipients";

const parse = (text: string) => parseRecipients(text, ["board"]);

describe("the recipients' file", () => {
  it("is read whatever the order of its columns, with what is left out at rest", () => {
    const { recipients, faults } = parse(
      '\uFEFFScope,Address,Name,Language,Tier,Schedule\r\nall,ana@example.com,"Kim, Ana",ko,full,daily;weekly\r\n\r\n"queue:Sales | queue:Billing",bo@example.com\r\n# gone,cy@example.com\r\n',
    );
    expect(faults).toEqual([]);
    expect(recipients).toEqual([
      {
        address: "ana@example.com",
        name: "Kim, Ana",
        language: "ko",
        scope: "all",
        tier: "full",
        schedules: ["daily", "weekly"],
        line: 2,
      },
      {
        address: "bo@example.com",
        name: "",
        language: "en",
        scope: "queue:Billing|queue:Sales",
        tier: "aggregates",
        schedules: ["daily"],
        line: 4,
      },
    ]);
  });

  it("tells all its faults at once, each with its line", () => {
    const { faults } = parse(
      [
        "address,language,scope,tier,schedule",
        "ana at example.com,,,,",
        "bo@example.com,de,,,",
        "cy@example.com,,floor:2,,",
        "di@example.com,,,fulll,dayly",
        '"ed@example.com\nBcc: x@y.z",,,,',
        "fay@example.com,,,,daily,extra",
        "gus@example.com,,,,daily|weekly",
        "GUS@example.com,,,,weekly",
        "gus@example.com,,queue:Sales,,weekly",
        "",
      ].join("\n"),
    );
    expect(faults).toEqual([
      expect.stringMatching(/^line 2: "ana at example.com" is no address/),
      expect.stringMatching(/^line 3: language "de" is none of en, ko/),
      expect.stringMatching(/^line 4: scope "floor:2" is neither "all" nor queue:NAME/),
      expect.stringMatching(/^line 5: tier "fulll" is none of/),
      expect.stringMatching(/^line 5: schedule "dayly" is none of daily, weekly, monthly, board; did you mean "daily"/),
      expect.stringMatching(/^line 6: .* is no address/s),
      expect.stringMatching(/^line 8: has more cells/),
      expect.stringMatching(/^line 10: GUS@example.com would get the same mail twice, see line 9/),
    ]);
  });

  it.each([
    ["", 'no column "address"'],
    ["adress,name\n", 'no column "address"'],
    ["address,langauge\n", 'unknown column "langauge"; did you mean "language"?'],
    ["address,name,name\n", "is there twice"],
  ])("does not go on without its columns: %j", (text, told) => {
    expect(parse(text).faults[0]).toContain(told);
  });

  it("is asked who gets a period's mail, with the reason for each", () => {
    const { recipients } = parse(
      "address,schedule\nana@example.com,daily\nbo@example.com,weekly\ncy@example.com,board\n",
    );
    const gets = (from: string, to: string, schedule: string | null, schedules: string[]) =>
      choose(recipients, { from, to, schedule, schedules }).map(
        ({ gets: isIn, why }) => `${isIn ? "yes" : "no"}: ${why}`,
      );
    expect(gets("2026-03-02", "2026-03-02", "nightly", ["nightly"])).toEqual([
      "yes: asked for daily",
      "no: asked for weekly; this is nightly",
      "no: asked for board; this is nightly",
    ]);
    expect(gets("2026-03-02", "2026-03-08", "board", ["board"])).toEqual([
      "no: asked for daily; this is board",
      "yes: asked for weekly",
      "yes: asked for board",
    ]);
  });

  it("knows a day, a week and a calendar month", () => {
    expect(periodKind("2026-03-02", "2026-03-02")).toBe("daily");
    expect(periodKind("2026-03-02", "2026-03-08")).toBe("weekly");
    expect([periodKind("2026-02-01", "2026-02-28"), periodKind("2028-02-01", "2028-02-29")]).toEqual([
      "monthly",
      "monthly",
    ]);
    expect([periodKind("2026-02-02", "2026-02-28"), periodKind("2028-02-01", "2028-02-28")]).toEqual([null, null]);
  });

  it("puts a thousand recipients into the few audiences that are rendered", () => {
    const rows = Array.from(
      { length: 1000 },
      (_, i) => `r${i}@example.com,${i % 2 ? "en" : "ko"},${i % 3 ? "all" : "queue:Sales;queue:Billing"}`,
    );
    const { recipients, faults } = parse(`address,language,scope\n${rows.join("\n")}\n`);
    expect(faults).toEqual([]);
    const groups = groupByAudience(recipients);
    expect(groups.map(({ audience }) => `${audience.scope} ${audience.language}`).toSorted()).toEqual([
      "all en",
      "all ko",
      "queue:Billing|queue:Sales en",
      "queue:Billing|queue:Sales ko",
    ]);
    expect(groups.reduce((sum, group) => sum + group.recipients.length, 0)).toBe(1000);
  });
});
