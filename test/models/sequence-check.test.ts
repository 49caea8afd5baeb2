import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "@jest/globals";
import { silentLog } from "../../src/base/log";
import { checkSequences } from "../../src/models/check";
import { loadRules } from "../../src/reference/load";
import type { Centre } from "../support/centre";
import { given, rowsOf } from "../support/contacts";

let centre: Centre;
afterEach(() => centre.close());

/** Events a second apart. */
function flow(...names: string[]): string {
  return ["at  event", ...names.map((name, index) => `09:00:${String(index).padStart(2, "0")}  ${name}`)].join("\n");
}

const verdicts = async (): Promise<unknown[]> =>
  (await rowsOf(centre, "sequence_transitions", ["verdict"])).map((row) => row.verdict);
const findings = (...columns: string[]) => rowsOf(centre, "sequence_violations", columns);

describe("the sequence check", () => {
  it("counts an event the table does not know and finds nothing against the contact", async () => {
    centre = await given(flow("new", "flow-activity", "an-odd-one", "connect", "connected", "ended"));
    expect(await verdicts()).toEqual(["accepted", "not-in-table", "not-in-table", "accepted", "accepted", "accepted"]);
    expect(await centre.db("sequence_checks").first()).toMatchObject({
      judged_count: 4,
      accepted_count: 4,
      not_in_table_count: 2,
      violation_count: 0,
    });
  });

  it("says of a refused event the state, the event before it, and how sure the table is", async () => {
    centre = await given(flow("new", "ivr-connected", "recording-started", "ended"));
    expect(await findings("activity_number", "state", "previous_event", "event", "kind", "severity")).toEqual([
      {
        activity_number: 3,
        state: "ivr-connected",
        previous_event: "ivr-connected",
        event: "recording-started",
        kind: "not-accepted",
        severity: "error",
      },
      {
        activity_number: 4,
        state: "ivr-connected",
        previous_event: "recording-started",
        event: "ended",
        kind: "not-accepted",
        severity: "warning",
      },
    ]);
  });

  it("warns where the table itself is in doubt", async () => {
    centre = await given(flow("new", "connected", "ended"));
    expect(await findings("state", "event", "severity", "confidence")).toEqual([
      { state: "new", event: "connected", severity: "warning", confidence: "low" },
    ]);
  });

  it("finds a missing start once and goes on from the first event that moves the contact", async () => {
    centre = await given(flow("recording-started", "update-csr-attributes", "parked", "connect", "on-hold"));
    expect(await verdicts()).toEqual(["no-start", "unjudged", "unjudged", "accepted", "not-accepted"]);
    expect((await findings("kind", "state", "previous_event", "severity"))[0]).toEqual({
      kind: "no-start",
      state: "no-contact",
      previous_event: "no-contact",
      severity: "warning",
    });
  });

  it("lets a first agent wrap up in the middle of a transferred call", async () => {
    centre = await given(
      flow("new", "connect", "connected", "transferred", "wrapup-done", "connected", "ended", "wrapup-done"),
    );
    expect(await findings("event")).toEqual([]);
  });

  it("accepts a second wrap-up after the end by the row of wrapup-done", async () => {
    centre = await given(flow("new", "connect", "connected", "ended", "wrapup-done", "wrapup-done"));
    const states = (await rowsOf(centre, "sequence_transitions", ["state"])).map((row) => row.state);
    expect(states.slice(-2)).toEqual(["ended", "wrapup-done"]);
    expect(await findings("event")).toEqual([]);
  });

  it("judges everything anew under another mode, and under a site's own cells", async () => {
    centre = await given(flow("new", "ivr-connected", "ended"));
    expect(await findings("event", "table_version")).toEqual([{ event: "ended", table_version: "sequence" }]);
    const overrides = join(centre.folder, "cells.csv");
    writeFileSync(overrides, "state,event,accepted\nivr-connected,ended,Y\n");
    const config = { ...centre.config, sequence: { ...centre.config.sequence, overrides } };
    await loadRules(centre.db, config);
    const pending = { from: null, to: null, all: false };
    expect(await checkSequences(centre.db, config, silentLog, pending, "with cells")).toMatchObject({
      contacts: 1,
      violations: 0,
    });
    expect(await findings("event")).toEqual([]);
  });

  it("tells how many errors and warnings there are", async () => {
    centre = await given(
      "contactId  at  event\na  09:00:00  new\na  09:00:01  connected\na  09:00:02  ended\na  09:00:03  connected\nb  09:00:00  parked",
    );
    const pending = { from: null, to: null, all: true };
    expect(await checkSequences(centre.db, centre.config, silentLog, pending, "sequence")).toEqual({
      contacts: 2,
      judged: 4,
      accepted: 2,
      violations: 3,
      errors: 1,
      warnings: 2,
      not_in_table: 0,
    });
  });

  it("refuses a table that does not exist and names those that do", async () => {
    centre = await given(flow("new", "ended"));
    const config = { ...centre.config, sequence: { ...centre.config.sequence, table: "repared" } };
    const pending = { from: null, to: null, all: false };
    await expect(checkSequences(centre.db, config, silentLog, pending, "1")).rejects.toThrow(
      'There is no event sequence table "repared". Expected one of as-printed, repaired.',
    );
  });
});
