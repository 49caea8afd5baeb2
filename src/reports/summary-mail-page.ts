import type { Words } from "../i18n/words";
import type { BlockId, ToldBlock, ToldCard, ToldCell, ToldSlot, ToldSummary } from "./management-summary-told";

/** Of dark letters on white and of white letters on dark: each at least 4.5 : 1, and told by a word or sign too. */
const TONES: Record<ToldCell["tone"], string> = { "": "", good: "#1d6440", bad: "#9c2f12" };
const VERDICTS: Record<ToldSummary["verdict"], string> = { OK: "#1d6440", WATCH: "#7a4f00", CRITICAL: "#9c2f12" };
const LETTERS: Record<ToldSlot["letter"], { ground: string; ink: string }> = {
  A: { ground: "#d9eadf", ink: "#14492e" },
  B: { ground: "#fbe9c6", ink: "#5c3d00" },
  C: { ground: "#f6d5cb", ink: "#7a210a" },
  "–": { ground: "#e3e8ed", ink: "#3d4852" },
  "": { ground: "#ffffff", ink: "#3d4852" },
};

const BAR_PX = 40;
const TREND_PX = 20;

/** What on a quiet day is told: the rest is normal, and stands in the page. */
const QUIET: ReadonlySet<BlockId> = new Set(["verdict", "data", "figures", "about"]);

/** The blocks a mail tells: all ten, on a quiet day the short ones and by name those in which nothing is to be seen. */
export function mailBlocks({ t }: Words, { blocks, is_quiet }: ToldSummary, isCorrected: boolean): ToldBlock[] {
  // A correction tells everything: what changed may stand in any of them.
  if (!is_quiet || isCorrected) return blocks;
  const rest = blocks.filter(({ id }) => !QUIET.has(id)).map(({ title }) => title);
  const normal = t("Nothing out of the ordinary in: {blocks}. The attached page tells them all.", {
    blocks: rest.join(", "),
  });
  return blocks
    .filter(({ id }) => QUIET.has(id))
    .map((block) => (block.id === "verdict" ? { ...block, sentences: [...block.sentences, normal] } : block));
}

/** Blocks with what their drawings need: sizes in pixels and colours. */
export function drawnBlocks(blocks: readonly ToldBlock[]): object[] {
  return blocks.map((block) => ({
    ...block,
    cards: block.cards.map(drawnCard),
    strips: block.strips.map(drawnStrip),
    tables: block.tables.map((table) => ({
      ...table,
      heads: table.heads.map((head) => ({ ...head, align: head.is_number ? "right" : "left" })),
      rows: table.rows.map((row, number) => ({
        is_odd: number % 2 === 0,
        cells: row.map(({ text, tone }, index) => ({
          text,
          ink: TONES[tone],
          is_number: table.heads[index]?.is_number ?? false,
        })),
      })),
    })),
  }));
}

export function verdictGround(verdict: ToldSummary["verdict"]): string {
  return VERDICTS[verdict];
}

function drawnCard({ label, figure, notes, trend }: ToldCard): object {
  const bars = (trend?.heights ?? []).map((height) => ({
    px: height === null ? 1 : Math.max(1, Math.round(height * TREND_PX)),
    ground: height === null ? "#c3ccd4" : "#2a5d8c",
  }));
  // The newest day in another shade.
  const last = bars.at(-1);
  if (last !== undefined) last.ground = "#12365a";
  return { label, value: figure.text, notes, bars, has_bars: bars.length > 0 };
}

function drawnStrip(slots: readonly ToldSlot[]): object {
  return {
    hours: hoursOf(slots),
    bars: slots.map(({ height }) => ({ px: height === 0 ? 0 : Math.max(1, Math.round(height * BAR_PX)) })),
    letters: slots.map(({ letter }) => ({ letter, ...LETTERS[letter] })),
    bar_px: BAR_PX,
  };
}

/** Every second hour, over the half-hours up to the next one that is named. */
function hoursOf(slots: readonly ToldSlot[]): { hour: string; span: number }[] {
  const marks = slots.flatMap(({ clock }, index) => (index === 0 || isNamed(clock) ? [index] : []));
  return marks.map((from, index) => ({
    hour: (slots[from]?.clock ?? "").slice(0, 2),
    span: (marks[index + 1] ?? slots.length) - from,
  }));
}

function isNamed(clock: string): boolean {
  return clock.endsWith(":00") && Number(clock.slice(0, 2)) % 2 === 0;
}
