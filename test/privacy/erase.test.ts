import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { silentLog } from "../../src/base/log";
import { batchOf } from "../../src/batch";
import { tableShapes } from "../../src/db/tables";
import { keep } from "../../src/dumps/sources/archive";
import { erase, type ErasureReceipt } from "../../src/erase";
import type { Subject } from "../../src/privacy/subject";
import { runWorkflow } from "../../src/runner";
import { type Centre, type Fields, load, ndjson, openCentre } from "../support/centre";

const DAY = "2026-03-02";
const NOW_MS = Date.parse("2026-03-03T06:00:00Z");
const NUMBER = "+49 30 7654321";

let centre: Centre;
afterEach(() => centre.close());

const CALLS: Fields[] = [
  {
    contactId: "call-7f3a",
    event: "new",
    at: `${DAY}T09:00:00Z`,
    origin: "+49307654321",
    destination: "+4989555",
    crm: "tel +49-30-7654321",
  },
  { contactId: "call-7f3a", event: "parked", at: `${DAY}T09:00:10Z`, queueId: "1001", queueName: "Support" },
  {
    contactId: "call-7f3a",
    event: "connected",
    at: `${DAY}T09:00:30Z`,
    agentId: "agent-kim",
    agentName: "Kim Minji",
    eventId: "x/call-7f3a/3",
  },
  { contactId: "call-7f3a", event: "ended", at: `${DAY}T09:05:00Z` },
  { contactId: "call-7f3a-b", event: "new", at: `${DAY}T10:00:00Z`, origin: "+49301111111" },
  {
    contactId: "call-7f3a-b",
    event: "connected",
    at: `${DAY}T10:00:05Z`,
    agentId: "agent-kim-2",
    agentName: "Kim Minji",
  },
  { contactId: "call-7f3a-b", event: "ended", at: `${DAY}T10:00:09Z` },
  {
    contactId: "out-1",
    event: "new",
    at: `${DAY}T11:00:00Z`,
    origin: "+4989555",
    destination: "0049307654321",
    direction: "outdial",
  },
  { contactId: "out-1", event: "ended", at: `${DAY}T11:00:30Z` },
];
const SHIFTS: Fields[] = [
  { type: "agent", agentId: "agent-kim", agentName: "Kim Minji", state: "available", at: `${DAY}T08:00:00Z` },
  {
    type: "agent",
    agentId: "agent-kim",
    agentName: "Kim M.",
    state: "connected",
    at: `${DAY}T09:00:30Z`,
    contactId: "call-7f3a",
  },
  { type: "agent", agentId: "agent-kim", state: "available", at: `${DAY}T09:05:00Z` },
  { type: "agent", agentId: "agent-kim", state: "logged-out", at: `${DAY}T16:00:00Z` },
  { type: "agent", agentId: "agent-kim-2", agentName: "Kim Minji", state: "available", at: `${DAY}T08:00:00Z` },
  { type: "agent", agentId: "agent-kim-2", state: "logged-out", at: `${DAY}T16:00:00Z` },
];
const REJECTED = `{"contactId":"call-7f3a","event":"new","origin":"+49307654321","agentName":"Kim Minji","agentId":"agent-kim"}\n`;
const PAGE = JSON.stringify({
  data: {
    taskDetails: {
      tasks: [
        {
          id: "call-9e",
          createdTime: Date.parse(`${DAY}T12:00:00Z`),
          endedTime: Date.parse(`${DAY}T12:01:00Z`),
          totalDuration: 60_000,
          origin: "+49307654321",
          direction: "inbound",
          lastAgent: { id: "agent-kim", name: "Kim Minji" },
          note: "call-9e by +49307654321",
        },
      ],
    },
  },
});

async function given(): Promise<void> {
  centre = await openCentre();
  await load(centre, dumps());
  for (const workflow of ["rebuild", "check"] as const) await run(workflow);
  await run("report", { from: DAY, to: DAY, reports: ["contact-sessions", "agent-states", "failure-reasons"] });
  await kept("both.ndjson", ndjson([...CALLS, ...SHIFTS]));
  await kept("nobody.ndjson", "nobody at all\n");
  await givenEdition();
}

/** A file in the archive, as a pull keeps it. */
async function kept(name: string, text: string): Promise<void> {
  const part = join(centre.folder, `${name}.part`);
  writeFileSync(part, text);
  await keep(join(centre.folder, "archive"), part, {
    source: "s",
    day: DAY,
    place: name,
    name,
    mark: "m",
    kept_at_ms: NOW_MS,
  });
  rmSync(part, { force: true });
}

const dumps = (end = ""): Record<string, string> => ({
  [`contact-events-${DAY}${end}.ndjson`]: ndjson(CALLS) + REJECTED + end,
  [`agent-events-${DAY}${end}.ndjson`]: ndjson(SHIFTS) + end,
  [`tasks-${DAY}${end}.json`]: PAGE + end,
});

const ISSUED = `<td>call-7f3a</td><td>call-7f3a-b</td><td>+4930 765 4321</td><td>Kim Minji</td><td>Kimberly</td><td>agent-kim</td>`;

async function givenEdition(): Promise<void> {
  const [edition] = await centre
    .db("editions")
    .insert({
      edition_id: "e",
      report: "r",
      view: "person",
      language: "en",
      from_day: DAY,
      to_day: DAY,
      edition_number: 1,
      issued_at_ms: 1,
      last_dump_key: 1,
      code_version: "1",
      summary: "Kim Minji was first",
      data_box: "{}",
      inputs: "{}",
      configuration: "{}",
      causes: "[]",
    })
    .returning("edition_key");
  const edition_key = Number(edition.edition_key);
  const content = gzipSync(ISSUED);
  await centre
    .db("edition_files")
    .insert({ edition_key, file_number: 1, name: "r.html", sha256: "issued", byte_count: 1, content });
  for (const [index, scope_id] of ["agent-kim", "agent-kim-2"].entries()) {
    const figure = {
      metric_id: "occupancy",
      dimension: "agent",
      scope_id,
      scope_name: "Kim Minji",
      unit: "share",
      value: 0.5,
    };
    await centre.db("edition_figures").insert({ edition_key, figure_number: index + 1, ...figure });
  }
}

it("takes an erased agent out of mails that were issued", async () => {
  await given();
  const content = gzipSync(JSON.stringify({ first: "Kim Minji", id: "agent-kim" })).toString("base64");
  const mail = { edition_id: "m", from_day: DAY, to_day: DAY, scope: "", language: "en", tier: "", edition_number: 1 };
  await centre.db("mail_editions").insert({ ...mail, figures_sha256: "", is_preliminary: 0, issued_at_ms: 1, content });
  expect((await erased("agent", "agent-kim")).places).toMatchObject({ mail_editions: 1 });
  const [kept_mail] = await centre.db("mail_editions");
  expect(gunzipSync(Buffer.from(kept_mail.content, "base64")).toString()).toMatch(
    /^\{"first":"erased-name-[a-z]+","id":"erased-agent-[a-z]+"\}$/,
  );
});

/** The file of the edition made by hand, with what everybody is named in. */
async function handMade(): Promise<{ edition_key: number; byte_count: number; content: Buffer }> {
  return (await centre.db("edition_files").where({ name: "r.html" }).first()) as Awaited<ReturnType<typeof handMade>>;
}

async function run(workflow: "rebuild" | "check" | "report", more: object = {}): Promise<void> {
  const context = { db: centre.db, config: centre.config, log: silentLog, now: () => NOW_MS };
  const { steps } = await runWorkflow(context, batchOf({ workflow, ...more }));
  expect(steps.map(({ failure }) => failure)).toEqual([undefined]);
}

const erased = async (kind: Subject["kind"], id: string, isDryRun = false): Promise<ErasureReceipt> =>
  await erase({ db: centre.db, config: centre.config, log: silentLog, now: () => NOW_MS }, { kind, id }, isDryRun);

/** Every cell of every table, packed bytes unpacked. */
async function cells(): Promise<string[]> {
  const found: string[] = [];
  for (const { table } of await tableShapes(centre.db)) {
    for (const row of (await centre.db(table)) as Record<string, unknown>[]) {
      for (const [name, value] of Object.entries(row)) {
        found.push(`${table}.${name}: ${Buffer.isBuffer(value) ? gunzipSync(value).toString() : String(value)}`);
      }
    }
  }
  return found;
}

/** Every file of the data folder, packed ones unpacked, the database as the bytes it is. */
function files(): string[] {
  const names = readdirSync(centre.folder, { recursive: true, encoding: "utf8" });
  return names
    .map((name) => join(centre.folder, name))
    .filter((path) => statSync(path).isFile())
    .map(
      (path) =>
        `${path}: ${(path.endsWith(".gz") ? gunzipSync(readFileSync(path)) : readFileSync(path)).toString("latin1")}`,
    );
}

/** Where a person is still named, in tables and files. */
async function named(pattern: RegExp): Promise<string[]> {
  return [...(await cells()), ...files()].filter((text) => pattern.test(text)).map((text) => text.slice(0, 160));
}

/** Everything that is a figure or a time, of all tables that reports read. */
async function figures(): Promise<unknown> {
  const tables = [
    "customer_sessions",
    "queue_visits",
    "agent_sessions",
    "agent_activities",
    "person_stays",
    "customer_activities",
    "edition_figures",
    "sequence_violations",
  ];
  const rows = await Promise.all(tables.map((table) => centre.db(table)));
  return rows.map((table) =>
    (table as Record<string, unknown>[])
      .map((row) =>
        JSON.stringify(
          Object.entries(row).filter(([, value]) => typeof value === "number" || typeof value === "bigint"),
        ),
      )
      .sort(),
  );
}

const CALLER = /call-7f3a(?!-b)|call-9e|out-1(?!\d)|7654321|765 4321/;
const AGENT = /agent-kim(?!-2)|Kim M\./;

describe("a caller who is erased by number", () => {
  beforeEach(given);

  it("is named in no table and no file of the data folder, in no spelling", async () => {
    expect((await named(CALLER)).length).toBeGreaterThan(10);
    await erased("contact-number", NUMBER);
    expect(await named(CALLER)).toEqual([]);
  });

  it("changes no figure, neither at once nor in a rebuild of everything", async () => {
    const before = await figures();
    await erased("contact-number", NUMBER);
    expect(await figures()).toEqual(before);
    await run("rebuild", { all: true });
    await run("check", { all: true });
    expect(await figures()).toEqual(before);
  });

  it("leaves everybody else as they are, also one whose id begins alike", async () => {
    await erased("contact-number", NUMBER);
    expect(await centre.db("contacts").orderBy("contact_key").pluck("contact_id")).toContain("call-7f3a-b");
    const others = await centre.db("customer_sessions").where({ contact_id: "call-7f3a-b" }).first();
    expect(others).toMatchObject({ origin: "+49301111111", last_agent_name: "Kim Minji" });
    const sessions = await centre
      .db("customer_sessions")
      .whereLike("contact_id", "erased-contact-%")
      .orderBy("started_at_ms");
    expect(sessions).toHaveLength(3);
    expect(sessions[0]).toMatchObject({ destination: "+4989555", last_agent_name: "Kim Minji", last_queue_id: "1001" });
    expect(new Set([sessions[0].origin, sessions[1].destination, sessions[2].origin]).size).toBe(1);
  });

  it("is not brought back by another dump that names them", async () => {
    await erased("contact-number", NUMBER);
    const before = await figures();
    const receipt = await load(centre, dumps("\n"));
    expect(receipt).toMatchObject({ new: 0 });
    for (const name of readdirSync(join(centre.folder, "dumps"))) writeFileSync(join(centre.folder, "dumps", name), "");
    await run("rebuild");
    await run("check");
    expect(await figures()).toEqual(before);
    expect(await named(CALLER)).toEqual([]);
  });

  it("writes down that it was done, how often, and not of whom", async () => {
    const receipt = await erased("contact-number", NUMBER);
    expect(receipt.places).toMatchObject({
      contacts: 3,
      rejected_lines: 1,
      edition_files: 4,
      "files of the archive": 1,
    });
    expect(receipt.still_held).toEqual([]);
    expect(await centre.db("erasures")).toMatchObject([
      {
        kind: "contact-number",
        erased_at_ms: NOW_MS,
        place_count: receipt.place_count,
        places: JSON.stringify(receipt.places),
      },
    ]);
    expect(await centre.db("erased_files").where({ issued_sha256: "issued" })).toMatchObject([
      { file_number: 1, issued_sha256: "issued", erased_at_ms: NOW_MS },
    ]);
    const file = await handMade();
    expect(file.byte_count).toBe(gunzipSync(file.content).length);
  });

  it("is only counted in a dry run", async () => {
    const before = await cells();
    const dry = await erased("contact-number", NUMBER, true);
    expect((await cells()).filter((cell) => !cell.startsWith("settings"))).toEqual(
      before.filter((cell) => !cell.startsWith("settings")),
    );
    expect((await erased("contact-number", NUMBER)).places).toEqual(dry.places);
  });

  it("is found by any contact of theirs, and a number nobody called from is nobody's", async () => {
    await expect(erased("contact-number", "+49 30 9999999")).rejects.toMatchObject({ code: "nobody" });
    await erased("contact", "out-1");
    expect(await named(CALLER)).toEqual([]);
  });

  it("may be erased again, for what came back in files since", async () => {
    await erased("contact-number", NUMBER);
    writeFileSync(join(centre.folder, "dumps", "again.ndjson"), ndjson(CALLS));
    expect((await erased("contact-number", NUMBER)).places).toEqual({ "files of dumps": 1 });
    expect(await named(/7654321/)).toEqual([]);
  });
});

describe("an agent who is erased", () => {
  beforeEach(given);

  it("is named in no table and no file, by id or name, and a namesake keeps theirs", async () => {
    expect((await named(AGENT)).length).toBeGreaterThan(8);
    await erased("agent", "agent-kim");
    expect(await named(AGENT)).toEqual([]);
    expect(await centre.db("agent_sessions").where({ agent_id: "agent-kim-2" }).first("agent_name")).toEqual({
      agent_name: "Kim Minji",
    });
    expect(
      await centre
        .db("edition_figures")
        .where({ edition_key: (await handMade()).edition_key })
        .orderBy("figure_number")
        .pluck("scope_name"),
    ).toEqual([expect.stringMatching(/^erased-name-[a-z]{10}$/), "Kim Minji"]);
    const file = await handMade();
    expect(gunzipSync(file.content).toString()).toMatch(
      /^<td>call-7f3a<\/td><td>call-7f3a-b<\/td><td>\+4930 765 4321<\/td><td>erased-name-[a-z]+<\/td><td>Kimberly<\/td><td>erased-agent-[a-z]+<\/td>$/,
    );
  });

  it("restates nothing that was issued", async () => {
    await erased("agent", "agent-kim");
    await erased("contact-number", NUMBER);
    const before = await centre.db("editions").pluck("edition_id");
    await run("check");
    await run("report", { from: DAY, to: DAY, reports: ["contact-sessions", "agent-states", "failure-reasons"] });
    expect(await centre.db("editions").pluck("edition_id")).toEqual(before);
  });

  it("changes no figure, and is not brought back", async () => {
    const before = await figures();
    await erased("agent", "agent-kim");
    expect(await figures()).toEqual(before);
    expect(await load(centre, dumps("\n"))).toMatchObject({ new: 0 });
    for (const name of readdirSync(join(centre.folder, "dumps"))) writeFileSync(join(centre.folder, "dumps", name), "");
    await run("rebuild", { all: true });
    await run("check", { all: true });
    expect(await figures()).toEqual(before);
    expect(await named(AGENT)).toEqual([]);
  });
});
