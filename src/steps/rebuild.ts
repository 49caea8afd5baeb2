import { type Batch, periodOf, type StepResult } from "../batch";
import type { Context } from "../context";
import { rebuildTables } from "../models/rebuild";
import { noteSetting } from "../models/settings";
import { loadRules, rulesVersion } from "../reference/load";

/** Makes sessions and activities anew for every contact and agent that new events or changed rules touch. */
export async function rebuild({ db, config, log }: Context, batch: Batch): Promise<StepResult> {
  const counts = await rebuildTables(db, config, log, periodOf(batch), rulesVersion(config), (trx) =>
    loadRules(trx, config),
  );
  await noteSetting(db, "rules_version", rulesVersion(config));
  return { counts };
}
