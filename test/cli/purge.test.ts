import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { batchOf } from "../../src/batch";
import { runWorkflow } from "../../src/runner";
import { ndjson } from "../support/centre";
import { openNights } from "../support/nights";
import { type Desk, openDesk } from "../support/terminal";

const CALLS = ["2026-02-20", "2026-03-02"].flatMap((day) => [
  { contactId: `c-${day}`, event: "new", at: `${day}T09:00:00Z` },
  { contactId: `c-${day}`, event: "ended", at: `${day}T09:01:00Z` },
]);

describe("the command purge", () => {
  let desk: Desk;
  afterEach(() => desk.close());

  async function given(settings: object): Promise<void> {
    desk = openDesk();
    writeFileSync(join(desk.folder, "nightdesk.json"), JSON.stringify(settings));
    writeFileSync(join(desk.folder, "contact-events-2026-03-02.ndjson"), ndjson(CALLS));
    await desk.run("load", "contact-events-2026-03-02.ndjson");
    await desk.run("rebuild");
    await desk.run("check");
  }

  it("prints table by table what would go, and then what went", async () => {
    await given({ retention: { events: 7 } });
    const dry = await desk.run("purge", "--dry-run");
    expect(dry.stdout).toMatch(/contact_events +4 +2 +2 +2026-02-20 to 2026-02-20 +2026-03-02 +[0-9a-f]{12}/);
    expect(dry.stdout).toContain("A dry run: 6 rows would go. Nothing was removed.");
    const done = await desk.run("purge", "--json");
    expect(JSON.parse(done.stdout)).toMatchObject({ is_dry_run: false, removed_count: 6 });
    expect((await desk.run("purge")).stdout).toContain("Removed 0 rows.");
  });

  it("says what is missing where nothing may be removed, or sessions would go before their events", async () => {
    await given({});
    expect(await desk.run("purge")).toMatchObject({ code: 1, stdout: "" });
    writeFileSync(join(desk.folder, "nightdesk.json"), JSON.stringify({ retention: { events: 9, sessions: 8 } }));
    expect((await desk.run("purge")).stderr).toContain("sessions and stays cannot go before the events");
  });
});

it("is a part of scheduled nights, counted back from their day, and of none run by hand", async () => {
  const nights = await openNights((folder) => ({
    sources: [{ type: "folder", name: "dumps", path: join(folder, "dumps"), settle_s: 0 }],
    retention: { events: 7 },
  }));
  try {
    mkdirSync(join(nights.folder, "dumps"));
    writeFileSync(join(nights.folder, "dumps", "contact-events-2026-03-02.ndjson"), ndjson(CALLS));
    const night = async (schedule: string | null): Promise<number> => {
      const work = { workflow: "nightly", from: "2026-03-02", to: "2026-03-02", again: true, schedule } as const;
      const { steps } = await runWorkflow(nights.context, batchOf(work));
      return steps[0]?.counts.purged ?? 0;
    };
    expect([await night(null), await night(null), await night("nightly"), await night("nightly")]).toEqual([
      0, 0, 6, 0,
    ]);
  } finally {
    await nights.close();
  }
});
