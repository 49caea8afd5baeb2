import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Desk, openDesk } from "../support/terminal";

let desk: Desk;
beforeEach(() => {
  desk = openDesk({}, Date.UTC(2026, 2, 5, 12));
  mkdirSync(join(desk.folder, "data/dumps"), { recursive: true });
});
afterEach(() => desk.close());

/** A call of a minute, as the dump of a day. */
function givenDump(day: string): void {
  const at = Date.parse(`${day}T09:00:00Z`);
  const lines = [
    { contactId: `c-${day}`, event: "new", at },
    { contactId: `c-${day}`, event: "ended", at: at + 60_000 },
  ];
  const file = join(desk.folder, `data/dumps/contact-events-${day}.ndjson`);
  writeFileSync(file, lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
}

async function row(table: string, values: Record<string, string | number | null>): Promise<void> {
  const db = await desk.open();
  await db(table).insert(values);
  await db.destroy();
}

const status = async (): Promise<string> =>
  (await desk.run("status", "--from", "2026-03-01", "--to", "2026-03-04")).stdout;

describe("the grid of days", () => {
  it("shows each step of each day with a sign that needs no colour, and explains the signs that occur", async () => {
    givenDump("2026-03-02");
    await desk.run("nightly", "--day", "2026-03-02");
    expect(await status()).toContain(
      [
        "day             pull  rebuild  check  render  mail  restate  events  rejected",
        "--------------  ----  -------  -----  ------  ----  -------  ------  --------",
        "2026-03-01 Sun     .        .      .       .     .        .       -         -",
        "",
        "2026-03-02 Mon     ✓        ✓      ✓       ✓     ✓        .       2         -",
        "2026-03-03 Tue     .        .      .       .     .        .       -         -",
        "2026-03-04 Wed     .        .      .       .     .        .       -         -",
        "",
        "✓ done",
        ". nothing yet",
        "",
      ].join("\n"),
    );
  });

  it("names nights that failed and nights that never ran, from the first night on", async () => {
    givenDump("2026-03-02");
    await desk.run("nightly", "--day", "2026-03-02");
    expect((await desk.run("nightly", "--day", "2026-03-03")).code).toBe(1);
    const shown = await status();
    expect(shown).toMatch(/^2026-03-03 Tue +✗ /m);
    expect(shown).toContain(
      'Nights not done: 2026-03-03 (failed), 2026-03-04 (never ran). Run "nightdesk nightly --from 2026-03-03 --to 2026-03-04".',
    );
    givenDump("2026-03-03");
    givenDump("2026-03-04");
    await desk.run("nightly", "--from", "2026-03-03", "--to", "2026-03-04");
    expect(await status()).not.toContain("Nights not done");
  });

  it("misses no night before it is due", async () => {
    givenDump("2026-03-02");
    await desk.run("nightly", "--day", "2026-03-02");
    desk.clock.now_ms = Date.UTC(2026, 2, 5, 0, 30);
    expect(await status()).toContain("Nights not done: 2026-03-03 (never ran). Run");
    desk.clock.now_ms = Date.UTC(2026, 2, 5, 1, 15);
    expect(await status()).toContain("Nights not done: 2026-03-03 (never ran), 2026-03-04 (never ran). Run");
  });

  it("calls no day incomplete whose night is not due and of which nothing has come", async () => {
    writeFileSync(
      join(desk.folder, "nightdesk.json"),
      '{"completeness": {"expected_events": 1, "expected_visits": 1}}',
    );
    for (const day of ["2026-02-18", "2026-02-25"]) givenDump(day);
    await desk.run("load", "data/dumps");
    desk.clock.now_ms = Date.UTC(2026, 2, 5, 0, 30);
    expect(await status()).not.toContain("INCOMPLETE");
    desk.clock.now_ms = Date.UTC(2026, 2, 5, 1, 15);
    expect(await status()).toContain("INCOMPLETE");
  });

  it("misses no night where none was ever run", async () => {
    givenDump("2026-03-02");
    await desk.run("load", "data/dumps");
    expect(await status()).not.toContain("Nights not done");
  });

  it("calls the folder of the data folder by a name that stays when that is moved", async () => {
    givenDump("2026-03-02");
    await desk.run("nightly", "--day", "2026-03-02");
    const db = await desk.open();
    expect(await db("deliveries").select("source", "status")).toEqual([{ source: "dumps", status: "delivered" }]);
    await db.destroy();
    const { stderr } = await desk.run("nightly", "--day", "2026-03-03");
    expect(stderr).toContain(`No dump for 2026-03-03 in ${join(desk.folder, "data/dumps")}.`);
  });

  it("marks a day as preliminary while a source has not delivered it", async () => {
    givenDump("2026-03-02");
    await desk.run("nightly", "--day", "2026-03-02");
    const delivery = { source: "wxcc", day: "2026-03-02", checked_at_ms: 1, file_count: 0, byte_count: 0 };
    await row("deliveries", { ...delivery, status: "missing" });
    const shown = await status();
    expect(shown).toMatch(/^2026-03-02 Mon +! +✓ +✓ +✓ /m);
    expect(shown).toContain("PRELIMINARY: source wxcc has not delivered 2026-03-02.");
    expect(shown).toContain("! a source has not delivered");
  });

  it("marks a day whose reports are older than its dumps", async () => {
    givenDump("2026-03-02");
    await desk.run("nightly", "--day", "2026-03-02");
    const late = { contactId: "late", event: "new", at: Date.parse("2026-03-02T10:00:00Z") };
    writeFileSync(join(desk.folder, "contact-events-late.ndjson"), `${JSON.stringify(late)}\n`);
    await desk.run("load", "contact-events-late.ndjson");
    const db = await desk.open();
    await db("dumps").where({ name: "contact-events-late.ndjson" }).increment("first_read_at_ms", 60_000);
    await db.destroy();
    expect(await status()).toMatch(/^2026-03-02 Mon +✓ +✓ +✓ +~ /m);
  });

  it("tells a step that never ended from one that did", async () => {
    givenDump("2026-03-02");
    await desk.run("nightly", "--day", "2026-03-02");
    const receipt = { run_id: "r", workflow: "nightly", from_day: "2026-03-03", to_day: "2026-03-03" };
    await row("receipts", { ...receipt, step: "rebuild", started_at_ms: 1, status: "running" });
    expect(await status()).toMatch(/^2026-03-03 Tue +\. +> /m);
    expect(await status()).toContain("2026-03-03 (not ended)");
  });
});

describe("the status as a page", () => {
  it("says the same as the terminal, and stands alone", async () => {
    givenDump("2026-03-02");
    await desk.run("nightly", "--day", "2026-03-02");
    const { code, stdout, stderr } = await desk.run("status", "--html", "status.html");
    expect([code, stdout, stderr]).toEqual([0, "", `Wrote ${join(desk.folder, "status.html")}\n`]);
    const html = readFileSync(join(desk.folder, "status.html"), "utf8");
    expect(html).toMatch(/<th scope="row">2026-03-02 Mon<\/th><td class="step done" title="pull: done">✓<\/td>/);
    expect(html).toContain('<p class="notice lacking">Nights not done: 2026-03-03 (never ran)');
    expect(html).toContain("Last run: nightly, step mail, done");
    expect(html).not.toMatch(/<script|https?:\/\/|<link|<img|undefined|NaN/);
  });

  it("gives the same as data with --json", async () => {
    givenDump("2026-03-02");
    await desk.run("nightly", "--day", "2026-03-02");
    const { days } = JSON.parse(
      (await desk.run("status", "--json", "--from", "2026-03-02", "--to", "2026-03-02")).stdout,
    );
    expect(days).toEqual([
      expect.objectContaining({
        day: "2026-03-02",
        event_count: 2,
        cells: { pull: "done", rebuild: "done", check: "done", render: "done", mail: "done", restate: "nothing" },
        missing: [],
        gaps: [],
      }),
    ]);
  });
});
