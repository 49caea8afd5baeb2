import type { IssuedFigure } from "../metrics/restatement";
import { figureOf } from "./figures";
import type { FigureRow, Telling } from "./management-summary-tell";
import type { CsvTable } from "./table";

/** Every figure of a summary, a row each: as a number of its unit, and as mail and page show it. */
export function summaryTable({ rows }: Pick<Telling, "rows">, name: string): CsvTable {
  return {
    name,
    columns: [
      { key: "block", label: "Block", unit: "text" },
      { key: "row", label: "Row", unit: "text" },
      { key: "column", label: "Column", unit: "text" },
      { key: "metric", label: "Metric id", unit: "text" },
      { key: "value", label: "Value", unit: "count" },
      { key: "unit", label: "Unit", unit: "text" },
      { key: "shown", label: "Shown as", unit: "text" },
    ],
    rows: rows.map(({ block, row, column, figure }) => ({
      block,
      row,
      column,
      metric: figure.id,
      value: numberOf(figure),
      unit: { share: "%", duration: "s", count: "" }[figure.unit],
      shown: figure.text,
    })),
  };
}

/** Per cent and seconds, not rounded to what is shown; null where there is no data. */
function numberOf({ value, unit }: FigureRow["figure"]): number | null {
  if (value === null) return null;
  if (unit === "share") return Math.round(value * 1_000_000) / 10_000;
  return unit === "duration" ? Math.round(value) / 1000 : value;
}

/** The same figures as the editions keep them. */
export function summaryFigures({ rows }: Pick<Telling, "rows">): IssuedFigure[] {
  const seen = new Map<string, IssuedFigure>();
  for (const { block_id, row, column, figure } of rows) {
    const scope_id = [block_id, row, column].filter(Boolean).join(" · ");
    const key = `${figure.id}\t${scope_id}`;
    const scope = { dimension: "block", scope_id, scope_name: [row, column].filter(Boolean).join(", ") };
    if (!seen.has(key)) seen.set(key, figureOf(figure.id, figure.unit, figure.value, scope));
  }
  return [...seen.values()];
}
