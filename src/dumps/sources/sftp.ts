import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { join } from "node:path/posix";
import { PassThrough } from "node:stream";
import { pipeline } from "node:stream/promises";
import type SftpClient from "ssh2-sftp-client";
import { messageOf, NightdeskError } from "../../base/errors";
import type { SftpSource } from "../../base/sources";
import { tooLarge } from "./http-request";
import { byteTick, datedNameIn, type Errand, isOfDay, type Look, type Offer, withDay } from "./offer";
import { PassingError, patiently, withRetries } from "./retry";
import { filled } from "./secrets";
import { markerName, type Seen, settledFiles } from "./settling";

/** The dumps of a day in a folder of an SFTP server, without those that are still being written. */
export async function lookOverSftp(errand: Errand<SftpSource>): Promise<Look> {
  const { source, fetching } = errand;
  const line: Line = { client: null };
  const close = (): Promise<void> => hangUp(line, source);
  try {
    const look = await withRetries(fetching, source.attempts, () =>
      over(errand, line, (client) => looks(errand, line, client)),
    );
    return { ...look, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The connection to a server; null until it is needed, and again once it broke. */
interface Line {
  client: SftpClient | null;
}

/** Does something over the line, which is opened where it is not. One on which something failed is not used again. */
async function over<Result>(
  errand: Errand<SftpSource>,
  line: Line,
  work: (client: SftpClient) => Promise<Result>,
): Promise<Result> {
  line.client ??= await connect(errand);
  try {
    return await work(line.client);
  } catch (error) {
    await hangUp(line, errand.source);
    throw error;
  }
}

async function hangUp(line: Line, { timeout_ms, host }: SftpSource): Promise<void> {
  const { client } = line;
  line.client = null;
  if (client !== null) await patiently(client.end(), timeout_ms, host).catch(() => false);
}

async function looks(errand: Errand<SftpSource>, line: Line, client: SftpClient): Promise<Omit<Look, "close">> {
  const { source, day, fetching } = errand;
  const folder = withDay(source.path, day);
  const listing = await list(client, folder, source);
  if (listing === null)
    return { files: [], byte_count: 0, offers: [], absent: [`${source.host}:${folder} does not exist yet`] };
  const isWanted = ({ name }: { name: string }): boolean =>
    fetching.is_dump(name) && !name.startsWith(".") && (source.path.includes("{day}") || isOfDay(name, day));
  const hasMarker = async (path: string): Promise<boolean> =>
    listing.some(({ name }) => name === markerName(source.marker ?? "", nameOf(path)));
  const again = async (): Promise<Seen[]> =>
    seenOf(folder, ((await list(client, folder, source)) ?? []).filter(isWanted));
  const seen = seenOf(folder, listing.filter(isWanted));
  const { settled, unsettled } = await settledFiles(seen, source, { ...fetching, hasMarker }, again);
  return {
    files: [],
    byte_count: 0,
    offers: settled.map((file) => offerOf(errand, line, file)),
    absent: unsettled.map(({ path }) => `${source.host}:${path} is still being written`),
  };
}

async function connect({ source, fetching }: Errand<SftpSource>): Promise<SftpClient> {
  const { default: Client } = await import("ssh2-sftp-client");
  // Left to itself it writes to the console; whatever matters fails the call that waits for it.
  const silent = { error: () => {}, end: () => {}, close: () => {} };
  const client = new Client(source.name, silent);
  let shownKey: string | null = null;
  const secret = (name: "password" | "private_key" | "passphrase"): string | null =>
    source[name] === null ? null : filled(source[name], source, fetching);
  const [password, privateKey, passphrase] = [secret("password"), secret("private_key"), secret("passphrase")];
  try {
    await client.connect({
      host: source.host,
      port: source.port,
      username: source.user,
      readyTimeout: source.timeout_ms,
      hostVerifier: (key: Buffer) => {
        shownKey = fingerprintOf(key);
        return sameKey(shownKey, source.host_key);
      },
      ...(password === null ? {} : { password }),
      ...(privateKey === null ? {} : { privateKey }),
      ...(passphrase === null ? {} : { passphrase }),
    });
    return client;
  } catch (error) {
    await client.end().catch(() => false);
    if (shownKey !== null && !sameKey(shownKey, source.host_key)) throw strangeKey(source, shownKey);
    throw explained(error, `${source.host}:${source.port}`, source);
  }
}

async function list(client: SftpClient, folder: string, source: SftpSource): Promise<SftpClient.FileInfo[] | null> {
  try {
    return (await patiently(client.list(folder), source.timeout_ms, `${source.host}:${folder}`)).filter(
      ({ type }) => type === "-",
    );
  } catch (error) {
    if (/no such file/i.test(messageOf(error))) return null;
    throw explained(error, `${source.host}:${folder}`, source);
  }
}

function seenOf(folder: string, files: readonly SftpClient.FileInfo[]): Seen[] {
  return files
    .map(({ name, size, modifyTime }) => ({ path: join(folder, name), byte_count: size, changed_at_ms: modifyTime }))
    .toSorted((a, b) => Buffer.compare(Buffer.from(a.path), Buffer.from(b.path)));
}

function offerOf(errand: Errand<SftpSource>, line: Line, file: Seen): Offer {
  const { source, day } = errand;
  const shown = `${source.host}:${file.path}`;
  const mark = `${file.byte_count}-${file.changed_at_ms}`;
  const name = datedNameIn(source.path, nameOf(file.path), day);
  return {
    place: file.path,
    name,
    fetch: async (part, held) => {
      if (held === mark) return { status: "unchanged" };
      if (file.byte_count > source.largest_bytes) throw tooLarge(shown, source.largest_bytes);
      const tick = byteTick(errand, name);
      const received = await over(errand, line, (client) => download(client, file.path, part, source, tick));
      if (received !== file.byte_count)
        throw new PassingError(
          "source-changing",
          `${shown} has ${received} bytes and was said to have ${file.byte_count}. Expected it at rest.`,
        );
      return { status: "taken", mark };
    },
  };
}

/** @returns how many bytes came */
async function download(
  client: SftpClient,
  path: string,
  part: string,
  source: SftpSource,
  tick: (bytes: number) => void,
): Promise<number> {
  let count = 0;
  const through = new PassThrough();
  const silent = setTimeout(
    () => through.destroy(new Error(`nothing came for ${source.timeout_ms / 1000} s`)),
    source.timeout_ms,
  );
  through.on("data", (chunk: Buffer) => {
    count += chunk.length;
    silent.refresh();
    tick(count);
  });
  try {
    const saved = pipeline(through, createWriteStream(part));
    await Promise.all([client.get(path, through), saved]);
    return count;
  } catch (error) {
    throw explained(error, `${source.host}:${path}`, source);
  } finally {
    clearTimeout(silent);
  }
}

/** The fingerprint of a host key as `ssh-keygen -lf` prints it. */
export function fingerprintOf(key: Buffer): string {
  return `SHA256:${createHash("sha256").update(key).digest("base64").replace(/=+$/, "")}`;
}

function sameKey(shown: string, known: string | null): boolean {
  return known !== null && shown === known.replace(/=+$/, "");
}

function strangeKey({ name, host, host_key }: SftpSource, shown: string): NightdeskError {
  const why = host_key === null ? "nobody has said that this is the right one" : `it should be ${host_key}`;
  return new NightdeskError(
    "sftp-host-key",
    `${host} shows the host key ${shown}, and ${why}. Expected the key of the server that delivers; somebody else's would get the password. Ask who runs the server for its fingerprint, and set "host_key" of the source ${name} to it.`,
  );
}

function explained(error: unknown, shown: string, { name, user }: SftpSource): NightdeskError {
  if (error instanceof NightdeskError) return error;
  const reason = messageOf(error);
  if (/authentication methods failed|permission denied|cannot parse privatekey/i.test(reason)) {
    return new NightdeskError(
      "source-refused",
      `${shown} refuses the user ${user} of the source ${name}: ${reason}. Expected the right to sign in and read. Correct "user", "password" or "private_key", or the rights there.`,
    );
  }
  return new PassingError(
    "source-unreachable",
    `${shown} cannot be reached, or broke off: ${reason}. Expected an answer.`,
    { cause: error },
  );
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}
