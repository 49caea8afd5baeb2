import { basename } from "node:path";
import type { Config } from "../base/config";
import { maskOf, type Mask } from "../base/mask";
import { type Content, openContent } from "./bytes";
import type { LoadedEvent } from "./event";
import type { Fault } from "./fields";
import { namedType } from "./files";
import { type Format, formatOf } from "./format";
import { ndjsonReader } from "./formats/ndjson";
import { readLines } from "./lines";
import type { Progress } from "./progress";
import { rejectLine } from "./reject";
import { addEvent, sendBatch, type Store } from "./store";

/** A file whose format is known and whose content waits to be read. */
export interface Dump {
  path: string;
  name: string;
  format: Format;
  content: Content;
  chunks: AsyncIterable<Buffer>;
}

export interface Reading {
  config: Config;
  latestMs: number;
  progress: Progress;
}

const HEAD_BYTES = 64 * 1024;

/** Opens a dump and tells its format from its first bytes. */
export async function openDump(path: string): Promise<Dump> {
  const content = await openContent(path);
  try {
    const name = basename(path);
    const { head, chunks } = await peek(content.chunks);
    return { path, name, format: formatOf(head.toString("utf8"), name), content, chunks };
  } catch (error) {
    content.close();
    throw error;
  }
}

async function peek(source: AsyncIterable<Buffer>): Promise<{ head: Buffer; chunks: AsyncIterable<Buffer> }> {
  const iterator = source[Symbol.asyncIterator]();
  const first: Buffer[] = [];
  let length = 0;
  while (length < HEAD_BYTES) {
    const next = await iterator.next();
    if (next.done === true) break;
    first.push(next.value);
    length += next.value.length;
  }
  const start = withoutMark(Buffer.concat(first));
  async function* all(): AsyncGenerator<Buffer> {
    yield start;
    for (let next = await iterator.next(); next.done !== true; next = await iterator.next()) yield next.value;
  }
  return { head: start.subarray(0, HEAD_BYTES), chunks: all() };
}

/** Without the mark some programs put before UTF-8. */
function withoutMark(bytes: Buffer): Buffer {
  return bytes.subarray(0, 3).equals(Buffer.from([0xef, 0xbb, 0xbf])) ? bytes.subarray(3) : bytes;
}

export async function readDump(dump: Dump, store: Store, reading: Reading): Promise<void> {
  const mask = maskOf(reading.config.masking);
  const scope = { type: namedType(dump.name), latestMs: reading.latestMs };
  const read = ndjsonReader(scope);
  for await (const block of readLines(dump.chunks)) {
    let isFull = false;
    for (let index = 0; index < block.texts.length; index++) {
      const text = block.texts[index] as string;
      if (text.trim() === "") continue;
      store.counts.read += 1;
      const line = block.first + index;
      const result: LoadedEvent | Fault = read(text, line);
      if ("reason" in result) isFull = rejectLine(store, mask as Mask, line, result, block.bytes(index)) || isFull;
      else isFull = addEvent(store, result) || isFull;
    }
    if (isFull) await sendBatch(store);
    reading.progress.tick(store.counts.read);
  }
}
