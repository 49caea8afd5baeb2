import { isUtf8 } from "node:buffer";
import type { LoadedEvent } from "../event";
import { depthFault, type Fault } from "../fields";
import { lineEnd, withoutReturn } from "../lines";
import { UTF_8 } from "./encoding";
import type { LineReader, StoreSink } from "./lines";
import { openPlainReader, type PlainTexts, takePlain } from "./plain";
import { emptyRecord, fillRecord, type RawRecord, readRecord, type RecordScope } from "./records";

/** A reader of lines that hold one JSON object each: what is plain and known is taken as it stands, the rest parsed. @param texts null where every event has to be looked at */
export function ndjsonReader(scope: RecordScope, sink: StoreSink, texts: PlainTexts | null): LineReader {
  const record = emptyRecord();
  const plain = texts === null ? null : openPlainReader(texts);
  const parse = (line: Buffer, number: number, fault: Fault | null): void => {
    const text = line.toString();
    if (isBlank(text)) return;
    sink.read();
    const result = fault ?? eventOf(record, text, number, scope);
    if ("reason" in result) sink.reject(number, result, () => withoutReturn(line));
    else sink.event(result);
  };
  const block = (bytes: Buffer, first: number): number => {
    const isText = isUtf8(bytes);
    const waiting = sink.waiting();
    let number = first;
    for (let start = 0; start <= bytes.length; number++) {
      let end = isText && plain !== null ? takePlain(plain, scope, waiting, bytes, start, number) : -1;
      if (end >= 0 && plain !== null) {
        sink.read();
        sink.taken(plain.parts.kind, plain.parts.at_ms);
      } else {
        const from = start;
        end = lineEnd(bytes, from);
        const line = bytes.subarray(from, end);
        parse(line, number, isText || isUtf8(line) ? null : UTF_8.fault(line));
      }
      start = end + 1;
    }
    return number;
  };
  return { block, interrupt: () => {} };
}

export function isBlank(text: string): boolean {
  return text.charCodeAt(0) !== BRACE && text.trim() === "";
}

const BRACE = 123;

function eventOf(record: RawRecord, text: string, line: number, scope: RecordScope): LoadedEvent | Fault {
  const object = objectIn(text);
  if (isFault(object)) return object;
  fillRecord(record, object.row);
  if (text.includes("\\u")) clean(record);
  try {
    return readRecord(record, line, scope);
  } catch (error) {
    return depthFault(error);
  }
}

/** The object a line holds, or why it holds none. */
export function objectIn(text: string): { row: Record<string, unknown> } | Fault {
  const value = parsed(text);
  if (value === undefined) return notJson(text);
  if (typeof value !== "object" || value === null || Array.isArray(value)) return NOT_AN_OBJECT;
  return { row: value as Record<string, unknown> };
}

function isFault(result: object): result is Fault {
  return "reason" in result;
}

const NOT_AN_OBJECT: Fault = { reason: "not-an-object", message: "The line is JSON, but no object. Expected {…}." };

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function notJson(text: string): Fault {
  try {
    JSON.parse(text);
    return NOT_AN_OBJECT;
  } catch (error) {
    const place = /at position \d+/.exec((error as Error).message)?.[0];
    return {
      reason: "not-json",
      message: `The line is not JSON${place ? ` (${place})` : ""}. Expected one object a line.`,
    };
  }
}

/** Escapes can write what no database stores: the NUL character, and halves of characters. */
function clean(record: RawRecord): void {
  record.slots.forEach((value, slot) => {
    if (typeof value === "string") record.slots[slot] = cleanText(value);
  });
}

/** Text without NUL characters and lone surrogates: each becomes U+FFFD. */
export function cleanText(text: string): string {
  return Buffer.from(text.replaceAll("\u0000", "\uFFFD")).toString();
}
