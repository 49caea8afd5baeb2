import type { Words } from "../i18n/words";
import type { ToldBlock, ToldCard, ToldCell, ToldSlot, ToldTable } from "./management-summary-told";
import type { Telling } from "./management-summary-tell";
import { type Markup, markup } from "./markup";
import { columnChart } from "./svg";
import type { PageTable } from "./table";

/** What `templates/management-summary.hbs` shows: the same blocks as the mail, with charts in the place of cells. */
export function pageOf({ model, told }: Telling): object {
  const { words } = model.ask;
  const { verdict_word, notices, scope_label, blocks, headline } = told;
  return {
    verdict: told.verdict,
    verdict_word,
    headline,
    notices,
    scope_label,
    blocks: blocks.map((block) => ({
      ...block,
      cards: block.cards.map(pageCard),
      tables: block.tables.map(pageTableOf),
      chart: chartOf(words, block),
      legend: block.strips.length === 0 ? [] : legendOf(words),
    })),
  };
}

function pageCard({ label, figure, notes, trend }: ToldCard): object {
  return { label, value: figure.text, notes, drawing: trend === null ? null : trendLine(trend.heights) };
}

/** Fourteen small bars; the words beside them tell the finding. */
function trendLine(heights: readonly (number | null)[]): Markup {
  const bars = heights.map((height, index) =>
    height === null
      ? markup``
      : markup`<rect class="s1" x="${index * 7}" y="${Math.round((1 - height) * 200) / 10}" width="5" height="${Math.max(0.5, Math.round(height * 200) / 10)}"/>`,
  );
  return markup`<svg width="98" height="20" viewBox="0 0 98 20" aria-hidden="true" focusable="false">${bars}</svg>`;
}

function chartOf({ t, count }: Words, { strips, title }: ToldBlock): Markup | null {
  const slots = strips.flat();
  if (slots.length === 0) return null;
  return columnChart({
    label: title,
    unit: t("contacts"),
    fills: ["s1", "s2", "s3"],
    height: 200,
    slots: slots.map((slot) => ({
      label: isEvenHour(slot) ? slot.clock.slice(0, 2) : "",
      title: `${slot.clock}: ${count(slot.count.value)}, ${slot.level.text}${slot.letter === "" ? "" : ` (${slot.letter})`}`,
      values: LETTERS.map((letters) => (letters.includes(slot.letter) ? (slot.count.value ?? 0) : 0)),
    })),
  });
}

/** How a column is filled: solid, hatched, dotted. */
const LETTERS: readonly ToldSlot["letter"][][] = [["A", "–"], ["B"], ["C"]];

function legendOf({ t }: Words): { style: string; label: string }[] {
  return [
    { style: "s1", label: t("A: goal reached") },
    { style: "s2", label: t("B: up to 10 points below") },
    { style: "s3", label: t("C: further below") },
  ];
}

function isEvenHour({ clock }: ToldSlot): boolean {
  return clock.endsWith(":00") && Number(clock.slice(0, 2)) % 2 === 0;
}

function pageTableOf({ caption, heads, rows, note }: ToldTable): PageTable {
  const cell = ({ text }: ToldCell, index: number) => ({
    text,
    drawing: null,
    is_number: heads[index]?.is_number ?? false,
    is_instant: false,
    is_head: index === 0,
  });
  return {
    caption,
    note,
    heads: heads.map(({ label, is_number }) => ({ label, is_number, hint: "" })),
    rows: rows.map((row) => ({ is_total: false, cells: row.map(cell) })),
    is_empty: rows.length === 0,
  };
}
