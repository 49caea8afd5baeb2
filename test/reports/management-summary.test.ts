import { mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readCsvTable } from "../../src/base/csv";
import { columnsOf } from "../../src/base/text";
import { generateDays } from "../../src/generate/generate";
import { lintHtml } from "../../src/mail/lint-html";
import type { Tier } from "../../src/reports/management-summary-ask";
import { gatherSummary, renderSummary, type Summary } from "../../src/reports/summary-mail";
import { type Centre, load, ndjson, openCentre } from "../support/centre";
import { events } from "../support/contacts";
import { rebuildAndCheck } from "../support/rebuilt";
import { render, wordsOf as visible } from "./pages";

const DAY = "2026-03-10";
const ARCHIVE = "/var/lib/nightdesk/reports/2026-03-10";
const FIRST = { edition_id: "summary_2026-03-10_1", number: 1, kind: "first", preliminary: [] } as const;

/** A goal that a common day does not reach, so that no mail is the short one of a quiet day. */
const STRICT: Centre["config"]["thresholds"] = {
  formula: "abandon_ignored",
  service_level_ms: 20_000,
  short_abandon_ms: 5_000,
  short_contact_ms: 10_000,
  sudden_disconnect_ms: 5_000,
  rona_after_ms: 10_000,
  service_level_goal_share: 0.995,
};

let centre: Centre;

/** Eight generated days, so that the last has the same weekday before it. */
async function openWeek(): Promise<Centre> {
  const folder = mkdtempSync(join(tmpdir(), "nightdesk-summary-"));
  const request = { day: "2026-03-03", days: 8, contacts: 160, agents: 40, seed: 11, faults: [], zone: "Asia/Seoul" };
  await generateDays({ ...request, out: folder });
  const opened = await openCentre({ zone: "Asia/Seoul", thresholds: STRICT });
  const names = readdirSync(folder).filter((name) => name.endsWith(".ndjson"));
  await load(opened, Object.fromEntries(names.map((name) => [name, readFileSync(join(folder, name))])));
  rmSync(folder, { recursive: true, force: true });
  await rebuildAndCheck(opened);
  return opened;
}

type Places = Parameters<typeof gatherSummary>[2]["places"];

async function summaryOf(
  places: Places = [],
  language: "en" | "ko" = "en",
  tier: Tier = "aggregates",
): Promise<Summary> {
  return await gatherSummary(centre.db, centre.config, { from: DAY, to: DAY, places, language, tier }, ARCHIVE);
}

/** Figures with what a reader takes as part of them. */
function figures(text: string): string[] {
  const plain = text.replace(/\s+/g, " ");
  return (plain.match(/(?:[<>▲▼]\s?)?[-−+]?\d[\d,.:/-]*(?:\s?%)?/g) ?? []).map((each) => each.replace(/[.,:/-]+$/, ""));
}

describe("a week of the centre", () => {
  beforeAll(async () => {
    centre = await openWeek();
  }, 120_000);
  afterAll(() => centre.close());

  it.each(["en", "ko"] as const)(
    "gives a %s mail without a fault, whose text has every figure of its HTML",
    async (language) => {
      const { html, text, subject } = renderSummary(await summaryOf([], language, "full"), FIRST);
      const { faults, texts } = lintHtml(html);
      expect(faults).toEqual([]);
      expect(Buffer.byteLength(html)).toBeLessThan(60 * 1024);
      const inText = new Set(figures(text));
      expect(figures(texts.join(" ")).filter((figure) => !inText.has(figure))).toEqual([]);
      expect(text.split("\n").filter((line) => columnsOf(line) > 78 && !line.includes("/"))).toEqual([]);
      expect(subject).toMatch(
        language === "en"
          ? /^\[(OK|WATCH|CRITICAL)\] Contact centre Tue 10 Mar: service level /
          : /^\[(정상|주의|위험)\] 컨택센터 3월 10일 \(화\): 서비스 레벨 /,
      );
      expect(html).toContain(`<html lang="${language}">`);
    },
  );

  it("tells its figures in mail, text, page and CSV file alike", async () => {
    const { html, text, attachments } = renderSummary(await summaryOf(), FIRST);
    const pages = await render(centre, DAY, { names: ["management-summary"] });
    const rows = readCsvTable(attachments[0]?.content ?? "");
    expect(rows).toEqual(pages.csv("management-summary.csv"));
    const shown = [visible(html), text, pages.words("management-summary.html"), visible(attachments[1]?.content ?? "")];
    const told = rows.filter(({ Block, Column }) => Block === "Key figures" && Column === "");
    expect(told.map((row) => row["Metric id"])).toEqual([
      "offered_visits",
      "service_level",
      "abandon_rate",
      "asa",
      "aht",
      "occupancy",
    ]);
    for (const row of told) for (const place of shown) expect(place).toContain(row["Shown as"]);
    const queues = pages.table("management-summary.html", "Queue, worst first");
    const sessions = await render(centre, DAY, { names: ["contact-sessions"] });
    for (const queue of sessions.csv("contact-sessions.csv").filter((row) => row.Channel === "telephony")) {
      const row = queues.find((each) => each.Queue === queue.Queue);
      expect(row?.Offered ?? "0").toBe(queue["Offered (visits)"]);
    }
  });

  it("has ten blocks in the text, and 48 half-hours", async () => {
    const summary = await summaryOf();
    expect(summary.telling.told.blocks.map(({ id }) => id).join(" ")).toBe(
      "verdict data figures shape places agents failures sequence restated about",
    );
    const shape = summary.telling.told.blocks.find(({ id }) => id === "shape");
    expect(shape?.strips.map(({ length }) => length)).toEqual([24, 24]);
  });

  it("compares the median only where two of the weekdays before have data, and last week with its own", async () => {
    const { text } = renderSummary(await summaryOf(), FIRST);
    expect(text).toContain("against the same weekday last week");
    expect(text).not.toContain("same weekdays,");
    expect(text).toContain("Nothing to compare with: fewer than 30 contacts");
  });

  it("shows nobody a queue, team, site or agent outside the scope, in any part of a mail", async () => {
    const named = async (kind: string): Promise<string[]> =>
      (await centre.db("event_contexts").whereNotNull(kind).distinct(kind)).map(
        (row: Record<string, string>) => row[kind] ?? "",
      );
    const all = { queue: await named("queue_name"), team: await named("team_name"), site: await named("site_name") };
    const agents = await named("agent_name");
    expect([all.queue.length, all.team.length, all.site.length].every((count) => count > 1)).toBe(true);
    const places = (["queue", "team", "site"] as const).flatMap((kind) => all[kind].map((name) => ({ kind, name })));
    for (const [index, place] of places.entries()) {
      const tier = (["aggregates", "agent-ids", "full"] as const)[index % 3] ?? "full";
      const summary = await summaryOf([place], index % 2 === 0 ? "en" : "ko", tier);
      const { subject, html, text, attachments } = renderSummary(summary, FIRST);
      const parts = [subject, visible(html), text, ...attachments.map(({ content }) => visible(content))].join("\n");
      const others = places.filter(({ kind, name }) => kind !== place.kind || name !== place.name);
      // A name that is part of the place's own, or of another that may be shown, is no leak.
      const outside = others.map(({ name }) => name).filter((name) => !place.name.includes(name));
      const leaks = outside.filter((name) => parts.split(place.name).join(" ").includes(name));
      expect({ place, leaks }).toEqual({ place, leaks: [] });
      expect(tier === "full" ? [] : agents.filter((name) => parts.includes(name))).toEqual([]);
    }
  }, 240_000);

  it("tells agents by id or name only to those who may know them", async () => {
    const list = async (tier: Tier): Promise<string> => renderSummary(await summaryOf([], "en", tier), FIRST).text;
    const agent = await centre
      .db("agent_sessions")
      .whereNotNull("agent_name")
      .orderBy("agent_id")
      .first("agent_id", "agent_name");
    expect(await list("aggregates")).not.toContain("most offers let pass first");
    expect(await list("agent-ids")).toMatch(/Agent id +Signed-in time/);
    expect(await list("agent-ids")).not.toContain(agent.agent_name);
    const rows = readCsvTable(renderSummary(await summaryOf([], "en", "full"), FIRST).attachments[0]?.content ?? "");
    expect(rows.map(({ Row }) => Row)).toContain(agent.agent_name);
  });

  it("says corrected, final and preliminary in the subject, and why", async () => {
    const summary = await summaryOf();
    const corrected = renderSummary(summary, {
      ...FIRST,
      number: 2,
      kind: "corrected",
      preliminary: ["queue Sales: nothing came"],
    });
    expect(corrected.subject).toMatch(/^CORRECTED PRELIMINARY \[/);
    expect(corrected.text).toContain("PRELIMINARY: queue Sales: nothing came");
    expect(visible(corrected.html)).toContain("PRELIMINARY: queue Sales: nothing came");
    expect(corrected.text).toContain("Edition 2, summary_2026-03-10_1.");
  });

  it("gives the same bytes for the same data", async () => {
    const [one, two] = [await summaryOf(), await summaryOf()];
    expect(one.figures_sha256).toBe(two.figures_sha256);
    expect(renderSummary(one, FIRST)).toEqual(renderSummary(two, FIRST));
  });
});

describe("a day without anything", () => {
  afterEach(() => centre.close());

  it("is critical, since silence always means failure", async () => {
    centre = await openCentre({ zone: "Asia/Seoul" });
    const summary = await summaryOf();
    expect(summary.verdict).toBe("CRITICAL");
    expect(renderSummary(summary, FIRST).text).toContain("CRITICAL: no contact came on a day that is not closed");
  });

  it("is all normal where the calendar closes it, and the mail short", async () => {
    centre = await openCentre({ zone: "Asia/Seoul", calendar: { closed: [DAY], closed_weekdays: [] } });
    const { verdict, telling } = await summaryOf();
    expect(verdict).toBe("OK");
    const { text } = renderSummary(await summaryOf(), FIRST);
    expect(text).toContain("All normal: no rule is broken.");
    expect(text).toContain("Nothing out of the ordinary in: Shape of the day, Queues,");
    expect(telling.told.is_quiet).toBe(true);
  });
});

describe("names made to be more than names", () => {
  afterEach(() => centre.close());

  it("are text in every part", async () => {
    const bad = `=cmd|'/C'!A0"><script>alert(1)</script>`;
    centre = await openCentre();
    const fields = events(`
      at  contactId  event  direction
      09:00:00  c-1  new     inbound
      09:00:01  c-1  parked  -
      09:00:05  c-1  connected  -
      09:01:00  c-1  ended   -
    `).map((event) => ({ ...event, queueName: bad, agentName: bad, agentId: "a-1" }));
    await load(centre, { "contact-events-2026-03-02.ndjson": ndjson(fields) });
    await rebuildAndCheck(centre);
    const ask = { from: "2026-03-02", to: "2026-03-02", places: [], language: "en", tier: "full" } as const;
    const { html, text, attachments } = renderSummary(
      await gatherSummary(centre.db, centre.config, ask, ARCHIVE),
      FIRST,
    );
    expect(html).not.toContain("<script");
    expect(attachments[1]?.content).not.toContain("<script");
    expect(visible(html)).toContain(bad);
    expect(text.replace(/\s+/g, "")).toContain(bad.replace(/\s+/g, ""));
    expect(readCsvTable(attachments[0]?.content ?? "").some(({ Row }) => Row === `'${bad}`)).toBe(true);
  });
});
