import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join, resolve } from "node:path";
import { DAY, type Mailed, openMailed } from "../support/mailing";
import { type MailServer, openMailServer } from "../support/mail-server";

const root = resolve(__dirname, "../..");
const PEOPLE = ["ana", "bo", "cy", "di"].map((name) => `${name}@example.com`);

let server: MailServer;
let centre: Mailed;
beforeEach(async () => {
  server = await openMailServer();
  const recipients = `address\n${PEOPLE.join("\n")}\n`;
  // One connection: the mails go one after the other.
  centre = await openMailed({}, recipients, { SMTP_URL: `${server.url}?connections=1` });
  await centre.prepare();
});
afterEach(async () => {
  await centre.close();
  await server.close();
});

/** A process of its own that mails the day. */
function mailing(): ChildProcess {
  const env = {
    ...process.env,
    ...centre.env,
    NIGHTDESK_DATA: join(centre.folder, "data"),
    NIGHTDESK_CONFIG: join(centre.folder, "nightdesk.json"),
  };
  const args = ["--import", "tsx", "jobs/main.ts", "mail", "send", "--day", DAY];
  return spawn(process.execPath, args, { cwd: root, env, stdio: "ignore" });
}

it("a process killed between acceptance and record leaves one mail of which nobody knows, and nobody gets two", async () => {
  const child = mailing();
  // All of the second mail has come: the server accepts it, and the process does not live to hear of it.
  server.when_received = async (to) => {
    if (to !== PEOPLE[1]) return;
    const gone = once(child, "exit");
    child.kill("SIGKILL");
    await gone;
  };
  await once(child, "exit");
  expect(await centre.ledger()).toEqual(["ana@example.com sent", "bo@example.com sending"]);
  server.when_received = () => {};
  expect((await centre.mail()).counts).toEqual({ recipients: 4, rendered: 1, sent: 2, had: 2 });
  expect(await centre.ledger()).toEqual([
    "ana@example.com sent",
    "bo@example.com unknown",
    "cy@example.com sent",
    "di@example.com sent",
  ]);
  expect(await centre.context.db("mail_attempts").where({ status: "unknown" }).pluck("answer")).toEqual([
    expect.stringContaining("accepted or not"),
  ]);
  const got = server.mails.map(({ to }) => to).toSorted();
  expect(got).toEqual([...new Set(got)]);
  // Whoever wants it sent all the same says so; its Message-ID is the same, by which mail programs know it.
  await centre.mail({ options: { resend: "unknown" } });
  const ids = await Promise.all(
    server.mails.flatMap(({ to }, index) => (to === PEOPLE[1] ? [server.parsed(index)] : [])),
  );
  expect(new Set(ids.map(({ messageId }) => messageId)).size).toBe(1);
});

it("two processes that mail at the same time send nothing twice", async () => {
  const both = [mailing(), mailing()];
  await Promise.all(both.map((child) => once(child, "exit")));
  await centre.mail();
  expect(server.mails.map(({ to }) => to).toSorted()).toEqual(PEOPLE);
});
