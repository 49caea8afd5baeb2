import pino from "pino";
import type { Log } from "./log";

export type LogLevel = "debug" | "info" | "warn" | "error" | "silent";

/**
 * A log of JSON lines for a service: `level`, `time` (ISO 8601), `message`, and the fields it was bound to.
 *
 * @param stream where lines go; standard error
 * @param level  the least that is written; progress is `debug`
 * @param mask   what may be shown of a message
 */
export function openJsonLog(stream: NodeJS.WritableStream, level: LogLevel, mask: (text: string) => string): Log {
  const logger = pino(
    {
      level,
      base: null,
      messageKey: "message",
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    stream,
  );
  return logOn(logger, mask);
}

function logOn(logger: pino.Logger, mask: (text: string) => string): Log {
  return {
    info: (message) => logger.info(mask(message)),
    warn: (message) => logger.warn(mask(message)),
    error: (message) => logger.error(mask(message)),
    progress: (message) => void (message !== "" && logger.debug(mask(message))),
    bound: (fields) => logOn(logger.child(fields), mask),
  };
}

/** The level that `NIGHTDESK_LOG` names; `info` where it names none. */
export function logLevelOf(env: NodeJS.ProcessEnv): LogLevel {
  const named = (env.NIGHTDESK_LOG ?? "").toLowerCase();
  return named === "debug" || named === "warn" || named === "error" || named === "silent" ? named : "info";
}
