import { type Batch, periodOf, type StepResult } from "../batch";
import type { Context } from "../context";
import { checkSequences } from "../models/check";
import { requireRules } from "../models/rebuild";
import { noteSetting } from "../models/settings";
import { loadRules, rulesVersion, sequenceVersion } from "../reference/load";

/** Checks every rebuilt contact against the event sequence table. */
export async function check({ db, config, log }: Context, batch: Batch): Promise<StepResult> {
  // Under a rebuild by other rules, which may be under way, these would be read half of the one and half of the other.
  await loadRules(db, config, (trx) => requireRules(trx, config, rulesVersion(config)));
  const counts = await checkSequences(db, config, log, periodOf(batch), sequenceVersion(config));
  await noteSetting(db, "sequence_table", config.sequence.table);
  await noteSetting(db, "sequence_mode", config.sequence.mode);
  await noteSetting(db, "sequence_version", sequenceVersion(config));
  return { counts };
}
