import { countText } from "../i18n/figures";
import { type Markup, markup } from "./markup";

/** Fills that can be told apart without colour: solid, hatched, dotted. */
export type Fill = "s1" | "s2" | "s3";

/**
 * A bar for a table cell; the number stands beside it, so it is silent to a screen reader.
 *
 * @param share 0…1; nothing is drawn for null
 * @param goal  0…1, drawn as a tick; null for none
 */
export function shareBar(share: number | null, fill: Fill = "s1", goal: number | null = null): Markup {
  const width = share === null ? 0 : round(Math.min(1, Math.max(0, share)) * 100);
  const tick = goal === null ? markup`` : markup`<path class="tick" d="M${round(goal * 100)} 0V10"/>`;
  return markup`<svg class="bar" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true" focusable="false"><rect class="rest" y="8.5" width="100" height="1.5"/><rect class="${fill}" width="${width}" height="8.5"/>${tick}</svg>`;
}

export interface ColumnChart {
  /** What the drawing shows, for those who cannot see it. */
  label: string;
  /** What is counted, for the axis: `contacts`. */
  unit: string;
  /** Lowest first; one fill per value of a slot. */
  fills: readonly Fill[];
  slots: readonly ColumnSlot[];
  /** A label below every so many slots, counted where `label` is not empty. */
  height?: number;
}

export interface ColumnSlot {
  /** Below the axis; empty for none. */
  label: string;
  /** Shown when pointing at the column. */
  title: string;
  values: readonly number[];
}

const WIDTH = 1000;
const LEFT = 44;
const RIGHT = 24;
const BOTTOM = 26;
const TOP = 14;

/** Stacked columns over time, with a quiet grid; scales with the page and reads without colour. */
export function columnChart({ label, unit, fills, slots, height = 250 }: ColumnChart): Markup {
  const sums = slots.map(({ values }) => values.reduce((sum, value) => sum + value, 0));
  const step = gridStep(Math.max(1, ...sums));
  const top = Math.ceil(Math.max(1, ...sums) / step) * step;
  const floor = height - BOTTOM;
  const y = (value: number): number => round(floor - (value / top) * (floor - TOP));
  const wide = (WIDTH - LEFT - RIGHT) / Math.max(1, slots.length);
  const lines = Array.from({ length: Math.round(top / step) }, (_, index) => (index + 1) * step).map(
    (value) =>
      markup`<path class="grid" d="M${LEFT} ${y(value)}H${WIDTH - RIGHT}"/><text x="${LEFT - 6}" y="${y(value) + 4}" text-anchor="end">${countText(value)}</text>`,
  );
  const columns = slots.map((slot, index) => column(slot, fills, LEFT + index * wide, wide, y));
  const names = slots.map((slot, index) =>
    slot.label === ""
      ? markup``
      : markup`<text x="${round(LEFT + (index + 0.5) * wide)}" y="${floor + 17}" text-anchor="middle">${slot.label}</text>`,
  );
  return markup`<svg class="chart" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${label}">${lines}<text x="${LEFT - 6}" y="${floor + 4}" text-anchor="end">0</text>${columns}<path class="axis" d="M${LEFT} ${floor}H${WIDTH - RIGHT}"/>${names}<text x="${LEFT}" y="9">${unit}</text></svg>`;
}

function column(
  slot: ColumnSlot,
  fills: readonly Fill[],
  x: number,
  wide: number,
  y: (value: number) => number,
): Markup {
  let below = 0;
  const gap = Math.min(3, wide * 0.18);
  const parts = slot.values.map((value, index) => {
    const [from, to] = [y(below), y(below + value)];
    below += value;
    return value === 0
      ? markup``
      : markup`<rect class="${fills[index] ?? "s3"}" x="${round(x + gap / 2)}" y="${to}" width="${round(wide - gap)}" height="${round(from - to)}"/>`;
  });
  return markup`<g><title>${slot.title}</title>${parts}</g>`;
}

/** A step of 1, 2 or 5 times a power of ten that gives four to six lines. */
function gridStep(top: number): number {
  const rough = top / 5;
  const power = 10 ** Math.floor(Math.log10(Math.max(1, rough)));
  const factor = [1, 2, 5, 10].find((each) => each * power >= rough) ?? 10;
  return Math.max(1, factor * power);
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
