import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { schedulesOf } from "../../src/base/schedules";
import type { Log } from "../../src/base/log";
import { pingWatchman } from "../../jobs/ping";

let server: Server;
let heard: string[];
let answer: number;
let said: string[];
let base: string;
beforeEach(async () => {
  [heard, said, answer] = [[], [], 200];
  server = createServer((request, response) => {
    heard.push(`${request.method} ${request.url}`);
    response.writeHead(answer).end();
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(() => {
  server.close();
});

const say = (message: string): void => void said.push(message);
const log: Log = { info: say, warn: say, error: say, progress: say };

async function ping(address: string, isDone: boolean, schedule: string | null = "nightly"): Promise<void> {
  const schedules = schedulesOf({ schedules: [{ name: "nightly", every: "day", at: "01:15", ping: address }] }, "UTC");
  await pingWatchman({ schedules }, { PING_URL: `${base}/from-env` }, log, schedule, isDone);
}

describe("the watchman of a schedule", () => {
  it("hears of each run that is done, and of one that failed at /fail", async () => {
    await ping(`${base}/uuid-1`, true);
    await ping(`${base}/uuid-1?key=x`, false);
    expect([heard, said]).toEqual([["GET /uuid-1", "GET /uuid-1/fail?key=x"], []]);
  });

  it("may have its address in the environment", async () => {
    await ping("$PING_URL", true);
    expect(heard).toEqual(["GET /from-env"]);
    await ping("$NOWHERE", true);
    expect(said).toEqual([expect.stringContaining("there is no such variable")]);
  });

  it("hears nothing of runs by hand, nor of other schedules", async () => {
    await ping(`${base}/uuid-1`, true, null);
    await ping(`${base}/uuid-1`, true, "weekly");
    expect(heard).toEqual([]);
  });

  it("that refuses or is gone costs a warning and nothing more, and its address is not told", async () => {
    answer = 500;
    await ping(`${base}/secret-1`, true);
    server.close();
    server.closeAllConnections();
    await once(server, "close");
    await ping(`${base}/secret-1`, true);
    expect(said).toEqual([
      "The ping of schedule nightly was answered with 500.",
      expect.stringMatching(/^The ping of schedule nightly was not heard: /),
    ]);
    expect(said.join()).not.toContain("secret-1");
  });

  it("whose address is no address costs a warning, and is not told either", async () => {
    await ping("https://:secret-2", true);
    expect(said).toEqual([expect.stringContaining("was not heard")]);
    expect(said.join()).not.toContain("secret-2");
  });
});
