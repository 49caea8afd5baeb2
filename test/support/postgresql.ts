import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { chownSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";

/** A PostgreSQL server of the tests' own, in a temporary folder, reached through a socket in it. */
export interface PostgresServer {
  /** The address of its database `postgres`. */
  url: string;
  stop(): Promise<void>;
}

/** Nothing of a test outlives it: no need to wait for the disk. */
const SETTINGS = [
  "fsync=off",
  "synchronous_commit=off",
  "full_page_writes=off",
  "listen_addresses=",
  "max_connections=200",
];

/**
 * Starts a server with what the machine has installed.
 *
 * @returns the server, or in a sentence why there is none
 */
export async function startPostgres(): Promise<PostgresServer | string> {
  const programs = findPrograms();
  if (programs === null) return "PostgreSQL is not installed (no initdb in PATH or /usr/lib/postgresql)";
  const user = unprivileged();
  if (user === undefined) return "PostgreSQL does not run as root, and there is no user postgres or nobody";
  const folder = mkdtempSync(join(tmpdir(), "nightdesk-pg-"));
  if (user !== null) chownSync(folder, user.uid, user.gid);
  const run = { cwd: "/", ...user };
  const data = join(folder, "data");
  const made = makeCluster(join(programs, "initdb"), data, run);
  if (made !== null) {
    rmSync(folder, { recursive: true, force: true });
    return `initdb failed: ${made}`;
  }
  const flags = [...SETTINGS, `unix_socket_directories=${folder}`].flatMap((setting) => ["-c", setting]);
  const child = spawn(join(programs, "postgres"), ["-D", data, ...flags], {
    ...run,
    stdio: ["ignore", "ignore", "pipe"],
  });
  const stop = async (): Promise<void> => {
    await ended(child);
    rmSync(folder, { recursive: true, force: true });
  };
  process.once("exit", () => child.kill("SIGINT"));
  const said = await untilReady(child);
  if (said === null) return { url: `postgres://postgres@localhost/postgres?host=${folder}`, stop };
  await stop();
  return `PostgreSQL did not start: ${said}`;
}

interface User {
  uid: number;
  gid: number;
}

/** Sorted as no machine sorts bytes, where the server can: a column that must be compared as bytes has to say so. */
function makeCluster(initdb: string, data: string, run: object): string | null {
  const usual = ["-D", data, "--username=postgres", "--auth=trust", "--encoding=UTF8", "--no-sync", "--locale=C"];
  const icu = spawnSync(initdb, [...usual, "--locale-provider=icu", "--icu-locale=en-US"], {
    ...run,
    encoding: "utf8",
  });
  if (icu.status === 0) return null;
  rmSync(data, { recursive: true, force: true });
  const plain = spawnSync(initdb, usual, { ...run, encoding: "utf8" });
  return plain.status === 0 ? null : (plain.error?.message ?? plain.stderr.trim());
}

function findPrograms(): string | null {
  const debian = "/usr/lib/postgresql";
  const versions = existsSync(debian) ? readdirSync(debian).sort((a, b) => Number(b) - Number(a)) : [];
  const folders = [...(process.env.PATH ?? "").split(delimiter), ...versions.map((one) => join(debian, one, "bin"))];
  return folders.find((folder) => existsSync(join(folder, "initdb")) && existsSync(join(folder, "postgres"))) ?? null;
}

/** Whom to run as: null for whoever this is; undefined where this is root and there is nobody else. */
function unprivileged(): User | null | undefined {
  if (process.getuid?.() !== 0) return null;
  const users = readFileSync("/etc/passwd", "utf8").split("\n");
  const found = ["postgres", "nobody"].map((name) => users.find((line) => line.startsWith(`${name}:`)));
  const [, , uid, gid] = (found.find((line) => line !== undefined) ?? "").split(":");
  return uid === undefined ? undefined : { uid: Number(uid), gid: Number(gid) };
}

/** Null once the server takes connections; what it said where it ended instead. */
function untilReady(child: ChildProcess): Promise<string | null> {
  return new Promise((resolve) => {
    let said = "";
    child.stderr?.on("data", (bytes: Buffer) => {
      said += bytes.toString();
      if (!said.includes("ready to accept connections")) return;
      said = "";
      resolve(null);
    });
    child.once("error", (error) => resolve(error.message));
    child.once("exit", () => resolve(said.trim()));
  });
}

/** Asks the server to end at once, without waiting for its clients. */
function ended(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve();
    child.once("exit", () => resolve());
    child.kill("SIGINT");
  });
}
