import { join } from "node:path";
import { readSql, selectRows, type Bindings } from "../db/sql";
import type { Ask, Report, ReportContent } from "./report";
import { sequenceFigures } from "./sequence-violations-figures";
import {
  sequenceCards,
  sequenceDefinitions,
  type SequenceTotals,
  truncatedWords,
} from "./sequence-violations-headline";
import { kindTables, type KindRow, unknownTables, type UnknownRow } from "./sequence-violations-kinds";
import { type CellRow, matrixTables, type TransitionRow } from "./sequence-violations-matrix";
import { shareOf } from "./units";

export const sequenceViolations: Report = {
  name: "sequence-violations",
  title: "Sequence violations",
  question: "Do contacts run the way they can run, and where do they not?",
  gather,
};

async function gather(ask: Ask): Promise<ReportContent> {
  const { words } = ask;
  const { from, to } = ask.period;
  const days = { from_day: from, to_day: to };
  const [totals] = await askPart<SequenceTotals>(ask, "totals", days);
  if (totals === undefined) throw new Error("a select without grouping gives one row");
  const transitions = await askPart<TransitionRow>(ask, "transitions", days);
  const cells = await askPart<CellRow>(ask, "cells", { table_name: ask.box.sequence_table });
  const refused = await askPart<KindRow>(ask, "kinds", days);
  const kinds = kindTables(refused, ask);
  const unknown = unknownTables(await askPart<UnknownRow>(ask, "unknown", days), ask);
  const matrix = matrixTables(words, cells, transitions);
  const fitness = shareOf(totals.accepted_count, totals.judged_count);
  return {
    summary: words.many(
      totals.judged_count - totals.accepted_count,
      "Fitness {fitness}: {count} refused transition of {judged}; {share} of contacts without a finding",
      "Fitness {fitness}: {count} refused transitions of {judged}; {share} of contacts without a finding",
      {
        fitness: words.share(fitness),
        judged: totals.judged_count,
        share: words.share(shareOf(totals.fitting_count, totals.checked_count)),
      },
    ),
    page: {
      cards: sequenceCards(words, totals),
      matrix: matrix.page,
      kinds: kinds.page,
      unknown: unknown.page,
      truncated: truncatedWords(words, totals),
      definitions: sequenceDefinitions(words),
    },
    figures: sequenceFigures(totals, refused),
    tables: [kinds.csv, matrix.csv, unknown.csv],
  };
}

async function askPart<Row>({ db }: Ask, part: string, bindings: Bindings): Promise<Row[]> {
  return await selectRows<Row>(db, readSql(join(__dirname, `sequence-violations-${part}.sql`)), bindings);
}
