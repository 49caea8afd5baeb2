import { wordsOf } from "../i18n/words";

const ENGLISH = wordsOf("en");

/** Figures in English, for what is shown without a reader's language; pages and CSV files ask their `words`. */
export const { count: formatCount, duration: formatDuration, share: formatShare, threshold: formatThreshold } = ENGLISH;

/** A count with its noun in English: `1 contact`, `2 contacts`. */
export function formatMany(count: number, one: string, many = `${one}s`): string {
  return ENGLISH.many(count, `{count} ${one}`, `{count} ${many}`);
}

/** A share; null where there is nothing to divide by. */
export function shareOf(part: number, whole: number): number | null {
  return whole > 0 ? part / whole : null;
}
