import { mkdirSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { join } from "node:path";
import { openSftpServer } from "../../support/sftp-server";
import { openStore } from "../../support/store";
import { type Desk, openDesk } from "../../support/terminal";
import { closed, listening, openVendor } from "../../support/vendor";

const ENV = { PBX_TOKEN: "token-of-the-pbx", WEBEX_TOKEN: "token-of-webex", SFTP_PASSWORD: "password-of-sftp" };
const KEYS = { STORE_ID: "id-of-the-store", STORE_KEY: "key-of-the-store" };

let desk: Desk;
let server: Server;
let base: string;
let status: number;
beforeEach(async () => {
  desk = openDesk({ ...ENV, ...KEYS });
  status = 404;
  server = createServer((_request, response) => void response.writeHead(status).end());
  base = await listening(server);
});
afterEach(async () => {
  await desk.close();
  await closed(server);
});

const examined = async (...sources: unknown[]): Promise<{ code: number; stdout: string }> => {
  writeFileSync(join(desk.folder, "nightdesk.json"), JSON.stringify({ zone: "UTC", sources }));
  const { code, stdout } = await desk.run("doctor");
  for (const secret of Object.values({ ...ENV, ...KEYS })) expect(stdout).not.toContain(secret);
  return { code, stdout };
};

describe("the doctor", () => {
  it("reaches every source, and finds the archive writable", async () => {
    const vendor = await openVendor();
    const store = await openStore("dumps");
    const sftp = await openSftpServer("nightdesk", ENV.SFTP_PASSWORD);
    store.objects["2026-03-02/contact-events.ndjson"] = Buffer.from("");
    mkdirSync(join(desk.folder, "mnt"));
    const { host_key, port } = sftp;
    const { code, stdout } = await examined(
      { type: "folder", name: "mount", path: "mnt" },
      { type: "http", name: "pbx", url: `${base}/{day}.ndjson`, headers: { Authorization: "$PBX_TOKEN" } },
      {
        type: "s3",
        name: "store",
        bucket: "dumps",
        prefix: "{day}/",
        endpoint: store.endpoint,
        access_key_id: "$STORE_ID",
        secret_access_key: "$STORE_KEY",
      },
      {
        type: "sftp",
        name: "crm",
        host: "127.0.0.1",
        port,
        user: "nightdesk",
        path: "/out",
        password: "$SFTP_PASSWORD",
        host_key,
      },
      { type: "webex", name: "webex", base: vendor.base, token: "$WEBEX_TOKEN" },
    );
    await Promise.all([vendor.close(), store.close(), sftp.close()]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/ok +source mount +.*mnt: reachable, 0 files of the day before/);
    expect(stdout).toMatch(/ok +source pbx +.*2026-03-02\.ndjson: HTTP 404/);
    expect(stdout).toMatch(/ok +source store +dumps\/2026-03-02\/: reachable, 1 file of the day before/);
    expect(stdout).toMatch(/ok +source crm +127\.0\.0\.1:\/out: reachable, 0 files/);
    expect(stdout).toMatch(/ok +source webex +.*answers, and takes the token/);
    expect(stdout).toMatch(/ok +archive +.*archive/);
  });

  it("names the variable that is not set, and asks nobody", async () => {
    const { code, stdout } = await examined({ type: "webex", base, token: "$OTHER_TOKEN" });
    expect(code).toBe(1);
    expect(stdout).toMatch(/FAULT +source webex +OTHER_TOKEN: not set in the environment\n +→ Set OTHER_TOKEN in/);
  });

  it.each([
    [401, "refuses what the source shows for itself (HTTP 401)"],
    [503, "answered 503"],
  ])("says what to do about a server that answers %s", async (answered, told) => {
    status = answered;
    const { code, stdout } = await examined({ type: "http", name: "pbx", url: `${base}/{day}.ndjson` });
    expect([code, stdout]).toEqual([1, expect.stringContaining(told)]);
  });

  it("tells a folder that is not there", async () => {
    const { code, stdout } = await examined({ type: "folder", name: "mount", path: "nowhere" });
    expect([code, stdout]).toEqual([1, expect.stringMatching(/FAULT +source mount +.*nowhere does not exist/)]);
  });

  it("finds what stands in the way of the archive", async () => {
    mkdirSync(join(desk.folder, "data"));
    writeFileSync(join(desk.folder, "data/archive"), "a file");
    const { stdout } = await examined({ type: "http", name: "pbx", url: `${base}/{day}.ndjson` });
    expect(stdout).toMatch(/FAULT +archive +.*archive\/part cannot be used/);
  });
});

describe("the configuration of sources", () => {
  it.each<[string, unknown, string]>([
    [
      "a secret that stands in the file",
      { type: "webex", token: "abc" },
      `sources.0.token: a secret does not belong into this file`,
    ],
    [
      "a header with a secret in the file",
      { type: "http", url: "https://dumps.example/{day}", headers: { Authorization: "Bearer abc" } },
      "sources.0.headers: a secret does not belong into this file",
    ],
    [
      "a key that does not exist",
      { type: "sftp", host: "h", user: "u", path: "/", hostkey: "x" },
      `did you mean "host_key"?`,
    ],
    ["a type that does not exist", { type: "ftp", host: "h" }, "sources.0.type"],
    [
      "a password in an address",
      { type: "http", url: "http://user:s3cretpw@dumps.example/{day}" },
      `sources.0.url: a user and a password do not belong into an address`,
    ],
    [
      "a password in one of several addresses, though a variable holds it",
      { type: "http", url: ["https://dumps.example/{day}", "https://user:$PBX_TOKEN@dumps.example/{day}"] },
      `"headers": {"Authorization": "Basic $NAME"}`,
    ],
    [
      "a signature in an address",
      { type: "http", url: "https://dumps.example/{day}.ndjson?sv=2024&sig=s3cretpw" },
      `sources.0.url: a secret does not belong into this file`,
    ],
    [
      "a key in the address of a store",
      { type: "s3", bucket: "b", endpoint: "https://store.example/?api%5Fkey=s3cretpw" },
      `sources.0.endpoint: a secret does not belong into this file`,
    ],
    [
      "a password in the address of the vendor",
      { type: "webex", base: "https://me:s3cretpw@api.example" },
      `sources.0.base: a user and a password`,
    ],
    [
      "a host key that is none",
      { type: "sftp", host: "h", user: "u", path: "/", host_key: "aa:bb" },
      "sources.0.host_key",
    ],
  ])("is refused with %s", async (_what, source, told) => {
    writeFileSync(join(desk.folder, "nightdesk.json"), JSON.stringify({ sources: [source] }));
    const { code, stderr } = await desk.run("nightly");
    expect([code, stderr]).toEqual([1, expect.stringContaining(told)]);
    expect(stderr).not.toContain("s3cretpw");
  });

  it("is refused where two sources have one name", async () => {
    const source = { type: "http", url: `${base}/{day}` };
    writeFileSync(join(desk.folder, "nightdesk.json"), JSON.stringify({ sources: [source, source] }));
    expect((await desk.run("nightly")).stderr).toContain("names two sources 127.0.0.1");
  });
});

it("replays a day on the command line", async () => {
  mkdirSync(join(desk.folder, "mnt"));
  const line = JSON.stringify({ contactId: "c-1", event: "new", at: Date.parse("2026-03-02T09:00:00Z") });
  writeFileSync(join(desk.folder, "mnt/contact-events-2026-03-02.ndjson"), `${line}\n`);
  const sources = [{ type: "folder", name: "mount", path: "mnt", settle_s: 0 }];
  writeFileSync(join(desk.folder, "nightdesk.json"), JSON.stringify({ zone: "UTC", sources }));
  expect((await desk.run("nightly")).code).toBe(0);
  const { code, stdout } = await desk.run("replay", "--from", "2026-03-02", "--to", "2026-03-02");
  expect([code, stdout]).toEqual([0, expect.stringMatching(/contact-events-2026-03-02.ndjson +known/)]);
  expect((await desk.run("nightly", "--replay", "--source", "mnt")).code).toBe(2);
});
