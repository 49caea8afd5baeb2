import { join } from "node:path";
import type { Fault } from "./faults";
import { openAppendix } from "./write";

/** The version of the form of `truth.json`. */
const TRUTH_VERSION = 1;

/** Contacts and sessions are listed one by one up to this many contacts; beyond it the truth is its totals. */
export const LISTED_CONTACTS = 50_000;

export interface Violation {
  activity_number: number;
  state: string;
  event: string;
  kind: "not-accepted" | "no-start";
  severity: "error" | "warning";
}

export type Outcome = "answered" | "abandoned" | "callback" | "breakout" | "waiting";

/** One stay in a queue, from its entry to its answer, end or departure; times are instants, ms. */
export interface Visit {
  queue_id: string;
  entered_at_ms: number;
  entered_day: string;
  left_at_ms: number | null;
  outcome: Outcome;
  /** A visit that waits for the customer to be called back. */
  is_callback: boolean;
  offer_count: number;
}

const COUNTED = ["ivr", "queue", "ringing", "connected", "hold", "consult", "conference", "wrapup"] as const;
const COUNTS = ["offer", "rona", "declined", "offer_error", "customer_unreached", "offer_unexplained"] as const;
const TRANSFERS = ["transfer", "blind_transfer", "consult_transfer"] as const;

type Counts = Record<
  `${(typeof COUNTED)[number] | (typeof COUNTS)[number] | (typeof TRANSFERS)[number]}_count`,
  number
>;
type Times = Record<`${(typeof COUNTED)[number] | "talk"}_ms`, number>;

/** What a right rebuild must find for a contact: columns of the customer session, its visits and its findings. */
export interface ContactTruth extends Counts, Times {
  contact_id: string;
  channel_type: string;
  direction: string | null;
  started_at_ms: number | null;
  started_day: string | null;
  ended_at_ms: number | null;
  is_open: number;
  is_stale: number;
  total_ms: number | null;
  wrapup_unmeasured_count: number;
  handle_type: string;
  abandoned_type: string | null;
  terminating_end: string | null;
  reason_code: string | null;
  cpa_result: string | null;
  wrapup_code: string | null;
  first_queue_id: string | null;
  last_queue_id: string | null;
  last_agent_id: string | null;
  event_count: number;
  late_event_count: number;
  visits: Visit[];
  violations: Violation[];
}

export const AGENT_MEASURES = [
  "idle",
  "available",
  "ringing",
  "outdial_ringing",
  "connected",
  "hold",
  "consult",
  "conference",
  "wrapup",
  "not_responding",
] as const;
export type AgentMeasure = (typeof AGENT_MEASURES)[number];

/** What a right rebuild must find for one channel of one sign-in of an agent. */
export interface SessionTruth extends Record<`${AgentMeasure}_count` | `${AgentMeasure}_ms`, number> {
  agent_session_id: string;
  channel_id: string;
  agent_id: string;
  agent_name: string;
  channel_type: string;
  started_at_ms: number;
  ended_at_ms: number | null;
  total_ms: number;
  is_open: number;
  transfer_count: number;
  blind_transfer_count: number;
  consult_transfer_count: number;
  last_idle_code: string | null;
  event_count: number;
  late_event_count: number;
}

/** An injected fault: what it is, where it was put, and what must be found because of it. */
export interface InjectedFault {
  fault: Fault;
  file?: string;
  line?: number;
  event_id?: string;
  contact_id?: string;
  agent_id?: string;
  /** In words, for a person who looks for it. */
  expect: string;
  [detail: string]: unknown;
}

/** Counts over everything that was delivered. */
export interface Totals {
  contacts: number;
  contact_events: number;
  agent_events: number;
  agent_channel_sessions: number;
  duplicates: number;
  revised: number;
  rejected: number;
  late_events: number;
  violations: number;
}

/** Collects the truth while it happens; contacts are written as they close, so that memory stays flat. */
export interface Book {
  totals: Totals;
  contact(truth: ContactTruth): void;
  session(truth: SessionTruth): void;
  fault(injected: InjectedFault): void;
  /** Writes what is left: sessions, days, totals and faults. */
  close(): void;
}

type Tally = Record<string, Record<string, number>>;

export function openBook(out: string, request: Record<string, unknown>, isListed: boolean): Book {
  const file = openAppendix(join(out, "truth.json"));
  const sessions: SessionTruth[] = [];
  const faults: InjectedFault[] = [];
  const handleTypes: Tally = {};
  const visits: Record<string, Tally> = {};
  const totals: Totals = {
    contacts: 0,
    contact_events: 0,
    agent_events: 0,
    agent_channel_sessions: 0,
    duplicates: 0,
    revised: 0,
    rejected: 0,
    late_events: 0,
    violations: 0,
  };
  file.add(`{"nightdesk_truth":${TRUTH_VERSION},"request":${JSON.stringify(request)},"contacts":[`);
  return {
    totals,
    contact(truth) {
      if (truth.event_count === 0) return;
      totals.contacts++;
      totals.violations += truth.violations.length;
      count(handleTypes, truth.started_day ?? "", truth.handle_type);
      for (const visit of truth.visits) count((visits[visit.entered_day] ??= {}), visit.queue_id, visit.outcome);
      if (isListed) file.add(`${totals.contacts > 1 ? ",\n" : "\n"}${JSON.stringify(truth)}`);
    },
    session(truth) {
      totals.agent_channel_sessions++;
      if (isListed) sessions.push(truth);
    },
    fault: (injected) => void faults.push(injected),
    close() {
      file.add(`],\n"agent_sessions":[${lines(sessions)}],\n`);
      file.add(`"days":${JSON.stringify(daysOf(handleTypes, visits), null, 1)},\n`);
      file.add(`"faults":[${lines(faults)}],\n"is_listed":${isListed},\n"totals":${JSON.stringify(totals)}}\n`);
      file.close();
    },
  };
}

const NO_COUNTS = Object.fromEntries(
  [...COUNTED, ...COUNTS, ...TRANSFERS].map((name) => [`${name}_count`, 0]),
) as Counts;
const NO_TIMES = Object.fromEntries([...COUNTED, "talk"].map((name) => [`${name}_ms`, 0])) as Times;

/** A truth in which nothing has happened yet. */
export function blankContact(id: string, channelType: string, direction: string): ContactTruth {
  return {
    contact_id: id,
    channel_type: channelType,
    direction,
    started_at_ms: null,
    started_day: null,
    ended_at_ms: null,
    is_open: 1,
    is_stale: 0,
    total_ms: null,
    ...NO_COUNTS,
    ...NO_TIMES,
    wrapup_unmeasured_count: 0,
    handle_type: "open",
    abandoned_type: null,
    terminating_end: null,
    reason_code: null,
    cpa_result: null,
    wrapup_code: null,
    first_queue_id: null,
    last_queue_id: null,
    last_agent_id: null,
    event_count: 0,
    late_event_count: 0,
    visits: [],
    violations: [],
  };
}

export function blankMeasures(): Record<`${AgentMeasure}_count` | `${AgentMeasure}_ms`, number> {
  const zeros = AGENT_MEASURES.flatMap((name) => [
    [`${name}_count`, 0],
    [`${name}_ms`, 0],
  ]);
  return Object.fromEntries(zeros) as Record<`${AgentMeasure}_count` | `${AgentMeasure}_ms`, number>;
}

function lines(rows: readonly unknown[]): string {
  return rows.map((row) => `\n${JSON.stringify(row)}`).join(",");
}

function count(tally: Tally, row: string, column: string): void {
  const counts = (tally[row] ??= {});
  counts[column] = (counts[column] ?? 0) + 1;
}

/** Contacts by the day they began, visits by the day of their entry. */
function daysOf(handleTypes: Tally, visits: Record<string, Tally>): Record<string, unknown>[] {
  const days = new Set([...Object.keys(handleTypes), ...Object.keys(visits)]);
  return [...days].sort().map((day) => ({ day, contacts: handleTypes[day] ?? {}, visits: visits[day] ?? {} }));
}
