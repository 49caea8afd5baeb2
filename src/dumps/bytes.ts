import { createHash } from "node:crypto";
import { createReadStream, type ReadStream } from "node:fs";
import { open } from "node:fs/promises";
import type { Duplex } from "node:stream";
import zlib from "node:zlib";
import { messageOf, NightdeskError } from "../base/errors";
import { unreadable } from "./files";

export const CHUNK_BYTES = 512 * 1024;

/** The content of a file, unpacked, as a stream that can be asked how far it has come. */
export interface Content {
  chunks: AsyncIterable<Buffer>;
  /** Bytes of the file read so far, packed as they are. */
  readBytes: () => number;
  close(): void;
}

/** Size and hash of a file's bytes as delivered. @throws NightdeskError `dump-unreadable` */
export async function fingerprint(path: string): Promise<{ sha256: string; byte_count: number }> {
  const hash = createHash("sha256");
  let count = 0;
  try {
    const file = await open(path, "r");
    try {
      let [read, next] = [Buffer.alloc(CHUNK_BYTES), Buffer.alloc(CHUNK_BYTES)];
      let { bytesRead } = await file.read(read);
      while (bytesRead > 0) {
        // The disk reads on while this part is hashed.
        const reading = file.read(next);
        hash.update(read.subarray(0, bytesRead));
        count += bytesRead;
        [read, next] = [next, read];
        ({ bytesRead } = await reading);
      }
    } finally {
      await file.close();
    }
  } catch (error) {
    throw unreadable(path, error);
  }
  return { sha256: hash.digest("hex"), byte_count: count };
}

/**
 * Opens a file and unpacks it, as its first bytes say and not its name.
 *
 * @throws NightdeskError `dump-zst` where this Node cannot unpack it, `dump-unreadable` where the file cannot be read; from
 *         the stream also `dump-cut` and `dump-packed`
 */
export async function openContent(path: string): Promise<Content> {
  const unpack = unpackerOf(await firstBytes(path).catch((error) => Promise.reject(unreadable(path, error))), path);
  const file = createReadStream(path, { highWaterMark: CHUNK_BYTES });
  const stream = unpack === null ? file : file.pipe(unpack);
  if (unpack !== null) file.on("error", (error) => unpack.destroy(error));
  const close = (): void => {
    file.destroy();
    unpack?.destroy();
  };
  return { chunks: explained(stream, file, path), readBytes: () => file.bytesRead, close };
}

async function firstBytes(path: string): Promise<Buffer> {
  const handle = await open(path, "r");
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(4), 0, 4, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

function unpackerOf(magic: Buffer, path: string): Duplex | null {
  const signature = magic.toString("hex");
  if (signature.startsWith("1f8b")) return zlib.createGunzip({ chunkSize: CHUNK_BYTES });
  if (signature !== "28b52ffd") return null;
  const create = (zlib as { createZstdDecompress?: (options: object) => Duplex }).createZstdDecompress;
  if (create !== undefined) return create({ chunkSize: CHUNK_BYTES });
  throw new NightdeskError(
    "dump-zst",
    `${path} is packed with Zstandard, which Node ${process.versions.node} cannot unpack. Expected Node 22.15 or later, gzip, or a plain file. Unpack it first: zstd -d FILE.`,
  );
}

async function* explained(stream: Duplex | ReadStream, file: ReadStream, path: string): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) yield chunk;
  } catch (error) {
    throw explanation(error, file.bytesRead, path);
  }
}

function explanation(error: unknown, place: number, path: string): NightdeskError {
  const code = (error as { code?: string }).code ?? "";
  if (!/^(Z_|ZSTD_)/.test(code)) return unreadable(path, error);
  const isCut = code === "Z_BUF_ERROR" || /unexpected end|incomplete|truncated/i.test(messageOf(error));
  return isCut ? cutFile(path, place) : damagedFile(path, place, error);
}

function cutFile(path: string, place: number): NightdeskError {
  return new NightdeskError(
    "dump-cut",
    `${path} is cut off: the packed data stops at byte ${place} without its end. Nothing of it was loaded. Expected a whole archive (gzip -t FILE says so). Fetch the file again and load it again.`,
    { canRetry: true },
  );
}

function damagedFile(path: string, place: number, error: unknown): NightdeskError {
  return new NightdeskError(
    "dump-packed",
    `${path} cannot be unpacked: ${messageOf(error)} at or before byte ${place}. Nothing of it was loaded. Expected gzip or Zstandard without damage. Fetch the file again and load it again.`,
    { canRetry: true, cause: error },
  );
}
