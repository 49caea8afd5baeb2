import type { ConditionSettings, WhenSettings } from "./schema";
import { cellText, checkedTemplate, fill, isFault, type Row } from "./template";

/** Whether something holds for a row. */
export type Condition = (row: Row) => boolean;

/** All conditions of one object, or those of any of several; nothing said holds always. */
export function conditionOf(when: WhenSettings | undefined): Condition {
  if (when === undefined) return () => true;
  const alternatives = [when].flat().map((conditions) =>
    Object.entries(conditions).map(([column, settings]) => {
      const test = testOf(settings);
      return (row: Row): boolean => test(textIn(row, column), row);
    }),
  );
  return (row) => alternatives.some((all) => all.every((holds) => holds(row)));
}

/** The columns a condition reads: those it names, and those of the texts it compares with. */
export function columnsOfWhen(when: WhenSettings | undefined): string[] {
  return [when ?? []].flat().flatMap((conditions) =>
    Object.entries(conditions).flatMap(([column, settings]) => {
      const texts = typeof settings === "object" && !Array.isArray(settings) ? settings.not : settings;
      const compared = [texts ?? []].flat().filter((text) => typeof text === "string");
      return [column, ...compared.flatMap((text) => checkedTemplate(text).columns)];
    }),
  );
}

/** A value that is no text, a list or an object, is filled and equals nothing. */
function textIn(row: Row, column: string): string | null {
  const text = cellText(row, column);
  if (isFault(text)) return Array.isArray(row(column)) && (row(column) as unknown[]).length === 0 ? null : OBJECT;
  return text;
}

const OBJECT = "\u0000";

type Test = (text: string | null, row: Row) => boolean;

function testOf(settings: ConditionSettings): Test {
  if (typeof settings === "boolean") return (text) => (text !== null) === settings;
  if (typeof settings === "string" || Array.isArray(settings)) return equalsAny(settings);
  const { not, above, below, matches } = settings;
  const isRefused = not === undefined ? null : equalsAny(not);
  const regex = matches === undefined ? null : new RegExp(matches, "u");
  return (text, row) =>
    (isRefused === null || !isRefused(text, row)) &&
    (above === undefined || numberIn(text) > above) &&
    (below === undefined || numberIn(text) < below) &&
    (regex === null || (text !== null && regex.test(text)));
}

function equalsAny(settings: string | string[]): Test {
  const templates = [settings].flat().map(checkedTemplate);
  return (text, row) => text !== null && templates.some((template) => fill(template, row) === text);
}

/** NaN, which is neither above nor below anything, where there is no number. */
function numberIn(text: string | null): number {
  return text === null ? Number.NaN : Number(text.replace(",", "."));
}
