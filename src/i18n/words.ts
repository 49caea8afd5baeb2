import type { Language } from "../base/language";
import { countText, dayText, durationText, shareText, shortDayText, thresholdText, weekdayText } from "./figures";
import { koreanRules, koreanTexts, type RuleWords } from "./korean";

/** What stands at the `{names}` of a text; numbers are counts. */
export type Values = Readonly<Record<string, string | number>>;

/** How a reader is told things: words, numbers and dates of one language. Null, nothing to divide by, reads *no data*. */
export interface Words {
  language: Language;
  /** A text of the program, which is English, in the reader's language: `t("of {count} contacts", { count: 1_200 })`. */
  t: (text: string, values?: Values) => string;
  /** A text with a `{count}`, in the singular where it is one; Korean knows only the second. */
  many: (count: number, one: string, several: string, values?: Values) => string;
  /** `12,345`. */
  count: (count: number | null) => string;
  /** ms as `h:mm:ss`. */
  duration: (ms: number | null) => string;
  /** 0…1 as `82.7 %`, `82.7%`; see `shareText`. */
  share: (share: number | null) => string;
  /** ms as `20 s`, `20초`. */
  threshold: (ms: number) => string;
  /** A local day `YYYY-MM-DD` for reading. */
  day: (day: string) => string;
  /** `2 Mar`, `3월 2일`. */
  shortDay: (day: string) => string;
  /** `Mon`, `월`. */
  weekday: (day: string) => string;
  /** First and last local day for reading, one where they are the same. */
  period: (from: string, to: string) => string;
  /** What an event, a state, a reason is called and means; null where the reference's own words are the right ones. */
  rule: (kind: string, name: string) => RuleWords | null;
  /** What an event, a state, a reason is called; its own name where nobody knows it. */
  name: (kind: string, name: string) => string;
}

/**
 * The words of a language. A text that nobody has translated is told in English.
 *
 * @param untranslated hears of each such text
 */
export function wordsOf(language: Language, untranslated: (text: string) => void = () => undefined): Words {
  const t: Words["t"] = (text, values = {}) => filled(translated(language, text, untranslated), values);
  const orNoData = (value: number | null, told: (value: number) => string): string =>
    value === null ? t("no data") : told(value);
  const rule: Words["rule"] = (kind, name) =>
    language === "en" ? null : (koreanRules().get(`${kind}\t${name}`) ?? null);
  return {
    language,
    t,
    many: (count, one, several, values = {}) =>
      t(count === 1 && language === "en" ? one : several, { ...values, count }),
    count: (count) => orNoData(count, countText),
    duration: (ms) => orNoData(ms, durationText),
    share: (share) => orNoData(share, (value) => shareText(language, value)),
    threshold: (ms) => thresholdText(language, ms),
    day: (day) => dayText(language, day),
    shortDay: (day) => shortDayText(language, day),
    weekday: (day) => weekdayText(language, day),
    period: (from, to) =>
      from === to
        ? dayText(language, from)
        : { en: `${from} to ${to}`, ko: `${dayText("ko", from)} ~ ${dayText("ko", to)}` }[language],
    rule,
    name: (kind, name) => rule(kind, name)?.name ?? name,
  };
}

function translated(language: Language, text: string, untranslated: (text: string) => void): string {
  if (language === "en" || text === "") return text;
  const found = koreanTexts().get(text);
  if (found === undefined) untranslated(text);
  return found ?? text;
}

/** A name without a value stays as it is, braces and all: what is forgotten shall be seen. */
function filled(text: string, values: Values): string {
  return text.replace(/\{(\w+)\}/g, (place, name: string) => {
    const value = values[name];
    if (value === undefined) return place;
    return typeof value === "number" ? countText(value) : value;
  });
}
