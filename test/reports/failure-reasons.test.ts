import { type Centre, load, ndjson, openCentre } from "../support/centre";
import { events, given } from "../support/contacts";
import { rebuildAndCheck } from "../support/rebuilt";
import { type Pages, render } from "./pages";

const DAY = "2026-03-02";
const PAGE = "failure-reasons.html";
let centre: Centre;
afterEach(() => centre.close());

const failures = async (from = DAY): Promise<Pages> => await render(centre, from, { names: ["failure-reasons"] });

const FAILED = `
  at        contactId  event               reasonCode          queueName  agentId  agentName  entryPointName  terminationReason
  09:00:00  c-1        new                 -                   -          -        -          Main line       -
  09:00:05  c-1        parked              -                   Support    -        -          -               -
  09:00:10  c-1        connect             -                   Support    kim      Kim        -               -
  09:00:25  c-1        con-to-agent-error  RONA_TIMER_EXPIRED  Support    kim      Kim        -               -
  09:00:26  c-1        connect             -                   Support    lee      Lee        -               -
  09:00:40  c-1        con-to-agent-error  rona timer expired  Support    lee      Lee        -               -
  09:01:00  c-1        ended               -                   -          -        -          -               Customer Left
  10:00:00  c-2        new                 -                   -          -        -          Main line       -
  10:00:09  c-2        ended               486                 -          -        -          -               Customer Busy
  11:00:00  c-3        new                 -                   -          -        -          Main line       -
  11:00:09  c-3        ended               486                 -          -        -          -               customer-busy
  12:00:00  c-4        new                 -                   -          -        -          Main line       -
  12:00:09  c-4        ended               487                 -          -        -          -               caller left
  13:00:00  c-5        new                 -                   -          -        -          Spring          -
  13:00:09  c-5        ended               no-answer           -          -        -          -               -
  14:00:00  c-6        new                 -                   -          -        -          Spring          -
  14:00:09  c-6        ended               NO_ANSWER           -          -        -          -               -
  15:00:00  c-7        new                 -                   -          -        -          Spring          -
  15:00:09  c-7        ended               799                 -          -        -          -               agent sneezed
  16:00:00  c-8        new                 -                   -          -        -          Spring          -
  16:00:09  c-8        ended               voice               -          -        -          -               -
`;

describe("failure reasons of a day", () => {
  beforeEach(async () => {
    centre = await given(FAILED);
  });

  it("tell each call code in words, with contacts, share, who has to act and when", async () => {
    const [busy, ...others] = (await failures()).table(PAGE, "Calls that failed");
    expect(busy).toMatchObject({
      Reason: "486 Busy Here",
      Events: "2",
      Contacts: "2",
      Share: "25.0 %",
      "First and last seen": "2026-03-02 10:00:09 2026-03-02 11:00:09",
      "For example": "c-2 c-3",
    });
    expect(busy?.["Who has to act"]).toContain("floor supervisor");
    expect(busy?.Meaning).not.toBe("");
    expect(others).toEqual([]);
  });

  it("are one row whatever the spelling, and count events and contacts apart", async () => {
    const pages = await failures();
    expect(pages.table(PAGE, "Offers agents did not take")).toMatchObject([
      { Reason: "RONA_TIMER_EXPIRED", Events: "2", Contacts: "1", "Who has to act": "floor supervisor" },
    ]);
    expect(pages.table(PAGE, "Calls the dialler could not complete")).toMatchObject([
      { Reason: "no_answer", Events: "2", Contacts: "2", "For example": "c-5 c-6" },
    ]);
  });

  it("list codes the reference does not know as unknown, as they were delivered", async () => {
    const pages = await failures();
    expect(pages.table(PAGE, "Unknown reasons")).toMatchObject([
      { Reason: "799", "Who has to act": "find out what it means", Contacts: "1" },
    ]);
    expect(pages.cards(PAGE)["Unknown codes"]).toBe("1 | 1 event");
    expect(pages.table(PAGE, "Who has to act").map((row) => row.Who)).toContain(
      "unknown: find out what the code means",
    );
  });

  it("do not hold a cancelled call, a live voice or a machine for failures", async () => {
    const pages = await failures();
    expect(pages.table(PAGE, "Not failures").map((row) => row.Reason)).toEqual(["487 Request Terminated", "voice"]);
    expect(pages.cards(PAGE)["Contacts affected"]).toBe("6 | 75.0 % of 8 contacts");
    expect(pages.cards(PAGE).Failures).toMatch(/^7 \|/);
    expect(pages.cards(PAGE)["Not failures"]).toMatch(/^2 \|/);
  });

  it("tell how contacts ended, synonyms put together, unknown words as they are", async () => {
    const ended = (await failures()).table(PAGE, "How contacts ended");
    expect(ended.map((row) => [row.Reason, row.Contacts])).toEqual([
      ["customer busy", "2"],
      ["customer left", "2"],
      ["agent sneezed", "1"],
    ]);
  });

  it("are told by queue, entry point and agent, with what failed there most", async () => {
    const pages = await failures();
    expect(pages.table(PAGE, "By queue")).toMatchObject([
      { Queue: "Support", Failures: "2", Contacts: "1", "Most often": "RONA_TIMER_EXPIRED × 2" },
    ]);
    expect(pages.table(PAGE, "By agent").map((row) => [row.Agent, row.Failures])).toEqual([
      ["Kim", "1"],
      ["Lee", "1"],
    ]);
    expect(pages.table(PAGE, "By entry point").map((row) => [row["Entry point"], row.Contacts])).toEqual([
      ["Main line", "3"],
      ["Spring", "3"],
    ]);
    expect(pages.csv("failure-reasons-places.csv")).toContainEqual(
      expect.objectContaining({
        Place: "agent",
        Name: "Lee",
        Id: "lee",
        Reason: "RONA_TIMER_EXPIRED",
        "Events (events)": "1",
      }),
    );
  });

  it("are told at their places for ends that somebody has to look at, not for ordinary ones", async () => {
    const ends = (await failures()).csv("failure-reasons-places.csv").filter((row) => row.Kind === "termination");
    expect(ends.map((row) => [row.Place, row.Name, row.Reason])).toEqual([["entry point", "Spring", "agent sneezed"]]);
  });

  it("stand all in one CSV file, with their kind, class and examples", async () => {
    const rows = (await failures()).csv("failure-reasons.csv");
    expect(rows.map((row) => `${row.Kind} ${row.Reason}`).sort()).toEqual([
      "call 486",
      "call 487",
      "cpa no_answer",
      "cpa voice",
      "offer RONA_TIMER_EXPIRED",
      "termination agent sneezed",
      "termination customer busy",
      "termination customer left",
      "unknown 799",
    ]);
    expect(rows.find((row) => row.Reason === "486")).toMatchObject({
      "In words": "Busy Here",
      Class: "called party busy or refused",
      "Is a failure": "1",
      "Contacts (contacts)": "2",
      "Share of all contacts (%)": "25",
      "First seen (UTC)": "2026-03-02 10:00:09",
      "Example contacts": "c-2 c-3",
    });
  });

  it("belong to the day the contact began", async () => {
    expect((await failures("2026-03-03")).cards(PAGE)["Contacts affected"]).toBe("0 | no data of 0 contacts");
  });
});

it("masks the names of agents", async () => {
  centre = await given(FAILED, { masking: { numbers: "none", names: "last-four", key: "" } });
  const pages = await failures();
  expect(pages.table(PAGE, "By agent").map((row) => row.Agent)).toEqual(["***", "***"]);
  expect(
    pages
      .csv("failure-reasons-places.csv")
      .filter((row) => row.Place === "agent")
      .map((row) => row.Name),
  ).toEqual(["***", "***"]);
});

it("counts what only the agent's side tells, and not again what the contact's side told", async () => {
  centre = await openCentre();
  const agent = { type: "agent", agentId: "kim", agentSessionId: "s-1" };
  await load(centre, {
    [`contact-events-${DAY}.ndjson`]: ndjson(events(FAILED)),
    [`agent-events-${DAY}.ndjson`]: ndjson([
      { ...agent, state: "available", at: `${DAY}T08:00:00Z` },
      { ...agent, state: "ringing", at: `${DAY}T09:00:10Z`, contactId: "c-1" },
      { ...agent, state: "not-responding", at: `${DAY}T09:00:25Z`, contactId: "c-1", reasonCode: "RONA_TIMER_EXPIRED" },
      { ...agent, state: "ringing", at: `${DAY}T10:00:01Z`, contactId: "c-2" },
      { ...agent, state: "not-responding", at: `${DAY}T10:00:05Z`, contactId: "c-2", reasonCode: "USER_DECLINED" },
      { ...agent, state: "logged-out", at: `${DAY}T18:00:00Z` },
    ]),
  });
  await rebuildAndCheck(centre);
  const offers = (await failures()).table(PAGE, "Offers agents did not take");
  expect(offers.map((row) => [row.Reason, row.Events, row.Contacts])).toEqual([
    ["RONA_TIMER_EXPIRED", "2", "1"],
    ["USER_DECLINED", "1", "1"],
  ]);
});

it("gives a meaning and an owner to each of the 39 call codes and 13 results of call progress analysis", async () => {
  centre = await given("at  event\n09:00:00  new");
  const described = async (table: string, name: string): Promise<unknown[]> =>
    await centre.db(table).whereNotNull("meaning").andWhereRaw("length(meaning) > 10").distinct(name);
  expect(await described("reason_codes", "code")).toHaveLength(39);
  expect(await described("cpa_reasons", "reason")).toHaveLength(13);
});
