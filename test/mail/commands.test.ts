import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseSmtpUrl } from "../../src/mail/smtp-url";
import { type Desk, openDesk } from "../support/terminal";

let desk: Desk;
let night: string;
beforeAll(async () => {
  desk = openDesk();
  const mail = { recipients: "people.csv", owner: "ops@example.com" };
  writeFileSync(join(desk.folder, "nightdesk.json"), JSON.stringify({ zone: "Asia/Seoul", mail }));
  writeFileSync(
    join(desk.folder, "people.csv"),
    "address,scope,schedule\nana@example.com,all,daily\nbo@example.com,queue:Billing,weekly\n",
  );
  const made = ["--day", "2026-03-02", "--contacts", "60", "--agents", "8", "--seed", "3", "--out", "data/dumps"];
  await desk.run("generate", ...made);
  night = (await desk.run("nightly")).stdout;
});
afterAll(() => desk.close());

const DAY = ["--day", "2026-03-02"];

it("the night ends with a message in the outbox that the linter has nothing to say about", async () => {
  expect(night).toMatch(/mail +recipients 1, rendered 1, sent 0, outbox 1/);
  const outbox = join(desk.folder, "data/outbox");
  expect(readdirSync(outbox)).toEqual(["summary_2026-03-02_1_ana@example.com.eml"]);
  const file = join(outbox, "summary_2026-03-02_1_ana@example.com.eml");
  for (const args of [
    ["mail", "lint", file],
    ["mail", "--lint", file],
  ]) {
    expect(await desk.run(...args)).toEqual({ code: 0, stdout: `ok      ${file}\n`, stderr: "" });
  }
  writeFileSync(
    join(desk.folder, "bad.eml"),
    readFileSync(file, "utf8").replace("\r\nTo: ", "\r\nBcc: x@example.com\r\nTo: "),
  );
  const bad = await desk.run("mail", "lint", "bad.eml");
  expect([bad.code, bad.stdout]).toEqual([
    1,
    expect.stringContaining("header bcc: a summary goes to one reader\n    → Leave it out."),
  ]);
});

it("tells who would get what and why, and sends nothing", async () => {
  const { stdout } = await desk.run("mail", "recipients", "--dry-run", ...DAY);
  expect(stdout).toMatch(/^ana@example\.com +yes +all +en +aggregates +asked for daily$/m);
  expect(stdout).toMatch(/^bo@example\.com +no +queue:Billing +en +aggregates +asked for weekly; this is daily$/m);
  expect(stdout).toContain("1 mail, rendered once. Nothing was sent.");
  const week = JSON.parse(
    (await desk.run("mail", "recipients", "--json", "--from", "2026-03-02", "--to", "2026-03-08")).stdout,
  );
  expect(week.recipients.map(({ address, gets }: { address: string; gets: boolean }) => `${address} ${gets}`)).toEqual([
    "ana@example.com false",
    "bo@example.com true",
  ]);
});

it("previews a mail as its reader would get it, and issues nothing", async () => {
  const { code, stdout } = await desk.run("mail", "preview", ...DAY, "--recipient", "bo@example.com", "--out", "look");
  expect([code, stdout]).toEqual([0, expect.stringContaining("ok      the message")]);
  const names = readdirSync(join(desk.folder, "look")).toSorted();
  expect(names.map((name) => name.replace(/_[0-9a-f]{10}_/, "_SCOPE_"))).toEqual(
    ["eml", "html", "txt"].map((ending) => `summary_2026-03-02_SCOPE_1.${ending}`),
  );
  const text = readFileSync(join(desk.folder, "look", names[2] ?? ""), "utf8");
  expect([text.includes("Billing"), text.includes("Technical Support")]).toEqual([true, false]);
  const db = await desk.open();
  expect(await db("mail_editions").pluck("edition_id")).toEqual(["summary_2026-03-02_1"]);
  await db.destroy();
});

it("sends a test to whoever asks, and lists it among the attempts", async () => {
  expect((await desk.run("mail", "send-test", "--to", "me@example.com", ...DAY)).stdout).toContain(
    "A test for me@example.com went to",
  );
  const { stdout } = await desk.run("mail", "ledger", ...DAY);
  expect(stdout).toMatch(/outbox +ana@example\.com +summary_2026-03-02_1 /);
  expect(stdout).toMatch(/outbox +me@example\.com +test_2026-03-02_\d+ /);
});

it.each([
  [["mail"], "Usage: nightdesk mail"],
  [["mail", "resend", ...DAY], "--failed, or --unknown"],
  [["mail", "send"], "A mail needs its days"],
  [["mail", "send-test", "--to", "me at home"], "Expected an address"],
  [["mail", "preview", ...DAY, "--out", "x", "--scope", "floor:2"], 'neither "all" nor queue:NAME'],
  [["mail", "preview", ...DAY, "--out", "x", "--recipient", "nobody@example.com"], "is none of the recipients"],
  [["mail", "lint", "gone.eml"], "cannot be read"],
])("takes %j for wrong usage", async (args, told) => {
  const { code, stdout, stderr } = await desk.run(...args);
  expect([code, stdout]).toEqual([2, ""]);
  expect(stderr).toContain(told);
});

it("tells all faults of the recipients' file, and fails", async () => {
  writeFileSync(join(desk.folder, "people.csv"), "address,tier\nana,all\nbo@example.com,ful\n");
  const { code, stderr } = await desk.run("mail", "recipients", ...DAY);
  expect(code).toBe(1);
  expect(stderr).toMatch(
    /people\.csv has 3 faults:\n.*line 2: "ana" is no address.*line 2: tier "all".*line 3: tier "ful"/s,
  );
});

describe("the address of the mail server", () => {
  it("gives port, encryption and login, and is shown without them", () => {
    expect(parseSmtpUrl("smtp://me:p%40ss@mail.example")).toMatchObject({
      host: "mail.example",
      port: 587,
      is_tls: false,
      starttls: "required",
      login: { user: "me", password: "p@ss" },
      shown: "smtp://mail.example:587",
    });
    expect(parseSmtpUrl("smtps://mail.example")).toMatchObject({ port: 465, is_tls: true, login: null });
    expect(parseSmtpUrl("smtp://mail.example:25?starttls=off&connections=1")).toMatchObject({
      port: 25,
      starttls: "off",
      connections: 1,
    });
  });

  it.each([
    "mail.example",
    "http://x",
    "smtp://",
    "smtp://me:secret@x?tls=no",
    "smtp://me:secret@x?starttls=maybe",
    "smtp://me:%zz@x",
    "smtp://x?connections=99",
    "smtp://x?ca=/no/such",
  ])("is refused without being repeated: %s", (url) => {
    expect(() => parseSmtpUrl(url)).toThrow(/^SMTP_URL (?!.*secret).*Expected smtp:\/\/.*Correct the variable/s);
  });
});
