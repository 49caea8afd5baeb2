import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { silentLog } from "../../src/base/log";
import { openDatabase } from "../../src/db/open";
import { loadDumps } from "../../src/dumps/load";
import { checkSequences } from "../../src/models/check";
import { pendingCounts } from "../../src/models/pending";
import { rebuildTogether } from "../../src/models/rebuild-together";
import { beginUnder, endUnder, rulesMark } from "../../src/models/rules";
import { loadRules } from "../../src/reference/load";
import { type Centre, type Fields, ndjson, openCentre, READ_AT_MS } from "../support/centre";
import { randomAgents } from "../support/random-agents";
import { lineOf, randomContacts } from "../support/random-contacts";
import { rebuildAndCheck } from "../support/rebuilt";
import { rebuiltRows } from "../support/rebuilt-rows";

const PENDING = { from: null, to: null, all: false };

/** Three nights of the same contacts and agents: each brings more of every one of them, and names nobody knew before. */
const NIGHTS = [0, 1, 2].map((night) => {
  const lines: Fields[] = [
    ...randomContacts(5, 60).flatMap((events) => events.map(lineOf)),
    ...randomAgents(5, 12).flat(),
  ].filter((_, index) => index % 3 === night);
  const fresh = {
    type: "contact",
    contactId: `contact-5-${night}`,
    event: `new-name-${night}`,
    at: Date.UTC(2026, 2, 2 + night),
  };
  return { name: `events-2026-03-0${2 + night}.ndjson`, text: ndjson([...lines, fresh]) };
});

let centre: Centre;
let other: Centre;
beforeEach(async () => {
  centre = await openCentre({ zone: "Asia/Seoul" });
  other = { ...centre, db: await openDatabase(centre.config.database_url) };
});
afterEach(async () => {
  await other.db.destroy();
  await centre.close();
});

async function loadNights({ db, config, folder }: Centre, nights: typeof NIGHTS): Promise<void> {
  for (const { name, text } of nights) {
    mkdirSync(join(folder, "in"), { recursive: true });
    writeFileSync(join(folder, "in", name), text);
    const { files } = await loadDumps(db, config, silentLog, [join(folder, "in", name)], READ_AT_MS);
    expect(files[0]).toMatchObject({ status: "loaded", error: null });
  }
}

/** What one rebuild makes of all the nights, loaded one after the other on SQLite. */
async function rowsOfQuietNights(): Promise<Record<string, string[]>> {
  const quiet = await openCentre({ zone: "Asia/Seoul" }, "sqlite");
  await loadNights(quiet, NIGHTS);
  await rebuildAndCheck(quiet);
  const rows = await rebuiltRows(quiet.db);
  await quiet.close();
  return rows;
}

/** A rebuild in slices so small that two runs share the work. */
async function rebuild(
  { db, config }: Centre,
  progress: () => void = () => {},
  whilePreparing: () => Promise<void> = () => Promise.resolve(),
): Promise<Record<string, number>> {
  return await rebuildTogether(db, {
    config,
    period: PENDING,
    rules_mark: rulesMark(config, "rules"),
    writeRules: async (trx) => {
      await whilePreparing();
      await loadRules(trx, config);
    },
    slice_sizes: { contact: 7, agent: 3 },
    progress,
  });
}

const check = ({ db, config }: Centre): Promise<Record<string, number>> =>
  checkSequences(db, config, silentLog, PENDING, "sequence");

describe("two processes on one database", () => {
  it("load at the same time, and give no key twice", async () => {
    await Promise.all([loadNights(centre, NIGHTS.slice(0, 1)), loadNights(other, NIGHTS.slice(1))]);
    await rebuild(centre);
    await check(centre);
    expect(await rebuiltRows(centre.db)).toEqual(await rowsOfQuietNights());
  });

  it("share a rebuild and a check: every contact is made by one of them, and nothing is left", async () => {
    await loadNights(centre, NIGHTS);
    const made = await Promise.all([rebuild(centre), rebuild(other)]);
    expect(made.reduce((sum, { contacts }) => sum + (contacts ?? 0), 0)).toBe(60);
    expect(made.reduce((sum, { agents }) => sum + (agents ?? 0), 0)).toBe(12);
    const checked = await Promise.all([check(centre), check(other)]);
    expect(checked.reduce((sum, { contacts }) => sum + (contacts ?? 0), 0)).toBe(60);
    expect(await rebuiltRows(centre.db)).toEqual(await rowsOfQuietNights());
  });

  it("lose nothing that is loaded while its contacts are being rebuilt", async () => {
    await loadNights(centre, NIGHTS.slice(0, 1));
    const loading: Promise<void>[] = [];
    // Begun in the middle of a slice, by another process, with more of the contacts in it.
    await rebuild(centre, () => {
      if (loading.length === 0) loading.push(loadNights(other, NIGHTS.slice(1)));
    });
    await Promise.all(loading);
    await rebuild(centre);
    await check(centre);
    expect(await rebuiltRows(centre.db)).toEqual(await rowsOfQuietNights());
    for (const set of ["contacts_to_rebuild", "agents_to_rebuild", "contacts_to_check"]) {
      expect(await centre.db(set)).toEqual([]);
    }
  });

  it("find what is stale by what was loaded while they rebuilt, and not by what was there at first", async () => {
    const [first = { name: "", text: "" }] = NIGHTS;
    await loadNights(centre, [first]);
    const event = { type: "contact", contactId: "much-later", event: "new", at: Date.UTC(2026, 4, 1) };
    const later = { name: "events-2026-05-01.ndjson", text: ndjson([event]) };
    const loading: Promise<void>[] = [];
    await rebuild(centre, undefined, async () => {
      if (loading.length === 0) loading.push(loadNights(other, [later]));
    });
    await Promise.all(loading);
    while ((await pendingCounts(centre.db)).contacts_to_rebuild > 0) await rebuild(centre);
    const quiet = await openCentre({ zone: "Asia/Seoul" }, "sqlite");
    await loadNights(quiet, [first, later]);
    await rebuildAndCheck(quiet);
    const stale = (db: Centre["db"]): Promise<unknown[]> =>
      db("customer_sessions").where({ is_stale: 1 }).orderBy("contact_id").pluck("contact_id");
    const expected = await stale(quiet.db);
    await quiet.close();
    expect(expected.length).toBeGreaterThan(0);
    expect(await stale(centre.db)).toEqual(expected);
  });

  it("refuse to work under two configurations at once, and end under the newer one", async () => {
    await loadNights(centre, NIGHTS);
    const elsewhere: Promise<unknown>[] = [];
    const berlin = { ...other, config: { ...other.config, zone: "Europe/Berlin" } };
    const seoul = rebuild(centre, () => {
      if (elsewhere.length === 0) elsewhere.push(rebuild(berlin));
    });
    await expect(seoul).rejects.toThrow("Another run has begun to make everything anew");
    await Promise.all(elsewhere);
    const days: string[] = await centre.db("calendar_days").orderBy("day").pluck("day");
    const [first] = await centre.db("calendar_days").where({ day: days[0] ?? "" });
    expect(new Date(Number(first.starts_at_ms)).toISOString()).toContain("T23:00");
    expect(await centre.db("settings").where({ name: "rebuilt_under" }).pluck("value")).toEqual([
      rulesMark(berlin.config, "rules"),
    ]);
  });

  it("refuse it too where the other run has ended by the time this one looks", async () => {
    await loadNights(centre, NIGHTS);
    const berlin = rulesMark({ ...other.config, zone: "Europe/Berlin" }, "rules");
    const elsewhere: Promise<unknown>[] = [];
    // Waits for what this run has prepared, and is over long before its slices are.
    const runElsewhere = (): Promise<unknown> =>
      other.db.transaction(async (trx) => {
        await beginUnder(trx, berlin);
        await endUnder(trx, berlin);
      });
    const seoul = rebuild(centre, undefined, async () => {
      if (elsewhere.length === 0) elsewhere.push(runElsewhere());
    });
    await expect(seoul).rejects.toThrow("Another run has begun to make everything anew, or has done so,");
    await Promise.all(elsewhere);
  });
});

describe("a new database", () => {
  it("gets its tables once, though many open it at the same time", async () => {
    await centre.db.raw("drop schema public cascade");
    await centre.db.raw("create schema public");
    const opened = await Promise.all(Array.from({ length: 4 }, () => openDatabase(centre.config.database_url)));
    expect(await centre.db("knex_migrations").orderBy("name").pluck("name")).toEqual(
      expect.arrayContaining(["001_house", "002_service"]),
    );
    expect(await centre.db("dumps")).toEqual([]);
    for (const db of opened) await db.destroy();
  });

  it("is opened although a process was killed while it made the tables", async () => {
    await centre.db("knex_migrations").where({ name: "002_service" }).del();
    for (const table of ["requested_runs", "dump_sources", "deliveries"]) await centre.db.schema.dropTable(table);
    await centre.db.schema.alterTable("receipts", (table) => table.dropColumn("schedule"));
    await centre.db("knex_migrations_lock").update({ is_locked: 1 });
    const db = await openDatabase(centre.config.database_url);
    expect(await db("deliveries")).toEqual([]);
    await db.destroy();
  });
});

describe("a server that does not let us in", () => {
  it.each([
    ["the database is missing", (url: string) => url.replace(/\/nightdesk_\w+\?/, "/none_such?"), /createdb/],
    ["nobody listens", () => "postgres://me:secret@127.0.0.1:1/db", /see to it that the server runs/],
  ])("is told with what to do, and without the password, where %s", async (_case, urlFrom, advice) => {
    const failure = await openDatabase(urlFrom(centre.config.database_url)).catch((error: Error) => error.message);
    expect(failure).toMatch(advice);
    expect(failure).not.toContain("secret");
  });
});
