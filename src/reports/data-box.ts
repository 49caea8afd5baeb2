import { createHash } from "node:crypto";
import { join } from "node:path";
import type { Knex } from "knex";
import type { Config } from "../base/config";
import { daysBetween, localDay, localTime } from "../base/days";
import { type Completeness, gatherCompleteness } from "../metrics/completeness";
import { gapWords, missingWords, ruleWords } from "../metrics/completeness-words";
import { codeVersion } from "../base/version";
import type { Words } from "../i18n/words";
import { readSql, selectRows } from "../db/sql";
import type { Period } from "./report";
import { readThresholds, type QueueThresholds } from "./thresholds";

/** What every report says about itself: what it rests on, by which rules it was made. */
export interface DataBox {
  zone: string;
  /** Local time of the newest event loaded, of whatever day; the time a report was made *for*, whenever it was made. */
  data_up_to: string;
  /** The same as epoch ms; null where nothing is loaded. */
  horizon_at_ms: number | null;
  facts: Fact[];
  /** The first dumps in the order of their sha256, and the rest, folded up; what is beyond the limit is only counted. */
  dumps: BoxDump[];
  further_dumps: BoxDump[];
  further_label: string;
  unlisted_count: number;
  /** One sha256 over those of all dumps: two reports with the same one rest on the same files. */
  dumps_sha256: string;
  thresholds: QueueThresholds[];
  /** The sequence table the stored findings were made with; before the first check the configured one. */
  sequence_table: string;
  has_no_data: boolean;
  late_event_count: number;
  /** What is missing, in words; told at the top of the page too. Empty: no delivery is known to be missing. */
  preliminary: string[];
  /** Hours in which far less came than the same weekdays before, in words; the first of them at the top of the page too. */
  gap_count: number;
  first_gaps: string[];
  further_gaps: string[];
  further_gaps_label: string;
}

export interface Fact {
  label: string;
  value: string;
  note: string;
}

export interface BoxDump {
  name: string;
  format: string;
  sha256: string;
  sha256_short: string;
  event_count: number;
  rejected_count: number;
}

interface DumpRow {
  sha256: string;
  name: string;
  format: string;
  contact_event_count: number;
  agent_event_count: number;
  rejected_count: number;
}

interface SessionsRow {
  contact_count: number;
  contact_event_count: number;
  contact_late_count: number;
  contact_truncated_count: number;
  contact_open_count: number;
  contact_stale_count: number;
  contact_reported_count: number;
  channel_count: number;
  agent_count: number;
  agent_event_count: number;
  agent_late_count: number;
  channel_truncated_count: number;
  channel_open_count: number;
  channel_stale_count: number;
}

const DUMPS_SHOWN = 8;
const DUMPS_LISTED = 400;
const REASONS_SHOWN = 5;
const DAYS_SHOWN = 10;
const GAPS_SHOWN = 3;
const GAPS_LISTED = 200;

/** The data box, computed from stored dumps, sessions, rules and what is known to be missing; never from receipts, so that the same data say the same. */
export async function gatherDataBox(db: Knex, config: Config, period: Period, words: Words): Promise<DataBox> {
  const ask = async <Row>(part: string): Promise<Row[]> =>
    await selectRows<Row>(db, readSql(join(__dirname, `data-box-${part}.sql`)), {
      starts_at_ms: period.starts_at_ms,
      ends_at_ms: period.ends_at_ms,
      from_day: period.from,
      to_day: period.to,
    });
  const dumps = await ask<DumpRow>("dumps");
  const rejected = await ask<{ reason: string; rejected_count: number }>("rejected");
  const [sessions] = await ask<SessionsRow>("sessions");
  const quarters = await ask<{ quarter_at_ms: number }>("quarters");
  const newest = await db("dumps").max({ at_ms: "newest_at_ms" }).first();
  const horizon = newest?.at_ms === null || newest === undefined ? null : Number(newest.at_ms);
  const settings = await readSettings(db);
  const completeness = await gatherCompleteness(db, config, period.from, period.to);
  const empty = emptyDays(config.zone, period, quarters);
  return {
    zone: config.zone,
    data_up_to: horizon === null ? words.t("nothing loaded yet") : localTime(config.zone, horizon),
    horizon_at_ms: horizon,
    facts: [
      ...dumpFacts(words, dumps, rejected),
      ...(sessions === undefined ? [] : sessionFacts(words, sessions)),
      ...emptyFacts(words, empty),
      ...completenessFacts(words, config, period, completeness),
      ...ruleFacts(words, settings),
    ],
    ...listedDumps(words, dumps),
    thresholds: await readThresholds(db, config, words),
    sequence_table: settings.get("sequence_table") ?? config.sequence.table,
    late_event_count: (sessions?.contact_late_count ?? 0) + (sessions?.agent_late_count ?? 0),
    has_no_data: sessions === undefined || sessions.contact_count + sessions.channel_count === 0,
    ...toldGaps(words, completeness),
  };
}

async function readSettings(db: Knex): Promise<Map<string, string>> {
  const rows: { name: string; value: string }[] = await db("settings").select("name", "value");
  return new Map(rows.map(({ name, value }) => [name, value]));
}

function listedDumps(
  { t }: Words,
  rows: DumpRow[],
): Pick<DataBox, "dumps" | "further_dumps" | "further_label" | "unlisted_count" | "dumps_sha256"> {
  const dumps = rows.map(({ name, format, sha256, contact_event_count, agent_event_count, rejected_count }) => ({
    name,
    format,
    sha256,
    sha256_short: sha256.slice(0, 12),
    event_count: contact_event_count + agent_event_count,
    rejected_count,
  }));
  const further = dumps.slice(DUMPS_SHOWN, DUMPS_LISTED);
  const hash = createHash("sha256").update(rows.map(({ sha256 }) => `${sha256}\n`).join(""));
  return {
    dumps: dumps.slice(0, DUMPS_SHOWN),
    further_dumps: further,
    further_label: t("{count} more", { count: further.length }),
    unlisted_count: Math.max(0, dumps.length - DUMPS_LISTED),
    dumps_sha256: hash.digest("hex"),
  };
}

function dumpFacts(words: Words, dumps: DumpRow[], rejected: { reason: string; rejected_count: number }[]): Fact[] {
  const { t } = words;
  const sum = (of: (dump: DumpRow) => number): number => dumps.reduce((total, dump) => total + of(dump), 0);
  const contactEvents = sum((dump) => dump.contact_event_count);
  const agentEvents = sum((dump) => dump.agent_event_count);
  const lines = rejected.reduce((total, { rejected_count }) => total + rejected_count, 0);
  const reasons = rejected
    .slice(0, REASONS_SHOWN)
    .map(({ reason, rejected_count }) => `${reason} ${words.count(rejected_count)}`);
  const others =
    rejected.length > REASONS_SHOWN ? [t("{count} other reasons", { count: rejected.length - REASONS_SHOWN })] : [];
  return [
    { label: t("Dumps"), value: words.count(dumps.length), note: "" },
    {
      label: t("Events read"),
      value: words.count(contactEvents + agentEvents),
      note: t("in the period: {contacts} of contacts, {agents} of agents, copies included", {
        contacts: contactEvents,
        agents: agentEvents,
      }),
    },
    { label: t("Rejected lines"), value: words.count(lines), note: [...reasons, ...others].join(", ") },
  ];
}

function sessionFacts(words: Words, row: SessionsRow): Fact[] {
  const { t } = words;
  const both = (contacts: number, channels: number): string =>
    contacts + channels === 0
      ? ""
      : [
          words.many(contacts, "{count} contact", "{count} contacts"),
          words.many(channels, "{count} agent channel", "{count} agent channels"),
        ].join(", ");
  return [
    {
      label: t("Sessions"),
      value: words.count(row.contact_count + row.channel_count),
      note: t("begun in the period: {contacts}; {channels} of {agents}", {
        contacts: words.many(row.contact_count, "{count} contact", "{count} contacts"),
        channels: words.many(row.channel_count, "{count} channel", "{count} channels"),
        agents: words.many(row.agent_count, "{count} agent", "{count} agents"),
      }),
    },
    {
      label: t("Events in them"),
      value: words.count(row.contact_event_count + row.agent_event_count),
      note: t("each once, whenever it happened"),
    },
    {
      label: t("Late events"),
      value: words.count(row.contact_late_count + row.agent_late_count),
      note: t("delivered first by a dump of a later day"),
    },
    {
      label: t("Truncated"),
      value: words.count(row.contact_truncated_count + row.channel_truncated_count),
      note: both(row.contact_truncated_count, row.channel_truncated_count),
    },
    {
      label: t("Open"),
      value: words.count(row.contact_open_count + row.channel_open_count),
      note: both(row.contact_open_count, row.channel_open_count),
    },
    {
      label: t("of these stale"),
      value: words.count(row.contact_stale_count + row.channel_stale_count),
      note: t("open for so long that the end was probably lost"),
    },
    {
      label: t("Only reported"),
      value: words.count(row.contact_reported_count),
      note: t("contacts delivered without their events: the vendor's own figures"),
    },
  ];
}

function emptyFacts(words: Words, empty: string[]): Fact[] {
  if (empty.length === 0) return [];
  const label = words.t("Days without any event");
  return [{ label, value: words.count(empty.length), note: namedDays(words, empty) }];
}

/** The first days by name, and how many more there are. */
function namedDays({ t }: Words, days: readonly string[]): string {
  const named = days.slice(0, DAYS_SHOWN).join(", ");
  return days.length > DAYS_SHOWN
    ? t("{days} and {count} more", { days: named, count: days.length - DAYS_SHOWN })
    : named;
}

function completenessFacts(
  words: Words,
  config: Config,
  period: Period,
  { missing, gaps, incomparable_days }: Completeness,
): Fact[] {
  const { t } = words;
  const days = incomparable_days.length;
  const isKnown = days < daysBetween(period.from, period.to).length;
  const incomparable = t("nothing to compare with on {days}: fewer than two same weekdays before have data", {
    days: namedDays(words, incomparable_days),
  });
  const deliveries = missing.map(({ source, day }) => `${source} ${day}`).join(", ");
  return [
    ...(missing.length === 0
      ? []
      : [{ label: t("Not delivered"), value: words.count(missing.length), note: deliveries }]),
    {
      label: t("Completeness"),
      value: isKnown ? words.many(gaps.length, "{count} gap", "{count} gaps") : t("not known"),
      note: [...(days === 0 ? [] : [incomparable]), ruleWords(words, config)].join("; "),
    },
  ];
}

function toldGaps(
  words: Words,
  { missing, gaps }: Completeness,
): Pick<DataBox, "preliminary" | "gap_count" | "first_gaps" | "further_gaps" | "further_gaps_label"> {
  const told = gaps.map((gap) => gapWords(words, gap));
  const further = told.slice(GAPS_SHOWN, GAPS_LISTED);
  const unlisted =
    told.length > GAPS_LISTED ? words.t(", the first {count} of all listed", { count: GAPS_LISTED }) : "";
  return {
    preliminary: missing.map((delivery) => missingWords(words, delivery)),
    gap_count: told.length,
    first_gaps: told.slice(0, GAPS_SHOWN),
    further_gaps: further,
    further_gaps_label: `${words.many(told.length - GAPS_SHOWN, "{count} more gap", "{count} more gaps")}${unlisted}`,
  };
}

function ruleFacts({ t, name: nameOf }: Words, settings: Map<string, string>): Fact[] {
  const of = (name: string): string => settings.get(name) ?? t("not yet checked");
  return [
    {
      label: t("Sequence table"),
      value: nameOf("sequence-table", of("sequence_table")),
      note: settings.has("sequence_table")
        ? t("version {version}, {mode} mode", {
            version: of("sequence_version"),
            mode: nameOf("sequence-mode", of("sequence_mode")),
          })
        : "",
    },
    {
      label: t("Rules"),
      value: settings.get("rules_version") ?? t("not yet loaded"),
      note: t("version of all reference data"),
    },
    { label: t("nightdesk"), value: codeVersion(), note: t("version of the program") },
  ];
}

function emptyDays(zone: string, period: Period, quarters: { quarter_at_ms: number }[]): string[] {
  const busy = new Set(quarters.map(({ quarter_at_ms }) => localDay(zone, Number(quarter_at_ms))));
  return daysBetween(period.from, period.to).filter((day) => !busy.has(day));
}
