import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Config } from "../../src/base/config";
import { readCsvTable } from "../../src/base/csv";
import { issueReports } from "../../src/steps/render";
import { rebuiltFrom } from "../models/agent-centre";
import { type Centre, type Fields, openCentre } from "../support/centre";

let centre: Centre;
afterEach(() => centre.close());

/** Loads states of agents, told as local times with their offset, and rebuilds them. */
async function given(settings: Partial<Config>, events: readonly Fields[]): Promise<void> {
  centre = await openCentre(settings);
  await rebuiltFrom(centre, events);
}

interface Rendered {
  page: string;
  agents: Record<string, string>[];
  stays: Record<string, string>[];
}

async function rendered(from: string, to = from, view: "person" | "channel" = "person"): Promise<Rendered> {
  const out = join(centre.folder, "reports");
  const formats = ["html", "csv"] as const;
  const { files } = await issueReports(centre.db, centre.config, ["agent-states"], { from, to, formats, out, view });
  const text = (name: string): string => readFileSync(files.find((file) => file.endsWith(`/${name}`)) ?? "", "utf8");
  return {
    page: text("agent-states.html"),
    agents: readCsvTable(text("agent-states.csv")),
    stays: readCsvTable(text("agent-states-stays.csv")),
  };
}

const kim = { agentId: "kim", agentName: "Kim", agentSessionId: "s-1", teamName: "Blue" };
const DAY: Fields[] = [
  { ...kim, at: "2026-03-02T09:00:00.000Z", state: "idle", idleCode: "Meeting" },
  { ...kim, at: "2026-03-02T09:30:00.000Z", state: "available" },
  { ...kim, at: "2026-03-02T10:00:00.000Z", state: "ringing" },
  { ...kim, at: "2026-03-02T10:00:10.500Z", state: "not-responding" },
  { ...kim, at: "2026-03-02T10:01:00.000Z", state: "available" },
  { ...kim, at: "2026-03-02T10:15:00.000Z", state: "connected" },
  { ...kim, at: "2026-03-02T10:45:00.000Z", state: "wrapup" },
  { ...kim, at: "2026-03-02T11:00:00.000Z", state: "logged-out" },
];

describe("an agent's day", () => {
  it("is told by time and times in each state, first in, last out, occupancy and utilisation", async () => {
    await given({ zone: "Asia/Seoul" }, DAY);
    const { agents, page } = await rendered("2026-03-02");
    expect(agents).toHaveLength(1);
    expect(agents[0]).toMatchObject({
      "agent id": "kim",
      Agent: "Kim",
      Team: "Blue",
      "first in (Asia/Seoul)": "2026-03-02 18:00:00",
      "last out (Asia/Seoul)": "2026-03-02 20:00:00",
      "Signed in (s)": "7200",
      "connected (s)": "1800",
      "wrap-up (s)": "900",
      "available (s)": "2640",
      "available (times)": "2",
      "ringing (s)": "10.5",
      "not responding (s)": "49.5",
      "not responding (times)": "1",
      "idle (s)": "1800",
      // 2700 / (2700 + 2640) and 2710.5 / 7200
      "Occupancy (%)": "50.5618",
      "Utilisation (%)": "37.6458",
      "Unknown share (%)": "0",
    });
    expect(page).toContain('<td class="n">50.6 %</td>');
    expect(page).toContain("Meeting");
  });

  it("has no occupancy where the agent was neither at work nor available", async () => {
    await given({}, [
      { ...kim, at: "2026-03-02T09:00:00Z", state: "idle" },
      { ...kim, at: "2026-03-02T10:00:00Z", state: "logged-out" },
    ]);
    const { agents, page } = await rendered("2026-03-02");
    expect(agents[0]?.["Occupancy (%)"]).toBe("");
    expect(agents[0]?.["Utilisation (%)"]).toBe("0");
    expect(page).toContain("no data");
  });

  it("says no data where nobody was signed in", async () => {
    await given({}, DAY);
    const { agents, page } = await rendered("2026-03-05");
    expect(agents).toEqual([]);
    expect(page).toContain("no data");
  });
});

describe("clipping", () => {
  const overnight = [
    { ...kim, at: "2026-03-28T20:00:00Z", state: "available" },
    { ...kim, agentId: "lee", agentName: "Lee", agentSessionId: "s-2", at: "2026-03-30T10:00:00Z", state: "idle" },
  ];

  it("cuts at local midnights: the day the clocks go forward has 23 hours", async () => {
    await given({ zone: "Europe/Berlin", stale_after_ms: { default: 90 * 3_600_000 } }, overnight);
    const { agents, page } = await rendered("2026-03-29");
    expect(agents[0]).toMatchObject({
      "Signed in (s)": String(23 * 3600),
      "signed in since before": "1",
      "signed in beyond": "1",
    });
    expect(page).toContain("← 00:00");
    const hours = Array.from(page.matchAll(/left:[\d.]+%">(\d\d)</g), (match) => match[1]);
    expect(hours).toHaveLength(24);
    expect(hours).not.toContain("02");
  });

  it("cuts an open stay at the newest event loaded", async () => {
    await given({ zone: "Europe/Berlin", stale_after_ms: { default: 90 * 3_600_000 } }, overnight);
    const { agents } = await rendered("2026-03-30");
    expect(
      agents.map((row) => [row.Agent, row["Signed in (s)"], row["still signed in"], row["last out (Europe/Berlin)"]]),
    ).toEqual([["Kim", String(12 * 3600), "1", ""]]);
  });

  it("shows the hour twice that the clocks go back over", async () => {
    await given({ zone: "Europe/Berlin" }, [
      { ...kim, at: "2026-10-24T22:00:00Z", state: "available" },
      { ...kim, at: "2026-10-25T23:00:00Z", state: "logged-out" },
    ]);
    const { agents, page } = await rendered("2026-10-25");
    expect(agents[0]?.["Signed in (s)"]).toBe(String(25 * 3600));
    const hours = Array.from(page.matchAll(/left:[\d.]+%">(\d\d)</g), (match) => match[1]);
    expect(hours.filter((hour) => hour === "02")).toHaveLength(2);
  });
});

describe("the figures", () => {
  it("add up: stays to states, states to signed-in time, days to the range, to the millisecond", async () => {
    const channels = ["telephony", "chat", "email"];
    const states = ["idle", "available", "connected", "on-hold", "wrapup", "juggling"];
    const events = Array.from({ length: 400 }, (_, index): Fields => {
      const agentId = `agent-${index % 7}`;
      const at = Date.parse("2026-03-02T15:00:00Z") + index * 217_019 + (index % 13);
      const place = { agentSessionId: `s-${agentId}`, channelType: channels[index % 3] ?? "" };
      return {
        agentId,
        ...place,
        at,
        state: states[(index * 7) % 6] ?? "",
        idleCode: index % 6 === 0 ? "Lunch" : null,
      };
    });
    await given({ zone: "America/New_York" }, events);
    const range = await rendered("2026-03-02", "2026-03-03");
    const days = [await rendered("2026-03-02"), await rendered("2026-03-03")];
    const ms = (text: string | undefined): number => Math.round(Number(text) * 1000);
    for (const row of range.agents) {
      const id = row["agent id"];
      const kinds = Object.keys(row).filter((head) => /^[a-z -]+ \(s\)$/.test(head));
      const signedIn = ms(row["Signed in (s)"]);
      expect(kinds.reduce((sum, head) => sum + ms(row[head]), 0)).toBe(signedIn);
      const own = range.stays.filter((stay) => stay["agent id"] === id);
      expect(own.reduce((sum, stay) => sum + ms(stay["duration (s)"]), 0)).toBe(signedIn);
      const byDay = days.flatMap(({ agents }) => agents.filter((other) => other["agent id"] === id));
      expect(byDay.reduce((sum, day) => sum + ms(day["Signed in (s)"]), 0)).toBe(signedIn);
    }
  });

  it("count the same minute on every channel in the channel view, and say so", async () => {
    await given({}, [
      ...DAY,
      { ...kim, channelType: "chat", at: "2026-03-02T09:00:00Z", state: "available" },
      { ...kim, channelType: "chat", at: "2026-03-02T11:00:00Z", state: "logged-out" },
    ]);
    const { agents, page } = await rendered("2026-03-02", "2026-03-02", "channel");
    expect(agents.map((row) => [row.Channel, row["Signed in (s)"], row["available (s)"]])).toEqual([
      ["chat", "7200", "7200"],
      ["telephony", "7200", "2640"],
    ]);
    expect(page).toContain("Channel view.");
  });
});

describe("the page", () => {
  it("draws a strip with words for those who cannot see it", async () => {
    await given({}, DAY);
    const { page } = await rendered("2026-03-02");
    expect(page).toContain("<title>Kim: signed in 2:00:00: connected 0:30:00 (25.0 %), wrap-up 0:15:00 (12.5 %)");
    expect(page).toMatch(/<path class="k-connected" d="M75 16v-16h30v16z"\/>/);
    expect(page).toMatch(/<path class="missed" d="M60 0v6"\/>/);
  });

  it("executes and betrays nothing: names are escaped, masked where that is wanted, harmless in a spreadsheet", async () => {
    const named = DAY.map((event) => ({ ...event, agentName: "=HYPERLINK(1)", teamName: "<script>alert(1)</script>" }));
    await given({}, named);
    const open = await rendered("2026-03-02");
    expect(open.page).not.toContain("<script");
    expect(open.agents[0]?.Agent).not.toMatch(/^=/);
    await centre.close();
    await given({ masking: { numbers: "none", names: "hash", key: "k" } }, DAY);
    const masked = await rendered("2026-03-02");
    expect(masked.page).not.toContain("Kim");
    expect(masked.agents[0]?.Agent).toMatch(/^#[0-9a-f]{12}$/);
  });

  it("has the same bytes whenever it is made", async () => {
    await given({}, DAY);
    expect(await rendered("2026-03-02")).toEqual(await rendered("2026-03-02"));
  });
});
