import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { simpleParser } from "mailparser";
import { judge } from "../../src/mail/gate";
import { type Mailed, DAY, openMailed } from "../support/mailing";

let centre: Mailed;
afterEach(() => centre.close());

/** The day with a source that has not delivered. */
async function givenGap(settings: Record<string, unknown>): Promise<void> {
  centre = await openMailed(settings);
  await centre.prepare();
  const row = { source: "wxcc", day: DAY, status: "missing", checked_at_ms: 1, file_count: 0, byte_count: 0 };
  await centre.context.db("deliveries").insert(row);
}

const opened = (name: string) => simpleParser(readFileSync(join(centre.folder, "data/outbox", name)));

describe("the gate", () => {
  it("lets a mail of whole data go as it is", async () => {
    centre = await openMailed();
    expect((await centre.night()).steps.at(-1)).toMatchObject({ step: "mail", status: "done", counts: { outbox: 1 } });
    const [name = ""] = centre.outbox();
    const mail = await opened(name);
    expect([name, mail.subject]).toEqual([
      `summary_${DAY}_1_you@localhost.eml`,
      expect.not.stringContaining("PRELIMINARY"),
    ]);
  });

  it("marks the mail of a day that is not whole, and says why in both parts", async () => {
    await givenGap({});
    await centre.mail();
    const mail = await opened(centre.outbox()[0] ?? "");
    expect(mail.subject).toMatch(/^PRELIMINARY /);
    for (const part of [mail.text, mail.html]) expect(part).toContain(`source wxcc has not delivered ${DAY}`);
  });

  it("holds it until its time, tells the owner once, and then lets it go marked", async () => {
    const schedules = [{ name: "nightly", every: "day", at: "01:15", mail_if_incomplete: "hold until 09:00" }];
    await givenGap({ zone: "UTC", schedules, mail: { owner: "ops@centre.example" } });
    const held = { workflow: "nightly", schedule: "nightly" } as const;
    expect((await centre.mail(held)).counts).toEqual({ held: 1 });
    expect((await centre.mail(held)).counts).toEqual({ held: 1 });
    expect(centre.outbox()).toEqual([`notice_${DAY}_held_ops@centre.example.eml`]);
    const note = await opened(centre.outbox()[0] ?? "");
    expect(note.subject).toBe(`[nightdesk] The summary of ${DAY} is held`);
    expect(note.text).toContain("at 09:00 on 2026-03-03 (UTC) as it is");
    expect(await centre.context.db("mail_holds").select("from_day", "schedule", "until_ms")).toEqual([
      { from_day: DAY, schedule: "nightly", until_ms: Date.parse("2026-03-03T09:00:00Z") },
    ]);
    centre.clock.now_ms = Date.parse("2026-03-03T09:00:00Z");
    expect((await centre.mail({ schedule: "nightly" })).counts).toMatchObject({ outbox: 1 });
    expect(await centre.context.db("mail_holds").select()).toEqual([]);
    const mail = await opened(centre.outbox().find((name) => name.startsWith("summary")) ?? "");
    expect(mail.subject).toMatch(/^PRELIMINARY /);
  });

  it("lets a held mail go as soon as its data are whole", async () => {
    await givenGap({ mail: { if_incomplete: "hold until 09:00" } });
    expect((await centre.mail()).counts).toEqual({ held: 1 });
    await centre.context.db("deliveries").update({ status: "delivered" });
    expect((await centre.mail()).counts).toMatchObject({ outbox: 1 });
    expect((await opened(centre.outbox()[0] ?? "")).subject).not.toContain("PRELIMINARY");
  });

  it("follows a preliminary mail with a final one where the figures stayed, and calls it so", async () => {
    await givenGap({});
    await centre.mail();
    await centre.context.db("deliveries").update({ status: "delivered" });
    expect((await centre.mail()).counts).toMatchObject({ outbox: 1 });
    const second = await opened(`summary_${DAY}_2_you@localhost.eml`);
    expect(second.subject).toMatch(/^FINAL \[/);
    expect(second.inReplyTo).toBe((await opened(`summary_${DAY}_1_you@localhost.eml`)).messageId);
  });

  it("corrects a mail whose figures changed, and refers to the first", async () => {
    centre = await openMailed();
    await centre.night();
    const late = {
      type: "contact",
      contactId: "late-1",
      queueId: "q-9",
      queueName: "Late queue",
      at: `${DAY}T10:00:00Z`,
    };
    const events = ["new", "parked", "ended"].map((event, i) =>
      JSON.stringify({ ...late, event, at: `${DAY}T10:0${i}:00Z` }),
    );
    writeFileSync(join(centre.folder, `data/dumps/contact-events-${DAY}-late.ndjson`), `${events.join("\n")}\n`);
    expect((await centre.night()).steps.at(-1)).toMatchObject({ step: "mail", counts: { outbox: 1 } });
    const [first, second] = [
      await opened(`summary_${DAY}_1_you@localhost.eml`),
      await opened(`summary_${DAY}_2_you@localhost.eml`),
    ];
    expect(second.subject).toMatch(/^CORRECTED \[/);
    expect(second.references).toBe(first.messageId);
    expect(second.text).toContain("Late queue");
  });

  it("holds back for too many rejected lines, and for days that are not through rebuild and check", async () => {
    centre = await openMailed({ mail: { rejected_share: 0.001, if_incomplete: "hold until 23:59" } });
    writeFileSync(
      join(centre.folder, `data/dumps/contact-events-${DAY}-bad.ndjson`),
      `${JSON.stringify({ type: "contact", contactId: "c", event: "new", at: `${DAY}T10:00:00Z` })}\n${"no\n".repeat(20)}`,
    );
    await centre.prepare();
    expect((await centre.mail()).details?.reasons).toEqual([
      expect.stringMatching(/^20 of [\d,]+ lines were rejected \(\d\.\d %, more than 0\.1 %\)$/),
    ]);
    await centre.context.db("receipts").where({ step: "check" }).del();
    expect((await centre.mail()).details?.reasons).toContainEqual(`${DAY} is not through check`);
  });

  it("lets nothing wait that is sent by hand", async () => {
    await givenGap({ mail: { if_incomplete: "hold until 09:00" } });
    expect((await centre.mail({ options: { despite_gate: true } })).counts).toMatchObject({ outbox: 1 });
  });

  it("goes by the clock of the schedule, over its changes too", () => {
    centre = { close: () => Promise.resolve() } as Mailed;
    const hold = { kind: "hold", hold_until_min: 2 * 60 + 30 } as const;
    // On 2026-03-29 the clocks of Berlin spring from 02:00 to 03:00.
    const at = { to: "2026-03-28", zone: "Europe/Berlin" };
    const until_ms = Date.parse("2026-03-29T01:00:00Z");
    expect(judge(["x"], hold, { ...at, now_ms: until_ms - 1 })).toEqual({ kind: "hold", reasons: ["x"], until_ms });
    expect(judge(["x"], hold, { ...at, now_ms: until_ms })).toEqual({ kind: "banner", reasons: ["x"] });
    expect(judge(["x"], { kind: "send" }, { ...at, now_ms: 0 })).toEqual({ kind: "send", reasons: ["x"] });
    expect(judge([], hold, { ...at, now_ms: 0 })).toEqual({ kind: "send", reasons: [] });
  });
});
