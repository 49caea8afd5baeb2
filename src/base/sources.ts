import { resolve } from "node:path";
import {
  type Given,
  type GivenCommon,
  type GivenSource,
  WEBEX_KINDS,
  WEEKDAYS,
  type WebexKind,
  type Weekday,
} from "./source-schema";

export { WEEKDAYS, type WebexKind } from "./source-schema";

interface Common {
  name: string;
  /** On which weekdays of the day pulled something must come; on others its absence is no matter. */
  weekdays: readonly Weekday[];
  /** Parts of names, of each of which a file must come; `{day}` is the day. */
  expects: readonly string[];
  /** How long to wait before asking again for what has not come. */
  retry_after_ms: number;
  /** How long the other side may be silent. */
  timeout_ms: number;
  /** How often one request is made before the source counts as failed. */
  attempts: number;
  /** The largest file that is taken. */
  largest_bytes: number;
  /** Days before the one pulled of which more may have come, or changed, since their own night. */
  look_back_days: number;
}

interface Settling {
  /** A file is taken once it has not changed for so long. */
  settle_ms: number;
  /** The name of a file that says another is complete; `{file}` is the other's name. */
  marker: string | null;
}

export interface FolderSource extends Common, Settling {
  type: "folder";
  path: string;
  /** Whether its files are kept in the archive. */
  is_kept: boolean;
  /** Whether it was named as a mere path, whose absence by hand is an error and otherwise nothing to speak of. */
  is_plain: boolean;
}

export interface HttpSource extends Common {
  type: "http";
  urls: readonly string[];
  headers: Readonly<Record<string, string>>;
  /** What a file is called where its address does not say; null: the last part of the address. */
  file_name: string | null;
}

export interface S3Source extends Common {
  type: "s3";
  bucket: string;
  prefix: string;
  endpoint: string | null;
  region: string;
  is_path_style: boolean;
  /** Both null: whatever the machine signs in with. */
  access_key_id: string | null;
  secret_access_key: string | null;
}

export interface SftpSource extends Common, Settling {
  type: "sftp";
  host: string;
  port: number;
  user: string;
  path: string;
  host_key: string | null;
  password: string | null;
  private_key: string | null;
  passphrase: string | null;
}

export interface WebexSource extends Common {
  type: "webex";
  base: string;
  org_id: string | null;
  /** Null where it is fetched with `refresh`. */
  token: string | null;
  refresh: { client_id: string; client_secret: string; refresh_token: string; url: string } | null;
  kinds: readonly WebexKind[];
  /** Fields that are not asked for. */
  leave_out: readonly string[];
  most_pages: number;
}

/** Where dumps come from. Secrets stand in it as the names of environment variables, never themselves. */
export type Source = FolderSource | HttpSource | S3Source | SftpSource | WebexSource;

/** A folder that was named by its path alone. @param path absolute @param name what to call it, else its path */
export function plainFolder(path: string, name = path): FolderSource {
  return { type: "folder", ...commonOf({}, name), path, settle_ms: 0, marker: null, is_kept: false, is_plain: true };
}

/** A source as a night takes it that nobody watches: also a mere path gives no file that is still being written. */
export function unwatched(source: Source): Source {
  return source.type === "folder" && source.is_plain ? { ...source, settle_ms: SETTLE_MS } : source;
}

/** A source of the configuration with every default filled in. @param base the folder relative paths start from */
export function sourceOf(given: GivenSource, base: string): Source {
  switch (given.type) {
    case "plain":
      return plainFolder(resolve(base, given.path));
    case "folder": {
      const path = resolve(base, given.path);
      const isKept = given.keep ?? true;
      return { type: "folder", ...commonOf(given, path), ...settlingOf(given), path, is_kept: isKept, is_plain: false };
    }
    case "http": {
      const urls = typeof given.url === "string" ? [given.url] : given.url;
      return {
        type: "http",
        ...commonOf(given, hostOf(urls[0] ?? "")),
        urls,
        headers: given.headers ?? {},
        file_name: given.file_name ?? null,
      };
    }
    case "s3":
      return s3Of(given);
    case "sftp":
      return sftpOf(given);
    default:
      return webexOf(given);
  }
}

/** Names that two sources share, for which nobody could tell who delivered. */
export function sharedNames(sources: readonly Source[]): string[] {
  const names = sources.map(({ name }) => name);
  return [...new Set(names.filter((name, index) => names.indexOf(name) !== index))];
}

function s3Of(given: Given<"s3">): S3Source {
  return {
    type: "s3",
    ...commonOf(given, given.bucket),
    bucket: given.bucket,
    prefix: given.prefix ?? "",
    endpoint: given.endpoint ?? null,
    region: given.region ?? "us-east-1",
    is_path_style: given.path_style ?? given.endpoint !== undefined,
    access_key_id: given.access_key_id ?? null,
    secret_access_key: given.secret_access_key ?? null,
  };
}

function sftpOf(given: Given<"sftp">): SftpSource {
  return {
    type: "sftp",
    ...commonOf(given, given.host),
    ...settlingOf(given),
    host: given.host,
    port: given.port ?? 22,
    user: given.user,
    path: given.path,
    host_key: given.host_key ?? null,
    password: given.password ?? null,
    private_key: given.private_key ?? null,
    passphrase: given.passphrase ?? null,
  };
}

const TOKEN_URL = "https://webexapis.com/v1/access_token";

function webexOf(given: Given<"webex">): WebexSource {
  return {
    type: "webex",
    ...commonOf(given, "webex", 1),
    base: (given.base ?? "https://api.wxcc-us1.cisco.com").replace(/\/+$/, ""),
    org_id: given.org_id ?? null,
    token: given.token ?? (given.refresh === undefined ? "$WEBEX_TOKEN" : null),
    refresh: given.refresh === undefined ? null : { ...given.refresh, url: given.refresh.url ?? TOKEN_URL },
    kinds: given.kinds ?? WEBEX_KINDS,
    leave_out: given.leave_out ?? [],
    most_pages: given.most_pages ?? 10_000,
  };
}

function commonOf(given: GivenCommon, name: string, lookBackDays = 3): Common {
  return {
    name: given.name ?? name,
    weekdays: given.weekdays ?? WEEKDAYS,
    expects: given.expects ?? [],
    retry_after_ms: (given.retry_after_s ?? 600) * 1000,
    timeout_ms: (given.timeout_s ?? 60) * 1000,
    attempts: given.attempts ?? 5,
    largest_bytes: (given.largest_mb ?? 8_192) * 1024 * 1024,
    look_back_days: given.look_back_days ?? lookBackDays,
  };
}

const SETTLE_MS = 60_000;

function settlingOf(given: { settle_s?: number | undefined; marker?: string | undefined }): Settling {
  const settle_ms = given.settle_s === undefined ? SETTLE_MS : given.settle_s * 1000;
  return { settle_ms, marker: given.marker ?? null };
}

function hostOf(url: string): string {
  return /^[a-z]+:\/\/(?:[^@/]*@)?([^/:?#]+)/i.exec(url)?.[1] ?? url;
}
