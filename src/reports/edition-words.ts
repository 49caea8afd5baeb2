import { localTime } from "../base/days";
import { durationText, exactDurationText } from "../i18n/figures";
import type { Words } from "../i18n/words";
import { metrics } from "../metrics/catalogue";
import { type Cause, CHANGED_ROWS, type EditionMark, type Restatement } from "../metrics/restatement";
import type { Told } from "./table";

/** Metrics as people call them; what is not here is called by its id. */
export const NAMES: Record<string, string> = {
  asa: "ASA",
  aht: "AHT",
  p90_wait: "P90 wait",
  reason_contacts: "contacts with the reason",
  reason_events: "events with the reason",
  failed_contacts: "contacts affected",
  affected_contacts: "contacts affected",
  session_fitness: "contacts without a finding",
  gaps: "hours with too little data",
  missing_deliveries: "deliveries missing",
  failure_events: "failure events",
  refused_transitions: "refused transitions",
  judged_transitions: "judged transitions",
  accepted_transitions: "accepted transitions",
  checked_contacts: "checked contacts",
  unchecked_contacts: "unchecked contacts",
  sequence_errors: "sequence errors",
  sequence_warnings: "sequence warnings",
  contacts_without_start: "contacts without start",
  events_not_in_table: "events not in table",
  inbound_calls: "inbound calls",
  handled_calls: "handled calls",
  reached_contacts: "reached contacts",
  assumed_contacts: "assumed contacts",
  reconciliation_agreement: "reconciliation agreement",
  reconciled_figures: "reconciled figures",
};

/** What a figure is called within a sentence, in the reader's language. */
export function metricName(id: string, { t, language }: Words): string {
  const known = language === "en" ? undefined : metrics().find((metric) => metric.id === id)?.names[language];
  return known ?? t(NAMES[id] ?? id.replaceAll("_", " "));
}

/** `Edition 2 of 2026-03-14`: editions are dated by the newest event they knew, never by a clock. */
export function markWords({ number, data_up_to_ms }: EditionMark, { config: { zone }, words: { t } }: Told): string {
  if (data_up_to_ms === null) return t("Edition {number}", { number });
  return t("Edition {number} of {day}", { number, day: localTime(zone, data_up_to_ms).slice(0, 10) });
}

/** `service level, Billing: 81.2 → 80.9 % (−0.3 points)`. */
export function changeWords(change: Restatement, told: Told): string {
  const { words } = told;
  if (change.metric_id === CHANGED_ROWS) {
    const file = { file: change.scope_id };
    return words.many(change.new_value ?? 0, "{count} row of {file} changed", "{count} rows of {file} changed", file);
  }
  return `${placedName(change, told)}: ${valueWords(change, words)}`;
}

/** The metric with the queue, agent, reason, … it is of. */
function placedName(change: Restatement, told: Told): string {
  const metric = metricName(change.metric_id, told.words);
  // A block of the summary may be called as its figure is.
  const scopes = scopeWords(change, told).filter((scope) => scope.toLowerCase() !== metric.toLowerCase());
  return [metric, ...scopes].join(", ");
}

/** The same without the points, for a sentence. */
export function shortWords(change: Restatement, told: Told): string {
  if (change.metric_id === CHANGED_ROWS) return changeWords(change, told);
  const { old_value: old, new_value: now, unit } = change;
  const pair = pairWords(old, now, unit, told.words);
  const name = placedName(change, told);
  return name === metricName(change.metric_id, told.words) ? `${name} ${pair}` : `${name}: ${pair}`;
}

export function scopeWords(
  { dimension, scope_id, scope_name, channel_type, slot_at_ms }: Omit<Restatement, "causes">,
  { config: { zone }, words: { t } }: Told,
): string[] {
  const scope = scope_name ?? scope_id;
  const unnamed = t("no {dimension} named", { dimension: t(dimension.replaceAll("_", " ")) });
  return [
    ...(dimension === "all" ? [] : [scope === "" ? unnamed : scope]),
    ...(channel_type === null || channel_type === "telephony" ? [] : [channel_type]),
    ...(slot_at_ms === null ? [] : [localTime(zone, slot_at_ms).slice(0, 16)]),
  ];
}

function valueWords({ old_value: old, new_value: now, unit }: Restatement, words: Words): string {
  const pair = pairWords(old, now, unit, words);
  if (unit !== "share" || old === null || now === null) return pair;
  const points = (now - old) * 100;
  const told = `${points < 0 ? "−" : "+"}${Math.abs(points).toFixed(decimalsOf(old, now))}`;
  return words.t("{pair} ({points} points)", { pair, points: told });
}

/** Both values with as many decimals as it takes to see that they differ. */
export function pairWords(old: number | null, now: number | null, unit: Restatement["unit"], words: Words): string {
  if (unit === "share" && old !== null && now !== null) {
    const decimals = decimalsOf(old, now);
    const percent = words.language === "en" ? " %" : "%";
    return `${(old * 100).toFixed(decimals)} → ${(now * 100).toFixed(decimals)}${percent}`;
  }
  const isClose = unit === "duration" && old !== null && now !== null && durationText(old) === durationText(now);
  const word = (value: number | null): string => {
    if (value === null) return words.t("no data");
    if (unit === "share") return words.share(value);
    if (unit === "count") return words.count(value);
    return isClose ? exactDurationText(Math.round(value)) : words.duration(value);
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
export function causeWords(cause: Cause, words: Words): string {
  const { t } = words;
  if (cause.kind === "dump") {
    const file = { counts: countWords(cause, words), name: cause.name, hash: cause.sha256.slice(0, 12) };
    return t("{counts} of {name} (sha256 {hash})", file);
  }
  if (cause.kind === "setting") {
    return `${cause.name} ${cause.old ?? t("not set")} → ${cause.new ?? t("not set")}`;
  }
  if (cause.kind === "pending") {
    return words.many(
      cause.count,
      "{count} contact or agent loaded and not yet rebuilt or checked when the edition before was made",
      "{count} contacts and agents loaded and not yet rebuilt or checked when the edition before was made",
    );
  }
  if (cause.kind === "stale") {
    const counts = { old: cause.old_count, new: cause.new_count };
    return t("{old} → {new} sessions open for so long that they count as lost", counts);
  }
  if (cause.kind === "code")
    return t("nightdesk {old} → {new}: nothing else differs", { old: cause.old, new: cause.new });
  if (cause.kind === "wish") return t("made again by wish: no figure changed");
  return t("unexplained: no dump, rule or version differs");
}

type DumpCounts = Pick<Extract<Cause, { kind: "dump" }>, "late_count" | "revised_count" | "further_count">;

function countWords({ late_count, revised_count, further_count }: DumpCounts, { many }: Words): string {
  const parts = [
    ...(late_count > 0 ? [many(late_count, "{count} late event", "{count} late events")] : []),
    ...(revised_count > 0 ? [many(revised_count, "{count} revised event", "{count} revised events")] : []),
    ...(further_count > 0 ? [many(further_count, "{count} later event", "{count} later events")] : []),
  ];
  return parts.join(", ");
}

/** All causes in a few words, for the sentence at the head: `14 late events; zone UTC → Asia/Seoul`. */
export function causesInShort(causes: readonly Cause[], words: Words): string {
  const dumps = causes.filter((cause) => cause.kind === "dump");
  const sum = (of: keyof DumpCounts): number => dumps.reduce((total, dump) => total + dump[of], 0);
  const all = {
    late_count: sum("late_count"),
    revised_count: sum("revised_count"),
    further_count: sum("further_count"),
  };
  const counts = countWords(all, words);
  const others = causes.filter((cause) => cause.kind !== "dump").map((cause) => causeWords(cause, words));
  const more = others.length - CAUSES_SHOWN;
  const rest = more > 0 ? [words.many(more, "{count} more cause", "{count} more causes")] : [];
  return [...(counts === "" ? [] : [counts]), ...others.slice(0, CAUSES_SHOWN), ...rest].join("; ");
}

const CAUSES_SHOWN = 3;
