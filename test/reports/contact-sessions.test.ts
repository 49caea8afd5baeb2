import { type Centre, load, ndjson, openCentre } from "../support/centre";
import { given } from "../support/contacts";
import { rebuildAndCheck } from "../support/rebuilt";
import { type Pages, render } from "./pages";

const DAY = "2026-03-02";
const PAGE = "contact-sessions.html";
let centre: Centre;
afterEach(() => centre.close());

const sessions = async (from = DAY, to = from): Promise<Pages> =>
  await render(centre, from, { names: ["contact-sessions"], to });

/** Ten inbound calls to Support: nine answered after 1…9 s of waiting, one given up after 30 s; one more answered after 100 s. */
function tenCalls(): string {
  const answered = [1, 2, 3, 4, 5, 6, 7, 8, 9, 100].map((wait, index) => {
    const two = (n: number): string => String(n).padStart(2, "0");
    const at = (second: number): string => `09:${two(index * 2 + Math.floor(second / 60))}:${two(second % 60)}`;
    return `
      ${at(0)}         a-${index}  new        -        inbound
      ${at(0)}         a-${index}  parked     Support  -
      ${at(wait)}      a-${index}  connected  Support  -
      ${at(wait + 10)} a-${index}  ended      Support  -`.replaceAll(/ {2,}(?=\S)/g, "  ");
  });
  return `
      at  contactId  event  queueName  direction${answered.join("")}
      09:40:00  x-1  new     -        inbound
      09:40:00  x-1  parked  Support  -
      09:40:30  x-1  ended   -        -
  `.replaceAll(/(\d) (a-)/g, "$1  $2");
}

describe("the queues of a day", () => {
  beforeEach(async () => {
    centre = await given(tenCalls());
  });

  it("tell offered, answered, service level and waits, percentiles by nearest rank", async () => {
    const pages = await sessions();
    expect(pages.table(PAGE, "Queues")[0]).toMatchObject({
      Queue: "Support",
      Within: "20 s",
      Offered: "11",
      Answered: "10",
      "in time": "9",
      "Service level": "81.8 %",
      ASA: "0:00:15",
      "Median wait": "0:00:05",
      "P90 wait": "0:00:09",
      "Longest wait": "0:01:40",
      Abandoned: "1",
      "Abandon rate": "9.1 %",
    });
    expect(pages.csv("contact-sessions.csv")).toHaveLength(1);
    expect(pages.csv("contact-sessions.csv")[0]).toMatchObject({
      Queue: "Support",
      "Offered (visits)": "11",
      "Service level (%)": "81.8182",
      "ASA (s)": "14.5",
      "Median wait (s)": "5",
      "P90 wait (s)": "9",
      "Goal (%)": "80",
      "Threshold (s)": "20",
      Formula: "abandon_ignored",
    });
  });

  it("name the formula beside the service level, its threshold, its goal and whether it was reached", async () => {
    const { cards } = await sessions();
    expect(cards(PAGE)["Service level"]).toBe("81.8 % | abandon_ignored, within 20 s; goal 80.0 %: ▲ reached");
    expect(cards(PAGE)["Inbound calls"]).toBe("11 | contacts begun");
    expect(cards(PAGE).Handled).toBe("10 | 90.9 % of inbound calls; 0 sudden disconnects");
    expect(cards(PAGE).Abandoned).toBe("1 | 9.1 % of inbound calls; queue 1, ringing 0, IVR 0");
  });

  it("are told by half-hour, quiet ones before and after left to the CSV file", async () => {
    const pages = await sessions();
    const halves = pages.table(PAGE, "Half-hours");
    expect(halves.map((row) => [row.Begins, row.Offered, row["Service level"]])).toEqual([
      ["09:00", "10", "90.0 %"],
      ["09:30", "1", "0.0 %"],
    ]);
    const all = pages.csv("contact-sessions-intervals.csv").filter((row) => row.Queue === "(all telephone queues)");
    expect(all).toHaveLength(48);
    expect(all[18]).toMatchObject({
      "Half-hour from (UTC)": "2026-03-02 09:00:00",
      "UTC offset": "UTC+00:00",
      "Offered (visits)": "10",
    });
    expect(all[0]).toMatchObject({ "Offered (visits)": "0", "Service level (%)": "", "ASA (s)": "" });
  });

  it("list who was lost, with the wait and the number they called from", async () => {
    const pages = await sessions();
    expect(pages.table(PAGE, "Abandoned and short contacts")).toMatchObject([
      {
        Contact: "x-1",
        Began: "2026-03-02 09:40:00",
        Queue: "Support",
        "Left in": "queue",
        Type: "abandoned",
        Waited: "0:00:30",
      },
    ]);
  });

  it("draw each half-hour of arrivals by what became of them", async () => {
    const html = (await sessions()).text(PAGE);
    expect(html).toContain("<title>09:00: 10 calls, 10 handled, 0 abandoned or short, 0 other</title>");
    expect(html).toContain("<title>09:30: 1 call, 0 handled, 1 abandoned or short, 0 other</title>");
  });

  it("count on the day of entry; a day without calls has no data, not 0 or 100 %", async () => {
    const pages = await sessions("2026-03-03");
    expect(pages.cards(PAGE)["Service level"]).toMatch(/^no data \|/);
    expect(pages.cards(PAGE)["Abandon rate"]).toMatch(/^no data \|/);
    expect(pages.csv("contact-sessions.csv")).toEqual([]);
  });
});

describe("outcomes of inbound calls", () => {
  const lives = `
    at        contactId  event          queueName  agentId  direction
    09:00:00  ok         new            -          -        inbound
    09:00:01  ok         parked         Support    -        -
    09:00:04  ok         connected      Support    kim      -
    09:05:00  ok         ended          -          -        -
    09:00:00  sudden     new            -          -        inbound
    09:00:01  sudden     parked         Support    -        -
    09:00:30  sudden     connected      Support    kim      -
    09:00:33  sudden     ended          -          -        -
    09:00:00  lost       new            -          -        inbound
    09:00:01  lost       parked         Support    -        -
    09:00:20  lost       connect        Support    kim      -
    09:00:32  lost       ended          -          -        -
    09:00:00  short      new            -          -        inbound
    09:00:01  short      ivr-connected  -          -        -
    09:00:07  short      ended          -          -        -
    09:00:00  self       new            -          -        inbound
    09:00:01  self       ivr-connected  -          -        -
    09:02:00  self       ended          -          -        -
    09:00:00  open       new            -          -        inbound
    09:00:01  open       parked         Support    -        -
  `;

  it("part handled, sudden, abandoned by place, short, self-service and open", async () => {
    centre = await given(lives);
    const pages = await sessions();
    expect(pages.table(PAGE, "Outcomes").map((row) => [row.Outcome, row.Contacts, row.Share])).toEqual([
      ["Handled", "1", "16.7 %"],
      ["Handled, sudden disconnect", "1", "16.7 %"],
      ["Abandoned while offered to an agent", "1", "16.7 %"],
      ["Short, in the IVR", "1", "16.7 %"],
      ["Ended in IVR, outcome unknown (self-service)", "1", "16.7 %"],
      ["Still open", "1", "16.7 %"],
      ["All", "6", "100.0 %"],
    ]);
    expect(pages.table(PAGE, "Queues")[0]).toMatchObject({ Offered: "3", "Still waiting": "1" });
  });

  it("are counted on the local day they began, whatever the day they ended", async () => {
    centre = await given(
      `
      at          event      direction
      23:59:00    new        inbound
      23:59:01    parked     -
      00:00:30+1  connected  -
      00:10:00+1  ended      -
    `,
      { zone: "UTC" },
    );
    expect((await sessions()).cards(PAGE).Handled).toMatch(/^1 \|/);
    expect((await sessions("2026-03-03")).cards(PAGE).Handled).toMatch(/^0 \|/);
  });
});

it("keeps channels and directions apart", async () => {
  centre = await given(`
    at        contactId  event      channelType  direction  isOutdial
    09:00:00  call       new        -            -          -
    09:00:01  call       parked     -            -          -
    09:00:09  call       connected  -            -          -
    09:05:00  call       ended      -            -          -
    09:00:00  chat       new        chat         inbound    -
    09:00:01  chat       parked     chat         -          -
    09:09:00  chat       connected  chat         -          -
    09:10:00  chat       ended      chat         -          -
    09:00:00  dial       new        -            outdial    1
    09:00:20  dial       ended      -            -          -
    09:00:00  camp       new        -            outbound   -
    09:00:20  camp       connected  -            -          -
    09:01:00  camp       ended      -            -          -
  `);
  const pages = await sessions();
  expect(pages.cards(PAGE)["Inbound calls"]).toBe("1 | 1 without a direction");
  expect(pages.cards(PAGE)["Service level"]).toMatch(/^100\.0 %/);
  expect(pages.table(PAGE, "Channels").map((row) => [row.Channel, row.Contacts, row["Service level"]])).toEqual([
    ["chat", "1", "0.0 %"],
    ["telephony", "1", "100.0 %"],
  ]);
  const directions = pages.table(PAGE, "Directions").map((row) => Object.values(row));
  expect(directions).toEqual([
    ["inbound", "chat", "1", "1", "0", "100.0 %", "0"],
    ["inbound", "telephony", "1", "1", "0", "100.0 %", "1"],
    ["outbound", "telephony", "1", "1", "0", "100.0 %", "0"],
    ["outdial", "telephony", "1", "0", "1", "0.0 %", "0"],
  ]);
});

it("uses each queue's own threshold and goal, and says so where they differ", async () => {
  const thresholds = {
    short_abandon_ms: 5_000,
    short_contact_ms: 10_000,
    sudden_disconnect_ms: 5_000,
    rona_after_ms: 10_000,
    formula: "abandon_ignored" as const,
  };
  const of = (level: number, goal: number) => ({
    ...thresholds,
    service_level_ms: level,
    service_level_goal_share: goal,
  });
  centre = await given(
    `
    at        contactId  event      queueName  direction
    09:00:00  a          new        -          inbound
    09:00:00  a          parked     Support    -
    09:00:15  a          connected  Support    -
    09:05:00  a          ended      -          -
    09:00:00  b          new        -          inbound
    09:00:00  b          parked     VIP        -
    09:00:15  b          connected  VIP        -
    09:05:00  b          ended      -          -
  `,
    { thresholds: of(20_000, 0.8), queues: { VIP: of(10_000, 0.95) } },
  );
  const pages = await sessions();
  expect(pages.table(PAGE, "Queues").map((row) => [row.Queue, row.Within, row["Service level"]])).toEqual([
    ["Support", "20 s", "100.0 %"],
    ["VIP", "10 s", "0.0 %"],
    ["All telephone queues", "by queue", "50.0 %"],
  ]);
  expect(pages.cards(PAGE)["Service level"]).toBe(
    "50.0 % | abandon_ignored, threshold by queue; goals differ by queue",
  );
  expect(pages.table(PAGE, "Thresholds").map((row) => [row.Queue, row["Answered within"], row.Goal])).toEqual([
    ["default", "20 s", "80.0 %"],
    ["VIP", "10 s", "95.0 %"],
  ]);
});

describe("a day of the clock change in Berlin", () => {
  const arrivals = (times: string[]): string =>
    ndjson(times.map((at, index) => ({ contactId: `c-${index}`, event: "new", direction: "inbound", at })));

  it("has 46 half-hours in spring", async () => {
    centre = await openCentre({ zone: "Europe/Berlin" });
    await load(centre, {
      "contact-events-2026-03-29.ndjson": arrivals(["2026-03-29T00:59:00Z", "2026-03-29T01:01:00Z"]),
    });
    await rebuildAndCheck(centre);
    const pages = await sessions("2026-03-29");
    const halves = pages.csv("contact-sessions-intervals.csv").map((row) => row["Half-hour from (Europe/Berlin)"]);
    expect(halves).toHaveLength(46);
    expect(halves.slice(3, 5)).toEqual(["2026-03-29 01:30:00", "2026-03-29 03:00:00"]);
    expect(pages.text(PAGE)).toMatch(/<title>01:30: 1 call,[\s\S]*<title>03:00: 1 call,/);
  });

  it("has 50 in autumn, the hour that comes twice told by its offset", async () => {
    centre = await openCentre({ zone: "Europe/Berlin" });
    await load(centre, {
      "contact-events-2026-10-25.ndjson": arrivals([
        "2026-10-25T00:10:00Z",
        "2026-10-25T01:10:00Z",
        "2026-10-25T01:20:00Z",
      ]),
    });
    await rebuildAndCheck(centre);
    const pages = await sessions("2026-10-25");
    const halves = pages
      .csv("contact-sessions-intervals.csv")
      .map((row) => `${row["Half-hour from (Europe/Berlin)"]} ${row["UTC offset"]}`);
    expect(halves).toHaveLength(50);
    expect(halves.filter((half) => half.includes(" 02:00"))).toEqual([
      "2026-10-25 02:00:00 UTC+02:00",
      "2026-10-25 02:00:00 UTC+01:00",
    ]);
    expect(pages.text(PAGE)).toMatch(/<title>02:00: 1 call,[\s\S]*<title>02:30: 0 calls,[\s\S]*<title>02:00: 2 calls,/);
  });
});

describe("several days", () => {
  it("are told by day, and by the time of day of all together", async () => {
    centre = await openCentre({ zone: "Asia/Seoul" });
    const calls = ["2026-03-02T01:00:00Z", "2026-03-03T01:10:00Z", "2026-03-03T15:10:00Z"].flatMap((at, index) => [
      { contactId: `c-${index}`, event: "new", direction: "inbound", at },
      { contactId: `c-${index}`, event: "parked", queueName: "Support", at: at.replace(":00Z", ":01Z") },
      { contactId: `c-${index}`, event: "connected", at: at.replace(":00Z", ":05Z") },
      { contactId: `c-${index}`, event: "ended", at: at.replace(":00Z", ":55Z") },
    ]);
    await load(centre, { "contact-events-all.ndjson": ndjson(calls) });
    await rebuildAndCheck(centre);
    const pages = await sessions("2026-03-02", "2026-03-04");
    expect(pages.table(PAGE, "Days").map((row) => [row.Day, row.Offered])).toEqual([
      ["2026-03-02", "1"],
      ["2026-03-03", "1"],
      ["2026-03-04", "1"],
    ]);
    expect(pages.text(PAGE)).toContain("<title>Mon 2 Mar: 1 call,");
    expect(pages.text(PAGE)).toContain("<title>10:00: 2 calls,");
    expect(pages.csv("contact-sessions-intervals.csv").filter((row) => row.Queue === "Support")).toHaveLength(3);
  });
});

it("shows no more of a caller's number than the masking allows", async () => {
  const call = `
    at        event   origin        direction
    09:00:00  new     +82212345678  inbound
    09:00:01  parked  -             -
    09:00:30  ended   -             -
  `;
  centre = await given(call, { masking: { numbers: "last-four", names: "none", key: "" } });
  const pages = await sessions();
  expect(pages.table(PAGE, "Abandoned")[0]?.From).toBe("***5678");
  for (const name of pages.names) expect(pages.text(name)).not.toContain("82212345678");
});

it("leaves contacts that are truncated or came without their start out of every rate, and counts them beside", async () => {
  centre = await given(`
    at        contactId  event      queueName  direction
    09:00:00  whole      new        -          inbound
    09:00:01  whole      parked     Support    -
    09:00:04  whole      connected  Support    -
    09:05:00  whole      ended      -          -
    09:00:01  half       parked     Support    inbound
    09:00:50  half       ended      -          -
  `);
  const row = (await sessions()).table(PAGE, "Queues")[0];
  expect(row).toMatchObject({ Offered: "1", Abandoned: "0", "Left out": "1", "Service level": "100.0 %" });
});

it("lists at most a hundred lost contacts on the page and all of them in the CSV file", async () => {
  centre = await openCentre();
  const lost = Array.from({ length: 130 }, (_, index) => [
    { contactId: `c-${index}`, event: "new", direction: "inbound", at: "2026-03-02T09:00:00Z" },
    { contactId: `c-${index}`, event: "parked", at: "2026-03-02T09:00:01Z" },
    { contactId: `c-${index}`, event: "ended", at: Date.parse("2026-03-02T09:01:00Z") + index * 1000 },
  ]).flat();
  await load(centre, { "contact-events-2026-03-02.ndjson": ndjson(lost) });
  await rebuildAndCheck(centre);
  const pages = await sessions();
  const listed = pages.table(PAGE, "Abandoned");
  expect(listed).toHaveLength(100);
  expect(listed[0]?.Contact).toBe("c-129");
  expect(pages.csv("contact-sessions-abandoned.csv")).toHaveLength(130);
  expect(pages.words(PAGE)).toContain("The 100 that waited longest of 130");
});

it("counts every visit in exactly one half-hour and one queue", async () => {
  centre = await given(tenCalls());
  const pages = await sessions();
  const sum = (rows: Record<string, string>[]): number =>
    rows.reduce((total, row) => total + Number(row["Offered (visits)"]), 0);
  const intervals = pages.csv("contact-sessions-intervals.csv");
  const all = intervals.filter((row) => row.Queue === "(all telephone queues)");
  const each = intervals.filter((row) => row.Queue !== "(all telephone queues)");
  expect([sum(all), sum(each), sum(pages.csv("contact-sessions.csv"))]).toEqual([11, 11, 11]);
});

it("does not call a contact lost of which only the vendor's record came, without an outcome", async () => {
  centre = await openCentre();
  const [created, ended] = [Date.parse(`${DAY}T09:00:00Z`), Date.parse(`${DAY}T09:05:00Z`)];
  const tasks = [{ id: "t-1", createdTime: created, endedTime: ended, isActive: false, direction: "inbound" }];
  await load(centre, { "tasks.json": JSON.stringify({ data: { taskDetails: { tasks } } }) });
  await rebuildAndCheck(centre);
  const pages = await sessions();
  expect(pages.table(PAGE, "Outcomes")[0]).toMatchObject({
    Outcome: "Not told (delivered without events)",
    Contacts: "1",
  });
  expect(pages.cards(PAGE)["Open or unknown"]).toBe("1 | 0 open for too long, 1 not told; 0 truncated");
  expect(pages.words(PAGE)).toContain("Only reported 1");
});
