import { readCsvTable } from "../../src/base/csv";
import { batchOf } from "../../src/batch";
import type { Config } from "../../src/base/config";
import { silentLog } from "../../src/base/log";
import { type ExportRequest, exportTable } from "../../src/exports/export";
import { runWorkflow } from "../../src/runner";
import { type Centre, load, ndjson, openCentre } from "../support/centre";

let centre: Centre;
afterEach(() => centre.close());

const AT = Date.UTC(2026, 2, 2, 9);

async function given(rows: Parameters<typeof ndjson>[0]): Promise<void> {
  centre = await openCentre();
  await load(centre, { "contact-events-2026-03-02.ndjson": ndjson(rows) });
  const context = { ...centre, log: silentLog, now: () => AT };
  for (const workflow of ["rebuild", "check"] as const) await runWorkflow(context, batchOf({ workflow }));
}

async function exported(
  request: Partial<ExportRequest> & { table: string },
  config: Config = centre.config,
): Promise<string> {
  const asked: ExportRequest = { from: null, to: null, format: "csv", spreadsheet: false, ...request };
  let text = "";
  for await (const part of exportTable(centre.db, config, asked)) text += part;
  return text;
}

const call = (contactId: string, more: Record<string, string | number> = {}): Record<string, string | number> => ({
  contactId,
  event: "new",
  at: AT,
  ...more,
});

describe("an export", () => {
  it("goes on after a page without losing or repeating a row, ordered by bytes", async () => {
    const ids = Array.from({ length: 21_000 }, (_, index) => `${index % 2 ? "a" : "B"}-${index}`);
    await given(ids.map((id) => call(id)));
    const rows = readCsvTable(await exported({ table: "customer-sessions" }));
    expect(rows.map((row) => row.contact_id)).toEqual([...ids].sort());
    const activities = readCsvTable(await exported({ table: "customer-activities" }));
    expect(activities.map((row) => row.contact_id)).toEqual([...ids].sort());
  });

  it("writes null as an empty cell, and instants and flags as numbers", async () => {
    await given([call("c-1"), { contactId: "c-1", event: "parked", at: AT + 500, queueName: "Billing, Ltd" }]);
    const [row] = readCsvTable(await exported({ table: "customer-sessions" }));
    expect(row).toMatchObject({
      started_at_ms: String(AT),
      ended_at_ms: "",
      is_open: "1",
      total_ms: "",
      last_queue_name: "Billing, Ltd",
    });
    const [json] = (await exported({ table: "customer-sessions", format: "ndjson" })).split("\n");
    expect(JSON.parse(json ?? "")).toMatchObject({ started_at_ms: AT, ended_at_ms: null, is_open: 1 });
  });

  it("is data: a formula stays as it came, unless a spreadsheet is to read it", async () => {
    await given([call("=1+1", { origin: "+82-2-555-0100" })]);
    expect(await exported({ table: "customer-sessions" })).toContain("\r\n=1+1,");
    const guarded = await exported({ table: "customer-sessions", spreadsheet: true });
    expect(guarded).toContain("\r\n'=1+1,");
    expect(guarded).toContain("+82 2 555 0100");
  });

  it("takes whole contacts of the days they began on", async () => {
    await given([
      call("late", { at: AT + 15 * 3_600_000 - 1000 }),
      { contactId: "late", event: "ended", at: AT + 15 * 3_600_000 + 1000 },
      call("next", { at: AT + 24 * 3_600_000 }),
    ]);
    const days = { from: "2026-03-02", to: "2026-03-02" };
    const rows = readCsvTable(await exported({ table: "customer-activities", ...days }));
    expect(rows.map((row) => `${row.contact_id} ${row.event}`)).toEqual(["late new", "late ended"]);
  });

  it("hides numbers and names wherever they stand, also in lines rejected before masking was switched on", async () => {
    await given([
      call("c-1", { origin: "+8225550100", agentName: "Kim Minji", reasonCode: "01012345678" }),
      { contactId: "c-2", event: "new", origin: "010-9876-5432" },
    ]);
    const config: Config = { ...centre.config, masking: { numbers: "last-four", names: "last-four", key: "" } };
    const all = await Promise.all(
      ["customer-sessions", "customer-activities", "rejected-lines"].map((table) => exported({ table }, config)),
    );
    for (const secret of ["25550100", "Kim M", "01012345", "9876-5432"]) expect(all.join("")).not.toContain(secret);
    expect(all[0]).toContain("***0100");
    expect(all[2]).toContain("***5432");
  });

  it("refuses a table it does not have, and names those it has", async () => {
    centre = await openCentre();
    await expect(exported({ table: "../settings" })).rejects.toThrow(
      "Expected one of customer-sessions, customer-activities",
    );
  });
});
