import type { EarlierChange } from "../../src/reports/management-summary-restated";
import { gatherSummary, renderSummary } from "../../src/reports/summary-mail";
import { gatherNotices } from "../../src/reports/summary-notices";
import { type Centre, openCentre } from "../support/centre";

let centre: Centre;
afterEach(() => centre.close());

describe("nights that were missed", () => {
  it("are told by their day, but neither closed days nor those before the first night", async () => {
    centre = await openCentre({ calendar: { closed: ["2026-03-05"], closed_weekdays: [] } });
    const night = (day: string) => ({
      run_id: day,
      workflow: "nightly",
      step: "render",
      from_day: day,
      to_day: day,
      started_at_ms: 0,
      status: "done",
    });
    await centre.db("receipts").insert(["2026-03-03", "2026-03-06", "2026-03-08"].map(night));
    const notices = await gatherNotices(centre.db, centre.config, "2026-03-08", "2026-03-08");
    expect(notices.map(({ about }) => about)).toEqual(["missed-night-2026-03-04", "missed-night-2026-03-07"]);
    expect(notices[0]?.text).toBe(
      'No night has come to its end for 2026-03-04. "nightdesk nightly --day 2026-03-04" makes up for it.',
    );
  });
});

describe("restated days", () => {
  it("stand in the mail with old and new value and why, only those of the scope", async () => {
    centre = await openCentre();
    const change = (dimension: string, scope_id: string): EarlierChange => ({
      metric_id: "service_level",
      dimension,
      scope_id,
      scope_name: scope_id,
      channel_type: "telephony",
      slot_at_ms: null,
      unit: "share",
      old_value: 0.812,
      new_value: 0.809,
      causes: [{ kind: "dump", name: "d", sha256: "e", late_count: 14, revised_count: 0, further_count: 0 }],
      from: "2026-03-01",
      to: "2026-03-01",
    });
    const restated = [change("queue", "Billing"), change("queue", "Sales")];
    const ask = { from: "2026-03-02", to: "2026-03-02", language: "en", tier: "aggregates", restated } as const;
    const issue = { edition_id: "summary_2026-03-02_1", number: 1, kind: "first", preliminary: [] } as const;
    const textOf = async (places: { kind: "queue"; name: string }[]): Promise<string> =>
      renderSummary(await gatherSummary(centre.db, centre.config, { ...ask, places }, "/a"), issue).text;
    const all = await textOf([]);
    expect(all.replaceAll(/\s+/g, " ")).toContain("1 earlier day restated.");
    expect(all.replaceAll(/\s+/g, " ")).toContain("2026-03-01 service level, Billing 81.2 → 80.9 % 14 late events");
    const billing = await textOf([{ kind: "queue", name: "Billing" }]);
    expect(billing).toContain("81.2 → 80.9 %");
    expect(billing).not.toContain("Sales");
  });
});
