import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { ndjson } from "../support/centre";
import { type Desk, openDesk } from "../support/terminal";

let desk: Desk;
beforeEach(async () => {
  desk = openDesk();
  const call = { contactId: "c-1", origin: "+49307654321" };
  const events = [
    { ...call, event: "new", at: "2026-03-02T09:00:00Z" },
    { ...call, event: "ended", at: "2026-03-02T09:01:00Z" },
  ];
  writeFileSync(join(desk.folder, "contact-events-2026-03-02.ndjson"), ndjson(events));
  await desk.run("load", "contact-events-2026-03-02.ndjson");
  await desk.run("rebuild");
});
afterEach(() => desk.close());

describe("the command erase", () => {
  it("says how many places would change, then how many did, and never whose", async () => {
    const dry = await desk.run("erase", "--contact-number", "+49 30 7654321", "--dry-run");
    expect(dry.stdout).toMatch(/contact_events +2\n/);
    expect(dry.stdout).toContain("places would change. Nothing was changed.");
    const done = await desk.run("erase", "--contact-number", "+49 30 7654321");
    expect(done).toMatchObject({ code: 0 });
    expect(done.stdout).toContain("Erased one caller: ");
    expect(done.stdout).not.toMatch(/7654321|c-1/);
    expect((await desk.run("export", "customer-sessions")).stdout).not.toMatch(/7654321|c-1/);
  });

  it.each([
    [[], 2, "erase needs one person"],
    [["--contact", "c-1", "--agent", "a-1"], 2, "erase needs one person"],
    [["--contact-number", "123"], 2, "Give the whole number"],
    [["--agent", "a-1"], 1, "Nobody is found by that agent"],
  ])("refuses %j", async (args, code, words) => {
    const said = await desk.run("erase", ...args);
    expect(said.code).toBe(code);
    expect(said.stderr).toContain(words);
  });
});
