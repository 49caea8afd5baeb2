import { plainAsk } from "../metrics/placed";
import { gatherShownVisits, type ShownVisit } from "../metrics/evidence-shown";
import { readTimelines, type TimelineRow } from "../metrics/timeline";
import { type AllVisits, isTelephony, type Visits } from "./contact-sessions-visits";
import { type Counted, countedAs, evidenceFigures, leftOutTexts } from "./evidence-figures";
import { activityList, visitTable } from "./evidence-tables";
import type { Ask, EvidencePage } from "./report";
import { thresholdsOf } from "./thresholds";

/** A page shows all of its visits up to the first number, beyond it no more than the second. */
const WHOLE = 2_000;
const BEYOND = 500;
/** So many visits and contacts with their activities all pages of a report show together, so that they stay small. */
const VISITS_IN_ALL = 10_000;
const CONTACTS_IN_ALL = 600;
const CONTACTS_A_PAGE = 50;

/** The pages of a report's visits, and where the evidence of a row of figures stands; empty where it has none. */
export interface VisitEvidence {
  pages: EvidencePage[];
  placeOf: (visits: Visits) => string;
}

/** Of what a page tells: one queue, or all telephone queues. */
interface Subject {
  name: string;
  visits: Visits;
  queues: readonly Visits[];
}

/**
 * A page for each queue and one for all telephone queues, where there are several: how each figure of the report is made, the
 * visits that make it, and what happened to their contacts.
 *
 * @param report the report the pages belong to and are named after
 */
export async function gatherVisitEvidence(report: string, visits: AllVisits, ask: Ask): Promise<VisitEvidence> {
  const subjects = subjectsOf(report, visits);
  const limits = limitsOf(subjects.map((subject) => visitCount(subject.visits)));
  const counted = countedAs();
  const rows = await gatherShownVisits(
    ask.db,
    counted.map(({ metric }) => metric),
    { ...plainAsk(ask.config.zone, ask.period.from, ask.period.to), dimension: "queue" },
    counted.map(({ sql }) => sql),
    Math.max(0, ...limits),
  );
  const shown = subjects.map((subject, index) => rows.filter((row) => isOf(row, subject)).slice(0, limits[index]));
  const contacts = Math.min(CONTACTS_A_PAGE, Math.floor(CONTACTS_IN_ALL / Math.max(1, subjects.length)));
  const keys = shown.map((own) => [...new Set(own.map(({ contact_key }) => contact_key))].slice(0, contacts));
  const timelines = await readTimelines(ask.db, [...new Set(keys.flat())]);
  const pages = subjects.map((subject, index) => ({
    name: subject.name,
    page: pageOf(report, subject, shown[index] ?? [], { keys: keys[index] ?? [], timelines, counted }, ask),
  }));
  const placeOf = (of: Visits): string => subjects.find((subject) => isSame(subject.visits, of))?.name ?? "";
  return { pages, placeOf };
}

function subjectsOf(report: string, { queues, telephony }: AllVisits): Subject[] {
  const used = queues.filter((queue) => visitCount(queue) > 0);
  const calls = used.filter(isTelephony);
  const each = used.map((queue, index) => ({
    name: `evidence/${report}-${index + 1}.html`,
    visits: queue,
    queues: [queue],
  }));
  const all = { name: `evidence/${report}-all.html`, visits: telephony, queues: calls };
  return calls.length > 1 ? [all, ...each] : each;
}

function visitCount({ offered_count, waiting_count, left_out_count, callback_visit_count }: Visits): number {
  return offered_count + waiting_count + left_out_count + callback_visit_count;
}

/** How many visits each page shows. */
function limitsOf(counts: readonly number[]): number[] {
  const limits = counts.map((count) => (count <= WHOLE ? count : BEYOND));
  const sum = limits.reduce((all, limit) => all + limit, 0);
  if (sum <= VISITS_IN_ALL) return limits;
  const most = Math.min(BEYOND, Math.floor(VISITS_IN_ALL / limits.length));
  return limits.map((limit) => Math.min(limit, most));
}

function isOf({ scope_channel, scope_id }: ShownVisit, { queues }: Subject): boolean {
  return queues.some(({ channel_type, queue_key }) => channel_type === scope_channel && queue_key === scope_id);
}

/** All telephone queues are the one row of none. */
function isSame(one: Visits, other: Visits): boolean {
  return one.channel_type === other.channel_type && one.queue_key === other.queue_key && one.queue === other.queue;
}

interface Details {
  keys: readonly number[];
  timelines: ReadonlyMap<number, readonly TimelineRow[]>;
  counted: readonly Counted[];
}

function pageOf(
  report: string,
  { visits, queues }: Subject,
  rows: readonly ShownVisit[],
  { keys, timelines, counted }: Details,
  ask: Ask,
): EvidencePage["page"] {
  const { words, box } = ask;
  const isAll = queues.length > 1;
  const queue = visits.queue === "" ? words.t("(no queue named)") : visits.queue;
  const own = queues.map(({ queue_id, queue_name }) => thresholdsOf(box.thresholds, queue_id, queue_name));
  const [short, otherShort] = new Set(own.map(({ short_abandon_ms }) => short_abandon_ms));
  const contacts = keys.map((key) => timelines.get(key) ?? []);
  const files = [...new Set(contacts.flat().map(({ dump_file }) => dump_file))].toSorted();
  const count = visitCount(visits);
  return {
    report_page: `../${report}.html`,
    subject: isAll ? words.t("All telephone queues") : queue,
    channel: words.name("channel", visits.channel_type),
    figures: evidenceFigures(visits, otherShort === undefined ? (short ?? null) : null, words),
    left_out: leftOutTexts(words),
    visits: visitTable(rows, { keys, counted, visits: count, isAll, queues }, ask),
    command: rows.length < count ? commandFor(visits, isAll, count, ask) : "",
    contacts: keys.map((key, index) => ({
      number: index + 1,
      ...activityList(key, rows, contacts[index] ?? [], files, ask),
    })),
    contacts_note: words.t("The first {count}; a line is told as number of the dump and line in it.", {
      count: keys.length,
    }),
    files: files.map((name, index) => ({ number: index + 1, name })),
  };
}

/** What lists all of them in a terminal; a name is quoted so that a shell takes it as it is. */
function commandFor({ queue_key, channel_type }: Visits, isAll: boolean, count: number, { period }: Ask): string {
  const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;
  const days = period.from === period.to ? `--day ${period.from}` : `--from ${period.from} --to ${period.to}`;
  const place = isAll ? `--channel ${channel_type}` : `--channel ${quoted(channel_type)} --queue ${quoted(queue_key)}`;
  return `nightdesk explain offered_visits ${days} ${place} --limit ${count}`;
}
