import { spawn } from "node:child_process";
import { once } from "node:events";
import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { lockFolder } from "../../jobs/backends/lock";
import { parseRedisUrl, redisBackend } from "../../jobs/backends/redis";
import { openQueue, queueKind } from "../../jobs/queue";
import { freePort } from "../support/queues";
import { openSite, runProgram } from "../support/service";

// Cases that start several services take their time on a busy machine.
jest.setTimeout(600_000);

describe("the address of a queue", () => {
  it.each([
    ["", "embedded"],
    ["redis://localhost:6379", "redis"],
    ["rediss+sentinel://a:1,b:2/main", "redis"],
    ["postgres://nightdesk@localhost/queue", "postgres"],
    ["postgresql://localhost/queue", "postgres"],
  ])("%s is %s", (url, kind) => expect(queueKind(url)).toBe(kind));

  it("that is none of these is refused, without its password", () => {
    expect(() => queueKind("amqp://user:secret@host")).toThrow(/^QUEUE_URL is "amqp:\/\/user:…@host"/);
  });

  it("names one Redis, with or without user, database and TLS", () => {
    expect(parseRedisUrl("rediss://me:p%40ss@redis.example:6380/2")).toEqual({
      mode: "single",
      isSecure: true,
      nodes: [{ host: "redis.example", port: 6380 }],
      username: "me",
      password: "p@ss",
      sentinel_username: null,
      sentinel_password: null,
      group: null,
      database: 2,
    });
    expect(parseRedisUrl("redis://[::1]")).toMatchObject({ nodes: [{ host: "::1", port: 6379 }], database: 0 });
  });

  it("names sentinels and the group they watch, or the nodes of a cluster", () => {
    expect(parseRedisUrl("redis+sentinel://:pw@a:26379,b/main/1")).toMatchObject({
      mode: "sentinel",
      nodes: [
        { host: "a", port: 26_379 },
        { host: "b", port: 26_379 },
      ],
      password: "pw",
      group: "main",
      database: 1,
    });
    expect(parseRedisUrl("redis+cluster://a:7000,b:7001")).toMatchObject({ mode: "cluster", group: null });
  });

  it.each([
    "redis://",
    "redis://a,b",
    "redis://a/x",
    "redis+sentinel://a:1",
    "redis+sentinel://a:1/main?sentinel_pasword=x",
    "redis://a:1?sentinel_password=x",
    "redis+cluster://a:1/3",
    "redis://a:port",
  ])("%s is refused with the forms there are", (url) =>
    expect(() => parseRedisUrl(url)).toThrow(/Expected redis:\/\/.*sentinel.*cluster/),
  );

  it("speaks TLS to sentinels and to the servers they name, and gives the sentinels a password of their own", () => {
    const backend = redisBackend("rediss+sentinel://me:pw@a/main?sentinel_username=watch&sentinel_password=p%40ss");
    expect(backend.optionsFor("service").connection).toMatchObject({
      sentinels: [{ host: "a", port: 26_379 }],
      tls: {},
      enableTLSForSentinelMode: true,
      sentinelTLS: {},
      password: "pw",
      sentinelUsername: "watch",
      sentinelPassword: "p@ss",
    });
    expect(backend.shown).not.toMatch(/pw|p%40ss/);
    const plain = redisBackend("redis+sentinel://a/main").optionsFor("service").connection;
    expect(Object.keys(plain).filter((key) => /tls/i.test(key))).toEqual([]);
  });

  it("where nobody answers is said within seconds, with what to do", async () => {
    const site = openSite(`redis://127.0.0.1:${await freePort()}`);
    const opened = openQueue(site.config(), { role: "command", onError: () => {} });
    await expect(opened).rejects.toThrow(/cannot be reached: .*ECONNREFUSED.*Start it, correct QUEUE_URL/);
    site.close();
  });
});

describe("the folder of the embedded queue", () => {
  let folder: string;
  const file = (): string => join(folder, "owner.lock");
  beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), "nightdesk-lock-"))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it("belongs to one process at a time", () => {
    const lock = lockFolder(folder);
    expect(() => lockFolder(folder)).toThrow(new RegExp(`belongs to process ${process.pid} on `));
    lock.release();
    lockFolder(folder).release();
    expect(existsSync(file())).toBe(false);
  });

  it("is taken over from a process that is no more, and from one whose number another has now", async () => {
    const child = spawn(process.execPath, ["-e", ""]);
    await once(child, "exit");
    for (const holder of [
      { pid: child.pid, started: "1" },
      { pid: process.pid, started: "1" },
    ]) {
      writeFileSync(file(), JSON.stringify({ ...holder, host: hostname() }));
      expect(() => lockFolder(folder).release()).not.toThrow();
    }
    writeFileSync(file(), "");
    expect(() => lockFolder(folder).release()).not.toThrow();
  });

  it("is left to another machine as long as that touches it", () => {
    writeFileSync(file(), JSON.stringify({ pid: 1, host: "elsewhere", started: null }));
    expect(() => lockFolder(folder)).toThrow(/belongs to process 1 on elsewhere/);
    const before = new Date(Date.now() - 120_000);
    utimesSync(file(), before, before);
    lockFolder(folder).release();
  });

  it("found stale by two starters at once goes to one of them, and the other takes nothing of his away", () => {
    const stale = JSON.stringify({ pid: process.pid, started: "1", host: hostname() });
    const right = `${file()}.${createHash("sha256").update(stale).digest("hex").slice(0, 12)}.stale`;
    writeFileSync(file(), stale);
    // The other starter is about to take it away.
    writeFileSync(right, "");
    expect(() => lockFolder(folder)).toThrow(/belongs to another process/);
    expect(readFileSync(file(), "utf8")).toBe(stale);
    // He was killed before he did.
    const before = new Date(Date.now() - 120_000);
    utimesSync(right, before, before);
    lockFolder(folder).release();
    expect(readdirSync(folder)).toEqual([]);
  });

  it("is refused to a second service, which says what to do", async () => {
    const site = openSite("");
    const first = runProgram(site, ["start"]);
    await first.untilSays(/Ready/);
    const second = runProgram(site, ["start"]);
    expect((await second.ended).code).toBe(1);
    expect(second.said()).toMatch(/belongs to process \d+ on .* which is running.*Stop that one/);
    first.child.kill("SIGKILL");
    await first.ended;
    expect(readFileSync(join(site.folder, "data/queue/owner.lock"), "utf8")).toContain(String(first.child.pid));
    const third = runProgram(site, ["start"]);
    await third.untilSays(/Ready/);
    third.child.kill("SIGTERM");
    expect(await third.ended).toEqual({ code: 0, signal: null });
    site.close();
  });
});
