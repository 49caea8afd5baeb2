import { readFileSync } from "node:fs";
import { join } from "node:path";
import { readCsvTable } from "../../src/base/csv";

/**
 * The rules of sessions, activities, visits and the sequence check once more, as plainly as they can be told: one
 * contact at a time, loops over arrays, names spelt out. Slow and independent of the SQL on purpose - the tests compare.
 */
export interface BruteEvent {
  contactId: string;
  event: string;
  at: number;
  endedAt: number | null;
  eventId: string;
  sequence: number | null;
  agentId: string | null;
  queueId: string | null;
  teamId: string | null;
  siteId: string | null;
  entryPointId: string | null;
  reasonCode: string | null;
  terminatingEnd: string | null;
  channelType: string | null;
  direction: string | null;
  isOutdial: boolean | null;
  origin: string | null;
  destination: string | null;
  wrapupCode: string | null;
}

export interface BruteActivity extends BruteEvent {
  number: number;
  name: string;
  inTable: boolean;
  end: number | null;
  duration: number | null;
  leg: "customer" | "consult";
}

/** Per queue id, `""` for all others; ms. */
export type BruteThresholds = Record<string, { sudden: number; short: number; rona: number }>;

interface Rule {
  event: string;
  rank: number;
  inTable: boolean;
  closedBy: string[];
}

const reference = (file: string): Record<string, string>[] =>
  readCsvTable(readFileSync(join(__dirname, "../../src/reference", file), "utf8"));
const folded = (name: string): string => name.toLowerCase().replaceAll("-", "").replaceAll("_", "").replaceAll(" ", "");

const rules = new Map<string, Rule>();
for (const row of reference("contact-events.csv")) {
  const closedBy = (row.closed_by ?? "").split(" ").filter((name) => name !== "");
  const rule = { event: row.event ?? "", rank: Number(row.rank), inTable: row.in_sequence_table === "Y", closedBy };
  for (const name of [rule.event, ...(row.aliases ?? "").split(";")]) if (name !== "") rules.set(folded(name), rule);
}

const UNKNOWN: Rule = { event: "", rank: Number.POSITIVE_INFINITY, inTable: false, closedBy: [] };
const ruleOf = (spelling: string): Rule => rules.get(folded(spelling)) ?? { ...UNKNOWN, event: spelling };

export function bruteActivities(events: readonly BruteEvent[]): BruteActivity[] {
  const ordered = [...events].sort((a, b) => {
    if (a.at !== b.at) return a.at - b.at;
    const [left, right] = [a.sequence ?? Number.MAX_VALUE, b.sequence ?? Number.MAX_VALUE];
    if (left !== right) return left < right ? -1 : 1;
    const [first, second] = [ruleOf(a.event).rank, ruleOf(b.event).rank];
    if (first !== second) return first < second ? -1 : 1;
    return Buffer.compare(Buffer.from(a.eventId), Buffer.from(b.eventId));
  });
  let heldUntil = -1;
  let inConsult = false;
  return ordered.map((event, index) => {
    const { event: name, inTable, closedBy } = ruleOf(event.event);
    if (name === "new" && heldUntil >= event.at) inConsult = true;
    const leg = inConsult ? "consult" : "customer";
    if (["ended", "consult-done", "transferred"].includes(name)) inConsult = false;
    if (leg === "customer") {
      const off = ["parked", "connect", "connected", "conferencing", "hold-done", "transferred", "ended"];
      if (off.includes(name)) heldUntil = -1;
      if (["on-hold", "consulting"].includes(name)) heldUntil = Math.max(heldUntil, event.endedAt ?? Infinity);
    }
    const later = ordered.slice(index + 1).find((other) => closedBy.includes(ruleOf(other.event).event));
    const end = event.endedAt ?? (closedBy.length === 0 ? event.at : (later?.at ?? null));
    return { ...event, number: index + 1, name, inTable, end, duration: end === null ? null : end - event.at, leg };
  });
}

const STALE: Record<string, number> = { telephony: 24, chat: 48, social: 48, email: 720 };

export function bruteSession(all: readonly BruteActivity[], newest: number, thresholds: BruteThresholds) {
  const of = (...names: string[]): BruteActivity[] => all.filter((one) => names.includes(one.name));
  const sum = (...names: string[]): number => of(...names).reduce((total, one) => total + (one.duration ?? 0), 0);
  const firstOf = <K extends keyof BruteActivity>(key: K) => all.find((one) => one[key] !== null)?.[key] ?? null;
  const lastOf = <K extends keyof BruteActivity>(key: K) => all.findLast((one) => one[key] !== null)?.[key] ?? null;
  const own = thresholds[lastOf("queueId") ?? ""] ?? thresholds[""];
  if (own === undefined) throw new Error("no thresholds");
  const start = all[0]?.at ?? 0;
  const ended = of("ended").at(-1) ?? null;
  const reopening = of(
    ..."new ivr-connected parked connect connected on-hold hold-done consulting conferencing transferred".split(" "),
  );
  const isOpen =
    ended === null ||
    of("new").length > of("ended").length ||
    reopening.some((one) => ended !== null && one.number > ended.number);
  const channel = firstOf("channelType") ?? "telephony";
  const isStale = isOpen && newest - (all.at(-1)?.at ?? 0) > (STALE[channel] ?? 24) * 3_600_000;
  const blind = of("blind-transfer").filter(
    (one) => of("transferred", "transfer-error").find((next) => next.number > one.number)?.name !== "transfer-error",
  ).length;
  const virtual = of("vt-transfer", "vt-transfer-queue").length;
  const handled = handleType(all, { isOpen, isStale, start, end: ended?.at ?? 0, ...own });
  const end = terminatingEnd(lastOf("terminatingEnd"));
  return {
    started_at_ms: start,
    ended_at_ms: isOpen ? null : (ended?.at ?? null),
    is_open: Number(isOpen),
    is_stale: Number(isStale),
    total_ms: isOpen || ended === null ? null : ended.at - start,
    ivr_count: of("ivr-connected").length,
    ivr_ms: sum("ivr-connected"),
    queue_count: of("parked").filter((one) => !isSameEntry(all, one)).length,
    queue_ms: sum("parked"),
    ringing_count: of("connect").length,
    ringing_ms: sum("connect"),
    connected_count: of("connected").length,
    connected_ms: sum("connected"),
    talk_ms: sum("connected", "hold-done"),
    hold_count: of("on-hold").length,
    hold_ms: sum("on-hold"),
    consult_count: of("consulting").length,
    consult_ms: sum("consulting"),
    conference_count: of("conferencing").length,
    conference_ms: sum("conferencing"),
    ...wrapups(all),
    transfer_count: of("transferred").length + virtual,
    blind_transfer_count: blind + virtual,
    consult_transfer_count: Math.max(0, of("transferred").length - blind),
    ...offers(all, thresholds),
    channel_type: channel,
    direction: firstOf("direction"),
    origin: firstOf("origin"),
    destination: firstOf("destination"),
    entry_point_id: firstOf("entryPointId"),
    first_queue_id: firstOf("queueId"),
    last_queue_id: lastOf("queueId"),
    last_agent_id: lastOf("agentId"),
    last_team_id: lastOf("teamId"),
    last_site_id: lastOf("siteId"),
    handle_type: handled,
    abandoned_type: ["short", "abandoned"].includes(handled) ? abandonedType(all, ended?.number ?? 0) : null,
    terminating_end: end,
    reason_code: lastOf("reasonCode"),
    cpa_result: all.findLast((one) => one.reasonCode !== null && cpaOf(one.reasonCode) !== null)?.reasonCode
      ? cpaOf(all.findLast((one) => one.reasonCode !== null && cpaOf(one.reasonCode) !== null)?.reasonCode ?? "")
      : null,
    wrapup_code: lastOf("wrapupCode"),
    event_count: all.length,
  };
}

function cpaOf(code: string): string | null {
  return reference("cpa-reasons.csv").find((row) => folded(row.reason ?? "") === folded(code))?.reason ?? null;
}

function terminatingEnd(raw: string | null): string | null {
  const side = raw?.toLowerCase() ?? null;
  return side === "caller" || side === "contact" ? "customer" : side;
}

/** A `parked` that only brings back an offer: since the `parked` before nothing but an offer and what belongs to it. */
function isSameEntry(walked: readonly BruteActivity[], parked: BruteActivity): boolean {
  const before = walked.filter((one) => one.number < parked.number);
  const last = before.findLastIndex((one) => one.name === "parked");
  if (last < 0) return false;
  const between = before.slice(last + 1).map((one) => one.name);
  const allowed = ["connect", "con-to-agent-error", "flow-activity"];
  return between.includes("connect") && between.every((name) => allowed.includes(name));
}

function wrapups(all: readonly BruteActivity[]) {
  let [count, ms, unmeasured] = [0, 0, 0];
  for (const one of all) {
    if (one.name === "wrapup") {
      count += 1;
      ms += one.duration ?? 0;
    }
    if (one.name !== "wrapup-done") continue;
    const same = all.filter(
      (other) =>
        other.number < one.number && (one.agentId === null || other.agentId === null || other.agentId === one.agentId),
    );
    const since = same.slice(same.findLastIndex((other) => other.name === "wrapup-done") + 1);
    if (since.some((other) => other.name === "wrapup")) continue;
    const starts = ["ended", "transferred", "vt-transfer", "vt-transfer-queue", "conference-done"];
    const began = since.findLast((other) => starts.includes(other.name));
    if (began === undefined) unmeasured += 1;
    else {
      count += 1;
      ms += one.at - began.at;
    }
  }
  return { wrapup_count: count, wrapup_ms: ms, wrapup_unmeasured_count: unmeasured };
}

function offers(all: readonly BruteActivity[], thresholds: BruteThresholds) {
  const leg = all.filter((one) => one.leg === "customer");
  const tally = { rona: 0, declined: 0, error: 0, unreached: 0, unexplained: 0 };
  const connects = leg.filter((one) => one.name === "connect");
  for (const offer of connects) {
    const settling = ["connected", "connect", "parked", "con-to-agent-error", "callback-failed", "ended"];
    const next = leg.find((one) => one.number > offer.number && settling.includes(one.name));
    if (next === undefined || next.name === "connected" || next.name === "ended") continue;
    const reason = next.reasonCode ?? offer.reasonCode;
    const parked = leg.findLast((one) => one.name === "parked" && one.number < offer.number);
    const own = thresholds[offer.queueId ?? parked?.queueId ?? ""] ?? thresholds[""];
    if (next.name === "callback-failed") tally.unreached += 1;
    else if (reason === "RONA_TIMER_EXPIRED" || reason === "NO_ANSWER_USER") tally.rona += 1;
    else if (reason === "USER_DECLINED") tally.declined += 1;
    else if (reason !== null) tally.error += 1;
    else if ((offer.duration ?? next.at - offer.at) >= (own?.rona ?? 0)) tally.rona += 1;
    else tally.unexplained += 1;
  }
  return {
    offer_count: connects.length,
    rona_count: tally.rona,
    declined_count: tally.declined,
    offer_error_count: tally.error,
    customer_unreached_count: tally.unreached,
    offer_unexplained_count: tally.unexplained,
  };
}

interface Handling {
  isOpen: boolean;
  isStale: boolean;
  start: number;
  end: number;
  sudden: number;
  short: number;
}

function handleType(all: readonly BruteActivity[], known: Handling): string {
  const has = (name: string): boolean => all.some((one) => one.name === name);
  if (known.isStale) return "unknown";
  if (known.isOpen) return "open";
  const connected = all.find((one) => one.name === "connected");
  if (connected !== undefined) return known.end - connected.at <= known.sudden ? "sudden_disconnect" : "normal";
  if (has("opt-out-of-queue")) return "callback";
  if (known.end - known.start <= known.short) return "short";
  return !has("parked") && !has("connect") && has("ivr-connected") ? "self_service" : "abandoned";
}

function abandonedType(all: readonly BruteActivity[], endedNumber: number): string | null {
  const kinds: Record<string, string> = {
    new: "new",
    "ivr-connected": "treatment",
    "ivr-done": "treatment",
    parked: "queue",
    connect: "agent-connect",
  };
  return (
    all
      .filter((one) => one.number < endedNumber)
      .map((one) => kinds[one.name] ?? null)
      .findLast(Boolean) ?? null
  );
}

export interface BruteVisit {
  queue_id: string | null;
  entered_at_ms: number;
  offered_at_ms: number | null;
  answered_at_ms: number | null;
  left_at_ms: number | null;
  outcome: string;
  wait_ms: number | null;
  queue_ms: number;
  offer_count: number;
  is_callback: number;
}

export function bruteVisits(all: readonly BruteActivity[]): BruteVisit[] {
  const leg = all.filter((one) => one.leg === "customer");
  const isStart = (one: BruteActivity): boolean => {
    if (one.name !== "parked") return false;
    const before = leg.findLast((other) => other.name === "parked" && other.number < one.number);
    const changed =
      before !== undefined && before.queueId !== null && one.queueId !== null && before.queueId !== one.queueId;
    return changed || !isSameEntry(leg, one);
  };
  const starts = leg.filter(isStart);
  return starts.map((start, index) => {
    const next = starts[index + 1];
    const inside = leg.filter((one) => one.number >= start.number && (next === undefined || one.number < next.number));
    const exits: Record<string, string> = {
      connected: "answered",
      ended: "abandoned",
      "opt-out-of-queue": "callback",
      dequeued: "breakout",
      "ivr-connected": "breakout",
      transferred: "breakout",
    };
    const exit = inside.find((one) => exits[one.name] !== undefined) ?? next;
    const outcome = exit === undefined ? "waiting" : (exits[exit.name] ?? "breakout");
    const offered = inside.filter((one) => one.name === "connect" && (exit === undefined || one.number < exit.number));
    return {
      queue_id: start.queueId ?? (inside.includes(exit ?? start) ? (exit?.queueId ?? null) : null),
      entered_at_ms: start.at,
      offered_at_ms: offered[0]?.at ?? null,
      answered_at_ms: outcome === "answered" ? (exit?.at ?? null) : null,
      left_at_ms: outcome === "answered" ? null : (exit?.at ?? null),
      outcome,
      wait_ms: exit === undefined ? null : exit.at - start.at,
      queue_ms: inside.reduce((sum, one) => sum + (one.name === "parked" ? (one.duration ?? 0) : 0), 0),
      offer_count: offered.length,
      is_callback: Number(leg.some((one) => one.name === "opt-out-of-queue" && one.number < start.number)),
    };
  });
}

export interface BruteFinding {
  activity_number: number;
  state: string;
  previous_event: string;
  event: string;
  kind: string;
}

/** @param isAccepted the cell of the sequence table */
export function bruteFindings(
  all: readonly BruteActivity[],
  mode: "overlay" | "strict",
  isAccepted: (state: string, event: string) => boolean,
): BruteFinding[] {
  const findings: BruteFinding[] = [];
  let state = "no-contact";
  let previous = "no-contact";
  let monitoring: string | null = null;
  let isPreviousOverlayWrapup = false;
  let isUnjudged = false;
  for (const { number, name, inTable } of all) {
    if (!inTable) continue;
    const find = (kind: string): void =>
      void findings.push({ activity_number: number, state, previous_event: previous, event: name, kind });
    const isMonitoring = name.startsWith("monitoring-");
    const isOverlay =
      mode === "overlay" &&
      (isMonitoring ||
        ["recording-started", "update-csr-attributes"].includes(name) ||
        (name === "wrapup-done" && state !== "ended"));
    if (mode === "overlay" && previous === "no-contact" && name !== "new") {
      find("no-start");
      isUnjudged = true;
    } else if (!isUnjudged) {
      const cells = [state];
      if (mode === "overlay" && isMonitoring && monitoring !== null) cells.push(monitoring);
      if (mode === "overlay" && isPreviousOverlayWrapup) cells.push("wrapup-done");
      if (!cells.some((from) => isAccepted(from, name))) find("not-accepted");
    }
    if (!isOverlay) {
      state = name;
      isUnjudged = false;
    }
    if (isMonitoring) monitoring = name;
    isPreviousOverlayWrapup = isOverlay && name === "wrapup-done";
    previous = name;
  }
  return findings;
}
