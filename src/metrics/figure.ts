/** What a figure is told of. `all` is the centre; a channel is told apart in every other dimension too, but where a metric puts channels together. */
export const DIMENSIONS = ["all", "queue", "entry_point", "site", "team", "agent", "channel"] as const;

export type Dimension = (typeof DIMENSIONS)[number];

export type Unit = "share" | "duration" | "count";

/** One metric of one scope in one slot of time. It knows no language: names and words are the catalogue's. */
export interface Figure {
  metric_id: string;
  dimension: Dimension;
  /** Id of the queue, agent, …, else its name; empty for `all` and for what names none. */
  scope_id: string;
  scope_name: string | null;
  /** Null where the metric is the same for all channels, such as a person's occupancy. */
  channel_type: string | null;
  /** Where the slot begins, epoch ms; null for the whole period. */
  slot_at_ms: number | null;
  /** Count, or ms; null where queues under different formulas are put together, and then there is no value. */
  numerator: number | null;
  /** Null for counts, sums and percentiles. For a mean and a percentile the number of measured values is `entered_count`. */
  denominator: number | null;
  /** Share 0…1, ms, or count; null is "no data": nothing to divide by, nothing measured. */
  value: number | null;
  unit: Unit;
  /** How many rows of the population gave something to numerator or denominator. */
  entered_count: number;
  /** How many rows stand beside the figure and in none: open, unknown, truncated, without their start. */
  left_out_count: number;
}
