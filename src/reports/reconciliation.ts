import { join } from "node:path";
import type { Knex } from "knex";
import type { Words } from "../i18n/words";
import { readSql, selectRows } from "../db/sql";
import type { IssuedFigure } from "../metrics/restatement";
import { figureOf } from "./figures";
import { type Cause, DIFFERENCES, reconciliationDefinitions } from "./reconciliation-words";
import { causeTable, differenceTable, measureTable, reconciliationCards, ruleTable } from "./reconciliation-tables";
import type { Ask, Period, Report, ReportContent } from "./report";
import { shareOf } from "./units";

export const reconciliation: Report = {
  name: "reconciliation",
  title: "Reconciliation",
  question: "Do the vendor's own totals agree with what its events give, and where not, why?",
  gather,
  hasSubject: async (db, period) => (await readDelivered(db, period)).some((each) => each.delivered_count > 0),
};

export type Subject = "contact" | "agent";

/** Sessions of one kind that began in the period, and of how many the vendor delivered a figure. */
export interface Delivered {
  subject: Subject;
  session_count: number;
  only_reported_count: number;
  delivered_count: number;
}

/** How often a cause explains a measure; `difference` is vendor less rebuilt, a count or ms, null where one is unknown. */
export interface Tally {
  subject: Subject;
  measure: string;
  is_count: number;
  place: number;
  cause: Cause;
  rule: string | null;
  figure_count: number;
  difference: number | null;
}

/** Sessions of which both sides tell at least one figure. */
export interface Agreement {
  subject: Subject;
  compared_count: number;
  agreeing_count: number;
  unexplained_count: number;
}

/** A figure that differs, and where the vendor's stands. */
export interface Difference {
  subject: Subject;
  contact_id: string | null;
  agent_id: string | null;
  agent_name: string | null;
  agent_session_id: string | null;
  channel_id: string | null;
  started_at_ms: number;
  measure: string;
  is_count: number;
  vendor_value: number;
  rebuilt_value: number | null;
  difference: number | null;
  cause: Cause;
  rule: string | null;
  dump_name: string | null;
  dump_line: number | null;
}

/** Everything the page is made of. */
export interface Reconciled {
  delivered: readonly Delivered[];
  tallies: readonly Tally[];
  agreements: readonly Agreement[];
  differences: readonly Difference[];
}

async function gather(ask: Ask): Promise<ReportContent> {
  const found = await reconcile(ask);
  const differences = differenceTable(found, ask);
  return {
    summary: summaryOf(found, ask.words),
    page: {
      is_empty: found.delivered.every((each) => each.delivered_count === 0),
      cards: reconciliationCards(found, ask.words),
      causes: causeTable(found, ask),
      measures: (["contact", "agent"] as const)
        .filter((subject) => found.tallies.some((tally) => tally.subject === subject))
        .map((subject) => measureTable(found, subject, ask)),
      rules: ruleTable(found, ask),
      unexplained: differences.page,
      definitions: reconciliationDefinitions(ask.words),
    },
    figures: reconciledFigures(found),
    tables: [differences.csv],
  };
}

/** What an edition keeps of it: how many sessions agree, and how many figures each cause explains. */
function reconciledFigures({ agreements, tallies }: Reconciled): IssuedFigure[] {
  const agreed = agreements.map(({ subject, agreeing_count: agreeing, compared_count: whole }) =>
    figureOf(
      "reconciliation_agreement",
      "share",
      shareOf(agreeing, whole),
      { dimension: "subject", scope_id: subject },
      [agreeing, whole],
    ),
  );
  const causes = [...new Set(tallies.map(({ cause }) => cause))].toSorted();
  const explained = causes.map((cause) => {
    const own = tallies.filter((tally) => tally.cause === cause);
    const count = own.reduce((sum, { figure_count }) => sum + figure_count, 0);
    return figureOf("reconciled_figures", "count", count, { dimension: "cause", scope_id: cause });
  });
  return [...agreed, ...explained];
}

async function reconcile({ db, period, mask }: Ask): Promise<Reconciled> {
  const found: Reconciled = {
    delivered: await readDelivered(db, period),
    tallies: [],
    agreements: [],
    differences: [],
  };
  const [tallies, agreements, differences]: [Tally[], Agreement[], Difference[]] = [[], [], []];
  for (const { subject, delivered_count } of found.delivered) {
    if (delivered_count === 0) continue;
    const ask = async <Row>(of: (figures: string) => string): Promise<Row[]> =>
      await selectRows<Row>(db, of(part(`-${subject}s`)), { from_day: period.from, to_day: period.to });
    tallies.push(...(await ask<Tally>(tallySql)));
    agreements.push(...(await ask<Agreement>(agreementSql)));
    differences.push(...(await ask<Difference>(differenceSql)));
  }
  const masked = differences.map((row) => ({ ...row, agent_name: mask.name(row.agent_name) }));
  return { ...found, tallies, agreements, differences: masked };
}

async function readDelivered(db: Knex, period: Pick<Period, "from" | "to">): Promise<Delivered[]> {
  return await selectRows<Delivered>(db, part("-delivered"), { from_day: period.from, to_day: period.to });
}

function part(name: string): string {
  return readSql(join(__dirname, `reconciliation${name}.sql`));
}

const tallySql = (figures: string): string => `
  select subject, measure, is_count, place, cause, rule, count(*) as figure_count,
    cast(sum(difference) as bigint) as difference
  from (${figures}) as figures
  group by subject, measure, is_count, place, cause, rule
  order by place, cause, rule`;

const agreementSql = (figures: string): string => `
  select subject, count(*) as compared_count,
    count(*) filter (where differing_count = 0) as agreeing_count,
    count(*) filter (where unexplained_count > 0) as unexplained_count
  from (
    select subject, contact_id, agent_id, agent_session_id, channel_id,
      count(*) filter (where cause <> 'equal') as differing_count,
      count(*) filter (where cause = 'unexplained') as unexplained_count
    from (${figures}) as figures
    where cause not in ('vendor-empty', 'only-reported')
    group by subject, contact_id, agent_id, agent_session_id, channel_id
  ) as sessions
  group by subject`;

const differenceSql = (figures: string): string => `
  select *
  from (${figures}) as figures
  where cause in (${DIFFERENCES.map((cause) => `'${cause}'`).join(", ")})
  order by case when cause = 'unexplained' then 0 else 1 end, started_at_ms, contact_id, agent_id, agent_session_id, channel_id, place`;

function summaryOf({ agreements, tallies }: Reconciled, words: Words): string {
  const told = agreements.map(({ subject, compared_count: count, agreeing_count }) => {
    const share = words.share(shareOf(agreeing_count, count));
    return subject === "contact"
      ? words.many(count, "{share} of {count} contact", "{share} of {count} contacts", { share })
      : words.many(count, "{share} of {count} agent channel", "{share} of {count} agent channels", { share });
  });
  if (told.length === 0) return words.t("Nothing to compare: the vendor delivered no totals beside activities");
  const unexplained = tallies
    .filter(({ cause }) => cause === "unexplained")
    .reduce((sum, { figure_count }) => sum + figure_count, 0);
  return words.many(
    unexplained,
    "{told} agree to the millisecond; {count} difference unexplained",
    "{told} agree to the millisecond; {count} differences unexplained",
    { told: told.join(words.t(" and ")) },
  );
}
