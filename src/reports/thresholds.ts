import type { Knex } from "knex";
import type { Config } from "../base/config";
import type { Words } from "../i18n/words";

/** The thresholds of one queue, ready to be shown; `queue` is empty for the default. */
export interface QueueThresholds {
  queue: string;
  formula: string;
  service_level_ms: number;
  short_abandon_ms: number;
  short_contact_ms: number;
  sudden_disconnect_ms: number;
  rona_after_ms: number;
  service_level_goal_share: number;
  goal: string;
}

/**
 * The thresholds the tables were rebuilt with, the default first, then queues by name; before the first rebuild those of
 * the configuration.
 */
export async function readThresholds(db: Knex, config: Config, words: Words): Promise<QueueThresholds[]> {
  const stored: QueueThresholds[] = await db("queue_thresholds")
    .select(
      "queue",
      "formula",
      "service_level_ms",
      "short_abandon_ms",
      "short_contact_ms",
      "sudden_disconnect_ms",
      "rona_after_ms",
      "service_level_goal_share",
    )
    .orderBy("queue");
  const configured = [{ queue: "", ...config.thresholds }];
  const rows = stored.length > 0 ? stored : configured;
  return rows.map((row) => ({
    ...row,
    goal: words.share(row.service_level_goal_share),
  }));
}

/** The thresholds of a queue, found by its id, else its name, else the default. */
export function thresholdsOf(
  all: readonly QueueThresholds[],
  queueId: string | null,
  queueName: string | null,
): QueueThresholds {
  const found =
    all.find(({ queue }) => queue !== "" && queue === queueId) ??
    all.find(({ queue }) => queue !== "" && queue === queueName) ??
    all.find(({ queue }) => queue === "");
  if (found === undefined) throw new Error("thresholds without a default");
  return found;
}
