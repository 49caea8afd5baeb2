import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { readFileSync } from "node:fs";
import { gunzipSync, gzipSync } from "node:zlib";
import { isSameServer } from "../../../src/dumps/sources/http-request";
import { ndjson } from "../../support/centre";
import { filesBelow, type Nights, openNights } from "../../support/nights";
import { closed, listening } from "../../support/vendor";

const DAY = "2026-03-02";
const SECRET = "Bearer s3cret-of-the-dumps";
const events = (id: string): string =>
  ndjson([{ contactId: id, event: "new", at: Date.parse("2026-03-02T09:00:00Z") }]);

let server: Server;
let base: string;
let nights: Nights;
let files: Record<string, (request: IncomingMessage, response: ServerResponse) => void>;
let asked: IncomingMessage[];
beforeEach(async () => {
  asked = [];
  files = {};
  server = createServer((request, response) => {
    asked.push(request);
    const file = files[request.url ?? ""];
    if (file === undefined) response.writeHead(404).end();
    else file(request, response);
  });
  base = await listening(server);
});
afterEach(async () => {
  await nights.close();
  await closed(server);
});

const given = async (more: object): Promise<void> => {
  nights = await openNights(() => ({ sources: [{ type: "http", name: "pbx", look_back_days: 0, ...more }] }), {
    DUMP_TOKEN: SECRET,
  });
};
const contacts = (): Promise<string[]> => nights.context.db("contacts").orderBy("contact_id").pluck("contact_id");
const serve = (text: string | Buffer, headers: Record<string, string> = {}) => {
  return (_request: IncomingMessage, response: ServerResponse) => void response.writeHead(200, headers).end(text);
};

describe("an HTTP server", () => {
  it("gives the files of the day to who shows the secret of the environment", async () => {
    await given({
      url: [`${base}/contact-events-{day}.ndjson`, `${base}/{day}/agent-events.ndjson.gz`],
      headers: { Authorization: "$DUMP_TOKEN", "X-Site": "Seoul" },
    });
    const agents = ndjson([{ agentId: "a-1", state: "idle", at: Date.parse("2026-03-02T09:00:00Z") }]);
    files["/contact-events-2026-03-02.ndjson"] = serve(events("c-1"));
    files["/2026-03-02/agent-events.ndjson.gz"] = serve(gzipSync(agents));
    const { failure, counts } = await nights.pull(DAY);
    expect([failure, counts.new]).toEqual([undefined, 2]);
    expect(await nights.context.db("dumps").orderBy("name").pluck("name")).toEqual([
      "agent-events-2026-03-02.ndjson.gz",
      "contact-events-2026-03-02.ndjson",
    ]);
    expect(asked.map(({ headers }) => [headers.authorization, headers["x-site"]])).toEqual([
      [SECRET, "Seoul"],
      [SECRET, "Seoul"],
    ]);
    expect(await nights.everything()).toContain("c-1");
    expect(await nights.everything()).not.toContain("s3cret");
  });

  it("is asked whether a file changed, and gives it once", async () => {
    await given({ url: `${base}/contact-events-{day}.ndjson` });
    files["/contact-events-2026-03-02.ndjson"] = (request, response) => {
      if (request.headers["if-none-match"] === '"v1"') response.writeHead(304).end();
      else response.writeHead(200, { etag: '"v1"' }).end(events("c-1"));
    };
    await nights.pull(DAY);
    const { counts, details } = await nights.pull(DAY);
    expect(asked.map(({ headers }) => headers["if-none-match"])).toEqual([undefined, '"v1"']);
    expect(counts).toMatchObject({ files: 1, loaded: 0, duplicate: 1 });
    expect(details?.sources).toMatchObject([{ status: "delivered", file_count: 1 }]);
    files["/contact-events-2026-03-02.ndjson"] = serve(events("c-2"), { etag: '"v2"' });
    await nights.pull(DAY);
    expect(await contacts()).toEqual(["c-1", "c-2"]);
  });

  it("may give two files of one name, and one whose address says no name", async () => {
    await given({ url: [`${base}/a/contact-events-{day}.ndjson`, `${base}/b/contact-events-{day}.ndjson`] });
    const sameTag = { etag: '"v1"' };
    files["/a/contact-events-2026-03-02.ndjson"] = serve(events("c-1"), sameTag);
    files["/b/contact-events-2026-03-02.ndjson"] = serve(events("c-2"), sameTag);
    await nights.pull(DAY);
    expect(await contacts()).toEqual(["c-1", "c-2"]);
    await nights.close();
    await given({ url: `${base}/export?day={day}`, file_name: "contact-events-{day}.csv" });
    files["/export?day=2026-03-02"] = serve("contactId,event,at\nc-3,new,2026-03-02T09:00:00Z\n");
    await nights.pull(DAY);
    expect(await contacts()).toEqual(["c-3"]);
  });

  it("gives what came after the night of its day with the next, and is not asked again for what bears no mark", async () => {
    await given({ url: `${base}/contact-events-{day}.ndjson`, look_back_days: 1 });
    files["/contact-events-2026-03-02.ndjson"] = serve(events("c-1"));
    expect((await nights.pull(DAY)).failure).toBeUndefined();
    files["/contact-events-2026-03-01.ndjson"] = serve(events("late"));
    expect((await nights.pull(DAY)).counts).toMatchObject({ files: 2, loaded: 1, duplicate: 1 });
    expect((await nights.pull(DAY)).counts).toMatchObject({ files: 1, loaded: 0 });
    expect(await contacts()).toEqual(["c-1", "late"]);
    expect(asked.filter(({ url }) => url === "/contact-events-2026-03-01.ndjson")).toHaveLength(2);
  });

  it("that refuses what it is shown is not asked about the days before as well", async () => {
    await given({ url: `${base}/contact-events-{day}.ndjson`, look_back_days: 3 });
    files["/contact-events-2026-03-02.ndjson"] = (_request, response) => void response.writeHead(401).end();
    await nights.pull(DAY).catch(() => {});
    expect(asked).toHaveLength(1);
  });

  it("that sends to another server gets no secret sent along", async () => {
    const store = createServer((request, response) => {
      asked.push(request);
      response.end(events("c-1"));
    });
    const elsewhere = await listening(store);
    await given({ url: `${base}/{day}`, headers: { "X-Api-Key": "$DUMP_TOKEN" } });
    files["/2026-03-02"] = (_request, response) =>
      void response.writeHead(302, { location: `${elsewhere}/x.ndjson` }).end();
    const { absent, files: found } = await nights.gather(DAY);
    await closed(store);
    expect([absent, found.map(({ delivered }) => delivered?.name)]).toEqual([null, ["2026-03-02"]]);
    expect(asked.map(({ headers }) => headers["x-api-key"])).toEqual([SECRET, undefined]);
  });

  it("shows what the environment holds in its address, which is told without it, as without all parameters", async () => {
    await given({ url: `${base}/contact-events-{day}.ndjson?code=plain-code&sig=$DUMP_TOKEN` });
    await nights.pull(DAY).catch(() => {});
    expect(asked.map(({ url }) => url)).toEqual([
      "/contact-events-2026-03-02.ndjson?code=plain-code&sig=Bearer%20s3cret-of-the-dumps",
    ]);
    const [{ error }] = await nights.context.db("deliveries").select("error");
    expect(error).toBe(`${base}/contact-events-2026-03-02.ndjson?code=…&sig=… is not there yet (HTTP 404)`);
    expect(nights.said.join("\n")).not.toContain("plain-code");
    expect(await nights.everything()).not.toContain("s3cret");
  });

  it.each([
    ["http://a.example/x", "https://a.example/x", true],
    ["http://a.example/x", "http://a.example/y", true],
    ["https://a.example/x", "http://a.example/x", false],
    ["http://a.example/x", "https://b.example/x", false],
    ["http://a.example:8080/x", "https://a.example/x", false],
    ["http://a.example/x", "https://a.example:8443/x", false],
  ])("that sends from %s to %s is the one that was asked: %s", (from, to, isSame) => {
    expect(isSameServer(new URL(from), new URL(to))).toBe(isSame);
  });

  it("that breaks off in the middle is asked again, and nothing half is kept", async () => {
    await given({ url: `${base}/contact-events-{day}.ndjson`, attempts: 2 });
    let isFirst = true;
    files["/contact-events-2026-03-02.ndjson"] = (request, response) => {
      const text = events("c-1");
      response.writeHead(200, { "content-length": text.length });
      if (isFirst) response.write(text.slice(0, 20), () => request.socket.destroy());
      else response.end(text);
      isFirst = false;
    };
    const { absent, waits, files: found } = await nights.gather(DAY);
    expect([absent, waits, found.map(({ delivered }) => delivered?.byte_count)]).toEqual([
      null,
      [1_500],
      [events("c-1").length],
    ]);
  });

  it.each<[string, string, string | Buffer]>([
    ["a packed file that is cut", "is cut off", gzipSync(events("c-1")).subarray(0, 40)],
    ["more than may be taken", "is larger than 1 MiB", Buffer.alloc(1024 * 1024 + 1, "x")],
  ])("may send %s: it is not kept, and counts as not delivered", async (_what, told, content) => {
    await given({ url: `${base}/contact-events-{day}.ndjson.gz`, largest_mb: 1 });
    files["/contact-events-2026-03-02.ndjson.gz"] = serve(content);
    const { absent, kept } = await nights.gather(DAY);
    expect([absent, kept]).toEqual([expect.stringContaining(told), []]);
  });

  it("that shows its sign-in page fails the night, which is set aside and not held for good", async () => {
    await given({ url: `${base}/contact-events-{day}.json` });
    files["/contact-events-2026-03-02.json"] = serve("<html>Sign in</html>", { etag: '"v1"' });
    const { failure } = await nights.pull(DAY);
    expect(failure).toMatchObject({ code: "dump-format" });
    expect(failure?.message).toContain("contact-events-2026-03-02.json of pbx holds HTML or XML");
    expect(await nights.context.db("deliveries").select("status", "error")).toMatchObject([{ status: "missing" }]);
    files["/contact-events-2026-03-02.json"] = serve(events("c-1"));
    expect((await nights.pull(DAY)).failure).toBeUndefined();
    expect(asked[1]?.headers["if-none-match"]).toBeUndefined();
    expect(await nights.context.db("deliveries").select("status", "error")).toEqual([
      { status: "delivered", error: null },
    ]);
  });

  it.each([
    [404, "is not there yet (HTTP 404)"],
    [403, "refuses what the source pbx shows for itself"],
    [418, "answered HTTP 418"],
  ])("that answers %s has not delivered", async (status, told) => {
    await given({ url: `${base}/contact-events-{day}.ndjson` });
    files["/contact-events-2026-03-02.ndjson"] = (_request, response) => void response.writeHead(status).end();
    expect((await nights.gather(DAY)).absent).toContain(told);
  });

  it("is not asked without the secret it wants", async () => {
    nights = await openNights(() => ({
      sources: [
        { type: "http", name: "pbx", url: `${base}/{day}.ndjson`, headers: { Authorization: "Bearer $DUMP_TOKEN" } },
      ],
    }));
    expect((await nights.gather(DAY)).absent).toContain("the environment variable DUMP_TOKEN, and it is not set");
    expect(asked).toEqual([]);
  });

  it("keeps what it sent under the hash of its content, once, packed", async () => {
    await given({ url: [`${base}/a-{day}.ndjson`, `${base}/b-{day}.ndjson.gz`] });
    files["/a-2026-03-02.ndjson"] = serve(events("c-1"));
    files["/b-2026-03-02.ndjson.gz"] = serve(gzipSync(events("c-1"), { level: 1 }));
    const { kept } = await nights.gather(DAY);
    expect(new Set(kept.map(({ content_sha256 }) => content_sha256)).size).toBe(1);
    expect(new Set(kept.map(({ sha256 }) => sha256)).size).toBe(2);
    const contents = filesBelow(nights.folder).filter((path) => path.endsWith(".gz"));
    expect(contents.map((path) => gunzipSync(readFileSync(path)).toString())).toEqual([events("c-1")]);
  });
});
