import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { once } from "node:events";
import { silentLog } from "../../src/base/log";
import { openDatabase } from "../../src/db/open";
import { type FileReceipt, loadDumps } from "../../src/dumps/load";
import { type Centre, ndjson, openCentre, READ_AT_MS } from "../support/centre";

const AT = 1_772_442_000_000;
const day = (count: number): string =>
  ndjson(
    Array.from({ length: count }, (_, i) => ({
      type: "contact",
      contactId: `c-${i % 5_000}`,
      event: "new",
      at: AT + i,
      queueName: `Queue ${i % 7}`,
    })),
  );

/** Loads a file by the command line, in a process of its own. */
async function loadElsewhere({ folder, config }: Centre, path: string): Promise<FileReceipt | undefined> {
  const root = resolve(__dirname, "../..");
  const child = spawn(process.execPath, ["--import", "tsx", join(root, "jobs/main.ts"), "load", "--json", path], {
    cwd: root,
    env: { ...process.env, NIGHTDESK_DATA: folder, NIGHTDESK_CONFIG: "", DATABASE_URL: config.database_url },
  });
  const out: Buffer[] = [];
  child.stdout.on("data", (bytes: Buffer) => out.push(bytes));
  await once(child, "close");
  const run = JSON.parse(Buffer.concat(out).toString()) as { steps: { details: { files: FileReceipt[] } }[] };
  return run.steps[0]?.details.files[0];
}

describe("two processes with the same new file", () => {
  let centre: Centre;
  beforeEach(async () => {
    centre = await openCentre();
  });
  afterEach(() => centre.close());

  it("load it once; the other reports it as known", async () => {
    const path = join(centre.folder, "contact-events-2026-03-02.ndjson");
    writeFileSync(path, day(20_000));
    const files = await Promise.all([loadElsewhere(centre, path), loadElsewhere(centre, path)]);
    expect(files.map((file) => file?.error)).toEqual([null, null]);
    expect(files.map((file) => String(file?.status)).toSorted()).toEqual(["known", "loaded"]);
    expect(files.map((file) => file?.read)).toEqual([20_000, 20_000]);
    expect(await centre.db("contact_events").count({ n: "*" })).toEqual([{ n: 20_000 }]);
  });

  it("find it known where it was loaded after they had looked", async () => {
    const content = day(10);
    const path = join(centre.folder, "contact-events-2026-03-02.ndjson");
    writeFileSync(path, content);
    const other = await openDatabase(centre.config.database_url);
    const trx = await other.transaction();
    await trx("dumps").insert({
      sha256: createHash("sha256").update(content).digest("hex"),
      name: "contact-events-2026-03-02.ndjson",
      format: "events-ndjson",
      byte_count: content.length,
      first_read_at_ms: READ_AT_MS,
      read_count: 10,
      event_count: 10,
    });
    const isInserting = new Promise<void>((done) => {
      centre.db.on("query", ({ sql }: { sql: string }) => /^insert into [`"]dumps/.test(sql) && done());
    });
    const loading = loadDumps(centre.db, centre.config, silentLog, [path], READ_AT_MS);
    await isInserting;
    await trx.commit();
    await other.destroy();
    expect(await loading).toMatchObject({ read: 10, new: 0, duplicate: 10, files: [{ status: "known", error: null }] });
  });
});
