import { createHash } from "node:crypto";
import type { Mask } from "../base/mask";
import type { Fault } from "./fields";
import { HEAD_BYTES, type LongLine } from "./lines";
import { addRejected, type Store } from "./store";

/** Keeps what cannot be loaded: where it stood, why, its size and hash, and its beginning, masked as configured. */
export function rejectLine(store: Store, mask: Mask, line: number, fault: Fault, bytes: Buffer): boolean {
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  return rejectLong(store, mask, line, fault, {
    byte_count: bytes.length,
    sha256,
    head: bytes.subarray(0, HEAD_BYTES),
  });
}

/** The same for a line of which only this is left. */
export function rejectLong(store: Store, mask: Mask, line: number, fault: Fault, long: LongLine): boolean {
  const text = mask.text(headText(long.head)).replaceAll("\u0000", "\uFFFD");
  return addRejected(
    store,
    [line, fault.reason, mask.text(fault.message), long.byte_count, long.sha256, text],
    text.length,
  );
}

/** Text of the first bytes of a line; a character cut in two at their end is left out. */
function headText(head: Buffer): string {
  return new TextDecoder("utf-8").decode(head, { stream: true });
}
