import { join } from "node:path";
import { readSql, selectRows, type Bindings } from "../db/sql";
import { abandonedTables } from "./contact-sessions-abandoned";
import { arrivalCharts } from "./contact-sessions-arrivals";
import { channelTable, directionTable, outcomeTable, sumContacts, type ContactRow } from "./contact-sessions-contacts";
import { comparedCards, comparisonDefinition, comparisonTable, readComparison } from "./contact-sessions-comparison";
import { contactCards, contactDefinitions } from "./contact-sessions-headline";
import { intervalTables, queueTables } from "./contact-sessions-queues";
import { readVisits } from "./contact-sessions-visits";
import type { Ask, Report, ReportContent } from "./report";
import { formatMany, formatShare } from "./units";

export const contactSessions: Report = {
  name: "contact-sessions",
  title: "Contact sessions",
  question: "How many contacts came, how many were handled or lost, and how long did they wait?",
  gather,
};

async function gather(ask: Ask): Promise<ReportContent> {
  const contacts = await askPart<ContactRow>(ask, "contacts");
  const arrivals = await askPart<{ half_hour_at_ms: number; handle_type: string; contact_count: number }>(
    ask,
    "arrivals",
  );
  const visits = await readVisits(ask);
  const { telephony } = visits;
  const comparison = await readComparison(ask);
  const compared = comparisonTable(comparison, ask);
  const queues = queueTables(visits, ask);
  const intervals = intervalTables(visits, ask);
  const abandoned = await abandonedTables(ask);
  const headline = contacts.filter((row) => row.channel_type === "telephony" && row.direction === "inbound");
  return {
    summary: `${formatMany(sumContacts(headline), "inbound call")}, service level ${formatShare(telephony.service_level_share)} (${telephony.formula}, goal ${formatShare(telephony.goal_share)}), abandon rate ${formatShare(telephony.abandon_rate_share)}`,
    page: {
      cards: comparedCards(contactCards(headline, telephony), comparison),
      ...arrivalCharts(arrivals, ask),
      queues: queues.page,
      compared,
      intervals: intervals.page,
      outcomes: outcomeTable(headline, ask),
      channels: channelTable(contacts, visits.channels, ask),
      directions: directionTable(contacts, ask),
      abandoned: abandoned.page,
      definitions: [...contactDefinitions(visits), ...(compared === null ? [] : [comparisonDefinition()])],
    },
    tables: [queues.csv, intervals.csv, abandoned.csv],
  };
}

async function askPart<Row>({ db, period }: Ask, part: string): Promise<Row[]> {
  const days: Bindings = { from_day: period.from, to_day: period.to };
  return await selectRows<Row>(db, readSql(join(__dirname, `contact-sessions-${part}.sql`)), days);
}
