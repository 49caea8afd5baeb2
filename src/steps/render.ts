import { join } from "node:path";
import type { Batch, StepResult } from "../batch";
import type { Context } from "../context";
import { NightdeskError, UsageError } from "../base/errors";
import { wordsOf } from "../i18n/words";
import { pendingCounts } from "../models/pending";
import { isUnderRules } from "../models/rebuild";
import { rulesVersion } from "../reference/load";
import { renderReports, reportsWithSubject } from "../reports/render";
import type { ReportRequest } from "../reports/report";

/** Renders the batch's reports, or the configured ones, for its days. */
export async function render({ db, config, log }: Context, batch: Batch): Promise<StepResult> {
  const { from, to } = batch;
  if (from === null || to === null) throw new UsageError("A report needs its days. Give --day D, or --from D --to D.");
  const look = async (reader: Context["db"]): Promise<void> => {
    if (!(await isUnderRules(reader, config, rulesVersion(config)))) throw rulesChanged();
    await warnOfUnfinished(reader, log);
  };
  const names =
    batch.reports.length > 0 ? batch.reports : await reportsWithSubject(db, config, config.reports, { from, to });
  const request: ReportRequest = {
    from,
    to,
    formats: batch.formats.length > 0 ? batch.formats : ["html", "csv"],
    out: batch.out ?? join(config.data_dir, "reports"),
    view: batch.options.view ?? "person",
    bom: batch.options.bom ?? false,
    words: wordsOf(batch.options.language ?? config.language),
  };
  const rendered = await renderReports(db, config, names, request, look);
  return { counts: { files: rendered.files.length, bytes: rendered.bytes }, details: { files: rendered.files } };
}

function rulesChanged(): NightdeskError {
  return new NightdeskError(
    "rules-changed",
    'The zone, a threshold or the reference data changed since the tables were made: their figures would stand under the wrong heading. Run "nightdesk rebuild" and "nightdesk check", which make everything anew, then the report.',
  );
}

/** A report of half-made tables would be wrong without a word: say what is still to be done. */
async function warnOfUnfinished(db: Context["db"], log: Context["log"]): Promise<void> {
  for (const [table, count] of Object.entries(await pendingCounts(db))) {
    if (count > 0) {
      const [entity, , command] = table.split("_");
      log.warn(
        `${count} ${entity} are loaded and not yet through ${command}; run "nightdesk ${command}" for complete figures.`,
      );
    }
  }
}
