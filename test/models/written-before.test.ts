import { silentLog } from "../../src/base/log";
import { agentTables } from "../../src/models/agents";
import { isKept } from "../../src/models/make";
import { rebuildTables, WRITTEN_BEFORE } from "../../src/models/rebuild";
import { loadRules } from "../../src/reference/load";
import { load, ndjson, openCentre } from "../support/centre";

const MADE = new Set(agentTables.map(({ table }) => table));
const STATEMENTS = agentTables.map(({ select }) => select.replace(/--.*$/gm, "")).join("\n");

describe("what agents rebuilt on the side are handed", () => {
  it("is every table that the rebuild has written by then and their selects read", async () => {
    const centre = await openCentre({}, "sqlite");
    await load(centre, {
      "events.ndjson": ndjson([{ type: "agent", agentId: "a", state: "idle", at: Date.UTC(2026, 2, 2) }]),
    });
    const written = new Set<string>();
    centre.db.on("query", ({ sql }: { sql: string }) => {
      const table = /^\s*(?:insert into|update|delete from) [`"]?(\w+)/i.exec(sql)?.[1];
      if (table !== undefined && !MADE.has(table)) written.add(table);
    });
    await rebuildTables(centre.db, centre.config, silentLog, { from: null, to: null, all: true }, "rules", (trx) =>
      loadRules(trx, centre.config),
    );
    await centre.close();
    expect(agentTables.filter(isKept).length).toBeGreaterThan(0);
    expect([...written]).toEqual(expect.arrayContaining(["settings", "customer_sessions", "contacts_to_rebuild"]));
    const read = [...written].filter((table) => new RegExp(`\\b${table}\\b`).test(STATEMENTS));
    expect(read.toSorted()).toEqual(WRITTEN_BEFORE.toSorted());
  });
});
