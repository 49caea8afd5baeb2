/** What a page says where there is nothing to divide by, or nothing was measured. */
export const NO_DATA = "no data";

/** `12,345`. */
export function formatCount(count: number | null): string {
  return count === null ? NO_DATA : String(count).replace(/\B(?=(\d{3})+$)/g, ",");
}

/** A duration in ms as `h:mm:ss`, rounded to the second; hours go on past 24. */
export function formatDuration(ms: number | null): string {
  if (ms === null) return NO_DATA;
  const seconds = Math.round(Math.abs(ms) / 1000);
  const two = (part: number): string => String(part).padStart(2, "0");
  const text = `${Math.floor(seconds / 3600)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  return ms < 0 && seconds > 0 ? `-${text}` : text;
}

/** A duration in ms to the last millisecond: `h:mm:ss.mmm`. */
export function formatDurationMs(ms: number | null): string {
  if (ms === null) return NO_DATA;
  const whole = Math.floor(Math.abs(ms) / 1000) * 1000;
  const text = `${formatDuration(whole)}.${String(Math.abs(ms) - whole).padStart(3, "0")}`;
  return ms < 0 ? `-${text}` : text;
}

/**
 * A share 0…1 as a percentage with one decimal. What is not all and not nothing never reads `100.0 %` or `0.0 %`: a
 * single refused transition among a million must show.
 */
export function formatShare(share: number | null): string {
  if (share === null) return NO_DATA;
  const tenths = Math.round(share * 1000);
  if (tenths >= 1000 && share < 1) return "> 99.9 %";
  if (tenths <= 0 && share > 0) return "< 0.1 %";
  return `${(tenths / 10).toFixed(1)} %`;
}

/** A share; null where there is nothing to divide by. */
export function shareOf(part: number, whole: number): number | null {
  return whole > 0 ? part / whole : null;
}

/** A count with its noun: `1 contact`, `2 contacts`. */
export function formatMany(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}

/** A threshold as people say it: `20 s`, `1.5 s`. */
export function formatThreshold(ms: number): string {
  return `${ms / 1000} s`;
}
