// The bytes by which JSON is taken apart.
export const TAB = 9;
export const NEWLINE = 10;
export const RETURN = 13;
export const SPACE = 32;
export const QUOTE = 34;
export const COMMA = 44;
export const COLON = 58;
export const OPEN_LIST = 91;
export const BACKSLASH = 92;
export const CLOSE_LIST = 93;
export const OPEN_OBJECT = 123;
export const CLOSE_OBJECT = 125;

/** Whether the bytes read last lie within a string. */
export interface TextState {
  in_string: boolean;
  /** Whether they ended in a backslash of it. */
  is_escaped: boolean;
}

/** Goes on with a string that has begun. @returns the place after its quote, or the end of the chunk */
export function stringEnd(state: TextState, chunk: Buffer, from: number): number {
  let at = state.is_escaped ? from + 1 : from;
  state.in_string = true;
  state.is_escaped = false;
  for (; at < chunk.length; at++) {
    const byte = chunk[at] as number;
    if (byte === BACKSLASH) at += 1;
    else if (byte === QUOTE) {
      state.in_string = false;
      return at + 1;
    }
  }
  state.is_escaped = at > chunk.length;
  return chunk.length;
}

export function isBlank(byte: number): boolean {
  return byte === SPACE || byte === NEWLINE || byte === RETURN || byte === TAB;
}
