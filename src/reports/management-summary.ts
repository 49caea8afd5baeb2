import { summaryFigures, summaryTable } from "./management-summary-csv";
import { pageOf } from "./management-summary-page";
import { tellSummary } from "./management-summary-tell";
import type { Ask, Report, ReportContent } from "./report";

export const managementSummary: Report = {
  name: "management-summary",
  title: "Management summary",
  question: "How did it go?",
  gather,
};

/** The whole centre, without a single person: what the mail of that scope says, with charts. */
async function gather(ask: Ask): Promise<ReportContent> {
  const telling = await tellSummary({ ...ask, places: [], tier: "aggregates", restated: null });
  const { verdict_word, headline } = telling.told;
  return {
    summary: `[${verdict_word}] ${headline}`,
    page: pageOf(telling),
    figures: summaryFigures(telling),
    tables: [summaryTable(telling, "management-summary")],
  };
}
