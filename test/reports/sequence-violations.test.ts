import type { Centre } from "../support/centre";
import { given } from "../support/contacts";
import { type Pages, render } from "./pages";

const DAY = "2026-03-02";
const PAGE = "sequence-violations.html";
let centre: Centre;
afterEach(() => centre.close());

const violations = async (from = DAY): Promise<Pages> => await render(centre, from, { names: ["sequence-violations"] });

const FLOWS = `
  at        contactId  event
  09:00:00  good       new
  09:00:05  good       parked
  09:00:10  good       connect
  09:00:12  good       connected
  09:05:00  good       ended
  09:00:00  bad-1      new
  09:00:05  bad-1      parked
  09:00:10  bad-1      connect
  09:00:12  bad-1      connected
  09:00:30  bad-1      parked
  09:05:00  bad-1      ended
  10:00:00  bad-2      new
  10:00:05  bad-2      parked
  10:00:10  bad-2      connect
  10:00:12  bad-2      connected
  10:00:30  bad-2      parked
  10:05:00  bad-2      ended
  11:00:00  half       connected
  11:05:00  half       ended
  12:00:00  odd        new
  12:00:01  odd        coffee-break
  12:00:02  odd        flow-activity
  12:00:05  odd        ended
`;

describe("the sequence report of a day", () => {
  beforeEach(async () => {
    centre = await given(FLOWS);
  });

  it("tells fitness of transitions and of contacts", async () => {
    const { cards, words } = await violations();
    expect(cards(PAGE).Fitness).toBe("90.0 % | 18 of 20 transitions accepted");
    expect(cards(PAGE)["Contacts without a finding"]).toBe("40.0 % | 2 of 5 checked");
    expect(cards(PAGE)["Refused transitions"]).toMatch(/^2 \|/);
    expect(cards(PAGE)["Without a start"]).toBe("1 | contacts; 0 of them truncated");
    expect(cards(PAGE)["Not in the table"]).toMatch(/^2 \|/);
    expect(words(PAGE)).toContain("No contact of the period is truncated");
  });

  it("tells each kind of refused transition once, with the event before, severity and examples", async () => {
    const pages = await violations();
    const kinds = pages.table(PAGE, "Kinds of refused transitions");
    expect(kinds).toMatchObject([
      {
        "State → event": "connected → parked",
        "Event before": "connected",
        Kind: "not-accepted",
        Severity: "error",
        Confidence: "high",
        Findings: "2",
        Contacts: "2",
        "For example": "bad-1 bad-2",
      },
      {
        "State → event": "no-contact → connected",
        Kind: "no-start",
        Severity: "warning",
        Findings: "1",
        "For example": "half",
      },
    ]);
    expect(pages.csv("sequence-violations.csv")[0]).toMatchObject({
      State: "connected",
      Event: "parked",
      "Findings (findings)": "2",
    });
  });

  it("counts the events the table does not know, known to the reference or not", async () => {
    const unknown = (await violations()).table(PAGE, "Events not in the table");
    expect(unknown.map((row) => [row.Event, row["In the reference"], row.Events])).toEqual([
      ["coffee-break", "unknown: shown as delivered", "1"],
      ["flow-activity", "known", "1"],
    ]);
  });

  it("draws the whole matrix, refused cells marked by a cross and not by colour alone", async () => {
    const pages = await violations();
    const matrix = pages.table(PAGE, "Transitions by state");
    expect(matrix).toHaveLength(21);
    expect(Object.keys(matrix[0] ?? {})).toHaveLength(21);
    const cell = (state: string, event: string): string | undefined =>
      matrix.find((row) => row.State === state)?.[event];
    expect(cell("no-contact", "new")).toBe("4");
    expect(cell("connect", "connected")).toBe("3");
    expect(cell("connected", "parked")).toBe("✕ 2");
    expect(cell("no-contact", "connected")).toBe("✕ 1");
    expect(cell("parked", "ivr-connected")).toBe("·");
    expect(cell("no-contact", "ended")).toBe("");
    expect(pages.text(PAGE)).toContain('class="refused" title="connected → parked: 2 transitions refused, 0 accepted"');
  });

  it("gives the matrix as a table of 420 cells whose counts add up to the judged transitions", async () => {
    const cells = (await violations()).csv("sequence-violations-matrix.csv");
    const sum = (head: string): number => cells.reduce((total, cell) => total + Number(cell[head]), 0);
    expect(cells).toHaveLength(420);
    expect(sum("Accepted (transitions)")).toBe(18);
    expect(sum("Refused (transitions)")).toBe(3);
  });

  it("says which table, version and mode it was checked with", async () => {
    await centre.db("settings").insert([
      { name: "sequence_table", value: "repaired" },
      { name: "sequence_mode", value: "overlay" },
      { name: "sequence_version", value: "0a2243b63ec8" },
    ]);
    expect((await violations()).words(PAGE)).toContain("Sequence table repaired version 0a2243b63ec8, overlay mode");
  });

  it("judges contacts on the day they began", async () => {
    expect((await violations("2026-03-03")).cards(PAGE).Fitness).toMatch(/^no data/);
  });
});

it("never calls a single refused transition among many a perfect day", async () => {
  const good = Array.from({ length: 3_000 }, (_, index) => `09:00:00  g-${index}  new\n09:00:09  g-${index}  ended`);
  centre = await given(
    `at  contactId  event\n${good.join("\n")}\n09:00:00  b  new\n09:00:01  b  conference-done\n09:00:02  b  ended`,
  );
  const { cards } = await violations();
  expect(cards(PAGE).Fitness).toMatch(/^> 99\.9 % \|/);
});
