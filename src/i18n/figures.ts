import type { Language } from "../base/language";

/** `12,345`, in both languages. */
export function countText(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ",");
}

/** A duration in ms as `h:mm:ss`, rounded to the second; hours go on past 24. The same in both languages. */
export function durationText(ms: number): string {
  const seconds = Math.round(Math.abs(ms) / 1000);
  const two = (part: number): string => String(part).padStart(2, "0");
  const text = `${Math.floor(seconds / 3600)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  return ms < 0 && seconds > 0 ? `-${text}` : text;
}

/** A duration in ms to the last millisecond: `h:mm:ss.mmm`. */
export function exactDurationText(ms: number): string {
  const whole = Math.floor(Math.abs(ms) / 1000) * 1000;
  const text = `${durationText(whole)}.${String(Math.abs(ms) - whole).padStart(3, "0")}`;
  return ms < 0 ? `-${text}` : text;
}

/**
 * A share 0…1 as a percentage with one decimal. What is not all and not nothing never reads `100.0 %` or `0.0 %`: a
 * single refused transition among a million must show.
 */
export function shareText(language: Language, share: number): string {
  const tenths = Math.round(share * 1000);
  if (tenths >= 1000 && share < 1) return { en: "> 99.9 %", ko: "99.9% 초과" }[language];
  if (tenths <= 0 && share > 0) return { en: "< 0.1 %", ko: "0.1% 미만" }[language];
  const text = (tenths / 10).toFixed(1);
  return { en: `${text} %`, ko: `${text}%` }[language];
}

/** A threshold in ms as people say it: `20 s`, `1.5 s`; `20초`. */
export function thresholdText(language: Language, ms: number): string {
  return { en: `${ms / 1000} s`, ko: `${ms / 1000}초` }[language];
}

const WEEKDAYS = {
  en: ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"],
  ko: ["일", "월", "화", "수", "목", "금", "토"],
} as const;
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"] as const;

/** The short name of a day's weekday: `Mon`, `월`. */
export function weekdayText(language: Language, day: string): string {
  return WEEKDAYS[language][new Date(`${day}T00:00:00Z`).getUTCDay()] ?? "";
}

/** A day for reading: `2026-03-02`, `2026년 3월 2일 (월)`. */
export function dayText(language: Language, day: string): string {
  if (language === "en") return day;
  const [year, month, date] = day.split("-").map(Number);
  return `${year}년 ${month}월 ${date}일 (${weekdayText(language, day)})`;
}

/** A day where there is little room: `2 Mar`, `3월 2일`. */
export function shortDayText(language: Language, day: string): string {
  const [, month = 1, date = 1] = day.split("-").map(Number);
  return language === "en" ? `${date} ${MONTHS[month - 1] ?? ""}` : `${month}월 ${date}일`;
}
