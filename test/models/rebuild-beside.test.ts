import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { silentLog } from "../../src/base/log";
import { openDatabase } from "../../src/db/open";
import { checkSequences } from "../../src/models/check";
import { rebuildTables } from "../../src/models/rebuild";
import { loadRules } from "../../src/reference/load";
import { type Centre, type Fields, load, ndjson, openCentre } from "../support/centre";
import { lineOf, randomContacts, randomNumbers } from "../support/random-contacts";

const PENDING = { from: null, to: null, all: false };
const TABLES = [
  "customer_activities",
  "customer_sessions",
  "queue_visits",
  "agent_activities",
  "agent_sessions",
  "person_stays",
  "contacts_to_check",
];

/** Enough of both that agents are rebuilt on the side. */
const CONTACTS = randomContacts(7, 1_050).map((events) => events.map(lineOf));
const AGENTS = randomAgents(60);

function randomAgents(count: number): Fields[][] {
  const random = randomNumbers(11);
  const states = ["idle", "available", "ringing", "connected", "on-hold", "wrapup", "not-responding", "skill-update"];
  return Array.from({ length: count }, (_, index) => {
    let at = Date.parse("2026-03-02T00:00:00Z") + Math.floor(random() * 3_600_000);
    return Array.from({ length: 12 }, (__, position) => {
      at += Math.floor(random() * 600_000);
      const state = position === 11 && random() < 0.7 ? "logged-out" : states[Math.floor(random() * states.length)];
      const named = random() < 0.5 ? { agentSessionId: `session-${index}` } : {};
      return { type: "agent", agentId: `agent-${index}`, state: state ?? "idle", at, ...named };
    });
  });
}

const fileOf = (name: string, events: readonly Fields[][]): Record<string, string> => ({
  [`${name}-2026-03-02.ndjson`]: ndjson(events.flat()),
});

/** The rules are written by the rebuild itself, as a night has it: nobody else sees them before it has ended. */
async function rebuild({ db, config }: Centre, log = silentLog): Promise<Record<string, number>> {
  return rebuildTables(db, config, log, PENDING, "rules", (trx) => loadRules(trx, config));
}

async function rowsOf({ db }: Centre): Promise<Record<string, unknown[]>> {
  const found: Record<string, unknown[]> = {};
  for (const table of TABLES) found[table] = (await db(table).select()).map((row) => JSON.stringify(row)).toSorted();
  return found;
}

const scratchFiles = ({ folder }: Centre): string[] => readdirSync(folder).filter((name) => name.includes("-scratch-"));

describe("a night of many contacts and many agents", () => {
  let centre: Centre;
  beforeEach(async () => {
    centre = await openCentre();
    await load(centre, { ...fileOf("contacts", CONTACTS), ...fileOf("agents", AGENTS) });
  });
  afterEach(() => centre.close());

  it("makes the rows that smaller nights, one side at a time, make", async () => {
    const seen = new Set<number>();
    const log = { ...silentLog, progress: () => void seen.add(scratchFiles(centre).length) };
    const counts = await rebuild(centre, log);
    expect(seen).toEqual(new Set([1]));
    expect(counts).toMatchObject({ contacts: 1_050, customer_sessions: 1_050, agents: 60 });
    const smaller = await openCentre();
    await load(smaller, fileOf("contacts", CONTACTS));
    await rebuild(smaller);
    await load(smaller, fileOf("agents", AGENTS));
    await rebuild(smaller, { ...silentLog, progress: () => expect(scratchFiles(smaller)).toEqual([]) });
    const sameDumps = await rowsOf(smaller);
    await smaller.close();
    expect(await rowsOf(centre)).toEqual(sameDumps);
    expect(sameDumps.person_stays?.length).toBeGreaterThan(60);
  });

  it("is made anew beside agents that stay as they are", async () => {
    await rebuild(centre);
    const before = await rowsOf(centre);
    const rest = fileOf("others", [[{ type: "agent", agentId: "other", state: "idle", at: "2026-03-02T08:00:00Z" }]]);
    await load(centre, rest);
    await rebuild(centre);
    const [other] = await centre.db("agents").where({ agent_id: "other" });
    for (const [set, entity] of [
      ["contacts_to_rebuild", "contact"],
      ["agents_to_rebuild", "agent"],
    ]) {
      const keys = centre
        .db(`${entity}s`)
        .select(`${entity}_key`)
        .whereNot(`${entity}_key`, entity === "agent" ? other.agent_key : 0);
      await centre.db(set as string).insert(keys);
    }
    expect(await rebuild(centre)).toMatchObject({ contacts: 1_050 });
    const after = await rowsOf(centre);
    expect(after.customer_activities).toEqual(before.customer_activities);
    expect(after.agent_activities).toHaveLength((before.agent_activities?.length ?? 0) + 1);
    expect(after.agent_activities).toEqual(expect.arrayContaining(before.agent_activities ?? []));
  });

  it("leaves everything as it was, and no scratch file, where one side fails", async () => {
    await loadRules(centre.db, centre.config);
    await centre.db.schema.renameTable("state_kinds", "state_kinds_away");
    await expect(rebuildTables(centre.db, centre.config, silentLog, PENDING, "rules")).rejects.toThrow(/state_kinds/);
    expect(scratchFiles(centre)).toEqual([]);
    const rows = await rowsOf(centre);
    expect(Object.values(rows).flat()).toEqual([]);
    await centre.db.schema.renameTable("state_kinds_away", "state_kinds");
    expect(await rebuild(centre)).toMatchObject({ contacts: 1_050, agents: 60 });
  });

  it("that was killed is made by the next run, which also removes what it left", async () => {
    const root = resolve(__dirname, "../..");
    const script = join(root, "test/support/killed-rebuild.ts");
    const child = spawn(process.execPath, ["--import", "tsx", script, centre.folder], { cwd: root, stdio: "ignore" });
    expect(await once(child, "close")).toEqual([null, "SIGKILL"]);
    expect(scratchFiles(centre)).toHaveLength(1);
    expect(Object.values(await rowsOf(centre)).flat()).toEqual([]);
    writeFileSync(join(centre.folder, "nightdesk.sqlite-of-another"), "");
    expect(await rebuild(centre)).toMatchObject({ contacts: 1_050, agents: 60 });
    expect(scratchFiles(centre)).toEqual([]);
    expect(readdirSync(centre.folder)).toContain("nightdesk.sqlite-of-another");
  });
});

describe("while another process writes", () => {
  let centre: Centre;
  beforeEach(async () => {
    centre = await openCentre();
    await load(centre, fileOf("contacts", CONTACTS.slice(0, 10)));
    await loadRules(centre.db, centre.config);
  });
  afterEach(() => centre.close());

  /** Begins work while another connection is writing, and lets that end once the work has asked for its turn. */
  async function meanwhile(work: () => Promise<unknown>): Promise<void> {
    const other = await openDatabase(centre.config.database_url);
    const writing = await other.transaction();
    await writing("settings").insert({ name: "written", value: "meanwhile" });
    const hasAsked = new Promise<void>((done) => {
      centre.db.on("query", ({ sql }: { sql: string }) => sql.startsWith("BEGIN") || done());
    });
    const working = work();
    await hasAsked;
    await writing.commit();
    await other.destroy();
    await working;
    expect(await centre.db("settings").where({ name: "written" })).toHaveLength(1);
  }

  it("a rebuild waits for its turn", async () => {
    await meanwhile(() => rebuildTables(centre.db, centre.config, silentLog, PENDING, "rules"));
    expect(await centre.db("customer_sessions").count({ n: "*" })).toEqual([{ n: 10 }]);
  });

  it("a check waits for its turn", async () => {
    await rebuildTables(centre.db, centre.config, silentLog, PENDING, "rules");
    await meanwhile(() => checkSequences(centre.db, centre.config, silentLog, PENDING, "sequence"));
    expect(await centre.db("sequence_checks").count({ n: "*" })).toEqual([{ n: 10 }]);
  });
});
