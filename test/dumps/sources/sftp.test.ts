import { gzipSync } from "node:zlib";
import { ndjson } from "../../support/centre";
import { NIGHT_MS, type Nights, openNights } from "../../support/nights";
import { openSftpServer, type SftpServer } from "../../support/sftp-server";

const DAY = "2026-03-02";
const PASSWORD = "correct-horse-battery";
const OLD_S = NIGHT_MS / 1000 - 3_600;
const events = (id: string): Buffer =>
  Buffer.from(ndjson([{ contactId: id, event: "new", at: Date.parse("2026-03-02T09:00:00Z") }]));

let server: SftpServer;
let nights: Nights;
const given = async (more: object = {}): Promise<void> => {
  const source = { type: "sftp", name: "pbx", host: "127.0.0.1", port: server.port, user: "nightdesk", path: "/out" };
  const settings = { ...source, password: "$SFTP_PASSWORD", host_key: server.host_key, look_back_days: 0, ...more };
  nights = await openNights(() => ({ sources: [settings] }), { SFTP_PASSWORD: PASSWORD, WRONG: "wrong-password" });
};
const deliver = (name: string, content: Buffer, changed_at_s = OLD_S): void => {
  server.files[name] = { content, changed_at_s };
};
beforeEach(async () => {
  server = await openSftpServer("nightdesk", PASSWORD);
});
afterEach(async () => {
  await nights.close();
  await server.close();
});

describe("an SFTP server", () => {
  it("gives the dumps of the day out of its folder, each once, and says nothing on standard output", async () => {
    const console_log = jest.spyOn(console, "log");
    await given();
    deliver(`contact-events-${DAY}.ndjson`, events("c-1"));
    deliver(`contact-events-${DAY}-late.ndjson.gz`, gzipSync(events("c-2")));
    deliver("contact-events-2026-03-01.ndjson", events("other-day"));
    deliver(`notes-${DAY}.txt`, Buffer.from("no dump"));
    const { failure, counts } = await nights.pull(DAY);
    expect([failure, counts.loaded]).toEqual([undefined, 2]);
    expect(await nights.context.db("contacts").orderBy("contact_id").pluck("contact_id")).toEqual(["c-1", "c-2"]);
    expect((await nights.pull(DAY)).counts).toMatchObject({ files: 2, loaded: 0, duplicate: 2 });
    deliver(`contact-events-${DAY}.ndjson`, events("c-3"), OLD_S + 60);
    expect((await nights.pull(DAY)).counts).toMatchObject({ files: 2, loaded: 1 });
    expect(await nights.everything()).not.toContain(PASSWORD);
    expect(console_log).not.toHaveBeenCalled();
  });

  it("whose host key is another gets no password, and its key is told", async () => {
    await given({ host_key: `SHA256:${"A".repeat(43)}` });
    const { absent, waits } = await nights.gather(DAY);
    expect(absent).toContain(`shows the host key ${server.host_key}, and it should be SHA256:AAAA`);
    expect([waits, server.sessions]).toEqual([[], { accepted: 0, refused: 0 }]);
  });

  it("that nobody vouched for gets no password either", async () => {
    await given({ host_key: undefined });
    expect((await nights.gather(DAY)).absent).toContain("nobody has said that this is the right one");
    expect(server.sessions).toEqual({ accepted: 0, refused: 0 });
  });

  it("that refuses the password is asked once", async () => {
    await given({ password: "$WRONG" });
    const { absent, waits } = await nights.gather(DAY);
    expect([absent, waits]).toEqual([expect.stringContaining("refuses the user nightdesk of the source pbx"), []]);
    expect(server.sessions).toEqual({ accepted: 0, refused: 1 });
  });

  it("may still be written to: a file that changes between two looks is left for later", async () => {
    await given({ settle_s: 30 });
    deliver(`contact-events-${DAY}.ndjson`, events("c-1"));
    deliver(`agent-events-${DAY}.ndjson`, events("c-2"), NIGHT_MS / 1000 - 5);
    const { absent, waits, files } = await nights.gather(DAY);
    expect([absent, waits, files.length]).toEqual([null, [30_000], 2]);
  });

  it("that breaks off has not delivered, and the rest of the night does not hang on it", async () => {
    await given({ attempts: 2 });
    deliver(`contact-events-${DAY}.ndjson`, events("c-1"));
    server.breaks = 10;
    const { absent, files } = await nights.gather(DAY);
    expect([absent, files]).toEqual([expect.stringContaining("cannot be reached, or broke off"), []]);
  });

  it("that breaks off once is connected to anew, and loses no file", async () => {
    await given();
    for (const id of ["a", "b", "c"]) deliver(`contact-events-${DAY}-${id}.ndjson`, events(id));
    server.breaks = 1;
    const { absent, files, waits } = await nights.gather(DAY);
    expect([absent, files.length, waits]).toEqual([null, 3, [1_500]]);
    expect(server.sessions).toEqual({ accepted: 2, refused: 0 });
  });

  it("gives what came after the night of its day with the next", async () => {
    await given({ look_back_days: 1 });
    deliver("contact-events-2026-03-01.ndjson", events("c-1"));
    deliver(`contact-events-${DAY}.ndjson`, events("c-2"));
    expect((await nights.pull(DAY)).counts).toMatchObject({ files: 2, loaded: 2 });
    deliver("contact-events-2026-03-01-late.ndjson", events("c-3"));
    expect((await nights.pull(DAY)).counts).toMatchObject({ files: 2, loaded: 1 });
  });

  it("without the folder has not delivered yet", async () => {
    await given({ path: "/out/{day}" });
    expect((await nights.gather(DAY)).absent).toContain("127.0.0.1:/out/2026-03-02 does not exist yet");
  });
});
