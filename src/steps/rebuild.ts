import { type Batch, periodOf, type StepResult } from "../batch";
import type { Context } from "../context";
import { rebuildTables } from "../models/rebuild";
import { noteSetting } from "../models/settings";
import { dropReturned, type Returned } from "../privacy/returned";
import { loadRules, rulesVersion } from "../reference/load";

/** Makes sessions and activities anew for every contact and agent that new events or changed rules touch. */
export async function rebuild({ db, config, log }: Context, batch: Batch): Promise<StepResult> {
  const returned = await dropReturned(db, config.zone);
  if (returned.contacts + returned.agents > 0) {
    log.warn(
      `${returned.contacts} contacts and ${returned.agents} agents were delivered again with events of days that were purged. These events were taken out again: half a day of them would be told as a whole one.`,
    );
  }
  const counts = await rebuildTables(db, config, log, periodOf(batch), rulesVersion(config), (trx) =>
    loadRules(trx, config),
  );
  await noteSetting(db, "rules_version", rulesVersion(config));
  return { counts: { ...counts, ...purgedCounts(returned) } };
}

/** Counts that are worth a word. */
function purgedCounts({ contacts, agents }: Returned): Record<string, number> {
  return contacts + agents === 0 ? {} : { purged_contacts_returned: contacts, purged_agents_returned: agents };
}
