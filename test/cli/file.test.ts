import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Desk, openDesk } from "../support/terminal";

let desk: Desk;
beforeEach(() => {
  desk = openDesk();
});
afterEach(() => desk.close());

describe("the database in a file", () => {
  it("says what stands in the way of the data folder", async () => {
    writeFileSync(join(desk.folder, "data"), "a file");
    const { code, stderr } = await desk.run("status");
    expect([code, stderr]).toEqual([1, expect.stringContaining("there is a file of that name")]);
  });

  it("says what to do about a database that is none", async () => {
    await desk.run("doctor");
    writeFileSync(
      join(desk.folder, "data/nightdesk.sqlite"),
      "not a database at all, but long enough to be taken for one ".repeat(100),
    );
    const { code, stdout } = await desk.run("doctor");
    expect(code).toBe(1);
    expect(stdout).toMatch(/FAULT +database/);
    expect(stdout).toContain("→");
  });
});
