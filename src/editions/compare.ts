import type { IssuedFigure, Restatement } from "./edition";

export type Change = Omit<Restatement, "causes">;

/** Figures that differ, in the order of the later edition; those it no longer has come last. */
export function changedFigures(before: readonly IssuedFigure[], after: readonly IssuedFigure[]): Change[] {
  const old = new Map(before.map((figure) => [figureKey(figure), figure]));
  const kept = new Set(after.map(figureKey));
  const changed = after.flatMap((figure) => {
    const earlier = old.get(figureKey(figure));
    return earlier !== undefined && isSame(earlier.value, figure.value)
      ? []
      : [changeOf(figure, earlier ?? null, figure)];
  });
  const gone = before.filter((figure) => !kept.has(figureKey(figure)));
  return [...changed, ...gone.map((figure) => changeOf(figure, figure, null))].filter(
    // A figure of nothing that comes or goes says nothing new.
    ({ old_value, new_value }) => !isSame(old_value, new_value),
  );
}

/** A database may give a fraction back with another last bit. */
function isSame(a: number | null, b: number | null): boolean {
  if (a === null || b === null) return a === b;
  return Math.abs(a - b) <= 1e-12 * Math.max(Math.abs(a), Math.abs(b));
}

/** What a figure is of; no two figures of a report have the same. */
export function figureKey({
  metric_id,
  dimension,
  scope_id,
  channel_type,
  slot_at_ms,
}: Pick<IssuedFigure, "metric_id" | "dimension" | "scope_id" | "channel_type" | "slot_at_ms">): string {
  return [metric_id, dimension, scope_id, channel_type ?? "", slot_at_ms ?? ""].join("\t");
}

function changeOf(figure: IssuedFigure, before: IssuedFigure | null, after: IssuedFigure | null): Change {
  const { metric_id, dimension, scope_id, scope_name, channel_type, slot_at_ms, unit } = figure;
  return {
    metric_id,
    dimension,
    scope_id,
    scope_name,
    channel_type,
    slot_at_ms,
    unit,
    old_value: before === null ? absent(figure) : before.value,
    new_value: after === null ? absent(figure) : after.value,
  };
}

/** Counts and times are sums: of what is not there they are 0. Means and shares have no data. */
function absent({ metric_id, unit }: IssuedFigure): number | null {
  return unit === "count" || metric_id.endsWith("_time") ? 0 : null;
}

/** How many rows of a CSV file are not in another one of the same columns, or the other way round where there are more. */
export function countChangedRows(before: string, after: string): number {
  const counts = new Map<string, number>();
  for (const line of linesOf(before)) counts.set(line, (counts.get(line) ?? 0) + 1);
  let added = 0;
  let common = 0;
  for (const line of linesOf(after)) {
    const count = counts.get(line) ?? 0;
    if (count === 0) added += 1;
    else {
      counts.set(line, count - 1);
      common += 1;
    }
  }
  return Math.max(added, linesOf(before).length - common);
}

function linesOf(csv: string): string[] {
  return csv.split("\r\n").filter((line) => line !== "");
}

/** Settings with other values, or that only one of two configurations has. */
export function changedSettings(
  before: Readonly<Record<string, string>>,
  after: Readonly<Record<string, string>>,
): { name: string; old: string | null; new: string | null }[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].toSorted();
  return names
    .map((name) => ({ name, old: before[name] ?? null, new: after[name] ?? null }))
    .filter((each) => each.old !== each.new);
}
