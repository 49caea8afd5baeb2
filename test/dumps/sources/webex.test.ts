import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { silentLog } from "../../../src/base/log";
import { keptOf } from "../../../src/dumps/sources/archive";
import { type Nights, openNights } from "../../support/nights";
import { openVendor, session, task, type Vendor } from "../../support/vendor";

const DAY = "2026-03-02";
const AT = Date.parse("2026-03-02T09:00:00Z");
const TOKEN = "opaque-token-1234567890";
const CALL = ["new", "parked", "connect", "connected", "ended"];

let vendor: Vendor;
let nights: Nights;
const given = async (more: object = {}): Promise<void> => {
  const source = { type: "webex", name: "webex", base: vendor.base, org_id: "org 1", token: "$WEBEX_TOKEN", ...more };
  nights = await openNights(() => ({ sources: [source] }), { WEBEX_TOKEN: TOKEN });
};
beforeEach(async () => {
  vendor = await openVendor();
  await given();
});
afterEach(async () => {
  await nights.close();
  await vendor.close();
});

const archive = (): string => join(nights.folder, "data/archive");
const contacts = (): Promise<string[]> => nights.context.db("contacts").orderBy("contact_id").pluck("contact_id");
const eventCount = async (): Promise<number> =>
  Number((await nights.context.db("contact_events").count({ n: "*" }))[0]?.n);

/** The windows the vendor was asked for, of one kind of record. */
function windows(name: string): string[] {
  const spans = vendor.asked.flatMap(({ query }) => {
    const found = new RegExp(`${name}\\(from: (\\d+) to: (\\d+)`).exec(query);
    return found === null
      ? []
      : [
          found
            .slice(1)
            .map((at) => new Date(Number(at)).toISOString())
            .join(" – "),
        ];
  });
  return [...new Set(spans)];
}

describe("the Search API", () => {
  it("is paged to its end, of every kind of record, with the day before looked at again", async () => {
    vendor.page_size = 2;
    vendor.tasks = Array.from({ length: 5 }, (_, i) => task(`t-${i}`, AT + i * 60_000, CALL));
    vendor.tasks.push(task("yesterday", AT - 86_400_000, CALL), task("older", AT - 2 * 86_400_000, CALL));
    vendor.sessions = [session("s-1", "a-1", AT, ["available", "connected", "idle"])];
    vendor.legs = [{ id: "t-1-callLeg-1", taskId: "t-1", createdTime: AT, endedTime: AT + 9000, queue: { id: "q-1" } }];
    const { counts, details, failure } = await nights.pull(DAY);
    expect(failure).toBeUndefined();
    expect(counts).toMatchObject({ files: 6, loaded: 6, rejected: 0, truncated: 0 });
    expect(await contacts()).toEqual(["t-0", "t-1", "t-2", "t-3", "t-4", "yesterday"]);
    expect(await eventCount()).toBe(30);
    expect(await nights.context.db("agent_events").count({ n: "*" })).toEqual([{ n: 3 }]);
    expect(await nights.context.db("reported_legs").pluck("leg_id")).toEqual(["t-1-callLeg-1"]);
    expect(windows("taskDetails")).toEqual([
      "2026-03-02T00:00:00.000Z – 2026-03-03T00:00:00.000Z",
      "2026-03-01T00:00:00.000Z – 2026-03-02T00:00:00.000Z",
    ]);
    expect(new Set(vendor.asked.map(({ url, authorization }) => `${url} ${authorization}`))).toEqual(
      new Set([`/search?orgId=org%201 Bearer ${TOKEN}`]),
    );
    expect(details?.sources).toEqual([
      { source: "webex", day: DAY, status: "delivered", file_count: 6, byte_count: expect.any(Number), error: null },
    ]);
    expect(nights.said).toContain("progress: webex: tasks of 2026-03-02, 3 pages, 5 records");
  });

  it("gives the days in the zone of the centre", async () => {
    await nights.close();
    nights = await openNights(
      () => ({ zone: "Asia/Seoul", sources: [{ type: "webex", base: vendor.base, token: "$T", look_back_days: 0 }] }),
      { T: TOKEN },
    );
    await nights.gather(DAY);
    expect(windows("taskLegDetails")).toEqual(["2026-03-01T15:00:00.000Z – 2026-03-02T15:00:00.000Z"]);
  });

  it("has its cut activity lists fetched to their end, of tasks and of channels, each once", async () => {
    vendor.list_limit = 3;
    const states = ["available", "idle", "available", "ringing", "connected", "wrap-up", "available", "idle"];
    vendor.tasks = [
      task("long", AT, ["new", "flow-activity", ...CALL.slice(1), "wrapup", "wrapup-done"]),
      task("long", AT, ["new", "flow-activity", ...CALL.slice(1), "wrapup", "wrapup-done"], { status: "new" }),
      task("short", AT, ["new", "ended"]),
    ];
    vendor.sessions = [session("s-1", "a-1", AT, states)];
    const { counts } = await nights.pull(DAY);
    expect(counts).toMatchObject({ truncated: 0, rejected: 0 });
    expect(await eventCount()).toBe(10);
    expect(await nights.context.db("agent_events").count({ n: "*" })).toEqual([{ n: 8 }]);
    const filters = vendor.asked.filter(({ query }) => query.includes("filter"));
    expect(filters.map(({ query }) => /equals: "[^"]+"/.exec(query)?.[0])).toEqual([
      ...Array.from({ length: 2 }, () => `equals: "long"`),
      ...Array.from({ length: 2 }, () => `equals: "s-1-ch"`),
    ]);
    const lists = await nights.context.db("delivered_lists").select("node_count", "total_count", "has_next_page");
    expect(lists.filter(({ node_count, total_count }) => node_count !== total_count)).toEqual([]);
    expect(lists.map((list) => list.has_next_page)).not.toContain(1);
  });

  it.each<[string, number, object]>([
    ["is asked for the page before, and gives what its cursor passed over", 4, { truncated: 0, new: 5 }],
    ["cannot give it leaves the contact marked as truncated", 3, { truncated: 1 }],
  ])("that ends a page within a millisecond and %s", async (_what, limit, counts) => {
    vendor.list_limit = limit;
    const twins = CALL.map((name, i) => ({
      id: `t-${AT + (i === 1 ? 1 : 0)}-${name}`,
      createdTime: AT + (i === 1 ? 1 : 0),
    }));
    vendor.tasks = [{ id: "t", createdTime: AT, activities: twins }];
    expect((await nights.pull(DAY)).counts).toMatchObject(counts);
  });

  it.each<["error" | "end", number]>([
    ["error", 1_000],
    ["end", 100_000],
  ])("is asked for half the window where its cap of records hits: %s", async (says, records) => {
    vendor.cap = { records, says };
    vendor.page_size = 20_000;
    const began = AT - 30_000_000;
    const stepMs = 50_000_000 / (records + 10);
    vendor.tasks = Array.from({ length: records + 10 }, (_, i) => ({
      id: `t-${i}`,
      createdTime: Math.round(began + i * stepMs),
    }));
    const { files, absent, kept } = await nights.gather(DAY);
    expect([absent, files.length]).toEqual([null, 6]);
    expect(windows("taskDetails").slice(0, 3)).toEqual([
      "2026-03-02T00:00:00.000Z – 2026-03-03T00:00:00.000Z",
      "2026-03-02T00:00:00.000Z – 2026-03-02T12:00:00.000Z",
      "2026-03-02T12:00:00.001Z – 2026-03-03T00:00:00.000Z",
    ]);
    const path = kept.find(({ name }) => name === `webex-tasks-${DAY}.json`)?.content_sha256 ?? "";
    const pages = gunzipSync(readFileSync(join(archive(), "content", path.slice(0, 2), `${path}.gz`))).toString();
    const ids = pages.match(/"t-\d+"/g) ?? [];
    expect([ids.length, new Set(ids).size]).toEqual([records + 10, records + 10]);
  });

  it("may throttle, drop, cut and talk nonsense: it is asked again, and never sooner than it says", async () => {
    await nights.close();
    await given({ attempts: 8, kinds: ["tasks"], look_back_days: 0 });
    vendor.tasks = [task("t-1", AT, CALL)];
    vendor.troubles = [
      { status: 429, headers: { "retry-after": "4" } },
      "drop",
      "cut",
      "garbage",
      "half-page",
      { status: 503 },
    ];
    const { absent, waits } = await nights.gather(DAY);
    expect(absent).toBeNull();
    expect(waits).toEqual([4_500, 3_000, 6_000, 12_000, 24_000, 45_000]);
    await nights.pull(DAY);
    expect([await contacts(), vendor.asked.length]).toEqual([["t-1"], 7]);
  });

  it("that says nothing is not waited for without end", async () => {
    await nights.close();
    await given({ attempts: 1, timeout_s: 0.2, kinds: ["tasks"], look_back_days: 0 });
    vendor.troubles = ["silence"];
    expect((await nights.gather(DAY)).absent).toContain("/search said nothing for 0.2 s");
  });

  it("that wants to be left alone for longer than a step may wait is not waited for", async () => {
    vendor.troubles = [{ status: 429, headers: { "retry-after": "900" } }];
    const { absent, waits, files, retry_after_ms } = await nights.gather(DAY);
    expect([waits, files.length, vendor.asked.length]).toEqual([[], 0, 1]);
    expect([absent, retry_after_ms]).toEqual([expect.stringMatching(/answered 429/), 900_000]);
  });

  it("that throttles is asked again by the step no sooner than it says, and asked nothing until then", async () => {
    vendor.troubles = [null, { status: 429, headers: { "retry-after": "900" } }];
    const { failure } = await nights.pull(DAY, { deadline_at_ms: nights.clock.now_ms + 3_600_000 });
    expect([failure?.retry_after_ms, vendor.asked.length]).toEqual([900_000, 2]);
  });

  it("that throttles without end is asked each thing as often as it says, and no more", async () => {
    await nights.close();
    await given({ attempts: 3 });
    vendor.tasks = [task("t-1", AT, CALL)];
    vendor.troubles = [null, ...Array.from({ length: 99 }, () => ({ status: 429, headers: { "retry-after": "60" } }))];
    const { waits } = await nights.gather(DAY);
    expect([waits, vendor.asked.length]).toEqual([[60_500, 60_500], 4]);
  });

  it("that fails in the middle of a file is asked for that page again, not for those before", async () => {
    await nights.close();
    await given({ attempts: 3, kinds: ["tasks"], look_back_days: 0 });
    vendor.page_size = 1;
    vendor.tasks = Array.from({ length: 3 }, (_, i) => task(`t-${i}`, AT + i, CALL));
    vendor.troubles = [null, null, { status: 503 }, { status: 503 }, { status: 503 }];
    const { absent, waits } = await nights.gather(DAY);
    expect([absent, waits.length, vendor.asked.length]).toEqual([expect.stringContaining("503"), 2, 5]);
  });

  it("that says in an answer that its rate limit is exceeded is asked again, and its window is not halved", async () => {
    await nights.close();
    await given({ kinds: ["tasks"], look_back_days: 0 });
    const body = JSON.stringify({ errors: [{ message: "API rate limit exceeded" }] });
    vendor.troubles = [{ status: 200, body }];
    const { absent, waits } = await nights.gather(DAY);
    expect([absent, waits, windows("taskDetails").length]).toEqual([null, [1_500], 1]);
  });

  it.each<[string, string, number, number]>([
    ["refuses the token is asked once", "refuses the token of $WEBEX_TOKEN (HTTP 401)", 401, 1],
    ["does not know the organisation is asked once a kind and day", "answered HTTP 400: no such org", 400, 6],
  ])("that %s, and the fault is told", async (_what, told, status, count) => {
    vendor.troubles = Array.from({ length: 6 }, () => ({ status, body: "no such org" }));
    const { absent, waits } = await nights.gather(DAY);
    expect(absent).toContain(told);
    expect([waits, vendor.asked.length]).toEqual([[], count]);
  });

  it("does not lose the files of one kind with those of another, and asks only for what is missing the next time", async () => {
    vendor.tasks = [task("t-1", AT, CALL)];
    vendor.legs = [{ id: "t-1-callLeg-1", taskId: "t-1", createdTime: AT }];
    const error = { errors: [{ message: "Field 'x' in type 'TaskLeg' is undefined" }] };
    vendor.troubles = [null, null, { status: 200, body: JSON.stringify(error) }];
    const first = await nights.pull(DAY);
    expect(first.details?.sources).toMatchObject([
      { status: "missing", error: expect.stringContaining(`"leave_out"`) },
    ]);
    expect(await contacts()).toEqual(["t-1"]);
    expect(await nights.context.db("reported_legs")).toEqual([]);
    vendor.asked.length = 0;
    const second = await nights.pull(DAY);
    expect(vendor.asked.map(({ query }) => query.slice(0, 17))).toEqual(["{ taskLegDetails("]);
    expect(second.details?.sources).toMatchObject([{ status: "delivered", error: null }]);
    expect(await nights.context.db("reported_legs").pluck("leg_id")).toEqual(["t-1-callLeg-1"]);
  });

  it("is asked again for a day that had not ended, and where somebody wants it again", async () => {
    vendor.tasks = [task("t-1", AT, ["new"])];
    nights.clock.now_ms = AT + 60_000;
    await nights.pull(DAY);
    vendor.tasks = [task("t-1", AT, CALL)];
    nights.clock.now_ms = Date.parse("2026-03-03T01:15:00Z");
    await nights.pull(DAY);
    expect(await eventCount()).toBe(5);
    vendor.tasks.push(task("t-2", AT, ["new"]));
    await nights.pull(DAY);
    expect(await contacts()).toEqual(["t-1"]);
    await nights.pull(DAY, { again: true });
    expect(await contacts()).toEqual(["t-1", "t-2"]);
  });

  it("is not asked for fields that are left out", async () => {
    await nights.close();
    await given({ leave_out: ["idleCode", "isOutdial"] });
    await nights.gather(DAY);
    const text = vendor.asked.map(({ query }) => query).join("\n");
    expect(text).not.toMatch(/\b(idleCode|isOutdial)\b/);
    expect(text).toContain("idleCodeName");
    expect(vendor.asked.every(({ query }) => balance(query) === 0)).toBe(true);
  });

  it("that goes in circles is left", async () => {
    await nights.close();
    await given({ kinds: ["tasks"], look_back_days: 0, most_pages: 3 });
    vendor.page_size = 1;
    vendor.tasks = Array.from({ length: 9 }, (_, i) => task(`t-${i}`, AT, ["new"]));
    expect((await nights.gather(DAY)).absent).toContain("more than 3 pages for 2026-03-02");
    expect(vendor.asked).toHaveLength(3);
  });

  it("never finds its token written down, whatever it says back", async () => {
    vendor.tasks = [task("t-1", AT, CALL)];
    vendor.troubles = [
      null,
      { status: 400, body: `bad token ${TOKEN}` },
      { status: 200, body: JSON.stringify({ errors: [{ message: `no access with Bearer ${TOKEN}` }] }) },
      { status: 401, body: TOKEN },
    ];
    await nights.pull(DAY);
    const all = await nights.everything();
    expect(all).toContain("no access with Bearer …");
    expect(all).toContain("t-1");
    expect(all).not.toContain(TOKEN);
    expect(JSON.stringify(nights.context.config)).not.toContain(TOKEN);
  });

  it("gives an access token to who shows a refresh token, once a night, and none of them is written down", async () => {
    await nights.close();
    const refresh = { client_id: "$ID", client_secret: "$SECRET", refresh_token: "$REFRESH" };
    const source = { type: "webex", base: vendor.base, refresh: { ...refresh, url: `${vendor.base}/v1/access_token` } };
    const env = { ID: "id-of-the-integration", SECRET: "secret-of-the-integration", REFRESH: "refresh-me-0123456789" };
    nights = await openNights(() => ({ sources: [source] }), env);
    vendor.grants = "granted-0987654321";
    vendor.tasks = [task("t-1", AT, CALL)];
    vendor.troubles = [null, { status: 400, body: "no granted-0987654321" }];
    await nights.pull(DAY);
    expect(vendor.forms).toEqual([
      "grant_type=refresh_token&client_id=id-of-the-integration&client_secret=secret-of-the-integration&refresh_token=refresh-me-0123456789",
    ]);
    expect(new Set(vendor.asked.map(({ authorization }) => authorization))).toEqual(
      new Set([`Bearer ${vendor.grants}`]),
    );
    expect(await contacts()).toEqual(["t-1"]);
    const all = await nights.everything();
    for (const secret of [...Object.values(env), vendor.grants]) expect(all).not.toContain(secret);
  });

  it("has quiet days, each of which was pulled", async () => {
    await nights.pull(DAY);
    await nights.pull("2026-03-03");
    expect(await nights.context.db("dumps").orderBy("named_day").distinct().pluck("named_day")).toEqual([
      DAY,
      "2026-03-03",
    ]);
    expect((await nights.context.db("dumps")).length).toBe(12);
  });

  it("keeps its pages under the day they were asked for, with their names", async () => {
    await nights.pull(DAY);
    expect((await keptOf({ archive: archive(), log: silentLog }, DAY)).map(({ name }) => name)).toEqual([
      "webex-agent-sessions-2026-03-01-as-of-2026-03-02.json",
      "webex-agent-sessions-2026-03-02.json",
      "webex-legs-2026-03-01-as-of-2026-03-02.json",
      "webex-legs-2026-03-02.json",
      "webex-tasks-2026-03-01-as-of-2026-03-02.json",
      "webex-tasks-2026-03-02.json",
    ]);
  });
});

function balance(query: string): number {
  return query.split("{").length - query.split("}").length;
}
