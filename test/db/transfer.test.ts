import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { textsIn } from "../support/folders";
import { dialect, givenDatabase, type TestDatabase } from "../support/databases";
import { type Desk, openDesk } from "../support/terminal";

const DAY = "2026-03-29";
const GOLDEN = resolve(__dirname, "../golden");
const NAMES = ["agent-states", "contact-sessions", "failure-reasons", "sequence-violations"];

/** A working folder of the centre, on a database. */
function deskOn(database?: string): Desk {
  const env = database === undefined ? {} : { DATABASE_URL: database };
  const opened = openDesk(env, Date.UTC(2026, 2, 31, 12));
  const settings = { zone: "Europe/Berlin", masking: { numbers: "last-four" } };
  writeFileSync(join(opened.folder, "nightdesk.json"), JSON.stringify(settings));
  return opened;
}

let desk: Desk;
let source: TestDatabase;
let target: TestDatabase;

/** A centre's database on SQLite, and beside it an empty one of this round's kind. */
beforeEach(async () => {
  desk = deskOn();
  source = await givenDatabase(desk.folder, "sqlite");
  const file = { url: `sqlite:${join(desk.folder, "copy.sqlite")}`, release: () => {} };
  target = dialect === "sqlite" ? file : await givenDatabase(desk.folder);
});
afterEach(async () => {
  target.release();
  await desk.close();
});

async function loadDay(database: string): Promise<void> {
  const other = deskOn(database);
  const night = await other.run("nightly", "--day", DAY, "--source", join(GOLDEN, "dumps"));
  expect([night.code, night.stderr]).toEqual([0, ""]);
  await other.close();
}

/** The bytes of the day's reports as a database gives them. */
async function reportsFrom(database: string): Promise<Map<string, string>> {
  const other = deskOn(database);
  const made = await other.run("report", ...NAMES, "--day", DAY, "--out", "out");
  expect([made.code, made.stderr]).toEqual([0, ""]);
  const folder = join(other.folder, "out", DAY);
  const files = new Map(Object.entries(textsIn(folder)));
  await other.close();
  return files;
}

describe("a copied database", () => {
  it("has every row, gives the same reports to the byte, goes on where the first was, and copies back", async () => {
    await loadDay(source.url);
    const { code, stdout, stderr } = await desk.run("copy-database", source.url, target.url);
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(/^contact_events +290$/m);
    expect(stdout).toMatch(/^customer_sessions +37$/m);
    const reports = await reportsFrom(target.url);
    for (const name of NAMES.map((one) => `${one}.html`)) {
      expect({ name, text: reports.get(name) }).toEqual({
        name,
        text: readFileSync(join(GOLDEN, "reports", name), "utf8"),
      });
    }

    // A new dump gets keys of its own: of a dump, of its contacts, of its events.
    const more = deskOn(target.url);
    writeFileSync(
      join(more.folder, "contact-events-2026-03-30.ndjson"),
      `{"contactId":"one-more","event":"new","at":"2026-03-30T09:00:00Z"}\n`,
    );
    for (const command of [["load", "contact-events-2026-03-30.ndjson"], ["rebuild"], ["check"]]) {
      const { stderr: said } = await more.run(...command);
      expect(said).toBe("");
    }
    await more.close();

    const back = `sqlite:${join(desk.folder, "back.sqlite")}`;
    const returned = await desk.run("copy-database", target.url, back, "--json");
    expect(returned.code).toBe(0);
    const { tables } = JSON.parse(returned.stdout) as { tables: { table: string; row_count: number }[] };
    expect(tables.find(({ table }) => table === "contact_events")).toEqual({ table: "contact_events", row_count: 291 });
    expect(await reportsFrom(back)).toEqual(await reportsFrom(target.url));
  });

  it("takes the place of nothing: a database that holds data is refused, and left as it is", async () => {
    await loadDay(source.url);
    expect((await desk.run("copy-database", source.url, target.url)).code).toBe(0);
    const again = await desk.run("copy-database", source.url, target.url);
    expect([again.code, again.stderr]).toEqual([1, expect.stringContaining("holds data already, in dumps, ")]);
    expect(again.stderr).toContain("nothing is overwritten");
  });

  it("needs a source that exists", async () => {
    const { code, stderr } = await desk.run("copy-database", `sqlite:${join(desk.folder, "none.sqlite")}`, target.url);
    expect([code, stderr]).toEqual([1, expect.stringContaining("There is no file")]);
  });
});
