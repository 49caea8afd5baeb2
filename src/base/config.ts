import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { z } from "zod";
import { type Alert, alertKeys, alertsOf } from "./alert-keys";
import { isZone } from "./days";
import { NightdeskError } from "./errors";
import { type Retention, retentionKeys, retentionOf } from "./retention";
import { type Language, LANGUAGES } from "./language";
import { mailKeys, type MailSettings, mailSettingsOf } from "./mail-keys";
import {
  type Calendar,
  calendarOf,
  type OpeningHours,
  openingHoursOf,
  type Schedule,
  scheduleKeys,
  schedulesOf,
} from "./schedules";
import { readSettings } from "./settings";
import { sourceSchema } from "./source-schema";
import { sharedNames, type Source, sourceOf } from "./sources";

const seconds = z.number().nonnegative();

/** The service level's formulas; what they count stands in `src/metrics/catalogue`. */
export const SERVICE_LEVEL_FORMULAS = [
  "answered_only",
  "abandon_positive",
  "connect",
  "abandon_negative",
  "abandon_ignored",
  "short_credited",
  "short_excluded",
  "with_breakouts",
] as const;

const thresholds = z.strictObject({
  service_level_formula: z.enum(SERVICE_LEVEL_FORMULAS).optional(),
  service_level_s: seconds.optional(),
  short_abandon_s: seconds.optional(),
  short_contact_s: seconds.optional(),
  sudden_disconnect_s: seconds.optional(),
  rona_after_s: seconds.optional(),
  service_level_goal: z.number().min(0).max(1).optional(),
});

const completeness = z.strictObject({
  expected_events: z.number().int().positive().optional(),
  expected_visits: z.number().int().positive().optional(),
  received_share: z.number().min(0).max(1).optional(),
});

const http = z.strictObject({
  port: z.number().int().min(0).max(65_535).optional(),
  host: z.string().min(1).optional(),
});

/** How the queue works; seconds, but where the name says otherwise. */
const queueKeys = z.strictObject({
  lock_s: z.number().min(0.5).max(3_600).optional(),
  attempts: z.number().int().min(1).max(100).optional(),
  backoff_s: z.number().nonnegative().max(86_400).optional(),
  keep_days: z.number().int().min(1).max(3_650).optional(),
  concurrency: z.number().int().min(1).max(64).optional(),
  stop_within_s: z.number().nonnegative().max(3_600).optional(),
});

const schema = z.strictObject({
  zone: z
    .string()
    .refine(isZone, { error: (issue) => `"${String(issue.input)}" is no IANA time zone such as "Asia/Seoul"` })
    .optional(),
  language: z.enum(LANGUAGES).optional(),
  mappings: z.array(z.strictObject({ files: z.string().min(1), mapping: z.string().min(1) })).optional(),
  sources: z.array(sourceSchema).optional(),
  archive: z.strictObject({ keep_days: z.number().int().positive().optional() }).optional(),
  retention: retentionKeys.optional(),
  thresholds: thresholds.optional(),
  queues: z.record(z.string(), thresholds).optional(),
  stale_after_h: z.record(z.string(), z.number().positive()).optional(),
  masking: z
    .strictObject({
      numbers: z.enum(["none", "last-four", "hash"]).optional(),
      names: z.enum(["none", "last-four", "hash"]).optional(),
    })
    .optional(),
  sequence: z
    .strictObject({
      mode: z.enum(["overlay", "strict"]).optional(),
      table: z.string().optional(),
      overrides: z.string().optional(),
    })
    .optional(),
  reports: z.array(z.string()).optional(),
  completeness: completeness.optional(),
  queue: queueKeys.optional(),
  http: http.optional(),
  ...alertKeys,
  mail: mailKeys.optional(),
  ...scheduleKeys,
});

export type MaskMode = "none" | "last-four" | "hash";

/** Times in milliseconds, the goal as a share 0…1; `formula` is the service level's. */
export interface Thresholds {
  formula: (typeof SERVICE_LEVEL_FORMULAS)[number];
  service_level_ms: number;
  short_abandon_ms: number;
  short_contact_ms: number;
  sudden_disconnect_ms: number;
  rona_after_ms: number;
  service_level_goal_share: number;
}

/** Files of a foreign table, told by a pattern of their base name (`*`, `?`), and the mapping file that turns them into events. */
export interface MappedFiles {
  files: string;
  /** Absolute. */
  mapping: string;
}

export interface Config {
  /** IANA zone of the centre; `is_zone_set` is false where nobody named one and it is UTC. */
  zone: string;
  is_zone_set: boolean;
  /** In which reports and the status page are written. */
  language: Language;
  /** The folder of database, archive and reports, absolute. */
  data_dir: string;
  /** `sqlite:FILE`. */
  database_url: string;
  /** The first whose pattern fits decides. */
  mappings: MappedFiles[];
  /** Where `nightly` looks for dumps; none where it is the data folder's `dumps`. */
  sources: Source[];
  /** After how many days what was pulled is thrown away; null: never. */
  archive: { keep_days: number | null };
  /** For how many days each group of tables is kept; null: for good. */
  retention: Retention;
  thresholds: Thresholds;
  /** By queue id or name, only what differs from `thresholds`. */
  queues: Record<string, Thresholds>;
  /** By channel type; `default` for all others. */
  stale_after_ms: Record<string, number>;
  masking: { numbers: MaskMode; names: MaskMode; key: string };
  /** `overrides` is a CSV file of single cells (state, event, accepted), absolute, or null. */
  sequence: { mode: "overlay" | "strict"; table: string; overrides: string | null };
  /** Reports the night makes. */
  reports: string[];
  /** When an hour counts as a gap: what must be expected of it at least, and the share 0…1 that must have come. */
  completeness: { expected_events: number; expected_visits: number; received_share: number };
  /** `redis://…`, `postgres://…`, or empty for the queue in the data folder. */
  queue_url: string;
  queue: QueueSettings;
  /** Where the service shows itself; a null port is the usual one, or any other where that is taken. */
  http: { host: string; port: number | null };
  /** Levels at which a figure is told as an alert of the management summary. */
  alerts: Alert[];
  /** Who gets the summary, and when it may go; the server is in the environment's `SMTP_URL`. */
  mail: MailSettings;
  schedules: Schedule[];
  calendar: Calendar;
  /** Null where none are named. */
  opening_hours: OpeningHours | null;
  /** How far back missed nights are caught up, days. */
  catch_up_days: number;
  /** The file the configuration came from, null where there is none. */
  file: string | null;
  /** The value of a variable the configuration names, such as a token. A function: what it gives is never written with the rest. */
  environment: (name: string) => string | undefined;
}

export interface QueueSettings {
  /** For how long a silent worker keeps its step before another takes it. */
  lock_ms: number;
  /** How often a step is tried that may succeed later; the pause doubles each time, from `backoff_ms`. */
  attempts: number;
  backoff_ms: number;
  /** How long the queue remembers what was done and what failed. */
  keep_days: number;
  /** Steps at once in one worker; null for what the database bears. */
  concurrency: number | null;
  /** How long a worker that is asked to stop may still work on its step before it hands it back. */
  stop_within_ms: number;
}

const DEFAULTS: Thresholds = {
  formula: "abandon_ignored",
  service_level_ms: 20_000,
  short_abandon_ms: 5_000,
  short_contact_ms: 10_000,
  sudden_disconnect_ms: 5_000,
  rona_after_ms: 10_000,
  service_level_goal_share: 0.8,
};

/** Why these: src/metrics/README.md, decision 3. */
const COMPLETENESS = { expected_events: 500, expected_visits: 40, received_share: 0.5 };

const STALE_AFTER_H = { default: 24, telephony: 24, chat: 48, social: 48, email: 720 };

export const DEFAULT_REPORTS = [
  "agent-states",
  "failure-reasons",
  "contact-sessions",
  "sequence-violations",
  // Left out of nights whose dumps hold no totals of the vendor's own.
  "reconciliation",
  "management-summary",
];

/**
 * The configuration: `NIGHTDESK_CONFIG`, else `nightdesk.json` in the working folder, else the defaults; paths and
 * secrets from the environment. Relative paths in the file are relative to the file.
 *
 * @throws NightdeskError `config` that lists every fault at once
 */
export function loadConfig(env: NodeJS.ProcessEnv, folder: string): Config {
  const file = configFile(env, folder);
  const given = file === null ? {} : readSettings(schema, { file, code: "config", described: "the README lists" });
  const base = file === null ? folder : resolve(file, "..");
  const dataDir = resolve(folder, env.NIGHTDESK_DATA || "data");
  const general = merged(DEFAULTS, given.thresholds);
  const queues = Object.entries(given.queues ?? {}).map(([queue, own]) => [queue, merged(general, own)] as const);
  const stale = Object.entries({ ...STALE_AFTER_H, ...given.stale_after_h });
  return {
    zone: given.zone ?? "UTC",
    is_zone_set: given.zone !== undefined,
    language: given.language ?? "en",
    data_dir: dataDir,
    database_url: env.DATABASE_URL || `sqlite:${resolve(dataDir, "nightdesk.sqlite")}`,
    mappings: (given.mappings ?? []).map(({ files, mapping }) => ({ files, mapping: resolve(base, mapping) })),
    sources: sourcesOf(given, base, file),
    archive: { keep_days: given.archive?.keep_days ?? null },
    retention: retentionOf(given.retention),
    thresholds: general,
    queues: Object.fromEntries(queues),
    stale_after_ms: Object.fromEntries(stale.map(([channel, hours]) => [channel, hours * 3_600_000])),
    masking: {
      numbers: given.masking?.numbers ?? "none",
      names: given.masking?.names ?? "none",
      key: env.NIGHTDESK_MASK_KEY ?? "",
    },
    sequence: {
      mode: given.sequence?.mode ?? "overlay",
      table: given.sequence?.table ?? "repaired",
      overrides: given.sequence?.overrides === undefined ? null : resolve(base, given.sequence.overrides),
    },
    reports: given.reports ?? DEFAULT_REPORTS,
    completeness: {
      expected_events: given.completeness?.expected_events ?? COMPLETENESS.expected_events,
      expected_visits: given.completeness?.expected_visits ?? COMPLETENESS.expected_visits,
      received_share: given.completeness?.received_share ?? COMPLETENESS.received_share,
    },
    queue_url: env.QUEUE_URL ?? "",
    queue: queueOf(given.queue),
    http: { host: env.NIGHTDESK_HOST || (given.http?.host ?? "127.0.0.1"), port: given.http?.port ?? null },
    alerts: alertsOf(given.alerts),
    mail: mailSettingsOf(given.mail, base),
    schedules: schedulesOf(given, given.zone ?? "UTC"),
    calendar: calendarOf(given),
    opening_hours: openingHoursOf(given.opening_hours),
    catch_up_days: given.catch_up_days ?? 7,
    file,
    environment: (name) => env[name],
  };
}

function queueOf(given: z.infer<typeof queueKeys> | undefined): QueueSettings {
  return {
    lock_ms: (given?.lock_s ?? 30) * 1000,
    attempts: given?.attempts ?? 5,
    backoff_ms: (given?.backoff_s ?? 60) * 1000,
    keep_days: given?.keep_days ?? 30,
    concurrency: given?.concurrency ?? null,
    stop_within_ms: (given?.stop_within_s ?? 20) * 1000,
  };
}

function sourcesOf(given: z.infer<typeof schema>, base: string, file: string | null): Source[] {
  const sources = (given.sources ?? []).map((source) => sourceOf(source, base));
  const shared = sharedNames(sources);
  if (shared.length === 0) return sources;
  throw new NightdeskError(
    "config",
    `${file ?? "The configuration"} names two sources ${shared.join(", ")}. Expected a name of its own for each, so that it can be told which one delivered. Give them a "name".`,
  );
}

function configFile(env: NodeJS.ProcessEnv, folder: string): string | null {
  if (env.NIGHTDESK_CONFIG) {
    const named = resolve(folder, env.NIGHTDESK_CONFIG);
    if (existsSync(named)) return named;
    throw new NightdeskError(
      "config",
      `NIGHTDESK_CONFIG names ${named}, and there is no such file. Expected a JSON file such as {"zone": "Asia/Seoul"}. Correct the variable, or unset it to use nightdesk.json of the working folder.`,
    );
  }
  const usual = resolve(folder, "nightdesk.json");
  return existsSync(usual) ? usual : null;
}

function merged(base: Thresholds, own: z.infer<typeof thresholds> | undefined): Thresholds {
  const ms = (value: number | undefined, fallback: number): number =>
    value === undefined ? fallback : Math.round(value * 1000);
  return {
    formula: own?.service_level_formula ?? base.formula,
    service_level_ms: ms(own?.service_level_s, base.service_level_ms),
    short_abandon_ms: ms(own?.short_abandon_s, base.short_abandon_ms),
    short_contact_ms: ms(own?.short_contact_s, base.short_contact_ms),
    sudden_disconnect_ms: ms(own?.sudden_disconnect_s, base.sudden_disconnect_ms),
    rona_after_ms: ms(own?.rona_after_s, base.rona_after_ms),
    service_level_goal_share: own?.service_level_goal ?? base.service_level_goal_share,
  };
}
