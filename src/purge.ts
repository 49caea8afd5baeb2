import { NightdeskError } from "./base/errors";
import { localDay } from "./base/days";
import type { Options } from "./options";
import { table } from "./print";
import { keptFrom } from "./privacy/limits";
import { purge, type PurgeReceipt } from "./privacy/purge";
import { configOf, inContext, type Terminal } from "./terminal";

/** Removes what is kept no longer and prints the proof. @throws NightdeskError `retention` where no limit is configured */
export async function printPurge(terminal: Terminal, options: Options): Promise<boolean> {
  const config = configOf(terminal);
  const today = localDay(config.zone, terminal.now());
  if (keptFrom(config.retention, today).length === 0) {
    throw new NightdeskError(
      "retention",
      `Nothing says what may be removed. Expected limits in days in the configuration, such as "retention": { "events": 400, "rejected_lines": 90 }. Nothing was removed.`,
    );
  }
  const when = { today, now_ms: terminal.now() };
  const receipt = await inContext(terminal, config, ({ db }) => purge(db, config, when, options.dryRun ?? false));
  terminal.stdout.write((options.json ?? false) ? `${JSON.stringify(receipt)}\n` : purgeText(receipt));
  return true;
}

function purgeText({ tables, removed_count, is_dry_run }: PurgeReceipt): string {
  const number = (count: number): string => count.toLocaleString("en-US");
  const rows = tables.map((one) => [
    one.table_name,
    number(one.before_count),
    number(one.removed_count),
    number(one.after_count),
    one.first_day === null ? "" : `${one.first_day} to ${one.last_day ?? ""}`,
    one.oldest_kept_day ?? "",
    one.removed_count === 0 ? "" : one.sha256.slice(0, 12),
  ]);
  const head = [
    "table",
    "before",
    is_dry_run ? "would go" : "removed",
    "after",
    "days removed",
    "oldest kept",
    "sha256",
  ];
  const limits = [
    ...new Set(tables.map((one) => `${one.group_name.replace("_", " ")} from ${one.kept_from_day}`)),
  ].join(", ");
  const end = is_dry_run
    ? `A dry run: ${number(removed_count)} rows would go. Nothing was removed.`
    : `Removed ${number(removed_count)} rows. Editions and their figures are kept.`;
  return `Kept: ${limits}.\n${table(head, rows, 4)}\n${end}\n`;
}
