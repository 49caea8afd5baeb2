import { addDays } from "../../src/base/days";
import { type Completeness, gatherCompleteness } from "../../src/metrics/completeness";
import { wordsOf } from "../../src/i18n/words";
import { gapWords } from "../../src/metrics/completeness-words";
import { render } from "../reports/pages";
import { type Centre, type Fields, load, ndjson, openCentre } from "../support/centre";
import { rebuildAndCheck } from "../support/rebuilt";

const MONDAY = "2026-03-30";
const rule = { expected_events: 20, expected_visits: 10, received_share: 0.5 };

let centre: Centre;
afterEach(() => centre.close());

/** So many calls that enter a queue at a clock time: three events each. */
function calls(count: number, at: string, queueName = "Billing"): Fields[] {
  return Array.from({ length: count }, (_, index) => {
    const contact = { contactId: `${at}-${queueName}-${index}`, direction: "inbound" };
    const instant = Date.parse(at) + index * 1000;
    return [
      { ...contact, event: "new", at: instant },
      { ...contact, event: "parked", queueName, at: instant + 100 },
      { ...contact, event: "ended", at: instant + 900 },
    ];
  }).flat();
}

/** Days of so many calls an hour at ten and at eleven, one dump a day. */
async function givenMondays(
  counts: Record<string, [number, number]>,
  settings: Partial<Centre["config"]> = {},
): Promise<void> {
  centre = await openCentre({ completeness: rule, ...settings });
  const files = Object.entries(counts).map(([day, [ten, eleven]]) => [
    `contact-events-${day}.ndjson`,
    ndjson([...calls(ten, `${day}T10:00:00Z`), ...calls(eleven, `${day}T11:00:00Z`)]),
  ]);
  await load(centre, Object.fromEntries(files) as Record<string, string>);
  await rebuildAndCheck(centre);
}

const found = (from = MONDAY, to = from): Promise<Completeness> =>
  gatherCompleteness(centre.db, centre.config, from, to);
const words = async (): Promise<string[]> => (await found()).gaps.map((gap) => gapWords(wordsOf("en"), gap));

describe("a day compared with the same weekdays before", () => {
  it("names the hour, the source and the queue of which far less came", async () => {
    await givenMondays({
      "2026-03-02": [20, 20],
      "2026-03-09": [24, 20],
      "2026-03-16": [20, 30],
      "2026-03-23": [20, 20],
      [MONDAY]: [9, 18],
    });
    expect(await words()).toEqual([
      "Received 45 % of what four Mondays before brought between 10:00 and 11:00 on 2026-03-30 (source files: 27 of about 60 contact events)",
      "Received 45 % of what four Mondays before brought between 10:00 and 11:00 on 2026-03-30 (queue Billing: 9 of about 20 visits)",
    ]);
  });

  it("takes the median, so that one strange day before neither makes nor hides a gap", async () => {
    await givenMondays({ "2026-03-09": [300, 20], "2026-03-16": [20, 1], "2026-03-23": [20, 20], [MONDAY]: [15, 5] });
    expect((await found()).gaps).toEqual([
      expect.objectContaining({ kind: "contact", from: "11:00", to: "12:00", expected_count: 60, compared_count: 3 }),
      expect.objectContaining({ kind: "visit", from: "11:00", to: "12:00", expected_count: 20, received_count: 5 }),
    ]);
  });

  it("tells hours that follow each other as one gap", async () => {
    await givenMondays({ "2026-03-16": [20, 40], "2026-03-23": [20, 20], [MONDAY]: [0, 0] });
    expect(await words()).toEqual([
      "Received nothing of what two Mondays before brought between 10:00 and 12:00 on 2026-03-30 (source files: 0 of about 150 contact events)",
      "Received nothing of what two Mondays before brought between 10:00 and 12:00 on 2026-03-30 (queue Billing: 0 of about 50 visits)",
    ]);
  });

  it("says nothing of half and more, nor of hours in which little is expected", async () => {
    await givenMondays({ "2026-03-16": [20, 6], "2026-03-23": [20, 6], [MONDAY]: [10, 0] });
    expect(await words()).toEqual([]);
  });

  it("judges the whole day where every hour is thin", async () => {
    await givenMondays({ "2026-03-16": [5, 6], "2026-03-23": [6, 5], [MONDAY]: [1, 1] });
    expect((await words()).at(-1)).toBe(
      "Received 18 % of what two Mondays before brought on the whole of 2026-03-30 (queue Billing: 2 of about 11 visits)",
    );
  });

  it("has no expectation with fewer than two such days, and says so", async () => {
    await givenMondays({ "2026-03-23": [20, 20], "2026-03-29": [20, 20], [MONDAY]: [0, 0] });
    expect(await found()).toEqual({ missing: [], gaps: [], incomparable_days: [MONDAY] });
  });

  it("has none of a queue that only one of the days before knew", async () => {
    await givenMondays({ "2026-03-16": [20, 20], "2026-03-23": [20, 20], [MONDAY]: [20, 20] });
    await load(centre, { "contact-events-new-2026-03-23.ndjson": ndjson(calls(30, "2026-03-23T12:00:00Z", "Sales")) });
    await rebuildAndCheck(centre);
    expect((await found()).gaps.filter(({ kind }) => kind === "visit")).toEqual([]);
  });

  it("does not take an older day that came again and again for a busier one", async () => {
    await givenMondays({ "2026-03-16": [20, 20], "2026-03-23": [20, 20], [MONDAY]: [20, 20] });
    const repeated = ndjson([...calls(20, "2026-03-16T10:00:00Z"), ...calls(20, "2026-03-23T10:00:00Z")]);
    await load(centre, {
      "contact-events-lookback-2026-03-24.ndjson": repeated,
      "contact-events-lookback-2026-03-25.ndjson": `${repeated}\n`,
      "contact-events-lookback-2026-03-26.ndjson": `${repeated}\n\n`,
    });
    await rebuildAndCheck(centre);
    expect(await words()).toEqual([]);
  });
});

describe("sources", () => {
  /** Gives the dumps of some days a source. */
  async function name(source: string, days: string[]): Promise<void> {
    const keys: number[] = await centre.db("dumps").whereIn("named_day", days).pluck("dump_key");
    await centre.db("dump_sources").insert(keys.map((dump_key) => ({ dump_key, source })));
  }

  it("are compared each with itself", async () => {
    await givenMondays({ "2026-03-16": [20, 20], "2026-03-23": [20, 20], [MONDAY]: [20, 20] });
    await name("wxcc", ["2026-03-16", "2026-03-23"]);
    await name("genesys", [MONDAY]);
    expect((await words())[0]).toBe(
      "Received nothing of what two Mondays before brought between 10:00 and 12:00 on 2026-03-30 (source wxcc: 0 of about 120 contact events)",
    );
  });

  it("that got a name since are not missed under none", async () => {
    await givenMondays({ "2026-03-16": [20, 20], "2026-03-23": [20, 20], [MONDAY]: [20, 20] });
    await name("wxcc", [MONDAY]);
    expect(await words()).toEqual([]);
  });

  it("that have not delivered are told with their day, those that have are not", async () => {
    await givenMondays({});
    const delivery = { checked_at_ms: 1, file_count: 0, byte_count: 0 };
    await centre.db("deliveries").insert([
      { source: "wxcc", day: MONDAY, status: "missing", ...delivery },
      { source: "sftp", day: MONDAY, status: "delivered", ...delivery },
      { source: "wxcc", day: "2026-03-31", status: "missing", ...delivery },
    ]);
    expect((await found()).missing).toEqual([{ source: "wxcc", day: MONDAY }]);
  });
});

describe("the clock change", () => {
  const zone = "Europe/Berlin";
  const sunday = "2026-03-29";
  /** 02:30 and 10:30 local time on Sundays in winter, and on the day the clock springs forward. */
  const night = (day: string, count: number): Fields[] => calls(count, `${day}T01:30:00Z`);

  it("does not miss the hour it skips, nor measure a later Sunday by it", async () => {
    centre = await openCentre({ completeness: rule, zone });
    await load(centre, {
      "contact-events-2026-03-15.ndjson": ndjson(night("2026-03-15", 20)),
      "contact-events-2026-03-22.ndjson": ndjson(night("2026-03-22", 20)),
      "contact-events-2026-03-29.ndjson": ndjson(calls(20, "2026-03-29T05:30:00Z")),
      "contact-events-2026-04-05.ndjson": ndjson(calls(20, "2026-04-05T08:30:00Z")),
    });
    await rebuildAndCheck(centre);
    expect((await found(sunday)).gaps).toEqual([]);
    expect(
      (await found("2026-04-05")).gaps.map(({ kind, from, expected_count }) => [kind, from, expected_count]),
    ).toEqual([
      ["contact", "02:00", 60],
      ["visit", "02:00", 20],
    ]);
  });

  it("compares local hours although they lie at other instants", async () => {
    centre = await openCentre({ completeness: rule, zone });
    await load(centre, {
      "contact-events-2026-03-16.ndjson": ndjson(calls(20, "2026-03-16T09:00:00Z")),
      "contact-events-2026-03-23.ndjson": ndjson(calls(20, "2026-03-23T09:00:00Z")),
      "contact-events-2026-03-30.ndjson": ndjson(calls(20, "2026-03-30T08:00:00Z")),
    });
    await rebuildAndCheck(centre);
    expect(await words()).toEqual([]);
  });

  it("expects twice as much of an hour that comes twice", async () => {
    const autumn = "2026-10-25";
    centre = await openCentre({ completeness: rule, zone });
    await load(centre, {
      "contact-events-2026-10-11.ndjson": ndjson(calls(20, "2026-10-11T00:30:00Z")),
      "contact-events-2026-10-18.ndjson": ndjson(calls(20, "2026-10-18T00:30:00Z")),
      [`contact-events-${autumn}.ndjson`]: ndjson(calls(15, `${autumn}T00:30:00Z`)),
    });
    await rebuildAndCheck(centre);
    expect((await found(autumn)).gaps.at(-1)).toMatchObject({ from: "02:00", received_count: 15, expected_count: 40 });
  });
});

describe("every page", () => {
  it("names the gaps at its top and in its data box", async () => {
    await givenMondays({ "2026-03-16": [20, 20], "2026-03-23": [20, 20], [MONDAY]: [9, 20] });
    const pages = await render(centre, MONDAY);
    // Evidence leads back to the page it is of, which says so.
    const isPage = (name: string): boolean => name.endsWith(".html") && !name.startsWith("evidence/");
    for (const page of pages.names.filter(isPage)) {
      expect(pages.words(page)).toContain("INCOMPLETE: Received 45 % of what two Mondays before brought between 10:00");
      expect(pages.words(page)).toContain("Completeness 2 gaps a gap is an hour with less than 50 % of");
      expect(pages.words(page)).not.toContain("PRELIMINARY");
    }
  });

  it("is preliminary while a source has not delivered, and says the same bytes whenever it was looked for", async () => {
    await givenMondays({ [MONDAY]: [1, 1] });
    const delivery = { source: "wxcc", day: MONDAY, status: "missing", checked_at_ms: 1, file_count: 0, byte_count: 0 };
    await centre.db("deliveries").insert({ ...delivery, error: "503 of the day" });
    const pages = await render(centre, MONDAY);
    expect(pages.words("index.html")).toContain(
      "PRELIMINARY: source wxcc has not delivered 2026-03-30. Figures will change when it comes.",
    );
    expect(pages.words("index.html")).toContain("Not delivered 1 wxcc 2026-03-30");
    await centre.db("deliveries").update({ checked_at_ms: 2, error: "404" });
    const later = await render(centre, MONDAY);
    expect(later.names.map(later.text)).toEqual(pages.names.map(pages.text));
    await centre.db("deliveries").update({ status: "delivered" });
    expect((await render(centre, MONDAY)).words("index.html")).not.toContain("PRELIMINARY");
  });

  it("says on which days there is nothing to compare with", async () => {
    await givenMondays({ "2026-03-16": [20, 20], "2026-03-23": [20, 20], [MONDAY]: [20, 20] });
    const day = await render(centre, MONDAY, { names: ["failure-reasons"] });
    expect(day.words("index.html")).toContain("Completeness 0 gaps a gap is");
    const week = await render(centre, MONDAY, { names: ["failure-reasons"], to: addDays(MONDAY, 1) });
    expect(week.words("index.html")).toContain(
      "Completeness 0 gaps nothing to compare with on 2026-03-31: fewer than two same weekdays before have data;",
    );
    const lonely = await render(centre, "2026-03-24", { names: ["failure-reasons"] });
    expect(lonely.words("index.html")).toContain("Completeness not known nothing to compare with on 2026-03-24");
  });

  it("folds up what is beyond the first three gaps", async () => {
    await givenMondays({ "2026-03-16": [20, 20], "2026-03-23": [20, 20], [MONDAY]: [1, 1] });
    const more = ["2026-03-16", "2026-03-23"].map((day) => [
      `contact-events-more-${day}.ndjson`,
      ndjson(["Sales", "Support", "Care"].flatMap((queue) => calls(20, `${day}T15:00:00Z`, queue))),
    ]);
    await load(centre, Object.fromEntries(more) as Record<string, string>);
    await rebuildAndCheck(centre);
    const pages = await render(centre, MONDAY, { names: ["failure-reasons"] });
    expect(pages.words("failure-reasons.html")).toMatch(
      /INCOMPLETE: .* visits\)\. 3 more gaps Edition 1 of 2026-03-30 Who/,
    );
    for (const queue of ["Sales", "Support", "Care"]) {
      expect(pages.words("failure-reasons.html")).toContain(`(queue ${queue}: 0 of about 20 visits)`);
    }
  });
});
