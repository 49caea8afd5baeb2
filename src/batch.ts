import { z } from "zod";
import { isDay } from "./base/days";
import { UsageError } from "./base/errors";
import { LANGUAGES } from "./base/language";

const day = z.string().refine(isDay, { error: "no day; expected YYYY-MM-DD" });

const schema = z.strictObject({
  workflow: z.enum(["nightly", "load", "rebuild", "check", "report", "summary"]),
  /** First and last local day; null where the work names no days. */
  from: day.nullable(),
  to: day.nullable(),
  /** Files and folders to read, absolute. */
  sources: z.array(z.string()),
  reports: z.array(z.string()),
  formats: z.array(z.enum(["html", "csv"])),
  /** The folder reports go to, absolute; null for the usual one. */
  out: z.string().nullable(),
  /** Do it although it was done. */
  again: z.boolean(),
  /** Rebuild and check: everything, not only what changed. */
  all: z.boolean(),
  /** The schedule the run is for; null where somebody asks for it. */
  schedule: z.string().nullable(),
  /** Until then a source may still deliver and pulling is tried again; null: what is not there now is missing. */
  deadline_at_ms: z.number().int().nullable(),
  /** Dumps from the archive instead of their sources; agent states by channel instead of by person; reports in another language than the configured one; CSV files with a byte-order mark; the mapping file of what is loaded, absolute; mails that did not get through, or of which nobody knows, sent again; mails whatever the gate says. */
  options: z.strictObject({
    view: z.enum(["person", "channel"]).optional(),
    language: z.enum(LANGUAGES).optional(),
    bom: z.boolean().optional(),
    replay: z.boolean().optional(),
    mapping: z.string().optional(),
    resend: z.enum(["failed", "unknown"]).optional(),
    despite_gate: z.boolean().optional(),
  }),
});

/** One run's work, as plain JSON: it survives a queue, a file and a pipe unchanged. */
export type Batch = z.infer<typeof schema>;

/** @throws UsageError that names every field that is wrong */
export function parseBatch(value: unknown): Batch {
  const parsed = schema.safeParse(JSON.parse(JSON.stringify(value)));
  if (!parsed.success) throw new UsageError(`This is no batch of work:\n${z.prettifyError(parsed.error)}`);
  const { from, to } = parsed.data;
  if (from !== null && to !== null && from > to) {
    throw new UsageError(`The period ends before it begins: from ${from} to ${to}. Give the earlier day first.`);
  }
  return parsed.data;
}

/** A batch with everything at rest but what is given. */
export function batchOf(work: Partial<Batch> & Pick<Batch, "workflow">): Batch {
  const rest = { from: null, to: null, sources: [], reports: [], formats: [], out: null, again: false, all: false };
  return parseBatch({ ...rest, schedule: null, deadline_at_ms: null, options: {}, ...work });
}

/** Whether a run asks for what the configuration says, all of it and as usual: one that does not stands in for no scheduled one. */
export function isPlain({ sources, reports, formats, out, all, options }: Batch): boolean {
  const lists = [sources, reports, formats, Object.keys(options)];
  return out === null && !all && lists.every(({ length }) => length === 0);
}

/** What a step did: counts for the receipt, and what else a reader of `--json` wants to see. */
export interface StepResult {
  counts: Record<string, number>;
  details?: Record<string, unknown>;
  /** Set where the step did what it could and some of it failed: the run goes no further and exits with 1. */
  failure?: Failure;
}

/** Why a step did not do all of its work. */
export interface Failure {
  code: string;
  message: string;
  /** Whether the same step may succeed later without anybody changing anything; false where it is not said. */
  can_retry?: boolean;
  /** When to try again, ms from now: the step waits for something and has not failed at anything. */
  retry_after_ms?: number;
}

/**
 * The days whose contacts and agents are made anew although nothing about them is new: those named by hand, or by a night
 * that is wanted again. A plain night leaves what no dump has touched as it is.
 */
export function periodOf({ workflow, from, to, all, again }: Batch): {
  from: string | null;
  to: string | null;
  all: boolean;
} {
  return workflow === "nightly" && !again ? { from: null, to: null, all: false } : { from, to, all };
}
