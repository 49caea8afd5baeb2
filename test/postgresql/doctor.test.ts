import { type Desk, openDesk } from "../support/terminal";

let desk: Desk;
afterEach(() => desk.close());

describe("the doctor", () => {
  it("says which PostgreSQL it has reached", async () => {
    desk = openDesk();
    const { code, stdout } = await desk.run("doctor");
    expect([code, stdout]).toEqual([
      0,
      expect.stringMatching(/^ok +database +postgres:\S+, PostgreSQL \d\S*, reachable$/m),
    ]);
  });

  it("says what to do about a server that cannot be reached, and shows no password", async () => {
    desk = openDesk({ DATABASE_URL: "postgres://nightdesk:top-secret@127.0.0.1:1/nightdesk" });
    const { code, stdout } = await desk.run("doctor");
    expect(code).toBe(1);
    expect(stdout).toMatch(/^FAULT +database +postgres:\/\/nightdesk:…@127\.0\.0\.1:1\/nightdesk: .*ECONNREFUSED/m);
    expect(stdout).toContain("see to it that the server runs and can be reached");
    expect(stdout).not.toContain("top-secret");
  });

  it("says which addresses it knows", async () => {
    desk = openDesk({ DATABASE_URL: "mysql://nightdesk:top-secret@host/nightdesk" });
    const { code, stdout } = await desk.run("doctor");
    expect([code, stdout]).toEqual([1, expect.stringContaining("or postgres://USER:PASSWORD@HOST/DATABASE")]);
    expect(stdout).not.toContain("top-secret");
  });
});
