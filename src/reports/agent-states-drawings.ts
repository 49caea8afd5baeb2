import { MINUTE } from "../base/days";
import { type Markup, markup } from "./markup";

/** How tall a state stands in a strip, of 16: work stands full, waiting half, idle low, so that a strip reads without colour. */
const HEIGHTS: Record<string, number> = { available: 9, engaged: 7, idle: 4 };
const FULL = 16;

/** The stretch of time a strip shows, cut into pieces of which each is drawn in the state that fills most of it. */
export interface Axis {
  starts_at_ms: number;
  ends_at_ms: number;
  piece_ms: number;
}

export interface Piece {
  kind: string;
  started_at_ms: number;
  ended_at_ms: number;
}

/** Pieces one strip may have, about one a pixel or two, and all strips of a page together, which keeps a page of a thousand agents small. */
const PIECES_OF_STRIP = 500;
const PIECES_OF_PAGE = 300_000;
const PIECE_MINUTES = [1, 2, 3, 5, 10, 15, 30, 60];

/** An axis over whole hours whose pieces are as short as a screen and the number of strips allow. */
export function axisOf(startsAtMs: number, endsAtMs: number, stripCount: number): Axis {
  const minutes = (endsAtMs - startsAtMs) / MINUTE;
  const pieces = Math.min(PIECES_OF_STRIP, PIECES_OF_PAGE / Math.max(1, stripCount));
  const piece = PIECE_MINUTES.find((each) => minutes / each <= pieces) ?? 60;
  return { starts_at_ms: startsAtMs, ends_at_ms: endsAtMs, piece_ms: piece * MINUTE };
}

/**
 * One agent's time as a strip: one path per state, x in minutes. Not-responding stays, mostly shorter than a piece, get a
 * tick each.
 *
 * @param title what the strip shows, in words
 */
export function strip(axis: Axis, kinds: readonly string[], stays: readonly Piece[], title: string): Markup {
  const runs = runsOf(axis, kinds, stays);
  const paths = kinds.flatMap((kind, index) => {
    const own = runs.filter((run) => run.kind === index);
    return own.length === 0
      ? []
      : [markup`<path class="k-${kind}" d="${own.map((run) => block(run, kind)).join("")}"/>`];
  });
  const missed = stays
    .filter(({ kind }) => kind === "not-responding")
    .map((stay) => `M${minuteOf(axis, stay.started_at_ms)} 0v6`);
  const ticks = missed.length === 0 ? [] : [markup`<path class="missed" d="${[...new Set(missed)].join("")}"/>`];
  return markup`<svg class="strip" viewBox="0 0 ${minuteOf(axis, axis.ends_at_ms)} ${FULL}" preserveAspectRatio="none" role="img"><title>${title}</title><use href="#hours"/>${paths}${ticks}</svg>`;
}

/** The lines at full hours that every strip shows behind its states; drawn once, used by all. */
export function hourLines(axis: Axis, marks: readonly number[]): Markup {
  const lines = marks.map((at) => `M${minuteOf(axis, at)} 0V${FULL}`).join("");
  return markup`<svg width="0" height="0" class="defs" aria-hidden="true" focusable="false"><defs><path id="hours" class="hours" d="M0 ${FULL - 0.5}H${minuteOf(axis, axis.ends_at_ms)}${lines}"/></defs></svg>`;
}

/** Shares of states as one bar; its length says how long the agent was signed in, of the longest. */
export function stateBar(
  kinds: readonly string[],
  times: ReadonlyMap<string, { stay_ms: number }>,
  longestMs: number,
  title: string,
): Markup {
  let x = 0;
  const parts = kinds.flatMap((kind) => {
    const width = ((times.get(kind)?.stay_ms ?? 0) / Math.max(1, longestMs)) * 1000;
    const from = Math.round(x);
    x += width;
    const wide = Math.round(x) - from;
    return wide === 0 ? [] : [markup`<path class="k-${kind}" d="M${from} 0h${wide}v${FULL}h-${wide}z"/>`];
  });
  return markup`<svg class="strip" viewBox="0 0 1000 ${FULL}" preserveAspectRatio="none" role="img"><title>${title}</title>${parts}</svg>`;
}

/** A state as the legend shows it, at the height it has in a strip. */
export function legendSwatch(kind: string): Markup {
  return markup`<svg class="swatch" viewBox="0 0 24 ${FULL}" aria-hidden="true" focusable="false"><path class="k-${kind}" d="${block({ kind: 0, from: 0, to: 24 }, kind)}"/></svg>`;
}

export interface StateColumn {
  label: string;
  title: string;
  /** Agents in each state, in the order of the kinds. */
  values: readonly number[];
}

const CHART = { width: 1000, height: 230, left: 44, top: 14, bottom: 24 };

/** How many agents were in which state over time: stacked columns, the strongest state at the bottom. */
export function stateColumns(
  kinds: readonly string[],
  columns: readonly StateColumn[],
  label: string,
  unit: string,
): Markup {
  const { width, height, left, top, bottom } = CHART;
  const highest = Math.max(1, ...columns.map(({ values }) => values.reduce((sum, value) => sum + value, 0)));
  const step = gridStep(highest);
  const ceiling = Math.ceil(highest / step - 1e-9) * step;
  const floor = height - bottom;
  const y = (value: number): number => tenth(floor - (value / ceiling) * (floor - top));
  const wide = (width - left) / Math.max(1, columns.length);
  const paths = kinds.flatMap((kind, index) => {
    const d = columns
      .map((column, place) => columnBlock(column.values, index, tenth(left + place * wide), wide, y))
      .join("");
    return d === "" ? [] : [markup`<path class="k-${kind}" d="${d}"/>`];
  });
  const grid = Array.from({ length: Math.round(ceiling / step) + 1 }, (_, index) => index * step).map(
    (value) =>
      markup`<path class="grid" d="M${left} ${y(value)}H${width}"/><text x="${left - 6}" y="${y(value) + 4}" text-anchor="end">${tenth(value)}</text>`,
  );
  const names = columns.map(({ label: name }, place) =>
    name === ""
      ? markup``
      : markup`<text x="${tenth(left + (place + (columns.length > 40 ? 0 : 0.5)) * wide)}" y="${floor + 16}" text-anchor="middle">${name}</text>`,
  );
  const hovers = columns.map(
    ({ title }, place) =>
      markup`<rect class="hover" x="${tenth(left + place * wide)}" y="${top}" width="${tenth(wide)}" height="${floor - top}"><title>${title}</title></rect>`,
  );
  return markup`<svg class="chart" viewBox="0 0 ${width} ${height}" role="img" aria-label="${label}">${grid}${paths}${names}<text x="${left}" y="9">${unit}</text>${hovers}</svg>`;
}

/** One block of a column, above those of the stronger states. */
function columnBlock(
  values: readonly number[],
  index: number,
  x: number,
  wide: number,
  y: (value: number) => number,
): string {
  const below = values.slice(0, index).reduce((sum, value) => sum + value, 0);
  const [from, to] = [y(below), y(below + (values[index] ?? 0))];
  return from <= to ? "" : `M${x} ${from}h${tenth(wide * 0.94)}V${to}H${x}z`;
}

interface Run {
  kind: number;
  from: number;
  to: number;
}

/** Neighbouring pieces of one state are one run; pieces in which the agent was mostly signed out are none. */
function runsOf(axis: Axis, kinds: readonly string[], stays: readonly Piece[]): Run[] {
  const count = Math.ceil((axis.ends_at_ms - axis.starts_at_ms) / axis.piece_ms);
  const times = new Float64Array(count * kinds.length);
  for (const stay of stays) spread(times, axis, kinds, stay);
  const runs: Run[] = [];
  for (let piece = 0; piece < count; piece++) {
    const own = times.subarray(piece * kinds.length, (piece + 1) * kinds.length);
    const kind = strongest(own, axis.piece_ms);
    const last = runs.at(-1);
    if (kind < 0) continue;
    if (last !== undefined && last.kind === kind && last.to === piece) last.to = piece + 1;
    else runs.push({ kind, from: piece, to: piece + 1 });
  }
  const minutes = axis.piece_ms / MINUTE;
  return runs.map(({ kind, from, to }) => ({ kind, from: from * minutes, to: to * minutes }));
}

function spread(times: Float64Array, axis: Axis, kinds: readonly string[], stay: Piece): void {
  const kind = kinds.indexOf(stay.kind);
  if (kind < 0) return;
  const from = Math.max(stay.started_at_ms, axis.starts_at_ms) - axis.starts_at_ms;
  const to = Math.min(stay.ended_at_ms, axis.ends_at_ms) - axis.starts_at_ms;
  for (let piece = Math.floor(from / axis.piece_ms); piece * axis.piece_ms < to; piece++) {
    const inside = Math.min(to, (piece + 1) * axis.piece_ms) - Math.max(from, piece * axis.piece_ms);
    const place = piece * kinds.length + kind;
    times[place] = (times[place] ?? 0) + inside;
  }
}

/** The state that fills most of a piece; -1 where more of it is signed out. */
function strongest(times: Float64Array, pieceMs: number): number {
  const total = times.reduce((sum, time) => sum + time, 0);
  const most = times.reduce((max, time) => Math.max(max, time), 0);
  return most === 0 || pieceMs - total > most ? -1 : times.indexOf(most);
}

function block({ from, to }: Run, kind: string): string {
  const height = HEIGHTS[kind] ?? FULL;
  return `M${from} ${FULL}v-${height}h${to - from}v${height}z`;
}

function minuteOf(axis: Axis, atMs: number): number {
  return Math.round((atMs - axis.starts_at_ms) / MINUTE);
}

/** A step of 1, 2 or 5 times a power of ten that gives about five lines. */
function gridStep(highest: number): number {
  const rough = highest / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  return ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10) * power;
}

function tenth(value: number): number {
  return Math.round(value * 10) / 10;
}
