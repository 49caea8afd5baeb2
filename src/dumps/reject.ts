import type { Mask } from "../base/mask";
import { scrubbed } from "./erased";
import type { Fault } from "./fields";
import { type LongPiece, longPiece } from "./pieces";
import { addRejected, type Store } from "./store";

/** Keeps what cannot be loaded: where it stood, why, its size and hash, and its beginning, masked as configured. */
export function rejectLine(store: Store, mask: Mask, line: number, fault: Fault, bytes: Buffer): boolean {
  return rejectLong(store, mask, line, fault, longPiece(bytes));
}

/** The same for a line of which only this is left. */
export function rejectLong(store: Store, mask: Mask, line: number, fault: Fault, long: LongPiece): boolean {
  const { erased } = store;
  const hide = (text: string): string => mask.text(erased === null ? text : scrubbed(erased, text));
  const text = hide(headText(long.head)).replaceAll("\u0000", "\uFFFD");
  return addRejected(store, [line, fault.reason, hide(fault.message), long.byte_count, long.sha256, text], text.length);
}

/** Text of the first bytes of a line; a character cut in two at their end is left out. */
function headText(head: Buffer): string {
  return new TextDecoder("utf-8").decode(head, { stream: true });
}
