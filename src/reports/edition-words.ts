import { localTime } from "../base/days";
import { type Cause, CHANGED_ROWS, type EditionMark, type Restatement } from "../metrics/restatement";
import { formatCount, formatDuration, formatDurationMs, formatMany, NO_DATA } from "./units";

/** Metrics as people call them; what is not here is called by its id. */
const NAMES: Record<string, string> = {
  asa: "ASA",
  p90_wait: "P90 wait",
  reason_contacts: "contacts with the reason",
  reason_events: "events with the reason",
  failed_contacts: "contacts affected",
  affected_contacts: "contacts affected",
  session_fitness: "contacts without a finding",
  gaps: "hours with too little data",
  missing_deliveries: "deliveries missing",
};

export function metricName(id: string): string {
  return NAMES[id] ?? id.replaceAll("_", " ");
}

/** `Edition 2 of 2026-03-14`: editions are dated by the newest event they knew, never by a clock. */
export function markWords({ number, data_up_to_ms }: EditionMark, zone: string): string {
  return `Edition ${number}${data_up_to_ms === null ? "" : ` of ${localTime(zone, data_up_to_ms).slice(0, 10)}`}`;
}

/** `service level, Billing: 81.2 → 80.9 % (−0.3 points)`. */
export function changeWords(change: Restatement, zone: string): string {
  if (change.metric_id === CHANGED_ROWS) {
    return `${formatMany(change.new_value ?? 0, "row")} of ${change.scope_id} changed`;
  }
  return `${[metricName(change.metric_id), ...scopeWords(change, zone)].join(", ")}: ${valueWords(change)}`;
}

/** The same without the points, for a sentence. */
export function shortWords(change: Restatement): string {
  if (change.metric_id === CHANGED_ROWS) return changeWords(change, "UTC");
  const { old_value: old, new_value: now, unit } = change;
  return `${metricName(change.metric_id)} ${pairWords(old, now, unit)}`;
}

export function scopeWords(
  { dimension, scope_id, scope_name, channel_type, slot_at_ms }: Omit<Restatement, "causes">,
  zone: string,
): string[] {
  const scope = scope_name ?? scope_id;
  return [
    ...(dimension === "all" ? [] : [scope === "" ? `no ${dimension.replaceAll("_", " ")} named` : scope]),
    ...(channel_type === null || channel_type === "telephony" ? [] : [channel_type]),
    ...(slot_at_ms === null ? [] : [localTime(zone, slot_at_ms).slice(0, 16)]),
  ];
}

function valueWords({ old_value: old, new_value: now, unit }: Restatement): string {
  const pair = pairWords(old, now, unit);
  if (unit !== "share" || old === null || now === null) return pair;
  const points = (now - old) * 100;
  const told = Math.abs(points).toFixed(decimalsOf(old, now));
  return `${pair} (${points < 0 ? "−" : "+"}${told} points)`;
}

/** Both values with as many decimals as it takes to see that they differ. */
export function pairWords(old: number | null, now: number | null, unit: Restatement["unit"]): string {
  if (unit === "share" && old !== null && now !== null) {
    const decimals = decimalsOf(old, now);
    return `${(old * 100).toFixed(decimals)} → ${(now * 100).toFixed(decimals)} %`;
  }
  const isClose = unit === "duration" && old !== null && now !== null && formatDuration(old) === formatDuration(now);
  const word = (value: number | null): string => {
    if (value === null) return NO_DATA;
    if (unit === "share") return `${(value * 100).toFixed(1)} %`;
    if (unit === "count") return formatCount(value);
    return isClose ? formatDurationMs(Math.round(value)) : formatDuration(value);
  };
  return `${word(old)} → ${word(now)}`;
}

const MOST_DECIMALS = 6;

function decimalsOf(old: number, now: number): number {
  for (let decimals = 1; decimals < MOST_DECIMALS; decimals++) {
    if ((old * 100).toFixed(decimals) !== (now * 100).toFixed(decimals)) return decimals;
  }
  return MOST_DECIMALS;
}

/** `14 late events, 2 further events of contact-events-2026-03-14.ndjson (sha256 1964821d6bfb)`. */
export function causeWords(cause: Cause): string {
  if (cause.kind === "dump") return `${countWords(cause)} of ${cause.name} (sha256 ${cause.sha256.slice(0, 12)})`;
  if (cause.kind === "setting") return `${cause.name} ${cause.old ?? "not set"} → ${cause.new ?? "not set"}`;
  if (cause.kind === "pending") {
    return `${formatMany(cause.count, "contact or agent", "contacts and agents")} loaded and not yet rebuilt or checked when the edition before was made`;
  }
  if (cause.kind === "stale") {
    return `${formatCount(cause.old_count)} → ${formatCount(cause.new_count)} sessions open for so long that they count as lost`;
  }
  if (cause.kind === "code") return `nightdesk ${cause.old} → ${cause.new}: nothing else differs`;
  if (cause.kind === "wish") return "made again by wish: no figure changed";
  return "unexplained: no dump, rule or version differs";
}

function countWords({ late_count, revised_count, further_count }: Extract<Cause, { kind: "dump" }>): string {
  const parts = [
    ...(late_count > 0 ? [formatMany(late_count, "late event")] : []),
    ...(revised_count > 0 ? [formatMany(revised_count, "revised event")] : []),
    ...(further_count > 0 ? [formatMany(further_count, "later event")] : []),
  ];
  return parts.join(", ");
}

/** All causes in a few words, for the sentence at the head: `14 late events; zone UTC → Asia/Seoul`. */
export function causesInShort(causes: readonly Cause[]): string {
  const dumps = causes.filter((cause) => cause.kind === "dump");
  const sum = (of: "late_count" | "revised_count" | "further_count"): number =>
    dumps.reduce((total, dump) => total + dump[of], 0);
  const counts = countWords({
    kind: "dump",
    name: "",
    sha256: "",
    late_count: sum("late_count"),
    revised_count: sum("revised_count"),
    further_count: sum("further_count"),
  });
  const others = causes.filter((cause) => cause.kind !== "dump").map(causeWords);
  const rest = others.length > CAUSES_SHOWN ? [`${others.length - CAUSES_SHOWN} more causes`] : [];
  return [...(counts === "" ? [] : [counts]), ...others.slice(0, CAUSES_SHOWN), ...rest].join("; ");
}

const CAUSES_SHOWN = 3;
