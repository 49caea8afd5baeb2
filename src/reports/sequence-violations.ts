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
import { formatCount, formatMany, formatShare, shareOf } from "./units";

export const sequenceViolations: Report = {
  name: "sequence-violations",
  title: "Sequence violations",
  question: "Do contacts run the way they can run, and where do they not?",
  gather,
};

async function gather(ask: Ask): Promise<ReportContent> {
  const { from, to } = ask.period;
  const days = { from_day: from, to_day: to };
  const [totals] = await askPart<SequenceTotals>(ask, "totals", days);
  if (totals === undefined) throw new Error("a select without grouping gives one row");
  const transitions = await askPart<TransitionRow>(ask, "transitions", days);
  const cells = await askPart<CellRow>(ask, "cells", { table_name: ask.box.sequence_table });
  const refused = await askPart<KindRow>(ask, "kinds", days);
  const kinds = kindTables(refused, ask);
  const unknown = unknownTables(await askPart<UnknownRow>(ask, "unknown", days), ask);
  const matrix = matrixTables(cells, transitions);
  const fitness = shareOf(totals.accepted_count, totals.judged_count);
  return {
    summary: `Fitness ${formatShare(fitness)}: ${formatMany(totals.judged_count - totals.accepted_count, "refused transition")} of ${formatCount(totals.judged_count)}; ${formatShare(shareOf(totals.fitting_count, totals.checked_count))} of contacts without a finding`,
    page: {
      cards: sequenceCards(totals),
      matrix: matrix.page,
      kinds: kinds.page,
      unknown: unknown.page,
      truncated: truncatedWords(totals),
      definitions: sequenceDefinitions(),
    },
    figures: sequenceFigures(totals, refused),
    tables: [kinds.csv, matrix.csv, unknown.csv],
  };
}

async function askPart<Row>({ db }: Ask, part: string, bindings: Bindings): Promise<Row[]> {
  return await selectRows<Row>(db, readSql(join(__dirname, `sequence-violations-${part}.sql`)), bindings);
}
