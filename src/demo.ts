import { rm } from "node:fs/promises";
import { join } from "node:path";
import { batchOf } from "./batch";
import type { Config } from "./base/config";
import { addDays, daysBetween } from "./base/days";
import { generateDays } from "./generate/generate";
import { type RunReceipt, runWorkflow } from "./runner";
import { outboxFolder } from "./mail/transports";
import { inContext, type Terminal } from "./terminal";

/** A Monday to Sunday that never changes, so that everyone who runs the demo sees the same figures. */
const FIRST_DAY = "2026-03-02";
const LAST_DAY = "2026-03-08";
const SEED = 7;

/** What real nights bring, a little of each: enough to see how the reports tell of it. */
const FAULTS = ["duplicate", "late", "bad-line", "unknown-event", "unknown-code", "midnight", "never-ended"] as const;

/**
 * A believable week, the night over each of its days as cron would have run it, and a report over the week.
 * Everything is kept in the data folder's `demo`, which is made anew; nothing else is touched.
 */
export async function runDemo(terminal: Terminal, given: Config): Promise<{ receipt: RunReceipt; text: string }> {
  const folder = join(given.data_dir, "demo");
  const dumps = join(folder, "dumps");
  const reports = join(folder, "reports");
  const database = join(folder, "nightdesk.sqlite");
  for (const old of [
    dumps,
    reports,
    outboxFolder({ data_dir: folder }),
    database,
    `${database}-wal`,
    `${database}-shm`,
  ])
    await rm(old, { recursive: true, force: true });
  // Nothing of the demo is sent to anybody: its mails lie in its outbox.
  const mail = { ...given.mail, recipients: null };
  const environment = (name: string): string | undefined => (name === "SMTP_URL" ? undefined : given.environment(name));
  const config: Config = { ...given, mail, environment, data_dir: folder, database_url: `sqlite:${database}` };
  say(terminal, `A week of a contact centre, ${FIRST_DAY} to ${LAST_DAY}, in ${config.zone} …`);
  const made = await generateDays({
    day: FIRST_DAY,
    days: daysBetween(FIRST_DAY, LAST_DAY).length,
    contacts: 1_200,
    agents: 60,
    seed: SEED,
    faults: [...FAULTS],
    out: dumps,
    zone: config.zone,
  });
  say(
    terminal,
    `  ${made.contacts.toLocaleString("en-US")} contacts, ${(made.events + made.agent_events).toLocaleString("en-US")} events`,
  );
  return inContext(terminal, config, async (context) => {
    for (const day of daysBetween(FIRST_DAY, LAST_DAY)) {
      const night = await runWorkflow(context, batchOf({ workflow: "nightly", from: day, to: day, sources: [dumps] }));
      if (night.status === "failed") return { receipt: night, text: failureText(night) };
      say(
        terminal,
        `  night after ${day}: ${countOf(night, "pull", "new")} new events, ${countOf(night, "rebuild", "contacts")} contacts rebuilt, ${countOf(night, "check", "violations")} violations`,
      );
    }
    const week = await runWorkflow(
      context,
      batchOf({ workflow: "report", from: FIRST_DAY, to: LAST_DAY, reports: config.reports }),
    );
    return { receipt: week, text: week.status === "done" ? filesText(folder) : failureText(week) };
  });
}

function say(terminal: Terminal, line: string): void {
  terminal.stderr.write(`${line}\n`);
}

function countOf(run: RunReceipt, step: string, name: string): string {
  return (run.steps.find((receipt) => receipt.step === step)?.counts[name] ?? 0).toLocaleString("en-US");
}

function failureText(run: RunReceipt): string {
  return `The demo stopped: ${run.steps.at(-1)?.failure?.message ?? "unknown"}\n`;
}

function filesText(folder: string): string {
  const reports = join(folder, "reports");
  return `
Open in a browser:
  the week            ${join(reports, `${FIRST_DAY}_${LAST_DAY}`, "index.html")}
  one night's report  ${join(reports, addDays(FIRST_DAY, 1), "index.html")}
Open in a mail program:
  a night's summary   ${outboxFolder({ data_dir: folder })} (one .eml file a night)
The same figures as CSV stand beside the pages. The dumps they were made from: ${join(folder, "dumps")}
`;
}
