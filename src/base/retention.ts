import { z } from "zod";

/** Groups of tables that are kept for a number of days. */
export const RETENTION_GROUPS = ["events", "sessions", "stays", "rejected_lines", "receipts"] as const;
export type Retention = Record<(typeof RETENTION_GROUPS)[number], number | null>;

const days = z.number().int().min(1).max(36_500);
/** Days by group of tables, as the configuration has them. */
export const retentionKeys = z
  .strictObject({
    events: days.optional(),
    sessions: days.optional(),
    stays: days.optional(),
    rejected_lines: days.optional(),
    receipts: days.optional(),
  })
  .refine(
    ({ events, sessions, stays }) =>
      [sessions, stays].every((kept) => kept === undefined || kept >= (events ?? Infinity)),
    {
      error:
        "sessions and stays cannot go before the events they are made of: give events, and no more days than these",
    },
  );

/** Null where nobody gave a limit: kept for good. */
export function retentionOf(given: z.infer<typeof retentionKeys> | undefined): Retention {
  return {
    events: given?.events ?? null,
    sessions: given?.sessions ?? null,
    stays: given?.stays ?? null,
    rejected_lines: given?.rejected_lines ?? null,
    receipts: given?.receipts ?? null,
  };
}
