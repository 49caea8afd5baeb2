import { join } from "node:path";
import type { Knex } from "knex";
import type { Config } from "./base/config";
import { calendarDay, daysBetween, localDay, localTime } from "./base/days";
import { readSql, selectRows } from "./db/sql";
import { pendingCounts } from "./models/pending";
import { isUnderRules } from "./models/rebuild";
import { table } from "./print";
import { rulesVersion } from "./reference/load";

/** What the database holds of one local day. */
export interface DayStatus {
  day: string;
  dump_count: number;
  event_count: number;
  rejected_count: number;
  contact_count: number;
  open_count: number;
  agent_count: number;
  unchecked_count: number;
  violation_count: number;
  rendered_at_ms: number | null;
}

export interface Status {
  days: DayStatus[];
  /** Contacts and agents whose events are loaded and not yet rebuilt, and contacts not yet checked. */
  to_rebuild: number;
  to_check: number;
  /** False where the zone, a threshold or the reference data changed since the tables were made. */
  is_under_rules: boolean;
  /** First and last day of which a dump holds events; null where nothing is loaded. */
  loaded: { from: string; to: string } | null;
  /** The newest run, null where there was none; `running` where it never came to an end. */
  last_run: { workflow: string; step: string; status: string; started_at_ms: number; error: string | null } | null;
}

export async function daysStatus(db: Knex, config: Config, from: string, to: string): Promise<Status> {
  const sql = readSql(join(__dirname, "status.sql"));
  const days: DayStatus[] = [];
  for (const day of daysBetween(from, to)) {
    const { starts_at_ms: start_ms, ends_at_ms: end_ms } = calendarDay(config.zone, day);
    const [row] = await selectRows<Omit<DayStatus, "day">>(db, sql, { day, start_ms, end_ms });
    if (row !== undefined) days.push({ day, ...row });
  }
  const pending = await pendingCounts(db);
  const last = await db("receipts")
    .orderBy("receipt_key", "desc")
    .first("workflow", "step", "status", "started_at_ms", "error");
  return {
    days,
    to_rebuild: pending.contacts_to_rebuild + pending.agents_to_rebuild,
    to_check: pending.contacts_to_check,
    is_under_rules: await isUnderRules(db, config, rulesVersion(config)),
    loaded: await loadedDays(db, config.zone),
    last_run: last ?? null,
  };
}

async function loadedDays(db: Knex, zone: string): Promise<Status["loaded"]> {
  const row = await db("dump_quarters").min({ from: "quarter_at_ms" }).max({ to: "quarter_at_ms" }).first();
  if (row === undefined || row.from === null) return null;
  return { from: localDay(zone, Number(row.from)), to: localDay(zone, Number(row.to)) };
}

/** The status as a table for a terminal; a dash where there is nothing. */
export function printStatus(status: Status, zone: string): string {
  const head = [
    "day",
    "dumps",
    "events",
    "rejected",
    "contacts",
    "open",
    "agents",
    "unchecked",
    "violations",
    "rendered",
  ];
  const rows = status.days.map((day) => [
    day.day,
    ...[day.dump_count, day.event_count, day.rejected_count, day.contact_count, day.open_count, day.agent_count].map(
      figure,
    ),
    ...[day.unchecked_count, day.violation_count].map(figure),
    day.rendered_at_ms === null ? "-" : localTime(zone, Number(day.rendered_at_ms), "yyyy-MM-dd HH:mm"),
  ]);
  return `${table(head, rows)}\n${pendingLines(status)}${lastRunLine(status, zone)}${loadedLine(status)}Times in ${zone}.\n`;
}

function figure(count: number): string {
  return Number(count) === 0 ? "-" : Number(count).toLocaleString("en-US");
}

function pendingLines({ to_rebuild, to_check, is_under_rules }: Status): string {
  const rules = is_under_rules
    ? ""
    : 'The zone, a threshold or the reference data changed since the tables were made: run "nightdesk rebuild" and "nightdesk check".\n';
  const rebuild =
    to_rebuild > 0
      ? `${figure(to_rebuild)} contacts and agents are loaded and not rebuilt: run "nightdesk rebuild".\n`
      : "";
  const check =
    to_check > 0 ? `${figure(to_check)} contacts are rebuilt and not checked: run "nightdesk check".\n` : "";
  return rules + rebuild + check;
}

function loadedLine({ loaded }: Status): string {
  return loaded === null ? "Nothing is loaded.\n" : `Loaded: ${loaded.from} to ${loaded.to}.\n`;
}

function lastRunLine({ last_run: last }: Status, zone: string): string {
  if (last === null) return "Nothing was run yet.\n";
  const when = localTime(zone, Number(last.started_at_ms), "yyyy-MM-dd HH:mm:ss");
  const error = last.error === null ? "" : `\n  ${last.error.split("\n")[0]}`;
  return `Last run: ${last.workflow}, step ${last.step}, ${last.status === "running" ? "not ended: still running, or killed" : last.status}, begun ${when}${error}\n`;
}
