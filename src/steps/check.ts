import { type Batch, periodOf, type StepResult } from "../batch";
import type { Context } from "../context";
import { checkSequences } from "../models/check";
import { noteSetting } from "../models/settings";
import { loadRules, sequenceVersion } from "../reference/load";

/** Checks every rebuilt contact against the event sequence table. */
export async function check({ db, config, log }: Context, batch: Batch): Promise<StepResult> {
  await loadRules(db, config);
  const counts = await checkSequences(db, config, log, periodOf(batch), sequenceVersion(config));
  await noteSetting(db, "sequence_table", config.sequence.table);
  await noteSetting(db, "sequence_mode", config.sequence.mode);
  await noteSetting(db, "sequence_version", sequenceVersion(config));
  return { counts };
}
