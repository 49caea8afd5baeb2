import { silentLog } from "../../src/base/log";
import { batchOf } from "../../src/batch";
import { runWorkflow } from "../../src/runner";
import { render as renderStep } from "../../src/steps/render";
import { type Centre, load, ndjson, openCentre } from "../support/centre";
import { events, given } from "../support/contacts";
import { rebuildAndCheck } from "../support/rebuilt";
import { type Pages, render } from "./pages";

type Fields = Record<string, unknown>;

const DAY = "2026-03-02";
const PAGE = "reconciliation.html";
const NINE = Date.parse(`${DAY}T09:00:00Z`);

let centre: Centre;
beforeEach(async () => {
  centre = await openCentre();
});
afterEach(() => centre.close());

/** Activities from a table `event second [end]`; an end of `-` was not delivered. */
function nodes(id: string, table: string): Fields[] {
  return table
    .trim()
    .split("\n")
    .map((line) => {
      const [name = "", second = "0", end = second] = line.trim().split(/\s+/);
      const at = NINE + Math.round(Number(second) * 1000);
      const ended = end === "-" ? {} : { endedTime: NINE + Math.round(Number(end) * 1000) };
      return { id: `${id}-${at}-${name}`, createdTime: at, ...ended };
    });
}

const CALL = `
  new            0    5
  ivr-connected  5   10
  parked        10   40
  connect       40   45
  connected     45  105.4
  ended        105.4
`;

const AGREES = {
  createdTime: NINE,
  endedTime: NINE + 105_400,
  totalDuration: 105_400,
  selfserviceCount: 1,
  selfserviceDuration: 5_000,
  queueCount: 1,
  queueDuration: 30_000,
  ringingDuration: 5_000,
  connectedCount: 1,
  connectedDuration: 60_400,
};

function task(id: string, figures: Fields = {}, call = CALL, list: Fields = {}): Fields {
  const queue = { lastQueue: { id: "q-1", name: "Support" } };
  return {
    id,
    channelType: "telephony",
    ...queue,
    ...AGREES,
    ...figures,
    activities: { nodes: nodes(id, call), pageInfo: { hasNextPage: false }, ...list },
  };
}

async function tasks(...elements: Fields[]): Promise<void> {
  await load(centre, { [`tasks-${DAY}.json`]: JSON.stringify({ data: { taskDetails: { tasks: elements } } }) });
  await rebuildAndCheck(centre);
}

const page = async (): Promise<Pages> => await render(centre, DAY, { names: ["reconciliation"] });

/** What differs, as the CSV file tells it: session, figure, cause. */
async function causes(): Promise<string[]> {
  const rows = (await page()).csv("reconciliation.csv");
  return rows.map(
    (row) => `${row.Contact || row.Agent} ${row.Figure}: ${row.Cause}${row.Rule ? ` (${row.Rule})` : ""}`,
  );
}

describe("a contact whose totals the vendor delivers", () => {
  it("agrees where every figure is the same to the millisecond", async () => {
    await tasks(task("c-1"), task("c-2", { connectedDuration: 70_000 }));
    const pages = await page();
    expect(pages.cards(PAGE)["Contacts that agree"]).toBe(
      "50.0 % | 1 of 2 contacts, in every figure to the millisecond",
    );
    expect(pages.cards(PAGE)["Figures that agree"]).toBe("93.8 % | 15 of 16 compared");
    expect(pages.words(PAGE)).toContain("The vendor says nothing of: Ringing, number; Hold, number");
  });

  it("is listed with both values, the difference, the dump and its place, where nothing explains it", async () => {
    await tasks(task("c-1"), task("c-2", { connectedDuration: 61_500, queueCount: 3 }));
    const pages = await page();
    expect(pages.table(PAGE, "Unexplained differences")).toEqual([
      {
        Session: "c-2",
        Began: `${DAY} 09:00:00`,
        Figure: "Queue, number",
        Vendor: "3",
        Rebuilt: "1",
        Difference: "+2",
        Dump: `tasks-${DAY}.json`,
        Line: "8",
      },
      {
        Session: "c-2",
        Began: `${DAY} 09:00:00`,
        Figure: "Connected, time",
        Vendor: "0:01:01.500",
        Rebuilt: "0:01:00.400",
        Difference: "+0:00:01.100",
        Dump: `tasks-${DAY}.json`,
        Line: "8",
      },
    ]);
    expect(pages.csv("reconciliation.csv")).toMatchObject([
      { Contact: "c-2", "Vendor (number)": "3", "Rebuilt (number)": "1", "Vendor (s)": "" },
      { Contact: "c-2", "Vendor (s)": "61.5", "Rebuilt (s)": "60.4", "Difference (s)": "1.1", Cause: "Unexplained" },
    ]);
    expect(pages.table(PAGE, "Contacts by figure and cause").find((row) => row.Figure === "Connected, time")).toEqual({
      Figure: "Connected, time",
      Compared: "2",
      Equal: "50.0 %",
      Unexplained: "1",
      Difference: "+0:00:01.100",
      "Only reported": "0",
    });
    expect(pages.cards(PAGE).Unexplained).toBe("2 | each is listed below");
  });

  it("is rounded where the vendor gives whole seconds, and not where it gives milliseconds elsewhere", async () => {
    const whole = { totalDuration: 105_000, connectedDuration: 60_000 };
    await tasks(task("c-1", whole), task("c-2", { connectedDuration: 60_000 }));
    expect(await causes()).toEqual([
      "c-2 Connected, time: Unexplained",
      "c-1 Total: Rounding",
      "c-1 Connected, time: Rounding",
    ]);
  });

  const HELD = `
    new         0    5
    parked      5   10
    connect    10   12
    connected  12   20
    on-hold    20   30
    hold-done  30   45
    ended      45
  `;
  const held = { endedTime: NINE + 45_000, totalDuration: 45_001, selfserviceCount: 0, selfserviceDuration: 0 };

  it.each([
    ["talk after a hold", 23_000, "The vendor counts talk after a hold as connected."],
    ["the hold too", 33_000, "The vendor counts talk after a hold, and the hold, as connected."],
  ])("is counted by a known rule: %s", async (_what, connectedDuration, rule) => {
    const figures = { ...held, queueDuration: 5_000, ringingDuration: 2_000, connectedDuration };
    await tasks(task("c-1", { ...figures, totalDuration: 45_000 }, HELD));
    expect(await causes()).toEqual([`c-1 Connected, time: Known rule (${rule})`]);
    expect((await page()).table(PAGE, "Rules behind differences")).toMatchObject([
      { Rule: rule, Figure: "Contacts: Connected, time", Cause: "Known rule", Figures: "1" },
    ]);
  });

  it("is counted by a known rule: every entry into the queue, the consult leg left out, the total between its own instants", async () => {
    const offers = `
      new      0   5
      parked   5  10
      connect 10  20
      parked  20  30
      connect 30  35
      connected 35 50
      ended   60
    `;
    const figures = { createdTime: NINE + 1_000, endedTime: NINE + 59_000, totalDuration: 58_000, selfserviceCount: 0 };
    const times = { selfserviceDuration: 0, queueDuration: 15_000, ringingDuration: 15_000, connectedDuration: 15_000 };
    const consult = `
      new        0   5
      parked     5  10
      connect   10  15
      connected 15  30
      on-hold   30  60
      new       31  32
      connect   32  36
      ended     50
      ended     60
    `;
    const asked = { endedTime: NINE + 60_000, totalDuration: 60_000, selfserviceCount: 0, selfserviceDuration: 0 };
    await tasks(
      task("c-1", { ...figures, ...times, queueCount: 2 }, offers),
      task("c-2", { ...asked, queueDuration: 5_000, ringingDuration: 5_000, connectedDuration: 15_000 }, consult),
    );
    expect(await causes()).toEqual([
      "c-1 Total: Known rule (The vendor's total runs from its own beginning to its own end, which lie within the events.)",
      "c-1 Queue, number: Known rule (The vendor counts every entry into the queue, also that of an offer that came back.)",
      "c-2 Ringing, time: Known rule (The vendor leaves the consult leg out.)",
    ]);
  });

  it("has the vendor's own threshold where its flags part the waits at one point, and not where they contradict each other", async () => {
    const waiting = (id: string, seconds: number, flag: boolean, queue: string): Fields => {
      const end = 10 + seconds;
      const call = `
        new 0 10
        parked 10 ${end}
        connected ${end} ${end + 20}
        ended ${end + 20}
      `;
      const list = { nodes: nodes(id, call).map((node) => ({ ...node, queue: { id: queue } })) };
      return { id, channelType: "telephony", isWithInServiceLevel: flag, activities: list };
    };
    await tasks(
      waiting("c-1", 25, true, "q-1"),
      waiting("c-2", 40, false, "q-1"),
      waiting("c-3", 25, true, "q-2"),
      waiting("c-4", 22, false, "q-2"),
      waiting("c-5", 15, false, "q-3"),
    );
    const rules = (await causes()).map((text) => text.slice(0, 48));
    expect(rules).toEqual([
      "c-3 Within service level: Unexplained",
      "c-1 Within service level: Known rule (The vendor",
      "c-5 Within service level: Unknown rule (The vend",
    ]);
  });

  it("is older than events that came later, as far as these account for the difference", async () => {
    await tasks(task("c-1", { ringingDuration: 4_000 }));
    await load(centre, {
      "contact-events-2026-03-03.ndjson": ndjson(
        events(`
          at          event      endedAt
          09:05:00+1  connected  09:05:30+1
          09:05:30+1  ended      -
        `),
      ),
    });
    await rebuildAndCheck(centre);
    expect(await causes()).toEqual([
      "c-1 Ringing, time: Unexplained",
      "c-1 Total: Later events",
      "c-1 Connected, number: Later events",
      "c-1 Connected, time: Later events",
    ]);
  });

  it("was open at the export, as long as its open activity can have lasted by then", async () => {
    const open = `
      new        0   5
      parked     5  10
      connect   10  15
      connected 15   -
    `;
    const figures = {
      endedTime: -1,
      isActive: true,
      totalDuration: 75_000,
      selfserviceCount: 0,
      selfserviceDuration: 0,
    };
    const times = { queueDuration: 5_000, ringingDuration: 5_000 };
    await tasks(
      task("c-1", { ...figures, ...times, connectedCount: 0, connectedDuration: 60_000 }, open),
      task("c-2", { ...figures, ...times, connectedDuration: 60_001 }, open),
    );
    expect(await causes()).toEqual([
      "c-2 Connected, time: Unexplained",
      "c-1 Total: Open at export",
      "c-1 Connected, number: Open at export",
      "c-1 Connected, time: Open at export",
      "c-2 Total: Open at export",
    ]);
  });

  it("was delivered in a list that is cut, as far as the missing activities can account for it", async () => {
    const two = { queueCount: 3, connectedDuration: 90_000, selfserviceCount: 9, totalDuration: 105_400 };
    await tasks(task("c-1", two, CALL, { totalCount: 8, pageInfo: { hasNextPage: true } }));
    expect(await causes()).toEqual([
      "c-1 IVR, number: Unexplained",
      "c-1 Queue, number: List incomplete",
      "c-1 Connected, time: List incomplete",
    ]);
  });

  it("was delivered without its beginning, as much as lies before the first activity", async () => {
    const late = CALL.replace("new            0    5\n", "").replace("ivr-connected  5   10\n", "");
    await tasks(task("c-1", { ringingDuration: 30_000 }, late));
    expect(await causes()).toEqual([
      "c-1 Ringing, time: Unexplained",
      "c-1 Total: List incomplete",
      "c-1 IVR, number: List incomplete",
      "c-1 IVR, time: List incomplete",
    ]);
  });

  it("rests on an unknown rule where an end was not delivered or an event is unknown, within what they leave open", async () => {
    const derived = CALL.replace("connect       40   45", "connect       40   -");
    const strange = CALL.replace("connected     45  105.4", "teleported 50 50\n connected     60  105.4");
    await tasks(
      task("c-1", { ringingDuration: 3_000, queueDuration: 29_000 }, derived),
      task("c-2", { connectedCount: 2, connectedDuration: 55_400 }, strange),
      task("c-3", { connectedCount: 3, connectedDuration: 55_401 }, strange),
    );
    expect(await causes()).toEqual([
      "c-1 Queue, time: Unexplained",
      "c-3 Connected, number: Unexplained",
      "c-3 Connected, time: Unexplained",
      "c-1 Ringing, time: Unknown rule (The dump gives no end of an activity; the first event that can end it is taken.)",
      "c-2 Connected, number: Unknown rule (The contact has events that the reference does not know.)",
      "c-2 Connected, time: Unknown rule (The contact has events that the reference does not know.)",
    ]);
  });

  it("is only compared with itself where no activity came, and empty figures are counted apart", async () => {
    const { activities: _none, ...bare } = task("c-1");
    const { activities: _nothing, ...wrong } = task("c-2", { totalDuration: 1 });
    await tasks(bare, wrong);
    const pages = await page();
    expect(pages.cards(PAGE)["Only reported"]).toMatch(/^2 \|/);
    expect(await causes()).toEqual(["c-2 Total: Unexplained"]);
    const causeRows = pages.table(PAGE, "Figures by cause");
    expect(causeRows.find((row) => row.Cause === "Only reported")?.Figures).toBe("15");
    expect(causeRows.find((row) => row.Cause === "Empty")?.Figures).toBe("26");
  });
});

describe("an agent's channel whose totals the vendor delivers", () => {
  const STAYS = `
    idle         0   10
    available   10   40
    ringing     40   45
    connected   45  105
    wrapup     105  125
    available  125  200
    logged-out 200
  `;
  const TOTALS = {
    idleCount: 1,
    idleDuration: 10_000,
    availableDuration: 105_000,
    ringingDuration: 5_000,
    connectedCount: 1,
    connectedDuration: 60_000,
    wrapupDuration: 20_000,
    totalDuration: 200_000,
  };

  function session(agentId: string, figures: Fields = {}, stays = STAYS, head: Fields = {}, node: Fields = {}): Fields {
    const channelId = `${agentId}-phone`;
    const activities = { nodes: nodes(`${channelId}-telephony`, stays).map((one) => ({ ...one, ...node })) };
    const channel = { channelId, channelType: "telephony", ...TOTALS, ...figures, activities };
    const span = { startTime: NINE, endTime: NINE + 200_000 };
    return { agentId, agentSessionId: `${agentId}-s`, ...span, ...head, channelInfo: [channel] };
  }

  async function sessions(...elements: Fields[]): Promise<void> {
    const text = JSON.stringify({ data: { agentSession: { agentSessions: elements } } });
    await load(centre, { [`agent-sessions-${DAY}.json`]: text });
    await rebuildAndCheck(centre);
  }

  it("agrees, or is listed with its agent, session and channel", async () => {
    await sessions(session("kim"), session("lee", { connectedDuration: 61_001 }));
    expect((await page()).cards(PAGE)["Agent channels that agree"]).toBe(
      "50.0 % | 1 of 2 channels, in every figure to the millisecond",
    );
    expect((await page()).csv("reconciliation.csv")).toMatchObject([
      {
        Agent: "lee",
        "Agent session": "lee-s",
        Channel: "lee-phone",
        Figure: "Connected, time",
        "Vendor (s)": "61.001",
        "Rebuilt (s)": "60",
        "Line (line)": "9",
        Cause: "Unexplained",
      },
    ]);
  });

  it("leaves outdial calls out of plain figures, and fills no number of disconnects", async () => {
    const figures = { connectedCount: 0, connectedDuration: 0, wrapupDuration: 0, disconnectedCount: 0 };
    await sessions(session("kim", figures, STAYS, {}, { isOutdial: true }));
    expect(await causes()).toEqual([
      "kim Connected, number: Known rule (The vendor's plain figure is of inbound calls, and it says nothing of outdial calls.)",
      "kim Connected, time: Known rule (The vendor's plain figure is of inbound calls, and it says nothing of outdial calls.)",
      "kim Wrap-up, time: Known rule (The vendor's plain figure is of inbound calls, and it says nothing of outdial calls.)",
      "kim Disconnects: Known rule (The vendor does not fill this figure: it is 0 whatever happened.)",
    ]);
  });

  it("counts further states of the same kind", async () => {
    const stays = STAYS.replace("available   10   40", "available   10   30\n available-consult-reserved 30 40");
    await sessions(session("kim", { availableDuration: 95_000, ringingDuration: 15_000 }, stays));
    expect(await causes()).toEqual([
      "kim Ringing, time: Known rule (The vendor counts further states of the same kind, such as ringing for a consult.)",
    ]);
  });

  it("was open at the export", async () => {
    const stays = `
      idle       0  10
      available 10  40
      connected 40  -
    `;
    const figures = { availableDuration: 30_000, ringingDuration: 0, wrapupDuration: 0, totalDuration: 100_000 };
    const head = { endTime: -1, isActive: true };
    await sessions(session("kim", { ...figures, connectedCount: 0, connectedDuration: 60_000 }, stays, head));
    expect(await causes()).toEqual([
      "kim Total: Open at export",
      "kim Connected, number: Open at export",
      "kim Connected, time: Open at export",
    ]);
  });

  it("came with a part of its stays, as much as the vendor's session has uncovered time", async () => {
    await sessions(session("kim", { availableDuration: 140_001 }, "connected 45 105"));
    expect(await causes()).toEqual([
      "kim Available, time: Unexplained",
      "kim Total: List incomplete",
      "kim Idle, number: List incomplete",
      "kim Idle, time: List incomplete",
      "kim Ringing, time: List incomplete",
      "kim Wrap-up, time: List incomplete",
    ]);
  });

  it("hides the names of agents where masking is on", async () => {
    await centre.close();
    centre = await openCentre({ masking: { numbers: "none", names: "last-four", key: "" } });
    await sessions({ ...session("kim", { connectedDuration: 61_001 }), agentName: "Kim Minji" });
    expect((await page()).csv("reconciliation.csv")).toMatchObject([{ Name: "***inji" }]);
  });
});

describe("where the vendor delivers no totals", () => {
  beforeEach(async () => {
    await centre.close();
    centre = await given("at  event\n09:00:00  new\n09:00:09  ended");
  });

  it("the report says that there is nothing to compare", async () => {
    const pages = await page();
    expect(pages.words(PAGE)).toContain("Nothing to compare. No session of this period came with totals");
    expect(pages.cards(PAGE)["Without totals"]).toMatch(/^1 \| of 1 session/);
    expect(pages.csv("reconciliation.csv")).toEqual([]);
  });

  it("nights leave it out, and make it where totals came", async () => {
    const night = async (): Promise<string[]> => {
      const context = { db: centre.db, config: centre.config, log: silentLog, now: () => 0 };
      await runWorkflow(context, batchOf({ workflow: "rebuild", all: true }));
      const done = await renderStep(context, batchOf({ workflow: "nightly", from: DAY, to: DAY }));
      return ((done.details?.files ?? []) as string[]).filter((file) => file.includes("reconciliation"));
    };
    expect(await night()).toEqual([]);
    await tasks(task("c-9"));
    expect(await night()).toHaveLength(2);
  });
});
