import { basename } from "node:path";
import type { Config } from "../base/config";
import { maskOf, type Mask } from "../base/mask";
import type { Gathered } from "./aside";
import { type Content, openContent } from "./bytes";
import type { Fault } from "./fields";
import { type FoundFile, namedType } from "./files";
import { type Format, formatOf, mappedFormat } from "./format";
import { csvReader } from "./formats/csv";
import { decodedChunks, otherEncoding } from "./formats/encoding";
import type { LineReader, StoreSink } from "./formats/lines";
import { type Mapping, mappingFileFor, readMapping } from "./formats/mapped/mapping";
import { mappedReader } from "./formats/mapped/reader";
import { ndjsonReader } from "./formats/ndjson";
import type { RecordScope } from "./formats/records";
import type { PlainTexts } from "./formats/plain";
import { readPage } from "./formats/webex/read";
import { readBlocks } from "./lines";
import type { Progress } from "./progress";
import { rejectLine, rejectLong } from "./reject";
import { addEvent, noteEvent, sendBatch, type Store } from "./store";

/** A file whose format is known and whose content waits to be read. */
export interface Dump {
  path: string;
  name: string;
  /** Hash and size it was delivered with, where these are known already. */
  print: { sha256: string; byte_count: number } | null;
  format: Format;
  /** What turns its lines into events; null where it comes in a format of its own. */
  mapping: Mapping | null;
  content: Content;
  chunks: AsyncIterable<Buffer>;
}

export interface Reading {
  config: Config;
  latestMs: number;
  progress: Progress;
}

const HEAD_BYTES = 64 * 1024;

/** Opens a dump and tells its format from its first bytes, of which it shows none where masking is on. */
export async function openDump({ path, delivered }: FoundFile, config: Config): Promise<Dump> {
  const { masking } = config;
  const name = delivered?.name ?? basename(path);
  const mappingFile = mappingFileFor(config, name);
  const mapping = mappingFile === null ? null : readMapping(mappingFile, config.zone);
  const content = await openContent(path);
  try {
    const encoding = otherEncoding(mapping?.settings.table?.encoding);
    const { head, chunks } = await peek(encoding === null ? content.chunks : decodedChunks(content.chunks, encoding));
    const may_show = masking.numbers === "none" && masking.names === "none";
    const place = { path, name, may_show };
    const format = mapping === null ? formatOf(head, place) : mappedFormat(head, place);
    return { path, name, print: delivered ?? null, format, mapping, content, chunks };
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

/**
 * Reads a dump into the store.
 *
 * @returns how many contacts and channels it delivers incompletely
 */
export async function readDump(dump: Dump, store: Store, reported: Gathered, reading: Reading): Promise<number> {
  const mask = maskOf(reading.config.masking);
  if (dump.format === "webex") {
    const page = { path: dump.path, store, reported, mask, latestMs: reading.latestMs };
    return await readPage(dump.chunks, page, () => reading.progress.tick(store.counts.read));
  }
  await readEvents(dump, store, mask, reading);
  return 0;
}

async function readEvents(dump: Dump, store: Store, mask: Mask, reading: Reading): Promise<void> {
  const { cache: contexts, plain } = store.interners;
  const scope = { type: namedType(dump.name), latestMs: reading.latestMs, contexts };
  let isFull = false;
  const sink: StoreSink = {
    waiting: () => store.pending,
    read: () => void (store.counts.read += 1),
    event: (event) => void (isFull = addEvent(store, event) || isFull),
    taken: (kind, atMs) => void (isFull = noteEvent(store, kind, atMs) || isFull),
    reject: (line, fault, bytes) => void (isFull = rejectLine(store, mask, line, fault, bytes()) || isFull),
  };
  // Somebody was erased: every event is looked at, and none taken from its bytes.
  const reader = lineReader(dump, scope, sink, store.erased === null ? plain : null);
  let line = 1;
  for await (const { bytes, long } of readBlocks(dump.chunks)) {
    if (long === null) line = reader.block(bytes, line);
    else {
      reader.interrupt();
      store.counts.read += 1;
      isFull = rejectLong(store, mask, line, TOO_LONG, long) || isFull;
      line += 1;
    }
    if (isFull) await sendBatch(store);
    isFull = false;
    reading.progress.tick(store.counts.read);
  }
  reader.interrupt();
}

function lineReader(
  { path, format, mapping }: Dump,
  scope: RecordScope,
  sink: StoreSink,
  texts: PlainTexts | null,
): LineReader {
  if (mapping !== null) return mappedReader(mapping, { path }, scope, sink);
  return format === "events-csv" ? csvReader(path, scope, sink) : ndjsonReader(scope, sink, texts);
}

/** Why a line of more than 1 MiB is not read. */
export const TOO_LONG: Fault = {
  reason: "line-too-long",
  message: "The line is longer than 1 MiB. Expected one event a line; a missing line end joins two.",
};
