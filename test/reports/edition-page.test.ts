import { wordsOf } from "../../src/i18n/words";
import type { EditionNote, Restatement } from "../../src/metrics/restatement";
import { pageEdition } from "../../src/reports/edition-page";

const CAUSE = { kind: "stale", old_count: 0, new_count: 5 } as const;

function change(
  metric_id: string,
  dimension: string,
  scope_id: string,
  old_value: number,
  new_value: number,
): Restatement {
  const place = { dimension, scope_id, scope_name: null, channel_type: null, slot_at_ms: null };
  return { metric_id, ...place, unit: "count", old_value, new_value, causes: [CAUSE] };
}

function leadOf(restatements: Restatement[]): string {
  const note: EditionNote = {
    number: 2,
    data_up_to_ms: Date.UTC(2026, 2, 4),
    restates: { number: 1, data_up_to_ms: Date.UTC(2026, 2, 3) },
    restatements,
    causes: [CAUSE],
  };
  return pageEdition("failure-reasons", note, { config: { zone: "UTC" }, words: wordsOf("en") }).lead;
}

describe("the sentence at the head of a later edition", () => {
  it("names the reason a figure is of, where no figure of the whole centre changed", () => {
    expect(leadOf([change("reason_contacts", "reason", "486", 7, 8)])).toBe(
      "Restates edition 1 of 2026-03-03: contacts with the reason, 486: 7 → 8, 0 → 5 sessions open for so long that they count as lost.",
    );
  });

  it("tells the whole centre's figures before those of one reason", () => {
    const lead = leadOf([
      change("reason_contacts", "reason", "486", 7, 8),
      change("failed_contacts", "all", "", 102, 103),
    ]);
    expect(lead).toMatch(/^Restates edition 1 of 2026-03-03: contacts affected 102 → 103, 0 → 5 sessions/);
  });
});
