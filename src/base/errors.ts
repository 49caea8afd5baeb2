/**
 * An error that was expected and can be explained. The message says what happened, where, what was expected and what
 * to do; `code` never changes between releases; `canRetry` says whether trying the same again can help.
 */
export class NightdeskError extends Error {
  readonly code: string;
  readonly canRetry: boolean;

  constructor(code: string, message: string, options: { canRetry?: boolean; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "NightdeskError";
    this.code = code;
    this.canRetry = options.canRetry ?? false;
  }
}

/** The command was called wrongly: exit code 2. */
export class UsageError extends NightdeskError {
  constructor(message: string) {
    super("usage", message);
    this.name = "UsageError";
  }
}

/** The text to show for anything that was thrown: the message of an error, else the value itself. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
