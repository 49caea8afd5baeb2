import { join } from "node:path";
import { readSql, selectRows, type Bindings } from "../db/sql";
import { abandonedTables } from "./contact-sessions-abandoned";
import { arrivalCharts } from "./contact-sessions-arrivals";
import { channelTable, directionTable, outcomeTable, sumContacts, type ContactRow } from "./contact-sessions-contacts";
import { type ArrivalRow, contactFigures } from "./contact-sessions-figures";
import { comparedCards, comparisonDefinition, comparisonTable, readComparison } from "./contact-sessions-comparison";
import { contactCards, contactDefinitions, linkedCards } from "./contact-sessions-headline";
import { intervalTables, queueTables } from "./contact-sessions-queues";
import { formulaName, readVisits } from "./contact-sessions-visits";
import { gatherVisitEvidence } from "./evidence";
import type { Ask, Report, ReportContent } from "./report";

export const contactSessions: Report = {
  name: "contact-sessions",
  title: "Contact sessions",
  question: "How many contacts came, how many were handled or lost, and how long did they wait?",
  gather,
};

async function gather(ask: Ask): Promise<ReportContent> {
  const contacts = await askPart<ContactRow>(ask, "contacts");
  const arrivals = await askPart<ArrivalRow>(ask, "arrivals");
  const visits = await readVisits(ask);
  const { words } = ask;
  const { telephony } = visits;
  const comparison = await readComparison(ask);
  const compared = comparisonTable(comparison, ask);
  const evidence = await gatherVisitEvidence("contact-sessions", visits, ask);
  const queues = queueTables(visits, evidence.placeOf, ask);
  const intervals = intervalTables(visits, ask);
  const abandoned = await abandonedTables(ask);
  const headline = contacts.filter((row) => row.channel_type === "telephony" && row.direction === "inbound");
  const plain = linkedCards(words, contactCards(words, headline, telephony), evidence.placeOf(telephony));
  const cards = comparedCards(plain, comparison, words);
  return {
    summary: words.many(
      sumContacts(headline),
      "{count} inbound call, service level {level} ({formula}, goal {goal}), abandon rate {abandoned}",
      "{count} inbound calls, service level {level} ({formula}, goal {goal}), abandon rate {abandoned}",
      {
        level: words.share(telephony.service_level_share),
        formula: formulaName(words, telephony.formula),
        goal: words.share(telephony.goal_share),
        abandoned: words.share(telephony.abandon_rate_share),
      },
    ),
    page: {
      cards,
      ...arrivalCharts(arrivals, ask),
      queues: queues.page,
      compared,
      intervals: intervals.page,
      outcomes: outcomeTable(headline, ask),
      channels: channelTable(contacts, visits.channels, ask),
      directions: directionTable(contacts, ask),
      abandoned: abandoned.page,
      definitions: [...contactDefinitions(words, visits), ...(compared === null ? [] : [comparisonDefinition(words)])],
    },
    figures: contactFigures(visits, contacts, arrivals),
    tables: [queues.csv, intervals.csv, abandoned.csv],
    evidence: evidence.pages,
  };
}

async function askPart<Row>({ db, period }: Ask, part: string): Promise<Row[]> {
  const days: Bindings = { from_day: period.from, to_day: period.to };
  return await selectRows<Row>(db, readSql(join(__dirname, `contact-sessions-${part}.sql`)), days);
}
