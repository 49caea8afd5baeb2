import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { wordsOf as wordsIn } from "../../src/i18n/words";
import { reportNames } from "../../src/reports/render";
import type { ReportRequest } from "../../src/reports/report";
import { type Issued, issueReports } from "../../src/steps/render";
import { wordsOf } from "../reports/pages";
import { type Centre, load, ndjson, openCentre } from "../support/centre";
import { events } from "../support/contacts";
import { filesIn, textsIn as bytesIn } from "../support/folders";
import { rebuildAndCheck } from "../support/rebuilt";

const DAY = "2026-03-02";
let centre: Centre;
afterEach(() => centre.close());

/** Calls that waited so many seconds in a queue until they were answered; a minus: until they were given up. */
function calls(queue: string, waits: readonly number[], hour = 9): string {
  const rows = waits.flatMap((wait, index) => {
    const id = `${queue}-${hour}-${index}`;
    const at = (minute: number, second = 0): string => {
      const seconds = minute * 60 + second;
      return `${String(hour).padStart(2, "0")}:${String(Math.floor(seconds / 60)).padStart(2, "0")}:${String(seconds % 60).padStart(2, "0")}`;
    };
    const end = Math.abs(wait);
    return [
      `${at(index)}  ${id}  new  -  -  inbound`,
      `${at(index)}  ${id}  parked  ${queue}  -  -`,
      `${at(index, end)}  ${id}  connect  ${queue}  kim  -`,
      ...(wait < 0 ? [] : [`${at(index, end)}  ${id}  connected  ${queue}  kim  -`]),
      `${at(index, end + 30)}  ${id}  ended  -  -  -`,
    ];
  });
  return ndjson(events(`at  contactId  event  queueName  agentId  direction\n${rows.join("\n")}`));
}

async function givenDay(settings: Partial<Centre["config"]> = {}): Promise<void> {
  centre = await openCentre(settings);
  await loadAlso({
    [`contact-events-${DAY}.ndjson`]: calls("Billing", [5, 5, 5, 60]) + calls("Support", [5, 5, 60, 60], 10),
    [`agent-events-${DAY}.ndjson`]: signedIn("kim"),
  });
}

/** An hour of an agent, half of it available. */
function signedIn(agentId: string): string {
  const at = (clock: string): string => `${DAY}T${clock}Z`;
  const session = { agentId, agentSessionId: `s-${agentId}` };
  return ndjson([
    { ...session, state: "available", at: at("08:00:00") },
    { ...session, state: "idle", at: at("08:30:00") },
    { ...session, state: "logged-out", at: at("09:00:00") },
  ]);
}

async function loadAlso(files: Record<string, string>): Promise<void> {
  const { files: loaded } = await load(centre, files);
  expect(loaded.map(({ error }) => error)).toEqual(loaded.map(() => null));
  await rebuildAndCheck(centre);
}

/** Late calls, one of which comes into its queue before what was delivered of the day had ended. */
const LATE = { "contact-events-2026-03-03.ndjson": calls("Billing", [90, 90], 9).replaceAll("Billing-9-", "late-") };

async function issue(names = reportNames(), more: Partial<ReportRequest> = {}): Promise<Issued & { folder: string }> {
  const out = join(centre.folder, "reports");
  const request = { from: DAY, to: DAY, formats: ["html", "csv"] as const, out, ...more };
  const issued = await issueReports(centre.db, centre.config, names, request, { now: () => 1 });
  return { ...issued, folder: join(request.out, DAY) };
}

function page(folder: string, name = "contact-sessions.html"): string {
  return wordsOf(readFileSync(join(folder, name), "utf8"));
}

const numbers = ({ editions }: Issued): string[] => editions.map(({ id, is_new }) => `${id}${is_new ? "" : " stands"}`);

describe("a report that was issued", () => {
  it("is edition 1, and says so at its head, in its data box and on the index", async () => {
    await givenDay();
    const issued = await issue();
    expect(numbers(issued)).toEqual(reportNames().map((name) => `${name}_${DAY}_1`));
    for (const name of reportNames()) {
      expect(page(issued.folder, `${name}.html`).match(/Edition 1 of 2026-03-02/g)).toHaveLength(2);
    }
    expect(page(issued.folder, "index.html").match(/Edition 1 of 2026-03-02/g)).toHaveLength(reportNames().length);
    expect(readdirSync(issued.folder).filter((name) => name.includes("restatements"))).toEqual([]);
  });

  it("stands, to the byte, whatever is loaded of other days", async () => {
    await givenDay();
    const before = bytesIn((await issue()).folder);
    await loadAlso({
      "contact-events-2026-03-05.ndjson": calls("Billing", [5])
        .replaceAll(DAY, "2026-03-05")
        .replaceAll("Billing-", "later-")
        .replaceAll(/"at":(\d+)/g, (_all, at: string) => `"at":${Number(at) + 3 * 86_400_000}`),
    });
    const again = await issue();
    expect(numbers(again)).toEqual(reportNames().map((name) => `${name}_${DAY}_1 stands`));
    expect(bytesIn(again.folder)).toEqual(before);
  });

  it("stands although the program has another version by now", async () => {
    await givenDay();
    const before = bytesIn((await issue()).folder);
    await centre.db("editions").update({ code_version: "0.0.1" });
    expect(numbers(await issue())).toEqual(reportNames().map((name) => `${name}_${DAY}_1 stands`));
    expect(bytesIn(join(centre.folder, "reports", DAY))).toEqual(before);
  });

  it("is the same edition whether pages, CSV files or both are asked for, and wherever it is written", async () => {
    await givenDay();
    const pages = await issue(["contact-sessions"], { formats: ["html"] });
    expect(filesIn(pages.folder)).toEqual([
      "contact-sessions.html",
      "evidence/contact-sessions-1.html",
      "evidence/contact-sessions-2.html",
      "evidence/contact-sessions-all.html",
      "index.html",
    ]);
    const tables = await issue(["contact-sessions"], {
      formats: ["csv"],
      bom: true,
      out: join(centre.folder, "other"),
    });
    expect(numbers(tables)).toEqual([`contact-sessions_${DAY}_1 stands`]);
    expect(readFileSync(join(tables.folder, "contact-sessions.csv"), "utf8")).toMatch(/^\uFEFFQueue,/);
  });

  it("is of its own period, view and report", async () => {
    await givenDay();
    await issue(["agent-states"]);
    const channel = await issue(["agent-states", "contact-sessions"], { view: "channel" });
    expect(numbers(channel)).toEqual([`agent-states_${DAY}_by-channel_1`, `contact-sessions_${DAY}_1`]);
    const range = await issue(["agent-states"], { to: "2026-03-04" });
    expect(numbers(range)).toEqual([`agent-states_${DAY}_2026-03-04_1`]);
  });

  it("is another series in another language, with the same figures", async () => {
    await givenDay();
    await issue(["contact-sessions"]);
    expect(numbers(await issue(["contact-sessions"], { words: wordsIn("ko") }))).toEqual([
      `contact-sessions_${DAY}_ko_1`,
    ]);
    await loadAlso(LATE);
    expect(numbers(await issue(["contact-sessions"], { words: wordsIn("ko") }))).toEqual([
      `contact-sessions_${DAY}_ko_2`,
    ]);
    expect(numbers(await issue(["contact-sessions"]))).toEqual([`contact-sessions_${DAY}_2`]);
    const values = await centre.db("restatements").where({ metric_id: "service_level", dimension: "all" });
    expect(values.map(({ old_value, new_value }) => [old_value, new_value])).toEqual([
      [0.625, 0.5],
      [0.625, 0.5],
    ]);
  });
});

describe("a late file", () => {
  it("makes edition 2, which says old and new figures and which file's events are the cause", async () => {
    await givenDay();
    await issue();
    await loadAlso(LATE);
    const issued = await issue();
    expect(numbers(issued)).toEqual([
      `agent-states_${DAY}_1 stands`,
      `contact-sessions_${DAY}_2`,
      `failure-reasons_${DAY}_2`,
      `sequence-violations_${DAY}_2`,
      `reconciliation_${DAY}_1 stands`,
      `management-summary_${DAY}_2`,
    ]);
    const [{ sha256 }] = await centre.db("dumps").where({ name: "contact-events-2026-03-03.ndjson" }).select("sha256");
    const words = page(issued.folder);
    expect(words).toContain(
      "Edition 2 of 2026-03-02. Restates edition 1 of 2026-03-02: service level 62.5 → 50.0 %, ASA 0:00:26 → 0:00:39, 10 late events.",
    );
    expect(words).toContain("service level, Billing: 75.0 → 50.0 % (−25.0 points)");
    expect(words).not.toContain("service level, Support");
    expect(words).toContain(`10 late events of contact-events-2026-03-03.ndjson (sha256 ${sha256.slice(0, 12)})`);
    expect(page(issued.folder, "index.html")).toContain("Edition 2 of 2026-03-02");
  });

  it("lists every change in a CSV file, each with its cause", async () => {
    await givenDay();
    await issue();
    await loadAlso(LATE);
    const { folder } = await issue(["contact-sessions"]);
    const csv = readFileSync(join(folder, "contact-sessions-restatements.csv"), "utf8").split("\r\n");
    expect(csv[0]).toBe(
      "Report,Period,Restates edition,Edition,Figure,Of,Name,Id,Channel,Begins (UTC),Unit,Was,Is,Cause",
    );
    expect(csv[1]).toMatch(
      /^contact-sessions,2026-03-02,1,2,service level,all,,,telephony,,%,62\.5,50,"?10 late events of contact-events-2026-03-03\.ndjson/,
    );
    expect(csv).toContainEqual(
      expect.stringMatching(/^[^,]+,[^,]+,1,2,offered visits,queue,Billing,Billing,telephony,,,4,6,/),
    );
    expect(csv).toContainEqual(
      expect.stringMatching(/^[^,]+,[^,]+,1,2,changed rows,table,contact-sessions\.csv,contact-sessions\.csv,,,,,1,/),
    );
  });

  it("tells for a queue the events of that queue's contacts", async () => {
    await givenDay();
    await issue();
    await loadAlso({
      "contact-events-billing.ndjson": LATE["contact-events-2026-03-03.ndjson"],
      "contact-events-support.ndjson": calls("Support", [90], 10).replaceAll("Support-10-", "later-"),
    });
    await issue(["contact-sessions"]);
    const causeOf = async (scope: string): Promise<unknown> => {
      const row = await centre.db("restatements").where({ metric_id: "service_level", scope_id: scope }).first();
      return JSON.parse(row.causes).map(({ name, late_count }: { name: string; late_count: number }) => [
        name,
        late_count,
      ]);
    };
    expect(await causeOf("Billing")).toEqual([["contact-events-billing.ndjson", 10]]);
    expect(await causeOf("Support")).toEqual([["contact-events-support.ndjson", 5]]);
    expect(await causeOf("")).toEqual([
      ["contact-events-billing.ndjson", 10],
      ["contact-events-support.ndjson", 5],
    ]);
  });

  it("of an agent restates that agent alone", async () => {
    await givenDay();
    await issue(["agent-states"]);
    await loadAlso({ [`agent-events-late-${DAY}.ndjson`]: signedIn("lee") });
    const { folder } = await issue(["agent-states"]);
    expect(page(folder, "agent-states.html")).toContain("signed in time 1:00:00 → 2:00:00, ");
    const scopes = await centre.db("restatements").where({ dimension: "agent" }).distinct("scope_id");
    expect(scopes.map(({ scope_id }) => scope_id)).toEqual(["lee"]);
  });

  it("that ends what was open is told as what it is: events that are late, revised, or later than the edition knew", async () => {
    centre = await openCentre();
    const open = events(`
      at        event      queueName  direction  endedAt
      09:00:00  new        -          inbound    -
      09:00:05  parked     Billing    -          -
    `);
    await loadAlso({ [`contact-events-${DAY}.ndjson`]: ndjson(open) });
    await issue(["contact-sessions"]);
    const closed = events(`
      at        event      queueName  direction  endedAt
      09:00:05  parked     Billing    -          09:03:00
      09:03:00  ended      -          -          -
    `);
    await loadAlso({ "contact-events-2026-03-03.ndjson": ndjson(closed) });
    await loadAlso({ [`contact-events-more-${DAY}.ndjson`]: ndjson(events("at  event\n09:05:00  wrapup")) });
    const { folder } = await issue(["contact-sessions"]);
    expect(page(folder)).toContain("1 late event, 1 revised event of contact-events-2026-03-03.ndjson");
    expect(page(folder)).toContain("1 later event of contact-events-more-2026-03-02.ndjson");
  });
});

describe("a rule that changed", () => {
  const strict = (): Centre["config"] => {
    const thresholds = { ...centre.config.thresholds, service_level_ms: 2_000 };
    return { ...centre.config, thresholds };
  };

  it("makes a new edition of every report, and is the cause of the figures it changed", async () => {
    await givenDay();
    await issue();
    centre = { ...centre, config: strict() };
    await rebuildAndCheck(centre);
    await centre.db("contacts_to_rebuild").insert(centre.db("contacts").select("contact_key"));
    await rebuildAndCheck(centre);
    const issued = await issue();
    expect(numbers(issued)).toEqual(reportNames().map((name) => `${name}_${DAY}_2`));
    expect(page(issued.folder)).toContain("service level 62.5 → 0.0 %");
    expect(page(issued.folder)).toContain("thresholds.service_level_s 20 → 2");
    expect(page(issued.folder, "agent-states.html")).toContain(
      "Restates edition 1 of 2026-03-02: no figure changed, thresholds.service_level_s 20 → 2.",
    );
    const causes = await centre.db("restatements").distinct("causes");
    expect(causes.map((row) => JSON.parse(row.causes))).toEqual([
      [{ kind: "setting", name: "thresholds.service_level_s", old: "20", new: "2" }],
    ]);
  });

  it("of one queue explains that queue's figures and those of all, not those of another queue", async () => {
    await givenDay();
    await issue(["contact-sessions"]);
    centre = { ...centre, config: { ...centre.config, queues: { Billing: strict().thresholds } } };
    await centre.db("contacts_to_rebuild").insert(centre.db("contacts").select("contact_key"));
    await loadAlso({ "contact-events-support.ndjson": calls("Support", [90], 10).replaceAll("Support-10-", "later-") });
    await issue(["contact-sessions"]);
    const kindsOf = async (scope: string): Promise<string[]> => {
      const row = await centre.db("restatements").where({ metric_id: "service_level", scope_id: scope }).first();
      return JSON.parse(row.causes).map(({ kind, name }: { kind: string; name: string }) => `${kind} ${name}`);
    };
    expect(await kindsOf("Support")).toEqual(["dump contact-events-support.ndjson"]);
    expect(await kindsOf("Billing")).toContain("setting queues.Billing.service_level_s");
    expect(await kindsOf("Billing")).not.toContain("dump contact-events-support.ndjson");
  });
});

describe("a change that has another cause", () => {
  it("is told of what was loaded and not yet rebuilt when the edition was made", async () => {
    centre = await openCentre();
    await loadAlso({ [`contact-events-${DAY}.ndjson`]: calls("Billing", [5]) });
    await load(centre, { [`contact-events-more-${DAY}.ndjson`]: calls("Billing", [5], 10) });
    await issue(["contact-sessions"]);
    await rebuildAndCheck(centre);
    const { folder } = await issue(["contact-sessions"]);
    expect(page(folder)).toContain(
      "offered visits 1 → 2, answered visits 1 → 2, 1 contact or agent loaded and not yet rebuilt or checked when the edition before was made.",
    );
  });

  it("is told of sessions that count as lost, since newer events have come", async () => {
    centre = await openCentre();
    await loadAlso({ [`contact-events-${DAY}.ndjson`]: ndjson(events("at  event\n09:00:00  new\n09:00:05  parked")) });
    await issue(["contact-sessions"]);
    const later = ndjson([{ contactId: "c-9", event: "new", at: "2026-03-09T09:00:00Z" }]);
    await loadAlso({ "contact-events-2026-03-09.ndjson": later });
    const { folder } = await issue(["contact-sessions"]);
    expect(page(folder)).toContain("Edition 2 of 2026-03-09. Restates edition 1 of 2026-03-02: ");
    expect(page(folder)).toContain("0 → 1 sessions open for so long that they count as lost");
  });

  it("names the version of the program only where nothing else explains it, and says what nothing explains", async () => {
    await givenDay();
    await issue(["contact-sessions"]);
    const changed = async (): Promise<string> => {
      await centre.db("edition_figures").where({ metric_id: "handled_calls" }).update({ value: 5 });
      return page((await issue(["contact-sessions"])).folder);
    };
    expect(await changed()).toContain("handled calls 5 → 8, unexplained: no dump, rule or version differs.");
    await centre.db("editions").update({ code_version: "0.0.1" });
    expect(await changed()).toContain("handled calls 5 → 8, nightdesk 0.0.1 → 0.1.0: nothing else differs.");
  });

  it("shows where no figure names it, by the rows of the CSV file", async () => {
    await givenDay();
    await issue(["contact-sessions"]);
    await centre.db("customer_sessions").where({ contact_id: "Billing-9-0" }).update({ origin: "5551234" });
    await centre.db("customer_sessions").update({ handle_type: "abandoned", abandoned_type: "queue" });
    await centre.db("edition_figures").del();
    const { folder } = await issue(["contact-sessions"]);
    expect(page(folder)).toMatch(/8 rows of contact-sessions-abandoned\.csv changed/);
  });
});

describe("an edition that is wanted again", () => {
  it("stands where its pages would be the same", async () => {
    await givenDay();
    const before = bytesIn((await issue()).folder);
    const again = await issue(reportNames(), { again: true });
    expect(numbers(again)).toEqual(reportNames().map((name) => `${name}_${DAY}_1 stands`));
    expect(bytesIn(again.folder)).toEqual(before);
  });

  it("is followed by another edition where they would not, and that one stands", async () => {
    await givenDay();
    await issue(["contact-sessions"]);
    const later = ndjson([{ contactId: "c-9", event: "new", at: "2026-03-05T09:00:00Z" }]);
    await loadAlso({ "contact-events-2026-03-05.ndjson": later });
    expect(numbers(await issue(["contact-sessions"]))).toEqual([`contact-sessions_${DAY}_1 stands`]);
    const again = await issue(["contact-sessions"], { again: true });
    expect(numbers(again)).toEqual([`contact-sessions_${DAY}_2`]);
    expect(page(again.folder)).toContain("no figure changed, made again by wish: no figure changed.");
    expect(numbers(await issue(["contact-sessions"], { again: true }))).toEqual([`contact-sessions_${DAY}_2 stands`]);
  });
});

describe("whatever happens in between", () => {
  it("killed between storing and publishing, the next run publishes the same bytes", async () => {
    await givenDay();
    // A file where the folder should be: everything is stored, nothing can be written.
    const out = join(centre.folder, "blocked");
    writeFileSync(out, "");
    await expect(issue(reportNames(), { out })).rejects.toThrow(/could not be written/);
    expect(Number((await centre.db("editions").count({ count: "*" }).first())?.count)).toBe(reportNames().length);
    const issued = await issue();
    expect(numbers(issued)).toEqual(reportNames().map((name) => `${name}_${DAY}_1 stands`));
    const stored = bytesIn(issued.folder);
    await centre.db("editions").del();
    for (const table of ["edition_figures", "edition_files"]) await centre.db(table).del();
    expect(bytesIn((await issue()).folder)).toEqual(stored);
  });

  it("several that render a period at once make one edition of each report", async () => {
    await givenDay();
    const all = await Promise.all(
      [1, 2, 3].map((lane) => issue(reportNames(), { out: join(centre.folder, `out-${lane}`) })),
    );
    expect(Number((await centre.db("editions").count({ count: "*" }).first())?.count)).toBe(reportNames().length);
    expect(all.flatMap(({ editions }) => editions).filter(({ is_new }) => is_new)).toHaveLength(reportNames().length);
    const [first, ...others] = all.map(({ folder }) => bytesIn(folder));
    for (const other of others) expect(other).toEqual(first);
  });
});
