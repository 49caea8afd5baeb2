import { type Mailed, DAY, openMailed } from "../support/mailing";
import { type MailServer, openMailServer } from "../support/mail-server";

const PEOPLE = "address,name\nana@example.com,Ana\nbo@example.com,Bo\ncy@example.com,Cy\n";

let server: MailServer;
let centre: Mailed;

/** A centre whose day is loaded, rebuilt and checked. */
async function given(settings: Record<string, unknown> = {}, url = server.url, people = PEOPLE): Promise<void> {
  centre = await openMailed(settings, people, { SMTP_URL: url });
  await centre.prepare();
}

beforeEach(async () => {
  server = await openMailServer();
});
afterEach(async () => {
  await centre.close();
  await server.close();
});

const sorted = (mails: MailServer["mails"]): string[] => mails.map(({ to }) => to).toSorted();

describe("the mail", () => {
  it("goes to each recipient once, over connections that are used again, however often the step runs", async () => {
    await given();
    expect((await centre.mail()).counts).toEqual({ recipients: 3, rendered: 1, sent: 3 });
    expect((await centre.mail()).counts).toEqual({ recipients: 3, rendered: 1, sent: 0, had: 3 });
    expect(sorted(server.mails)).toEqual(["ana@example.com", "bo@example.com", "cy@example.com"]);
    expect(server.connection_count).toBeLessThanOrEqual(3);
    expect((await centre.ledger()).toSorted()).toEqual([
      "ana@example.com sent",
      "bo@example.com sent",
      "cy@example.com sent",
    ]);
    const [row] = await centre.context.db("mail_attempts").where({ address: "ana@example.com" });
    expect(row).toMatchObject({
      edition_id: `summary_${DAY}_1`,
      scope: "all",
      language: "en",
      tier: "aggregates",
      transport: "smtp",
    });
    expect(row.answer).toContain("250");
  });

  it("is tried again for one whom the server puts off, while the others get theirs at once", async () => {
    await given();
    server.answers = { "bo@example.com": [451, 451] };
    expect((await centre.mail()).counts).toEqual({ recipients: 3, rendered: 1, sent: 3 });
    expect(sorted(server.mails)).toEqual(["ana@example.com", "bo@example.com", "cy@example.com"]);
    expect(centre.waits).toEqual([3750, 11250]);
    expect((await centre.ledger()).filter((row) => row.startsWith("bo"))).toEqual([
      "bo@example.com temporary",
      "bo@example.com temporary",
      "bo@example.com sent",
    ]);
  });

  it("leaves one who is put off for longer to the next try of the step, and says so", async () => {
    await given();
    server.answers = { "bo@example.com": [451, 451, 451] };
    const { failure, counts } = await centre.mail();
    expect(counts).toMatchObject({ sent: 2, temporary: 1 });
    expect(failure).toMatchObject({ code: "mail-temporary", can_retry: true });
    expect(failure?.message).toContain("greylisted");
    expect((await centre.mail()).counts).toMatchObject({ sent: 1, had: 2 });
    expect(server.mails).toHaveLength(3);
  });

  it("is not tried again for one whom the server refuses, unless somebody asks for it", async () => {
    await given({ mail: { owner: "ops@example.com" } });
    server.answers = { "bo@example.com": [550] };
    const { failure, counts } = await centre.mail();
    expect([failure, counts]).toEqual([undefined, { recipients: 3, rendered: 1, sent: 2, refused: 1 }]);
    expect(await centre.context.db("mail_attempts").where({ status: "refused" }).pluck("answer")).toEqual([
      expect.stringContaining("no such user here"),
    ]);
    const note = server.mails.findIndex(({ to }) => to === "ops@example.com");
    expect((await server.parsed(note)).text).toContain("bo@example.com: ");
    expect((await centre.mail()).counts).toMatchObject({ sent: 0, had: 3 });
    expect((await centre.mail({ options: { resend: "failed", despite_gate: true } })).counts).toMatchObject({
      sent: 1,
      had: 2,
    });
    expect(server.mails.filter(({ to }) => to === "bo@example.com")).toHaveLength(1);
  });

  it("is not taken for sent where the connection is lost before the message was handed over", async () => {
    await given();
    server.drops = { at: "rcpt", times: 1 };
    expect((await centre.mail()).counts).toMatchObject({ sent: 3 });
    expect(sorted(server.mails)).toEqual(["ana@example.com", "bo@example.com", "cy@example.com"]);
  });

  it("counts as unknown where the connection is lost after all of it was handed over, and is then not sent twice", async () => {
    await given({}, server.url, "address\nana@example.com\n");
    server.drops = { at: "end", times: 1 };
    expect((await centre.mail()).counts).toMatchObject({ sent: 0, unknown: 1 });
    expect((await centre.mail()).counts).toMatchObject({ sent: 0, had: 1 });
    expect((await centre.mail({ options: { resend: "failed" } })).counts).toMatchObject({ sent: 0, had: 1 });
    expect(server.mails).toEqual([]);
    expect((await centre.mail({ options: { resend: "unknown" } })).counts).toMatchObject({ sent: 1 });
    expect(await centre.ledger()).toEqual(["ana@example.com again", "ana@example.com sent"]);
  });

  it("stops at a server that is not there, writes that down, and goes out once it is", async () => {
    await given();
    const { port } = server;
    await server.close();
    const { failure } = await centre.mail();
    expect(failure).toMatchObject({ code: "mail-temporary", can_retry: true });
    expect(failure?.message).toContain(`127.0.0.1:${port}`);
    expect((await centre.ledger()).every((row) => row.endsWith("temporary"))).toBe(true);
    server = await openMailServer();
    centre.context.config.environment = () => server.url;
    expect((await centre.mail()).counts).toMatchObject({ sent: 3 });
  });

  it("goes encrypted and with a login, and never without encryption where there is a login", async () => {
    await server.close();
    server = await openMailServer({ authOptional: false, disabledCommands: [] });
    const login = `smtp://reports:right%2Fpass%40word@127.0.0.1:${server.port}`;
    await given({}, `${login}?ca=${server.ca}`, "address\nana@example.com\n");
    expect((await centre.mail()).counts).toMatchObject({ sent: 1 });
    expect(server.logins).toEqual(["reports:right/pass@word"]);
    await server.close();
    server = await openMailServer({ authOptional: true });
    centre.context.config.environment = () => login.replace(/:\d+$/, `:${server.port}`);
    await centre.context.db("mail_attempts").del();
    expect((await centre.mail()).failure).toMatchObject({ code: expect.stringMatching(/^mail-/) });
    expect([server.logins, server.mails]).toEqual([[], []]);
  });

  it("goes over TLS from the first byte", async () => {
    await server.close();
    server = await openMailServer({ secure: true });
    await given({}, `smtps://127.0.0.1:${server.port}?ca=${server.ca}`, "address\nana@example.com\n");
    expect((await centre.mail()).counts).toMatchObject({ sent: 1 });
  });

  it("fails for good with a wrong password, which nothing shows", async () => {
    await server.close();
    server = await openMailServer({ authOptional: false, disabledCommands: [] });
    await given({}, `smtp://reports:hunter-two@127.0.0.1:${server.port}?ca=${server.ca}`);
    const { failure } = await centre.mail();
    expect(failure).toMatchObject({ code: "mail-server", can_retry: false });
    expect(failure?.message).toContain("nightdesk doctor");
    const everything = JSON.stringify([failure, centre.said, await centre.context.db("mail_attempts")]);
    expect(everything).toContain("535");
    expect(everything).not.toContain("hunter-two");
  });
});
