import { mkdirSync, writeFileSync } from "node:fs";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { join } from "node:path";
import { batchOf } from "../../src/batch";
import { silentLog } from "../../src/base/log";
import { closeContext, type Context, openContext } from "../../src/context";
import { pull } from "../../src/steps/pull";
import { ndjson } from "../support/centre";
import { filesBelow, NIGHT_MS, type Nights, openNights } from "../support/nights";

const DAY = "2026-03-02";

let nights: Nights;
let way: Server;
let context: Context;
const sockets = new Set<Socket>();
beforeEach(async () => {
  nights = await openNights((folder) => ({
    sources: [{ type: "folder", name: "calls", path: join(folder, "calls"), settle_s: 0 }],
  }));
  mkdirSync(join(nights.folder, "calls"));
  for (const id of ["a", "b"]) {
    const at = Date.parse("2026-03-02T09:00:00Z");
    const path = join(nights.folder, `calls/contact-events-${DAY}-${id}.ndjson`);
    writeFileSync(path, ndjson([{ contactId: id, event: "new", at }]));
  }
  const { config } = nights.context;
  const server = new URL(config.database_url);
  way = await wayTo(server);
  const database_url = `postgres://${server.username}@127.0.0.1:${(way.address() as AddressInfo).port}${server.pathname}`;
  // The line of progress is cleared once everything has been fetched.
  const log = { ...silentLog, progress: (text: string): void => void (text === "" && cutOff()) };
  context = await openContext({ ...config, database_url }, log, () => NIGHT_MS);
});
afterEach(async () => {
  await closeContext(context);
  cutOff();
  await nights.close();
});

/** A way to a server that can be cut off. */
async function wayTo(url: URL): Promise<Server> {
  const folder = url.searchParams.get("host");
  const port = Number(url.port || 5432);
  const target = folder === null ? { host: url.hostname, port } : { path: join(folder, `.s.PGSQL.${port}`) };
  const server = createServer((near) => {
    const far = connect(target);
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on("error", () => {}).on("close", () => cutBoth(near, far));
    }
    near.pipe(far).pipe(near);
  });
  await new Promise<void>((done) => void server.listen(0, "127.0.0.1", done));
  return server;
}

function cutBoth(near: Socket, far: Socket): void {
  near.destroy();
  far.destroy();
}

function cutOff(): void {
  way.close();
  for (const socket of sockets) socket.destroy();
  sockets.clear();
}

it("a server that is gone while dumps are loaded is no fault of theirs: nothing is set aside", async () => {
  const work = batchOf({ workflow: "nightly", from: DAY, to: DAY });
  await expect(pull(context, work)).rejects.toThrow(/^(connect|read) ECONN|EPIPE|Connection terminated/);
  expect(filesBelow(join(nights.folder, "data/archive/days")).length).toBe(2);
  expect(await pull(nights.context, work)).toMatchObject({ counts: { files: 2, loaded: 2 } });
});
