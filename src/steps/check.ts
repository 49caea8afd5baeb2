import type { Batch, StepResult } from "../batch";
import type { Context } from "../context";
import { checkSequences } from "../models/check";
import { loadRules, sequenceVersion } from "../reference/load";

/** Checks every rebuilt contact against the event sequence table. */
export async function check({ db, config, log }: Context, batch: Batch): Promise<StepResult> {
  await loadRules(db, config);
  return { counts: await checkSequences(db, config, log, batch, sequenceVersion(config)) };
}
