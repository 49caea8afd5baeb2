import { readFileSync } from "node:fs";
import { join } from "node:path";
import { readCsvTable } from "../../src/base/csv";
import { type BruteActivity, type BruteThresholds, bruteSession, type BruteVisit, bruteVisits } from "./brute";

/**
 * Every metric once more, as plainly as it can be told, over contacts and stays that were walked through one by one. What
 * the catalogue says in SQL is said here a second time, in another language and by other ways.
 */
export type Row = Record<string, number | string | null>;

/** A metric by hand: which rows it looks at, and what it takes of one. Null takes nothing. */
export interface ByHand {
  of: keyof BruteRows;
  how: "ratio" | "mean" | "sum" | "distinct" | number;
  take: (row: Row) => [number, number] | number | string | null;
}

export interface BruteRows {
  visits: Row[];
  centre: Row[];
  contacts: Row[];
  handled: Row[];
  reported: Row[];
  offers: Row[];
  callbacks: Row[];
  failures: Row[];
  checks: Row[];
  stays: Row[];
}

export interface Limits {
  level: number;
  abandon: number;
  formula: string;
  rona: number;
}

const n = (value: number | string | null | undefined): number => Number(value ?? 0);
const yes = (value: boolean): number => (value ? 1 : 0);
const reference = (file: string): Record<string, string>[] =>
  readCsvTable(readFileSync(join(__dirname, "../../src/reference", file), "utf8"));
const folded = (text: string): string => text.toLowerCase().replaceAll(/[-_ ]/g, "");
const CODES = new Map(reference("reason-codes.csv").map((row) => [folded(row.code ?? ""), row]));
const CPA = new Map(
  reference("cpa-reasons.csv").flatMap((row) =>
    [row.reason ?? "", ...(row.alias ?? "").split(";")].filter(Boolean).map((name) => [folded(name), row] as const),
  ),
);
const OFFER = ["ronatimerexpired", "noansweruser", "userdeclined"];

/** All rows a contact gives. */
export function contactRows(
  all: readonly BruteActivity[],
  newest: number,
  limits: (queue: string | null) => Limits,
  checked: Row | undefined,
  toldByAgents: readonly { code: string; queue: string | null; agent: string; at: number }[],
): Partial<BruteRows> {
  const thresholds: BruteThresholds = { "": { sudden: 5000, short: 10_000, rona: 10_000 } };
  const session = bruteSession(all, newest, thresholds);
  const direction = session.direction ?? (all.find((one) => one.isOutdial !== null)?.isOutdial ? "outdial" : "inbound");
  const whole = session.is_open === 0 && all.find((one) => one.inTable)?.name === "new";
  const base: Row = {
    contact: all[0]?.contactId ?? "",
    start: session.started_at_ms,
    end: session.ended_at_ms,
    channel: session.channel_type,
    queue: session.last_queue_id,
    entry_point: session.entry_point_id,
    site: session.last_site_id,
    team: session.last_team_id,
    agent: session.last_agent_id,
    direction,
    whole: yes(whole),
    type: session.handle_type,
    assumed: yes(session.direction === null && direction === "inbound"),
    reached: yes(session.connected_count > 0),
    held: yes(session.hold_count > 0),
    wrapup: session.wrapup_ms,
    transferred: yes(session.transfer_count > 0),
    blind: session.blind_transfer_count,
    consulted: session.consult_transfer_count,
    ...handling(all),
    ...checked,
  };
  const visits = bruteVisits(all);
  const inbound = direction === "inbound";
  return {
    contacts: [base],
    handled: [base],
    checks: [base],
    visits: inbound ? visits.map((visit) => visitRow(base, visit, all, limits)) : [],
    centre: inbound ? centreRows(base, visits, limits) : [],
    callbacks: inbound ? callbackRows(base, visits) : [],
    offers: inbound ? offerRows(base, all, limits) : [],
    failures: failureRows(base, all, toldByAgents),
  };
}

/** Every millisecond's strongest state would take too long: every stretch between two marks does. */
function handling(all: readonly BruteActivity[]): Row {
  const strengths: Record<string, string> = { conferencing: "conference", consulting: "consult", "on-hold": "hold" };
  for (const name of ["connected", "hold-done", "consult-done", "conference-done"]) strengths[name] = "talk";
  const spans = all.filter((one) => strengths[one.name] !== undefined && one.end !== null && one.end > one.at);
  const marks = [...new Set(spans.flatMap((one) => [one.at, one.end ?? 0]))].sort((a, b) => a - b);
  const parts: Record<string, number> = { conference: 0, consult: 0, hold: 0, talk: 0 };
  for (const [index, mark] of marks.slice(0, -1).entries()) {
    const here = spans.filter((one) => one.at <= mark && (one.end ?? 0) > mark).map((one) => strengths[one.name]);
    const strongest = ["conference", "consult", "hold", "talk"].find((part) => here.includes(part));
    if (strongest !== undefined) parts[strongest] = n(parts[strongest]) + n(marks[index + 1]) - mark;
  }
  return { ...parts, handle: Object.values(parts).reduce((sum, part) => sum + part, 0) };
}

function visitRow(
  base: Row,
  visit: BruteVisit,
  all: readonly BruteActivity[],
  limits: (queue: string | null) => Limits,
): Row {
  const left = visit.answered_at_ms ?? visit.left_at_ms;
  const answer = all.find(
    (one) => one.leg === "customer" && one.name === "connected" && one.at === visit.answered_at_ms,
  );
  return {
    ...base,
    start: visit.entered_at_ms,
    end: left,
    queue: visit.queue_id,
    site: answer?.siteId ?? null,
    team: answer?.teamId ?? null,
    agent: answer?.agentId ?? null,
    outcome: visit.outcome,
    callback: visit.is_callback,
    counted: yes(base.whole === 1 && visit.outcome !== "waiting" && visit.is_callback === 0),
    wait: visit.wait_ms,
    K2: visit.queue_ms,
    K3: left === null ? null : left - n(base.start),
    ...limitCells(limits(visit.queue_id)),
  };
}

function limitCells({ level, abandon, formula }: Limits): Row {
  return { level, abandon, formula };
}

function centreRows(base: Row, visits: readonly BruteVisit[], limits: (queue: string | null) => Limits): Row[] {
  const own = visits.filter((visit) => visit.is_callback === 0);
  const [first, last] = [own[0], own.at(-1)];
  if (first === undefined || last === undefined) return [];
  const answered = own.some((visit) => visit.outcome === "answered");
  const left = first.answered_at_ms ?? first.left_at_ms;
  return [
    {
      ...base,
      queue: first.queue_id,
      outcome: answered ? "answered" : last.outcome,
      later: yes(answered && last.outcome === "abandoned"),
      counted: yes(base.whole === 1 && own.every((visit) => visit.outcome !== "waiting")),
      wait: first.wait_ms,
      K2: first.queue_ms,
      K3: left === null ? null : left - n(base.start),
      ...limitCells(limits(first.queue_id)),
    },
  ];
}

function callbackRows(base: Row, visits: readonly BruteVisit[]): Row[] {
  const taken = visits.find((visit) => visit.outcome === "callback");
  if (taken === undefined) return [];
  const attempts = visits.filter((visit) => visit.is_callback === 1);
  const reached = attempts.find((visit) => visit.answered_at_ms !== null)?.answered_at_ms ?? null;
  const time = reached === null ? null : reached - n(taken.left_at_ms);
  return [{ ...base, queue: taken.queue_id, attempts: attempts.length, back: yes(reached !== null), time }];
}

function offerRows(base: Row, all: readonly BruteActivity[], limits: (queue: string | null) => Limits): Row[] {
  const leg = all.filter((one) => one.leg === "customer");
  const settling = ["connected", "connect", "parked", "con-to-agent-error", "callback-failed", "ended"];
  return leg
    .filter((one) => one.name === "connect")
    .map((offer) => {
      const next = leg.find((one) => one.number > offer.number && settling.includes(one.name));
      const parked = leg.findLast((one) => one.name === "parked" && one.number < offer.number);
      const queue = offer.queueId ?? parked?.queueId ?? null;
      const by = ["connected", "con-to-agent-error", "callback-failed"].includes(next?.name ?? "") ? next : undefined;
      const rang = offer.duration ?? (next === undefined ? null : next.at - offer.at);
      const place = { site: offer.siteId ?? by?.siteId ?? null, team: offer.teamId ?? by?.teamId ?? null };
      return {
        ...base,
        ...place,
        agent: offer.agentId ?? by?.agentId ?? null,
        queue,
        rang,
        offer: offerOutcome(offer, next, n(rang) >= limits(queue).rona),
      };
    });
}

function offerOutcome(offer: BruteActivity, next: BruteActivity | undefined, isLong: boolean): string {
  if (next === undefined) return "ringing";
  if (next.name === "connected") return "taken";
  if (next.name === "ended") return "ended";
  if (next.name === "callback-failed") return "unreached";
  const reason = next.reasonCode ?? offer.reasonCode;
  if (reason === null) return isLong ? "rona" : "unexplained";
  if (reason === "RONA_TIMER_EXPIRED" || reason === "NO_ANSWER_USER") return "rona";
  return reason === "USER_DECLINED" ? "declined" : "system";
}

function failureRows(
  base: Row,
  all: readonly BruteActivity[],
  byAgents: readonly { code: string; queue: string | null; agent: string; at: number }[],
): Row[] {
  const own = all.filter((one) => one.reasonCode !== null);
  const told = new Set(own.map((one) => folded(one.reasonCode ?? "")));
  const rows = own.map((one) => ({
    ...base,
    code: folded(one.reasonCode ?? ""),
    queue: one.queueId ?? n0(base.queue),
    agent: one.agentId ?? n0(base.agent),
  }));
  const others = byAgents
    .filter(({ code }) => !told.has(folded(code)))
    .map(({ code, queue, agent }) => ({ ...base, code: folded(code), queue, agent }));
  return [...rows, ...others].map((row) => {
    const [call, cpa] = [CODES.get(row.code), CPA.get(row.code)];
    const kind = call ? "call" : cpa ? "cpa" : OFFER.includes(row.code) ? "offer" : "unknown";
    const failed = kind === "unknown" || kind === "offer" || (call ?? cpa)?.is_failure === "Y";
    const cells = {
      class: call?.class ?? "",
      acts: call?.acts ?? "",
      phase: cpa?.phase ?? "",
      cpa: cpa?.outcome ?? "",
    };
    return { ...row, kind, failed: yes(failed), ...cells };
  });
}

const n0 = (value: number | string | null | undefined): string | null =>
  value === null || value === undefined ? null : String(value);

const is = (row: Row, outcome: string): number => yes(row.counted === 1 && row.outcome === outcome);
const inTime = (row: Row): number => yes(row.wait !== null && n(row.wait) <= n(row.level));
const isShort = (row: Row): number => yes(row.wait !== null && n(row.wait) < n(row.abandon));
const ans = (row: Row): number => is(row, "answered");
const abn = (row: Row): number => is(row, "abandoned");
const off = (row: Row): number => yes(row.counted === 1);

const LEVELS: Record<string, (row: Row) => [number, number]> = {
  answered_only: (v) => [ans(v) * inTime(v), ans(v)],
  abandon_positive: (v) => [(ans(v) + abn(v)) * inTime(v), ans(v) + abn(v)],
  connect: (v) => [(ans(v) + abn(v) + is(v, "callback")) * inTime(v), off(v)],
  abandon_negative: (v) => [ans(v) * inTime(v), ans(v) + abn(v)],
  abandon_ignored: (v) => [ans(v) * inTime(v), ans(v) + abn(v) * (1 - inTime(v))],
  short_credited: (v) => [ans(v) * inTime(v) + abn(v) * isShort(v), ans(v) + abn(v)],
  short_excluded: (v) => [ans(v) * inTime(v), ans(v) + abn(v) * (1 - isShort(v))],
  with_breakouts: (v) => [ans(v) * inTime(v), ans(v) + abn(v) + is(v, "breakout")],
};

type Take = ByHand["take"];
const sum = (of: keyof BruteRows, take: (row: Row) => number): ByHand => ({ of, how: "sum", take });
const mean = (of: keyof BruteRows, take: Take): ByHand => ({ of, how: "mean", take });
const ratio = (of: keyof BruteRows, take: (row: Row) => [number, number]): ByHand => ({ of, how: "ratio", take });
const when = (met: boolean | number, value: number | string | null | undefined): number | null =>
  met && value !== null && value !== undefined ? n(value) : null;

const handled = (row: Row, way = "inbound"): boolean =>
  row.whole === 1 && row.direction === way && ["normal", "sudden_disconnect"].includes(String(row.type));
const rang = (row: Row, ...outcomes: string[]): number => yes(row.whole === 1 && outcomes.includes(String(row.offer)));
const offered = (row: Row): number => yes(row.whole === 1 && row.offer !== "ringing");
const way = (row: Row, direction: string): number => yes(row.direction === direction && row.whole === 1);
const OCCUPIED = ["connected", "conference", "consult", "hold", "transfer", "wrapup"];
const stay = (row: Row, ...kinds: string[]): number => (kinds.includes(String(row.kind)) ? n(row.ms) : 0);
const typed = (row: Row, ...types: string[]): number =>
  yes(row.direction === "inbound" && types.includes(String(row.type)));

const KINDS = "connected conference consult hold transfer wrapup ringing not-responding available engaged idle unknown";
const CLASSES = {
  request_failures: "request-failure",
  server_failures: "server-failure",
  global_failures: "global-failure",
};
const ACTS = [...new Set([...CODES.values()].filter((row) => row.is_failure === "Y").map((row) => row.acts ?? ""))];
const OUTCOMES = [...new Set([...CPA.values()].map((row) => row.outcome ?? ""))];
const listed = (names: readonly string[], one: (name: string) => [string, ByHand]): Record<string, ByHand> =>
  Object.fromEntries(names.map(one));

/** By metric id. */
export const BY_HAND: Record<string, ByHand> = {
  service_level: ratio("visits", (v) => LEVELS[String(v.formula)]?.(v) ?? [0, 0]),
  ...listed(Object.keys(LEVELS), (name) => [
    `service_level_${name}`,
    ratio("visits", (v) => LEVELS[name]?.(v) ?? [0, 0]),
  ]),
  service_level_wxcc: ratio("reported", () => [0, 0]),
  reported_queue_time: mean("reported", () => null),
  reported_aht: mean("reported", () => null),
  asa: mean("visits", (v) => when(ans(v), v.wait)),
  median_wait: { of: "visits", how: 50, take: (v) => when(ans(v), v.wait) },
  p90_wait: { of: "visits", how: 90, take: (v) => when(ans(v), v.wait) },
  longest_wait: { of: "visits", how: 100, take: (v) => when(ans(v) + abn(v), v.wait) },
  abandon_wait: mean("visits", (v) => when(abn(v), v.wait)),
  offered_visits: sum("visits", off),
  answered_visits: sum("visits", ans),
  answered_in_time_visits: sum("visits", (v) => ans(v) * inTime(v)),
  abandoned_visits: sum("visits", abn),
  abandoned_in_time_visits: sum("visits", (v) => abn(v) * inTime(v)),
  short_abandon_visits: sum("visits", (v) => abn(v) * isShort(v)),
  abandon_rate: ratio("visits", (v) => [abn(v) * (1 - isShort(v)), off(v) - abn(v) * isShort(v)]),
  breakout_visits: sum("visits", (v) => is(v, "breakout")),
  waiting_visits: sum("visits", (v) => yes(v.outcome === "waiting" && v.callback === 0)),
  left_out_visits: sum("visits", (v) => yes(v.counted === 0 && v.callback === 0)),
  callback_taken_visits: sum("visits", (v) => is(v, "callback")),
  callback_taken_in_time_visits: sum("visits", (v) => is(v, "callback") * inTime(v)),
  callback_visits: sum("visits", (v) => n(v.callback)),
  callbacks_requested: sum("callbacks", (c) => n(c.whole)),
  callback_attempts: sum("callbacks", (c) => n(c.whole) * n(c.attempts)),
  callbacks_reached: sum("callbacks", (c) => n(c.whole) * n(c.back)),
  callbacks_failed: sum("callbacks", (c) => yes(c.whole === 1 && c.back === 0 && n(c.attempts) > 0)),
  callbacks_not_attempted: sum("callbacks", (c) => yes(c.whole === 1 && c.attempts === 0)),
  callback_reach_rate: ratio("callbacks", (c) => [n(c.whole) * n(c.back), n(c.whole)]),
  time_to_callback: mean("callbacks", (c) => when(n(c.whole), c.time)),
  p90_time_to_callback: { of: "callbacks", how: 90, take: (c) => when(n(c.whole), c.time) },
  centre_service_level: ratio("centre", (c) => [ans(c) * inTime(c), ans(c) + abn(c) * (1 - inTime(c))]),
  centre_asa: mean("centre", (c) => when(ans(c), c.wait)),
  centre_abandon_rate: ratio("centre", (c) => [abn(c) * (1 - isShort(c)), off(c) - abn(c) * isShort(c)]),
  queued_contacts: sum("centre", off),
  abandoned_after_transfer_contacts: sum("centre", (c) => off(c) * n(c.later)),
  inbound_contacts: sum("contacts", (c) => yes(c.direction === "inbound")),
  assumed_inbound_contacts: sum("contacts", (c) => n(c.assumed)),
  handled_contacts: sum("contacts", (c) => typed(c, "normal", "sudden_disconnect")),
  abandoned_contacts: sum("contacts", (c) => typed(c, "abandoned")),
  short_contacts: sum("contacts", (c) => typed(c, "short")),
  self_service_contacts: sum("contacts", (c) => typed(c, "self_service")),
  sudden_disconnect_contacts: sum("contacts", (c) => typed(c, "sudden_disconnect")),
  untold_contacts: sum("contacts", (c) => typed(c, "open", "unknown")),
  truncated_contacts: sum("contacts", () => 0),
  ...listed(["outbound", "outdial"], (w) => [`${w}_attempted`, sum("contacts", (c) => way(c, w))]),
  ...listed(["outbound", "outdial"], (w) => [`${w}_reached`, sum("contacts", (c) => way(c, w) * n(c.reached))]),
  ...listed(["outbound", "outdial"], (w) => [
    `${w}_not_reached`,
    sum("contacts", (c) => way(c, w) * (1 - n(c.reached))),
  ]),
  ...listed(["outbound", "outdial"], (w) => [
    `${w}_reach_rate`,
    ratio("contacts", (c) => [way(c, w) * n(c.reached), way(c, w)]),
  ]),
  aht: mean("handled", (c) => when(handled(c), n(c.handle) + n(c.wrapup))),
  aht_outbound: mean("handled", (c) => when(handled(c, "outbound"), n(c.handle) + n(c.wrapup))),
  aht_outdial: mean("handled", (c) => when(handled(c, "outdial"), n(c.handle) + n(c.wrapup))),
  mean_talk: mean("handled", (c) => when(handled(c), c.talk)),
  mean_conference: mean("handled", (c) => when(handled(c), c.conference)),
  mean_consult: mean("handled", (c) => when(handled(c), c.consult)),
  mean_hold_of_handled: mean("handled", (c) => when(handled(c), c.hold)),
  mean_wrapup: mean("handled", (c) => when(handled(c), c.wrapup)),
  p90_handle: { of: "handled", how: 90, take: (c) => when(handled(c), n(c.handle) + n(c.wrapup)) },
  mean_hold: mean("handled", (c) => when(handled(c) && c.held === 1, c.hold)),
  held_share: ratio("handled", (c) => [yes(handled(c)) * n(c.held), yes(handled(c))]),
  transfer_rate: ratio("handled", (c) => [yes(handled(c)) * n(c.transferred), yes(handled(c))]),
  blind_transfers: sum("handled", (c) => yes(handled(c)) * n(c.blind)),
  consult_transfers: sum("handled", (c) => yes(handled(c)) * n(c.consulted)),
  occupancy: ratio("stays", (s) => [stay(s, ...OCCUPIED), stay(s, ...OCCUPIED, "available")]),
  utilisation: ratio("stays", (s) => [stay(s, ...OCCUPIED, "ringing"), n(s.ms)]),
  unknown_time_share: ratio("stays", (s) => [stay(s, "unknown"), n(s.ms)]),
  signed_in_time: sum("stays", (s) => n(s.ms)),
  ...listed(KINDS.split(" "), (kind) => [`${kind.replace("-", "_")}_time`, sum("stays", (s) => stay(s, kind))]),
  offers: sum("offers", offered),
  taken_offers: sum("offers", (o) => rang(o, "taken")),
  failed_offer_rate: ratio("offers", (o) => [
    rang(o, "rona", "declined", "system", "unreached", "unexplained"),
    offered(o),
  ]),
  rona_rate: ratio("offers", (o) => [rang(o, "rona", "declined"), offered(o)]),
  rona_offers: sum("offers", (o) => rang(o, "rona")),
  declined_offers: sum("offers", (o) => rang(o, "declined")),
  system_failed_offers: sum("offers", (o) => rang(o, "system")),
  customer_unreached_offers: sum("offers", (o) => rang(o, "unreached")),
  unexplained_offers: sum("offers", (o) => rang(o, "unexplained")),
  ended_offers: sum("offers", (o) => rang(o, "ended")),
  mean_ringing: mean("offers", (o) => when(rang(o, "taken"), o.rang)),
  failures: sum("failures", (f) => n(f.failed)),
  failed_contacts: { of: "failures", how: "distinct", take: (f) => (f.failed === 1 ? n0(f.contact) : null) },
  call_failures: sum("failures", (f) => n(f.failed) * yes(f.kind === "call")),
  unknown_failures: sum("failures", (f) => yes(f.kind === "unknown")),
  mccg_failures: sum("failures", (f) => yes(f.class === "mccg")),
  ...listed(Object.keys(CLASSES), (id) => [
    id,
    sum("failures", (f) => n(f.failed) * yes(f.class === CLASSES[id as keyof typeof CLASSES])),
  ]),
  ...listed(ACTS, (acts) => [
    `failures_${acts.replaceAll(" ", "_")}`,
    sum("failures", (f) => n(f.failed) * yes(f.acts === acts)),
  ]),
  ...listed(OUTCOMES, (one) => [
    `cpa_${one.replaceAll("-", "_")}`,
    sum("failures", (f) => yes(f.kind === "cpa" && f.cpa === one)),
  ]),
  cpa_pre_connect: sum("failures", (f) => yes(f.kind === "cpa" && f.phase === "pre-connect")),
  cpa_post_connect: sum("failures", (f) => yes(f.kind === "cpa" && f.phase === "post-connect")),
  fitness: ratio("checks", (c) => [n(c.accepted), n(c.judged)]),
  session_fitness: ratio("checks", (c) => [yes(c.found === 0), 1]),
  violations: sum("checks", (c) => n(c.found)),
  not_in_table_events: sum("checks", (c) => n(c.beside)),
};
