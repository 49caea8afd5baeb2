import type { IssuedFigure } from "../metrics/restatement";
import { isHandled, sumContacts, type ContactRow } from "./contact-sessions-contacts";
import { type AllVisits, isTelephony, type Visits } from "./contact-sessions-visits";
import { figureOf, type Scope } from "./figures";
import { grouped } from "./page";

/** Contacts that began in one half-hour, alike in outcome. */
export interface ArrivalRow {
  half_hour_at_ms: number;
  handle_type: string;
  contact_count: number;
}

/** The columns of a row of visits and the metrics they show, what a reader looks for first at the head. */
const VISIT_METRICS = [
  ["service_level_share", "service_level", "share"],
  ["abandon_rate_share", "abandon_rate", "share"],
  ["asa_ms", "asa", "duration"],
  ["median_wait_ms", "median_wait", "duration"],
  ["p90_wait_ms", "p90_wait", "duration"],
  ["longest_wait_ms", "longest_wait", "duration"],
  ["offered_count", "offered_visits", "count"],
  ["answered_count", "answered_visits", "count"],
  ["answered_in_time_count", "answered_in_time_visits", "count"],
  ["abandoned_count", "abandoned_visits", "count"],
  ["abandoned_in_time_count", "abandoned_in_time_visits", "count"],
  ["short_abandon_count", "short_abandon_visits", "count"],
  ["callback_count", "callback_taken_visits", "count"],
  ["callback_in_time_count", "callback_taken_in_time_visits", "count"],
  ["callback_visit_count", "callback_visits", "count"],
  ["breakout_count", "breakout_visits", "count"],
  ["waiting_count", "waiting_visits", "count"],
  ["left_out_count", "left_out_visits", "count"],
] as const;

/** Every figure of the page: calls, visits by channel and queue, contacts by what became of them. */
export function contactFigures(
  visits: AllVisits,
  contacts: readonly ContactRow[],
  arrivals: readonly ArrivalRow[],
): IssuedFigure[] {
  const headline = contacts.filter((row) => row.channel_type === "telephony" && row.direction === "inbound");
  const channels = [visits.telephony, ...visits.channels.filter((row) => !isTelephony(row))];
  return [
    ...channels.flatMap((row) => visitFigures(row, { channel_type: row.channel_type })),
    figureOf("inbound_calls", "count", sumContacts(headline)),
    figureOf("handled_calls", "count", sumContacts(headline.filter(isHandled))),
    ...visits.queues.flatMap((row) => visitFigures(row, queueScope(row))),
    ...outcomeFigures(contacts),
    ...arrivals.map(({ half_hour_at_ms, handle_type, contact_count }) =>
      figureOf("arrivals", "count", contact_count, {
        dimension: "outcome",
        scope_id: handle_type,
        slot_at_ms: half_hour_at_ms,
      }),
    ),
  ];
}

function visitFigures(row: Visits, scope: Scope): IssuedFigure[] {
  return VISIT_METRICS.map(([column, metric, unit]) => figureOf(metric, unit, row[column], scope));
}

function queueScope({ queue_id, queue_name, channel_type, queue }: Visits): Scope {
  return { dimension: "queue", scope_id: queue_id ?? queue_name ?? "", scope_name: queue, channel_type };
}

/** Contacts by channel, direction and outcome, each with those reached and those truncated. */
function outcomeFigures(contacts: readonly ContactRow[]): IssuedFigure[] {
  const scopeOf = (row: ContactRow): string => [row.direction, row.handle_type, row.abandoned_type].join(" ").trim();
  const alike = grouped(contacts, (row) => `${row.channel_type}\t${scopeOf(row)}`);
  return [...alike.values()].flatMap((rows) => {
    const [first] = rows;
    if (first === undefined) return [];
    const scope = { dimension: "outcome", scope_id: scopeOf(first), channel_type: first.channel_type };
    return [
      figureOf("contacts", "count", sumContacts(rows), scope),
      figureOf("reached_contacts", "count", sumContacts(rows, "reached_count"), scope),
      figureOf("truncated_contacts", "count", sumContacts(rows, "truncated_count"), scope),
      figureOf("assumed_contacts", "count", sumContacts(rows.filter(({ is_assumed }) => is_assumed === 1)), scope),
    ];
  });
}
