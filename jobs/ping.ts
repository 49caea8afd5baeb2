import type { Config } from "../src/base/config";
import { messageOf } from "../src/base/errors";
import type { Log } from "../src/base/log";
import type { Batch } from "../src/batch";
import type { Context } from "../src/context";
import { isNewest } from "./due";
import { planOf } from "./ledger";

const WITHIN_MS = 10_000;

/** Tells the watchman of a run's schedule that the run came to its end, if it was for the newest days that were due. */
export async function tellWatchman(
  { config, log, now }: Pick<Context, "config" | "log" | "now">,
  env: NodeJS.ProcessEnv,
  batch: Batch,
  isDone: boolean,
): Promise<void> {
  if (isNewest(planOf(config), batch, now())) await pingWatchman(config, env, log, batch.schedule, isDone);
}

/**
 * Tells a schedule's watchman that a run came to its end: GET of its address, with `/fail` behind it where the run failed.
 * A watchman that hears nothing raises the alarm (a dead man's switch), so one that cannot be reached must never fail a
 * night. The address is a secret: who knows it can keep the alarm quiet; it appears in no log.
 *
 * @param schedule the run's schedule; null for a run by hand, which nobody watches
 */
export async function pingWatchman(
  { schedules }: Pick<Config, "schedules">,
  env: NodeJS.ProcessEnv,
  log: Log,
  schedule: string | null,
  isDone: boolean,
): Promise<void> {
  const given = schedules.find(({ name }) => name === schedule)?.ping ?? null;
  if (given === null) return;
  const address = given.startsWith("$") ? env[given.slice(1)] : given;
  if (address === undefined || address === "") {
    log.warn(
      `The ping of schedule ${schedule} is to come from ${given}, and there is no such variable. Set it, or take "ping" out.`,
    );
    return;
  }
  try {
    const response = await fetch(pingAddress(address, isDone), {
      signal: AbortSignal.timeout(WITHIN_MS),
      redirect: "follow",
    });
    await response.body?.cancel();
    if (!response.ok) log.warn(`The ping of schedule ${schedule} was answered with ${response.status}.`);
  } catch (error) {
    log.warn(`The ping of schedule ${schedule} was not heard: ${withoutAddress(messageOf(error), address)}`);
  }
}

/** `/fail` goes behind the path, before a query. */
function pingAddress(address: string, isDone: boolean): URL {
  const url = new URL(address);
  if (!isDone) url.pathname = `${url.pathname.replace(/\/$/, "")}/fail`;
  return url;
}

function withoutAddress(message: string, address: string): string {
  return message.replaceAll(address, "its address");
}
