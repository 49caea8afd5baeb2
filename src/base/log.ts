import { fitColumns, printable } from "./text";

/** Where the program tells a person what it does: always standard error, so that standard output stays data. */
export interface Log {
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
  /** A line that replaces the one before it on a terminal, and nothing at all elsewhere; empty text clears it. */
  progress(message: string): void;
  /** A log whose lines carry these fields too; only a log that is made for machines has it. */
  bound?: (fields: Record<string, string | null>) => Log;
}

/**
 * @param stream standard error, or what stands for it
 * @param mask   what may be shown of a message; all of it unless said otherwise
 */
export function openLog(
  stream: NodeJS.WritableStream & { isTTY?: boolean; columns?: number },
  mask: (text: string) => string = (text) => text,
): Log {
  const isTerminal = stream.isTTY ?? false;
  const clear = isTerminal ? "\r\u001b[2K" : "";
  const line = (message: string): void => void stream.write(`${clear}${printable(mask(message))}\n`);
  return {
    info: line,
    warn: (message) => line(`warning: ${message}`),
    error: (message) => line(`error: ${message}`),
    progress: (message) =>
      void (isTerminal && stream.write(`${clear}${fitColumns(printable(mask(message)), (stream.columns ?? 80) - 1)}`)),
  };
}

/** A log that says nothing, for tests and libraries. */
export const silentLog: Log = { info: () => {}, warn: () => {}, error: () => {}, progress: () => {} };
