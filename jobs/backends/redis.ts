import type { QueueBaseOptions } from "bullmq";
import { Cluster, Redis } from "ioredis";
import { NightdeskError } from "../../src/base/errors";
import { withoutPassword } from "../../src/base/text";
import type { Backend } from "./backend";

/** In braces, so that a cluster keeps all keys of the queue on one node. */
const PREFIX = "{nightdesk}";

const FORMS =
  "redis://[USER:PASSWORD@]HOST:PORT[/DATABASE], redis+sentinel://[USER:PASSWORD@]HOST:PORT,HOST:PORT/NAME[/DATABASE][?sentinel_username=USER&sentinel_password=PASSWORD] or redis+cluster://[USER:PASSWORD@]HOST:PORT,HOST:PORT; rediss for TLS";

/** What a `redis` address says. */
export interface RedisAddress {
  mode: "single" | "sentinel" | "cluster";
  isSecure: boolean;
  nodes: { host: string; port: number }[];
  username: string | null;
  password: string | null;
  /** What the sentinels themselves ask for; both null for the other modes. */
  sentinel_username: string | null;
  sentinel_password: string | null;
  /** Name of the group of servers that the sentinels watch; null for the other modes. */
  group: string | null;
  database: number;
}

const SENTINEL_KEYS = ["sentinel_username", "sentinel_password"];

/** @throws NightdeskError `queue-url` that names the forms an address may have */
export function parseRedisUrl(url: string): RedisAddress {
  const found =
    /^redis(s?)(?:\+(sentinel|cluster))?:\/\/(?:([^:@/]*)(?::([^@/]*))?@)?([^/?#]+)(?:\/([^?#]*))?(?:\?([^#]*))?$/.exec(
      url,
    );
  if (found === null) throw unfit(url);
  const [, secure, mode = "single", username = "", password = "", hosts = "", path = "", query = ""] = found;
  const asked = new URLSearchParams(query);
  const parts = path.split("/").filter(Boolean);
  const group = mode === "sentinel" ? (parts.shift() ?? "") : null;
  const nodes = hosts.split(",").map((host) => nodeOf(host, mode === "sentinel" ? 26_379 : 6_379));
  const isFit =
    nodes.every((node) => node !== null) &&
    (mode !== "single" || nodes.length === 1) &&
    group !== "" &&
    [...asked.keys()].every((key) => mode === "sentinel" && SENTINEL_KEYS.includes(key)) &&
    parts.length <= (mode === "cluster" ? 0 : 1) &&
    parts.every((part) => /^\d{1,3}$/.test(part));
  if (!isFit) throw unfit(url);
  return {
    mode: mode as RedisAddress["mode"],
    isSecure: secure === "s",
    nodes: nodes.filter((node) => node !== null),
    username: username === "" ? null : decodeURIComponent(username),
    password: password === "" ? null : decodeURIComponent(password),
    sentinel_username: asked.get("sentinel_username"),
    sentinel_password: asked.get("sentinel_password"),
    group,
    database: Number(parts[0] ?? 0),
  };
}

function nodeOf(text: string, usual: number): { host: string; port: number } | null {
  const found = /^(\[[0-9a-fA-F:]+\]|[^:[\]]+)(?::(\d{1,5}))?$/.exec(text);
  if (found === null) return null;
  return { host: (found[1] ?? "").replace(/^\[|\]$/g, ""), port: Number(found[2] ?? usual) };
}

function unfit(url: string): NightdeskError {
  return new NightdeskError(
    "queue-url",
    `QUEUE_URL is "${withoutPassword(url)}". Expected ${FORMS}. Correct it, or unset it to keep the queue in the data folder.`,
  );
}

export function redisBackend(url: string): Backend {
  const address = parseRedisUrl(url);
  const clusters: Cluster[] = [];
  return {
    kind: "redis",
    shown: withoutPassword(url),
    factory: undefined,
    optionsFor: (role) => ({ connection: connectionOf(address, role, clusters), prefix: PREFIX }),
    close: async () => {
      // BullMQ closes what it opened itself; a cluster it was handed is ours.
      await Promise.all(clusters.map((cluster) => cluster.quit().catch(() => cluster.disconnect())));
    },
  };
}

function connectionOf(
  address: RedisAddress,
  role: "command" | "service",
  clusters: Cluster[],
): QueueBaseOptions["connection"] {
  const { mode, nodes } = address;
  const options = optionsOf(address, role);
  if (mode === "sentinel") return { ...options, ...sentinelsOf(address), sentinelRetryStrategy: pauseMs };
  if (mode === "single") return { ...options, ...nodes[0] };
  const cluster = new Cluster(nodes, { redisOptions: options, clusterRetryStrategy: pauseMs });
  clusters.push(cluster);
  return cluster;
}

/** Without the two of TLS ioredis speaks it neither to the sentinels nor to the servers they name, whatever `tls` says. */
function sentinelsOf({ nodes, group, isSecure, sentinel_username, sentinel_password }: RedisAddress): SentinelOptions {
  return {
    sentinels: nodes,
    name: group ?? "",
    ...(sentinel_username === null ? {} : { sentinelUsername: sentinel_username }),
    ...(sentinel_password === null ? {} : { sentinelPassword: sentinel_password }),
    ...(isSecure ? { enableTLSForSentinelMode: true, sentinelTLS: {} } : {}),
  };
}

interface SentinelOptions {
  sentinels: { host: string; port: number }[];
  name: string;
  sentinelUsername?: string;
  sentinelPassword?: string;
  enableTLSForSentinelMode?: boolean;
  sentinelTLS?: object;
}

interface ServerOptions {
  username?: string;
  password?: string;
  tls?: object;
  db: number;
  connectionName: string;
  maxRetriesPerRequest: number | null;
  retryStrategy: (attempt: number) => number;
}

function optionsOf(
  { isSecure, username, password, database }: RedisAddress,
  role: "command" | "service",
): ServerOptions {
  return {
    ...(username === null ? {} : { username }),
    ...(password === null ? {} : { password }),
    ...(isSecure ? { tls: {} } : {}),
    db: database,
    connectionName: "nightdesk",
    // A worker waits for its server to come back; a command says that it is not there.
    maxRetriesPerRequest: role === "service" ? null : 3,
    retryStrategy: pauseMs,
  };
}

/** Pause before the next try to reach a server, ms. */
function pauseMs(attempt: number): number {
  return Math.min(200 * attempt, 5_000);
}

/** What a server says of itself, as far as a queue cares. */
export interface RedisFacts {
  version: string;
  maxmemory_policy: string;
  is_persistent: boolean;
}

/** Asks a server, or one of a cluster, about itself. */
export async function redisFacts(url: string): Promise<RedisFacts> {
  const client = clientOf(parseRedisUrl(url));
  try {
    const text = await client.info();
    const value = (name: string): string => new RegExp(`^${name}:(.*)$`, "m").exec(text)?.[1]?.trim() ?? "";
    const hasSnapshots = Number(value("rdb_last_save_time")) > 0 && (await savesSnapshots(client));
    return {
      version: value("redis_version"),
      maxmemory_policy: value("maxmemory_policy"),
      is_persistent: value("aof_enabled") === "1" || hasSnapshots,
    };
  } finally {
    client.disconnect();
  }
}

function clientOf(address: RedisAddress): Redis | Cluster {
  const { mode, nodes } = address;
  const redisOptions = optionsOf(address, "command");
  if (mode === "cluster") return new Cluster(nodes, { redisOptions });
  if (mode === "sentinel") return new Redis({ ...redisOptions, ...sentinelsOf(address) });
  return new Redis({ ...redisOptions, ...nodes[0] });
}

/** A hosted server may not tell its settings: what is not told is taken for in order. */
async function savesSnapshots(client: Redis | Cluster): Promise<boolean> {
  try {
    const [, value] = (await client.call("config", "get", "save")) as [string, string];
    return value !== "";
  } catch {
    return true;
  }
}
