import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startPostgres } from "./postgresql";

/** A queue's server for a test: what `QUEUE_URL` is set to, and how it is gone again. */
export interface QueueServer {
  url: string;
  close(): Promise<void>;
}

export interface QueueKind {
  kind: string;
  /** Why it cannot be had on this machine; null where it can. */
  missing: string | null;
  open: () => Promise<QueueServer>;
}

const hasRedis = spawnSync("redis-server", ["--version"]).status === 0;

export const queueKinds: readonly QueueKind[] = [
  { kind: "embedded", missing: null, open: () => Promise.resolve({ url: "", close: () => Promise.resolve() }) },
  { kind: "Redis", missing: hasRedis ? null : "there is no redis-server", open: openRedis },
  { kind: "PostgreSQL", missing: hasPostgres() ? null : "PostgreSQL is not installed", open: openPostgres },
];

function hasPostgres(): boolean {
  const debian = "/usr/lib/postgresql";
  const versions = existsSync(debian) ? readdirSync(debian) : [];
  const isInstalled = versions.some((version) => existsSync(join(debian, version, "bin/initdb")));
  return isInstalled || spawnSync("initdb", ["--version"]).status === 0;
}

async function openPostgres(): Promise<QueueServer> {
  const server = await startPostgres();
  if (typeof server === "string") throw new Error(server);
  return { url: server.url, close: () => server.stop() };
}

/** Queues that several processes can share. */
export const sharedKinds = queueKinds.filter(({ kind }) => kind !== "embedded");

/** The same tests on each queue; one that cannot be had is skipped, and named. */
export function onQueues(kinds: readonly QueueKind[], tests: (kind: QueueKind) => void): void {
  for (const kind of kinds) {
    const name = `on ${kind.kind}${kind.missing === null ? "" : ` (skipped: ${kind.missing})`}`;
    (kind.missing === null ? describe : describe.skip)(name, () => tests(kind));
  }
}

/** A Redis that can be ended and begun again, with what it has written to the disk. */
export interface RedisServer extends QueueServer {
  restart(signal: "SIGTERM" | "SIGKILL"): Promise<void>;
}

export async function openRedis(): Promise<RedisServer> {
  const folder = mkdtempSync(join(tmpdir(), "nightdesk-redis-"));
  const port = await freePort();
  let child = await startRedis(folder, port);
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill(signal);
    await once(child, "exit");
  };
  return {
    url: `redis://127.0.0.1:${port}`,
    restart: async (signal) => {
      await end(signal);
      child = await startRedis(folder, port);
    },
    close: async () => {
      await end("SIGKILL");
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Everything is on the disk before it is acknowledged, as a queue wants it. */
async function startRedis(folder: string, port: number): Promise<ChildProcess> {
  const settings = [
    "--port",
    String(port),
    "--dir",
    folder,
    "--save",
    "",
    "--appendonly",
    "yes",
    "--appendfsync",
    "always",
  ];
  const child = spawn("redis-server", settings, { stdio: ["ignore", "pipe", "inherit"] });
  await outputSays(child, /Ready to accept connections/);
  return child;
}

/** Resolves when a process has written what is waited for. @throws Error with what it wrote where it ended before */
export async function outputSays(child: ChildProcess, wanted: RegExp): Promise<string> {
  let text = "";
  return await new Promise((resolve, reject) => {
    const read = (chunk: Buffer): void => {
      text += chunk.toString();
      if (wanted.test(text)) resolve(text);
    };
    child.stdout?.on("data", read);
    child.stderr?.on("data", read);
    child.once("exit", (code, signal) =>
      reject(new Error(`ended (${code ?? signal}) before it said ${wanted}: ${text}`)),
    );
  });
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  return typeof address === "object" && address !== null ? address.port : 0;
}
