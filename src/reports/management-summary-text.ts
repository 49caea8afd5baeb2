import { columnsOf, fitColumns } from "../base/text";
import type { ToldBlock, ToldCard, ToldSlot, ToldSummary, ToldTable } from "./management-summary-told";

/** So wide is a line of the text part; wide letters take two columns. */
export const TEXT_COLUMNS = 78;

/** Lines in their blocks, the same ones as the HTML has, with every figure spelt alike. */
export function summaryText(told: ToldSummary, head: readonly string[]): string {
  const notices = told.notices.length === 0 ? [] : [told.notices.flatMap((notice) => wrapped(notice, "! ")).join("\n")];
  const blocks = told.blocks.map((block) => blockText(block).join("\n"));
  return `${[...head.map((line) => wrapped(line).join("\n")), ...notices, ...blocks].join("\n\n")}\n`;
}

function blockText({ title, sentences, items, cards, strips, tables }: ToldBlock): string[] {
  const heading = title.toUpperCase();
  return [
    heading,
    "-".repeat(Math.min(TEXT_COLUMNS, columnsOf(heading))),
    ...sentences.flatMap((sentence) => wrapped(sentence)),
    ...items.flatMap((item) => wrapped(item, "- ")),
    ...cards.flatMap(cardText),
    ...strips.flatMap(stripText),
    ...tables.flatMap((table) => ["", ...tableText(table)]),
  ];
}

function cardText({ label, figure, notes, trend }: ToldCard): string[] {
  const [bars] = trend === null ? [""] : [trend.heights.map(barOf).join("")];
  return [
    "",
    `${padded(label, 34)} ${figure.text}`,
    ...notes.flatMap((note) => wrapped(note, "  ")),
    ...(bars === "" ? [] : [`  ${bars}`]),
  ];
}

const BARS = "▁▂▃▄▅▆▇█";

function barOf(height: number | null): string {
  return height === null ? "·" : (BARS[Math.min(7, Math.floor(height * 7.999))] ?? "█");
}

/** Three columns a half-hour: the hour where it begins, the bar, the letter. */
function stripText(slots: readonly ToldSlot[]): string[] {
  const line = (of: (slot: ToldSlot) => string): string =>
    slots
      .map((slot) => of(slot).padEnd(3))
      .join("")
      .trimEnd();
  return [
    "",
    line(({ clock }) => (clock.endsWith(":00") ? clock.slice(0, 2) : "")),
    line(({ height }) => (height === 0 ? "." : barOf(height))),
    line(({ letter }) => letter),
  ];
}

const GAP = 2;

/** The first column to the left, figures to the right; a row whose words leave no room for its figures takes two lines. */
export function tableText({ caption, heads, rows, note }: ToldTable): string[] {
  const all = [heads.map(({ label }) => label), ...rows.map((row) => row.map(({ text }) => text))];
  const widths = heads.map((_, index) => Math.max(...all.map((row) => columnsOf(row[index] ?? ""))));
  const rest = widths.slice(1).reduce((sum, width) => sum + width + GAP, 0);
  const first = Math.min(widths[0] ?? 0, Math.max(TEXT_COLUMNS - rest, NAME_COLUMNS));
  const isNarrow = first + rest <= TEXT_COLUMNS;
  const told = isNarrow
    ? all.flatMap((row) => alignedRow(row, heads, [first, ...widths.slice(1)]))
    : rows.flatMap((row) =>
        listedRow(
          row.map(({ text }) => text),
          heads,
        ),
      );
  return [...wrapped(caption), ...told, ...(note === "" ? [] : wrapped(note))];
}

const NAME_COLUMNS = 14;

function alignedRow(row: readonly string[], heads: ToldTable["heads"], widths: readonly number[]): string[] {
  const [name = "", ...cells] = row;
  const first = widths[0] ?? 0;
  const figures = cells
    .map((cell, index) => " ".repeat(GAP) + aligned(cell, widths[index + 1] ?? 0, heads[index + 1]?.is_number ?? false))
    .join("");
  const isLong = columnsOf(name) > first;
  const line = (isLong ? " ".repeat(first) : padded(name, first)) + figures;
  return isLong ? [...wrapped(name), line.trimEnd()] : [line.trimEnd()];
}

/** Where the columns do not fit beside each other: the name, and below it each figure with its head. */
function listedRow([name = "", ...cells]: readonly string[], heads: ToldTable["heads"]): string[] {
  const told = cells
    .map((cell, index) => `${heads[index + 1]?.label ?? ""}: ${cell}`)
    .filter((each) => !each.endsWith(": "));
  return [...wrapped(name), ...wrapped(told.join("; "), "  ")];
}

function aligned(text: string, columns: number, isNumber: boolean): string {
  const blanks = " ".repeat(Math.max(0, columns - columnsOf(text)));
  return isNumber ? blanks + text : text + blanks;
}

function padded(text: string, columns: number): string {
  return text + " ".repeat(Math.max(0, columns - columnsOf(text)));
}

/** Words in lines; what follows the first is set below it. A figure and its unit stay on one line. */
export function wrapped(text: string, mark = ""): string[] {
  const room = TEXT_COLUMNS - mark.length;
  const lines: string[] = [];
  for (const word of text
    .replace(/(\d) %/g, "$1\u00A0%")
    .split(" ")
    .flatMap((each) => pieces(each, room))) {
    const last = lines.at(-1);
    if (last === undefined || columnsOf(last) + 1 + columnsOf(word) > room) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines.map((line, index) => (index === 0 ? mark : " ".repeat(mark.length)) + line.replaceAll("\u00A0", " "));
}

/** A word that fits on no line is cut; a path is not: it would lead nowhere. */
function pieces(word: string, room: number): string[] {
  if (columnsOf(word) <= room || word.includes("/")) return [word];
  const first = fitColumns(word, room);
  return [first, ...pieces(word.slice(first.length), room)];
}
