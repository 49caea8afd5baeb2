import type { Unit } from "../metrics/figure";
import type { IssuedFigure } from "../metrics/restatement";
import type { DataBox } from "./data-box";

/** Scope of a figure; all of the centre where nothing is said. */
export type Scope = Partial<
  Pick<IssuedFigure, "dimension" | "scope_id" | "scope_name" | "channel_type" | "slot_at_ms">
>;

/** A figure of a report. A share comes with its parts where the report has them. */
export function figureOf(
  metric_id: string,
  unit: Unit,
  value: number | null,
  scope: Scope = {},
  [numerator, denominator]: [number | null, number | null] = [null, null],
): IssuedFigure {
  const whole = { dimension: "all", scope_id: "", scope_name: null, channel_type: null, slot_at_ms: null };
  return { metric_id, ...whole, ...scope, numerator, denominator, value, unit };
}

/** What every report says at its head of what is missing: no less a figure than the others. */
export function boxFigures({ preliminary, gap_count }: DataBox): IssuedFigure[] {
  return [figureOf("missing_deliveries", "count", preliminary.length), figureOf("gaps", "count", gap_count)];
}
