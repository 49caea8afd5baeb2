import { MINUTE, SECOND } from "../../base/days";
import { NightdeskError } from "../../base/errors";
import type { Fetching } from "./fetching";

/** A failure of the other side that may pass by itself. */
export class PassingError extends NightdeskError {
  /** How long the other side asked to be left alone, ms; null where it did not say. */
  readonly retryAfterMs: number | null;
  /** Whether it wants to be asked less, whatever it is asked for. */
  readonly isThrottled: boolean;

  constructor(
    code: string,
    message: string,
    options: { retryAfterMs?: number | null; isThrottled?: boolean; cause?: unknown } = {},
  ) {
    super(code, message, { canRetry: true, cause: options.cause });
    this.name = "PassingError";
    this.retryAfterMs = options.retryAfterMs ?? null;
    this.isThrottled = options.isThrottled ?? this.retryAfterMs !== null;
  }
}

/** Waiting longer than this within one step would keep a worker from other work: the whole step is tried again later. */
const LONGEST_WAIT_MS = 5 * MINUTE;
const LONGEST_PAUSE_MS = MINUTE;

/** Does a piece of work up to so many times while it fails with a `PassingError`. */
export async function withRetries<Result>(
  { wait, random }: Pick<Fetching, "wait" | "random">,
  attempts: number,
  work: () => Promise<Result>,
): Promise<Result> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof PassingError) || attempt >= attempts) throw error;
      if ((error.retryAfterMs ?? 0) > LONGEST_WAIT_MS) throw error;
      await wait(pauseMs(attempt, error.retryAfterMs, random()));
    }
  }
}

/**
 * Waits for something of another side no longer than it may be silent.
 *
 * @throws PassingError `source-silent`
 */
export async function patiently<Result>(work: Promise<Result>, timeoutMs: number, shown: string): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const silence = new Promise<never>((_, reject) => {
    const message = `${shown} said nothing for ${timeoutMs / 1000} s. Expected an answer.`;
    timer = setTimeout(() => reject(new PassingError("source-silent", message)), timeoutMs);
  });
  try {
    return await Promise.race([work, silence]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * How long to pause before the next attempt.
 *
 * @param attempt      how many have failed, 1…
 * @param retryAfterMs what the other side asked for, which is never undercut; null where it did not
 * @param dice         0…1: spreads those that failed together
 */
export function pauseMs(attempt: number, retryAfterMs: number | null, dice: number): number {
  if (retryAfterMs !== null) return Math.round(retryAfterMs + dice * SECOND);
  const most = Math.min(LONGEST_PAUSE_MS, SECOND * 2 ** attempt);
  return Math.round(most / 2 + (dice * most) / 2);
}

/** `Retry-After` in ms: seconds, or a date; null where there is none that can be read. */
export function askedPauseMs(header: string | null, nowMs: number): number | null {
  if (header === null) return null;
  if (/^\s*\d+(\.\d+)?\s*$/.test(header)) return Number(header) * SECOND;
  const at = Date.parse(header);
  return Number.isNaN(at) ? null : Math.max(0, at - nowMs);
}
