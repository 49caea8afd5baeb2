import { createHash } from "node:crypto";
import type { Config } from "../../src/base/config";
import { type Centre, load, openCentre } from "../support/centre";

const AT = 1_772_442_000_000;
const event = (id: string): string => JSON.stringify({ type: "contact", contactId: id, event: "new", at: AT });
const CSV = "type,contactId,event,at\n";
const row = (id: string): string => `contact,${id},new,${AT}`;
const NUMBERS: Config["masking"] = { numbers: "last-four", names: "none", key: "" };

describe("the format of a file", () => {
  let centre: Centre;
  beforeEach(async () => {
    centre = await openCentre();
  });
  afterEach(() => centre.close());

  it.each<[string, string, number]>([
    ["events.ndjson", `${event("a")}\n{}\n${event("b")}\n`, 800],
    ["events.csv", `${CSV}${row("a")}\n{}\n${row("b")}\n`, 800],
    ["events.ndjson", `{}\n${event("a")}\n${event("b")}\n`, 5_000],
    ["events.ndjson", `${event("a")}\n{}\n${event("b")}\n`, 3 * 1024 * 1024],
    ["events.csv", `${CSV}${row("a")}\n{}\n${row("b")}\n`, 3 * 1024 * 1024],
  ])("is not lost to a line of NUL bytes, which is rejected alone: %s", async (name, content, count) => {
    const zeros = Buffer.alloc(count);
    const [before = "", after = ""] = content.split("{}");
    const receipt = await load(centre, { [name]: Buffer.concat([Buffer.from(before), zeros, Buffer.from(after)]) });
    expect(receipt).toMatchObject({ read: 3, new: 2, rejected: 1 });
    expect(await centre.db("rejected_lines").select("line_number", "byte_count", "sha256")).toEqual([
      {
        line_number: before.split("\n").length,
        byte_count: count,
        sha256: createHash("sha256").update(zeros).digest("hex"),
      },
    ]);
  });

  it.each([
    ["events-2026-03-02.ndjson", "root:x:0:0:root:/root:/bin/sh\n"],
    ["events-2026-03-02.jsonl", '42\n"text"\n["list"]\n'],
    ["contact-events-2026-03-02.ndjson", `${"x".repeat(70_000)}\n${event("a")}\n`],
  ])("is unknown where the first lines hold no JSON object: %s", async (name, content) => {
    const receipt = await load(centre, { [name]: content });
    expect(receipt.files[0]).toMatchObject({ status: "failed", error: { code: "dump-format" } });
    expect(receipt.files[0]?.error?.message).toContain("Expected events as NDJSON");
    expect(await centre.db("dumps")).toEqual([]);
  });

  it("is that of its name where its objects are no events, or the first is longer than can be seen", async () => {
    const long = `{"x":"${"y".repeat(70_000)}"}`;
    const receipt = await load(centre, { "a.ndjson": "broken\n{}\n", "b.ndjson": `${long}\n${event("b")}\n` });
    expect(receipt).toMatchObject({ read: 4, new: 1, rejected: 3 });
  });

  it.each<[string, string]>([
    ["shadow.ndjson", "Anna Kim 01012345678"],
    ["people.csv", "Anna Kim;01012345678\n1;2\n"],
    ["letter.txt", "Anna Kim 01012345678"],
    ["page.json", '{"errors":[{"message":"no such number: 01012345678"}],"data":null}'],
  ])("that is unknown is shown by its beginning, and hidden where masking is on: %s", async (name, content) => {
    const shown = await load(centre, { [name]: content });
    expect(shown.files[0]?.error?.message).toContain("01012345678");
    const masked = await load({ ...centre, config: { ...centre.config, masking: NUMBERS } }, { [name]: content });
    const message = masked.files[0]?.error?.message ?? "";
    expect(message).toContain(name);
    expect(message).not.toMatch(/Anna|01012345678/);
  });

  it("that is unknown is hidden where only names are masked", async () => {
    const masking: Config["masking"] = { numbers: "none", names: "hash", key: "" };
    const receipt = await load(
      { ...centre, config: { ...centre.config, masking } },
      { "people.ndjson": "Anna Kim 01012345678" },
    );
    expect(receipt.files[0]?.error?.message).not.toMatch(/Anna|01012345678/);
  });
});
