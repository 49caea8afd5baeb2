import { types } from "node:util";

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

/** Whether something that was thrown is an error, also one that a driver made in a context of its own. */
export function isError(thrown: unknown): thrown is Error {
  return thrown instanceof Error || types.isNativeError(thrown);
}

/** The text to show for anything that was thrown: the message of an error, else the value itself. */
export function messageOf(thrown: unknown): string {
  return isError(thrown) ? thrown.message : String(thrown);
}

/**
 * Codes of databases, networks and systems that say "not now": locked, full, out of files, nobody there, the server goes
 * down, or two transactions in each other's way.
 */
const PASSING =
  /^(SQLITE_(BUSY|LOCKED|FULL|IOERR|CANTOPEN)|ENOSPC|EDQUOT|EIO|EMFILE|ENFILE|ENOMEM|EBUSY|EAGAIN|ESTALE|ECONN\w+|EPIPE|ETIMEDOUT|EHOST\w+|ENET\w+|ENOTFOUND|EAI_AGAIN|08\w{3}|40001|40P01|53\w{3}|55P03|57P\w{2}|58\w{3})$/;

/** SQLite takes a transaction back by itself on a full disk, a fault of it or too little memory; knex then tells only this. */
const TAKEN_BACK = "cannot rollback - no transaction is active";

/** Whether something that was thrown and nobody expected may not happen again although nobody changes anything. */
export function mayPass(thrown: unknown): boolean {
  if (!isError(thrown)) return false;
  if (thrown instanceof NightdeskError) return thrown.canRetry;
  const { code } = thrown as { code?: unknown };
  if (typeof code === "string" && PASSING.test(code)) return true;
  if (thrown.message.endsWith(TAKEN_BACK)) return true;
  if (thrown.name === "KnexTimeoutError" || thrown.message.startsWith("Connection terminated")) return true;
  return thrown.cause !== undefined && mayPass(thrown.cause);
}
