import type { Log } from "../base/log";

/** The line that says how far a long load has come. */
export interface Progress {
  /** @param rows rows read so far */
  tick(rows: number): void;
  close(): void;
}

const EVERY_MS = 250;

/** @param readBytes how much of the file has been read */
export function openProgress(log: Log, name: string, byteCount: number, readBytes: () => number): Progress {
  const startedAt = performance.now();
  let toldAt = startedAt;
  return {
    tick: (rows) => {
      const now = performance.now();
      if (now - toldAt < EVERY_MS) return;
      toldAt = now;
      log.progress(progressLine(name, rows, now - startedAt, readBytes() / Math.max(byteCount, 1)));
    },
    close: () => log.progress(""),
  };
}

/** @param share how much of the file has been read, 0…1 */
export function progressLine(name: string, rows: number, elapsedMs: number, share: number): string {
  const perSecond = Math.round((rows * 1000) / Math.max(elapsedMs, 1));
  const left = share > 0 ? Math.round((elapsedMs * (1 - share)) / share / 1000) : null;
  const count = (value: number): string => value.toLocaleString("en-US");
  return `${name}: ${count(rows)} rows, ${count(perSecond)} rows/s${left === null ? "" : `, ${left} s left`}`;
}
