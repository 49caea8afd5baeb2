import { join } from "node:path";
import type { Knex } from "knex";
import { exportTable } from "../../src/exports/export";
import { reportNames } from "../../src/reports/render";
import { issueReports } from "../../src/steps/render";
import type { Centre } from "../support/centre";
import { textsIn } from "../support/folders";
import { given } from "../support/contacts";

const DAY = "2026-03-02";
let centre: Centre;
beforeEach(async () => {
  centre = await given(`
  at        event      queueName  agentId  direction
  09:00:00  new        -          -        inbound
  09:00:05  parked     Support    -        -
  09:00:10  connect    Support    kim      -
  09:00:12  connected  Support    kim      -
  09:02:00  ended      -          -        -
`);
});
afterEach(() => centre.close());

/** As another night does that rebuilds: over another connection, committed at once. */
async function clearTables(): Promise<void> {
  for (const table of ["customer_sessions", "queue_visits", "customer_activities", "dump_quarters"]) {
    await centre.db(table).del();
  }
}

/** All reports of the day, by file, but for the index, which names the folder. */
async function rendered(out: string, look?: (db: Knex) => Promise<void>): Promise<Record<string, string>> {
  const request = { from: DAY, to: DAY, formats: ["html", "csv"] as const, out: join(centre.folder, out) };
  await issueReports(centre.db, centre.config, reportNames(), request, look === undefined ? {} : { look });
  const folder = join(centre.folder, out, DAY);
  return textsIn(folder);
}

describe("while another night writes", () => {
  it("all reports of a run are made of what there was when it began", async () => {
    const before = await rendered("before");
    expect(await rendered("meanwhile", clearTables)).toEqual(before);
    expect(await rendered("after")).not.toEqual(before);
  });

  it("an export goes on with what there was when it began", async () => {
    const request = { table: "customer-sessions", from: null, to: null, format: "csv", spreadsheet: false } as const;
    const parts: string[] = [];
    for await (const part of exportTable(centre.db, centre.config, request)) {
      if (parts.length === 0) await clearTables();
      parts.push(part);
    }
    expect(parts.join("").trim().split("\n")).toHaveLength(2);
  });
});
