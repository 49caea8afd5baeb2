import { type Visits, withinWords } from "./contact-sessions-visits";
import type { Ask } from "./report";
import { type Fill, shareBar } from "./svg";
import { pageTable, type PageTable, type TableRow } from "./table";
import { shareOf } from "./units";

/** Contacts that began in the period, alike in channel, direction and outcome. */
export interface ContactRow {
  channel_type: string;
  direction: string;
  is_assumed: number;
  handle_type: string;
  abandoned_type: string;
  contact_count: number;
  reached_count: number;
  truncated_count: number;
}

export function sumContacts(rows: readonly ContactRow[], of: keyof ContactRow = "contact_count"): number {
  return rows.reduce((sum, row) => sum + Number(row[of]), 0);
}

/** The outcomes a contact can have, in the order they are told. */
const OUTCOMES: readonly { label: string; type: string; abandoned?: string }[] = [
  { label: "Handled", type: "normal" },
  { label: "Handled, sudden disconnect", type: "sudden_disconnect" },
  { label: "Abandoned in the queue", type: "abandoned", abandoned: "queue" },
  { label: "Abandoned while offered to an agent", type: "abandoned", abandoned: "agent-connect" },
  { label: "Abandoned in the IVR", type: "abandoned", abandoned: "treatment" },
  { label: "Abandoned at once", type: "abandoned", abandoned: "new" },
  { label: "Abandoned, place unknown", type: "abandoned", abandoned: "" },
  { label: "Short, in the queue", type: "short", abandoned: "queue" },
  { label: "Short, while offered to an agent", type: "short", abandoned: "agent-connect" },
  { label: "Short, in the IVR", type: "short", abandoned: "treatment" },
  { label: "Short, at once", type: "short", abandoned: "new" },
  { label: "Short, place unknown", type: "short", abandoned: "" },
  { label: "Ended in IVR, outcome unknown (self-service)", type: "self_service" },
  { label: "Callback taken", type: "callback" },
  { label: "Still open", type: "open" },
  { label: "Unknown (open for too long)", type: "unknown" },
  { label: "Not told (delivered without events)", type: "not told" },
];

/** What became of inbound telephone contacts. */
export function outcomeTable(contacts: readonly ContactRow[], ask: Ask): PageTable {
  const { t } = ask.words;
  const all = sumContacts(contacts);
  const row = (label: string, of: readonly ContactRow[]): TableRow => {
    const share = shareOf(sumContacts(of), all);
    const counts = { contact_count: sumContacts(of), truncated_count: sumContacts(of, "truncated_count") };
    return { outcome: label, ...counts, share, bar: shareBar(share, fillOf(of[0])) };
  };
  const known = OUTCOMES.map((outcome) =>
    row(
      t(outcome.label),
      contacts.filter((each) => isOutcome(each, outcome)),
    ),
  );
  const rest = contacts.filter((each) => !OUTCOMES.some((outcome) => isOutcome(each, outcome)));
  const others = [...new Set(rest.map(({ handle_type }) => handle_type))].map((type) =>
    row(
      type,
      rest.filter(({ handle_type }) => handle_type === type),
    ),
  );
  const rows = [...known, ...others].filter(({ contact_count }) => contact_count !== 0);
  const total = rows.length === 0 ? [] : [{ ...row(t("All"), contacts), bar: "", is_total: 1 }];
  return pageTable(
    t("Outcomes of inbound calls"),
    [
      { key: "outcome", label: "Outcome", unit: "text" },
      { key: "contact_count", label: "Contacts", unit: "count" },
      { key: "share", label: "Share", unit: "share" },
      { key: "bar", label: "", unit: "markup" },
      {
        key: "truncated_count",
        label: "of these truncated",
        unit: "count",
        hint: "not all of their events were delivered",
      },
    ],
    [...rows, ...total],
    ask,
    t(
      "By contact, counted on the local day it began; a contact may visit several queues, so contacts and visits differ.",
    ),
  );
}

/** The fills of the arrival chart: handled, abandoned or short, other. */
function fillOf(row: ContactRow | undefined): Fill {
  if (row === undefined) return "s3";
  if (isHandled(row)) return "s1";
  return isAbandoned(row) ? "s2" : "s3";
}

function isOutcome(row: ContactRow, { type, abandoned }: (typeof OUTCOMES)[number]): boolean {
  return row.handle_type === type && (abandoned === undefined || row.abandoned_type === abandoned);
}

/** Channels apart: their service levels and waits are never put together. */
export function channelTable(contacts: readonly ContactRow[], visits: readonly Visits[], ask: Ask): PageTable {
  const inbound = contacts.filter(({ direction }) => direction === "inbound");
  const channels = [...new Set([...inbound, ...visits].map(({ channel_type }) => channel_type))].toSorted();
  const rows = channels.map((channel) => {
    const own = inbound.filter(({ channel_type }) => channel_type === channel);
    const found = visits.find(({ channel_type }) => channel_type === channel);
    return {
      service_level_share: null,
      asa_ms: null,
      p90_wait_ms: null,
      offered_count: 0,
      ...found,
      within: found === undefined ? "" : withinWords(ask.words, found),
      channel_type: channel,
      contact_count: sumContacts(own),
      handled_count: sumContacts(own.filter(isHandled)),
      lost_count: sumContacts(own.filter(isAbandoned)),
    };
  });
  return pageTable(
    ask.words.t("Channels, inbound"),
    [
      { key: "channel_type", label: "Channel", unit: "text", names: "channel" },
      { key: "contact_count", label: "Contacts", unit: "count" },
      { key: "handled_count", label: "Handled", unit: "count" },
      { key: "lost_count", label: "Abandoned or short", unit: "count" },
      { key: "offered_count", label: "Offered visits", unit: "count" },
      { key: "within", label: "Within", unit: "text" },
      { key: "service_level_share", label: "Service level", unit: "share" },
      { key: "asa_ms", label: "ASA", unit: "duration" },
      { key: "p90_wait_ms", label: "P90 wait", unit: "duration" },
    ],
    rows,
    ask,
  );
}

/** Directions apart: for what the centre dials itself, whether somebody was reached. */
export function directionTable(contacts: readonly ContactRow[], ask: Ask): PageTable {
  const keys = [...new Set(contacts.map(({ channel_type, direction }) => `${direction}\t${channel_type}`))].toSorted();
  const rows = keys.map((key) => {
    const own = contacts.filter(({ channel_type, direction }) => `${direction}\t${channel_type}` === key);
    const [attempted, reached] = [sumContacts(own), sumContacts(own, "reached_count")];
    const assumed = sumContacts(own.filter(({ is_assumed }) => is_assumed === 1));
    return {
      direction: own[0]?.direction ?? "",
      channel_type: own[0]?.channel_type ?? "",
      contact_count: attempted,
      reached_count: reached,
      unreached_count: attempted - reached,
      reached_share: shareOf(reached, attempted),
      assumed_count: assumed,
    };
  });
  return pageTable(
    ask.words.t("Directions"),
    [
      { key: "direction", label: "Direction", unit: "text", names: "direction" },
      { key: "channel_type", label: "Channel", unit: "text", names: "channel" },
      { key: "contact_count", label: "Attempted", unit: "count" },
      { key: "reached_count", label: "Reached", unit: "count", hint: "an agent and the customer were connected" },
      { key: "unreached_count", label: "Not reached", unit: "count" },
      { key: "reached_share", label: "Reach rate", unit: "share" },
      { key: "assumed_count", label: "Direction assumed", unit: "count", hint: "delivered without a direction" },
    ],
    rows,
    ask,
    ask.words.t("Inbound: customers call; outbound: a campaign calls; outdial: an agent calls."),
  );
}

export function isHandled({ handle_type }: { handle_type: string }): boolean {
  return handle_type === "normal" || handle_type === "sudden_disconnect";
}

export function isAbandoned({ handle_type }: { handle_type: string }): boolean {
  return handle_type === "abandoned" || handle_type === "short";
}
