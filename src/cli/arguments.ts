import { InvalidArgumentError, Option } from "commander";
import { isDay } from "../base/days";
import { LANGUAGES } from "../base/language";

/** Tells whether a command did what it was asked for; a thrown error says more. */
export type Done = (isDone: boolean) => void;

/** A local day. */
export function day(text: string): string {
  if (!isDay(text)) throw new InvalidArgumentError("Expected a day as YYYY-MM-DD.");
  return text;
}

/** A whole number of nine digits at most. */
export function count(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError("Expected a whole number.");
  return Number(text);
}

/** Names parted by commas, each of them known. */
export function listOf(known: readonly string[]): (text: string) => string[] {
  return (text) => {
    const names = text
      .split(",")
      .map((name) => name.trim())
      .filter(Boolean);
    const unknown = names.filter((name) => !known.includes(name));
    if (unknown.length > 0) throw new InvalidArgumentError(`"${unknown.join(", ")}" is none of ${known.join(", ")}.`);
    return names;
  };
}

/** Options that several commands have; each call makes its own. */
export const from = (): Option => new Option("--from <day>", "first local day, YYYY-MM-DD").argParser(day);
export const to = (): Option => new Option("--to <day>", "last local day, YYYY-MM-DD").argParser(day);
export const out = (): Option =>
  new Option("--out <folder>", "folder for the reports (default: $NIGHTDESK_DATA/reports)");
export const single = (): Option =>
  new Option("--day <day>", "one local day, YYYY-MM-DD").argParser(day).conflicts(["from", "to"]);
export const language = (): Option =>
  new Option("--language <language>", "of pages and CSV heads (default: the configuration's language)").choices(
    LANGUAGES,
  );
export const view = (): Option =>
  new Option("--view <view>", "agent-states: one clock per person, or each channel")
    .choices(["person", "channel"])
    .default("person");
