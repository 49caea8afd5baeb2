import { gzipSync } from "node:zlib";
import { ndjson } from "../../support/centre";
import { type Nights, openNights } from "../../support/nights";
import { openStore, type Store } from "../../support/store";

const DAY = "2026-03-02";
const ENV = { STORE_ID: "AKIDEXAMPLE00000", STORE_KEY: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLE" };
const events = (id: string): Buffer =>
  Buffer.from(ndjson([{ contactId: id, event: "new", at: Date.parse("2026-03-02T09:00:00Z") }]));

let store: Store;
let nights: Nights;
const given = async (more: object = {}): Promise<void> => {
  const source = { type: "s3", name: "store", bucket: "dumps", endpoint: store.endpoint, prefix: "calls/{day}/" };
  const keys = { access_key_id: "$STORE_ID", secret_access_key: "$STORE_KEY", look_back_days: 0 };
  nights = await openNights(() => ({ sources: [{ ...source, ...keys, ...more }] }), ENV);
};
beforeEach(async () => {
  store = await openStore("dumps");
});
afterEach(async () => {
  await nights.close();
  await store.close();
});
const contacts = (): Promise<string[]> => nights.context.db("contacts").orderBy("contact_id").pluck("contact_id");

describe("an S3-compatible store", () => {
  it("is listed to its end, and gives the dumps of the day, each once", async () => {
    await given();
    store.objects["calls/2026-03-02/contact-events-1.ndjson"] = events("c-1");
    store.objects["calls/2026-03-02/contact-events-2.ndjson.gz"] = gzipSync(events("c-2"));
    store.objects["calls/2026-03-02/contact-events-3.ndjson"] = events("c-3");
    store.objects["calls/2026-03-02/_SUCCESS"] = Buffer.alloc(0);
    store.objects["calls/2026-03-01/contact-events-1.ndjson"] = events("other-day");
    const warned = jest.spyOn(process, "emitWarning");
    const { failure, counts } = await nights.pull(DAY);
    expect(warned).not.toHaveBeenCalledWith(expect.stringContaining("AWS SDK"));
    expect([failure, counts.loaded, await contacts()]).toEqual([undefined, 3, ["c-1", "c-2", "c-3"]]);
    expect(await nights.context.db("dumps").orderBy("name").pluck("name")).toEqual([
      "contact-events-1-2026-03-02.ndjson",
      "contact-events-2-2026-03-02.ndjson.gz",
      "contact-events-3-2026-03-02.ndjson",
    ]);
    store.objects["calls/2026-03-02/contact-events-3.ndjson"] = events("c-4");
    expect((await nights.pull(DAY)).counts).toMatchObject({ files: 3, loaded: 1, duplicate: 2 });
    expect(store.asked.filter(({ url }) => url.includes("x-id=GetObject"))).toHaveLength(4);
    expect(store.asked.every(({ authorization }) => authorization.includes(`Credential=${ENV.STORE_ID}/`))).toBe(true);
    for (const secret of Object.values(ENV)) expect(await nights.everything()).not.toContain(secret);
  });

  it("may hold two files of one name, of which neither is taken for the other", async () => {
    await given();
    store.objects["calls/2026-03-02/busan/contact-events-1.ndjson"] = events("c-1");
    store.objects["calls/2026-03-02/seoul/contact-events-1.ndjson"] = events("c-2");
    await nights.pull(DAY);
    expect(await contacts()).toEqual(["c-1", "c-2"]);
    const count = store.asked.length;
    expect((await nights.pull(DAY)).counts).toMatchObject({ files: 2, duplicate: 2 });
    expect(store.asked.length).toBe(count + 1);
  });

  it("without a day in its prefix gives the dumps whose names say the day", async () => {
    await given({ prefix: "", expects: ["contact-events-{day}", "agent-events-{day}"] });
    store.objects[`contact-events-${DAY}.ndjson`] = events("c-1");
    store.objects["contact-events-2026-03-01.ndjson"] = events("other-day");
    const { files, absent } = await nights.gather(DAY);
    expect(files.map(({ delivered }) => delivered?.name)).toEqual([`contact-events-${DAY}.ndjson`]);
    expect(absent).toBe("no file with agent-events-2026-03-02 in its name");
  });

  it("that is busy is asked again", async () => {
    await given();
    store.objects["calls/2026-03-02/contact-events-1.ndjson"] = events("c-1");
    store.troubles = [503, null, 500];
    const { absent, files, waits } = await nights.gather(DAY);
    expect([absent, files.length, waits]).toEqual([null, 1, [1_500, 1_500]]);
  });

  it.each([
    [403, "refuses the key of the source store"],
    [404, `Correct "bucket", "region" and "endpoint"`],
  ])("that answers %s has not delivered, and says what to do", async (status, told) => {
    await given();
    store.troubles = [status];
    const { absent, waits } = await nights.gather(DAY);
    expect([absent, waits]).toEqual([expect.stringContaining(told), []]);
  });
});
