import { basename } from "node:path";
import type { Config } from "../base/config";
import { type Mask, maskOf } from "../base/mask";
import { openContexts } from "./contexts";
import { CONTEXT_COLUMNS, type LoadedEvent } from "./event";
import { unreadable } from "./files";
import { latestMsOf } from "./first-read";
import type { Sink } from "./formats/lines";
import { type Mapping, readMapping } from "./formats/mapped/mapping";
import { mappedReader } from "./formats/mapped/reader";
import { readBlocks } from "./lines";
import { longPiece } from "./pieces";
import { type Dump, openDump, TOO_LONG } from "./read";

/** A line that would be rejected; its text masked as configured. */
export interface RejectedLine {
  line: number;
  reason: string;
  message: string;
  text: string;
}

/** What would become of a file under a mapping; nothing is loaded. */
export interface Preview {
  file: string;
  mapping: { file: string; sha256: string; zone: string };
  /** Lines, not counting blank ones and the header. */
  read: number;
  passed_over: number;
  rejected: number;
  event_count: number;
  /** The first events, under the field names of the events format; numbers and names masked as configured. */
  events: Record<string, string | number>[];
  names: { type: "contact" | "agent"; name: string; count: number }[];
  reasons: { reason: string; count: number }[];
  rejected_lines: RejectedLine[];
}

/** Longer beginnings of rejected lines help nobody to find the fault. */
const LONGEST_TEXT = 200;

/**
 * Reads a whole file under a mapping and keeps its first events and rejected lines.
 *
 * @param sample how many of each
 * @param nowMs  the instant of reading, by which instants of the future are told
 * @throws NightdeskError as loading the file would
 */
export async function previewFile(
  config: Config,
  file: string,
  mappingFile: string,
  sample: number,
  nowMs: number,
): Promise<Preview> {
  const mapping = readMapping(mappingFile, config.zone);
  const dump = await opened(file, { ...config, mappings: [{ files: "*", mapping: mappingFile }] });
  try {
    return await previewOf(dump, mapping, maskOf(config.masking), sample, nowMs);
  } finally {
    dump.content.close();
  }
}

async function opened(file: string, config: Config): Promise<Dump> {
  try {
    return await openDump({ path: file, error: null }, config);
  } catch (error) {
    throw (error as { syscall?: string }).syscall === undefined ? error : unreadable(file, error);
  }
}

async function previewOf(dump: Dump, mapping: Mapping, mask: Mask, sample: number, nowMs: number): Promise<Preview> {
  const preview = emptyPreview(dump.path, mapping);
  const names = new Map<string, Preview["names"][number]>();
  const reasons = new Map<string, number>();
  const sink: Sink = {
    read: () => void (preview.read += 1),
    event: (event) => {
      preview.event_count += 1;
      const name = names.get(`${event.kind} ${event.spelling}`) ?? { type: event.kind, name: event.spelling, count: 0 };
      name.count += 1;
      names.set(`${event.kind} ${event.spelling}`, name);
      if (preview.events.length < sample) preview.events.push(fieldsOf(event, mask));
    },
    reject: (line, { reason, message }, bytes) => {
      preview.rejected += 1;
      reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
      if (preview.rejected_lines.length >= sample) return;
      const text = mask.text(longPiece(bytes()).head.toString("utf8")).slice(0, LONGEST_TEXT);
      preview.rejected_lines.push({ line, reason, message: mask.text(message), text });
    },
  };
  const place = { path: dump.path, passOver: () => void (preview.passed_over += 1) };
  const scope = { type: null, latestMs: latestMsOf(nowMs), contexts: openContexts() };
  if (dump.format === "mapped") await feed(dump, mappedReader(mapping, place, scope, sink), sink);
  preview.names = [...names.values()];
  preview.reasons = Array.from(reasons, ([reason, count]) => ({ reason, count }));
  return preview;
}

async function feed(dump: Dump, reader: ReturnType<typeof mappedReader>, sink: Sink): Promise<void> {
  let line = 1;
  for await (const { bytes, long } of readBlocks(dump.chunks)) {
    if (long === null) line = reader.block(bytes, line);
    else {
      reader.interrupt();
      sink.read();
      sink.reject(line, TOO_LONG, () => long.head);
      line += 1;
    }
  }
  reader.interrupt();
}

function emptyPreview(path: string, { file, sha256, times }: Mapping): Preview {
  return {
    file: basename(path),
    mapping: { file: basename(file), sha256, zone: times.zone },
    read: 0,
    passed_over: 0,
    rejected: 0,
    event_count: 0,
    events: [],
    names: [],
    reasons: [],
    rejected_lines: [],
  };
}

/** An event under the names of its fields, what is unknown left out. */
function fieldsOf(event: LoadedEvent, mask: Mask): Preview["events"][number] {
  const { kind, owner, at_ms, ended_at_ms, spelling, own_1, own_2, sequence, attributes, line } = event;
  const isContact = kind === "contact";
  const context = CONTEXT_COLUMNS.map((column, index) => {
    const value = event.context.values[index] ?? null;
    return [
      camelCase(column),
      column.endsWith("_name") && column.startsWith("agent") ? mask.name(value) : value,
    ] as const;
  });
  const fields: (readonly [string, string | number | null])[] = [
    ["line", line],
    ["type", kind],
    ["at", at_ms],
    [isContact ? "event" : "state", spelling],
    [isContact ? "contactId" : "agentId", owner],
    ["endedAt", ended_at_ms],
    ...context.filter(([name]) => isContact || name !== "agentId"),
    ...(isContact
      ? [["origin", mask.number(own_1)] as const, ["destination", mask.number(own_2)] as const]
      : [["contactId", own_1] as const]),
    ["sequence", sequence],
    ["attributes", attributes === null ? null : mask.text(attributes)],
  ];
  return Object.fromEntries(fields.filter((field): field is [string, string | number] => field[1] !== null));
}

function camelCase(column: string): string {
  return column.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
