import { wordsOf } from "../i18n/words";

/** Figures in English, for the terminal; pages and CSV files ask the `words` of their reader. */
export const { count: formatCount, duration: formatDuration, share: formatShare } = wordsOf("en");

/** A share; null where there is nothing to divide by. */
export function shareOf(part: number, whole: number): number | null {
  return whole > 0 ? part / whole : null;
}
