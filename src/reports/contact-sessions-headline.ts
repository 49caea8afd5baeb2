import { metricOf, presets } from "../metrics/catalogue";
import { isAbandoned, isHandled, sumContacts, type ContactRow } from "./contact-sessions-contacts";
import type { AllVisits, Visits } from "./contact-sessions-visits";
import type { Card, Definition } from "./page";
import { formatCount, formatDuration, formatShare, shareOf } from "./units";

/** The figures a manager looks for first: inbound calls, and the visits they made to telephone queues. */
export function contactCards(contacts: readonly ContactRow[], visits: Visits): Card[] {
  const of = (...types: string[]): number => sumContacts(contacts.filter((row) => types.includes(row.handle_type)));
  const all = sumContacts(contacts);
  const share = (count: number): string => (all === 0 ? "" : `${formatShare(shareOf(count, all))} of inbound calls`);
  const handled = sumContacts(contacts.filter(isHandled));
  const lost = sumContacts(contacts.filter((row) => isAbandoned(row) && row.handle_type === "abandoned"));
  const truncated = sumContacts(contacts, "truncated_count");
  const assumed = sumContacts(contacts.filter(({ is_assumed }) => is_assumed === 1));
  return [
    {
      label: "Inbound calls",
      value: formatCount(all),
      note: assumed === 0 ? "contacts begun" : `${formatCount(assumed)} without a direction`,
    },
    {
      label: "Handled",
      value: formatCount(handled),
      note: `${share(handled)}; ${formatCount(of("sudden_disconnect"))} sudden disconnects`,
    },
    { label: "Abandoned", value: formatCount(lost), note: `${share(lost)}; ${abandonedPlaces(contacts)}` },
    { label: "Service level", value: formatShare(visits.service_level_share), note: serviceLevelNote(visits) },
    {
      label: "Abandon rate",
      value: formatShare(visits.abandon_rate_share),
      note: `of ${formatCount(visits.offered_count)} offered visits, short ones left out`,
    },
    { label: "ASA", value: formatDuration(visits.asa_ms), note: "mean wait of the answered, clock K1" },
    {
      label: "Median wait",
      value: formatDuration(visits.median_wait_ms),
      note: `P90 ${formatDuration(visits.p90_wait_ms)}`,
    },
    { label: "Longest wait", value: formatDuration(visits.longest_wait_ms), note: "answered or abandoned" },
    { label: "Short", value: formatCount(of("short")), note: "ended before they could be served" },
    { label: "Self-service", value: formatCount(of("self_service")), note: "ended in IVR, outcome unknown" },
    {
      label: "Callbacks",
      value: formatCount(visits.callback_count),
      note: `taken instead of waiting; ${formatCount(of("callback"))} contacts not reached again`,
    },
    {
      label: "Open or unknown",
      value: formatCount(of("open", "unknown", "not told")),
      note: `${formatCount(of("unknown"))} open for too long, ${formatCount(of("not told"))} not told; ${formatCount(truncated)} truncated`,
    },
  ];
}

function abandonedPlaces(contacts: readonly ContactRow[]): string {
  const at = (place: string): string =>
    formatCount(sumContacts(contacts.filter((row) => row.handle_type === "abandoned" && row.abandoned_type === place)));
  return `queue ${at("queue")}, ringing ${at("agent-connect")}, IVR ${at("treatment")}`;
}

/** Names the formula, and says in words on which side of the goal the figure lies. */
function serviceLevelNote({ formula, threshold, goal_share: goal, service_level_share: level }: Visits): string {
  const within = threshold === "by queue" ? "threshold by queue" : `within ${threshold}`;
  if (goal === null) return `${formula}, ${within}; goals differ by queue`;
  const verdict = level === null ? "" : level >= goal ? ": ▲ reached" : ": ▼ missed";
  return `${formula}, ${within}; goal ${formatShare(goal)}${verdict}`;
}

/** Every formula the page uses, in words. */
export function contactDefinitions({ queues, telephony }: AllVisits): Definition[] {
  const formulas = [...new Set([telephony, ...queues].map(({ formula }) => formula))].filter(
    (each) => each !== "mixed",
  );
  return [
    ...formulas.toSorted().map((formula) => ({
      name: "Service level",
      id: formula,
      text: `${presets().get(formula)?.formula.en ?? "unknown formula"}. In time: the wait was no longer than the queue's threshold.`,
    })),
    {
      name: "Visit",
      id: "",
      text: "One stay of an inbound contact in one queue, told on the day and in the half-hour it entered. An offer that came back to the same queue belongs to the same visit; another queue is another visit.",
    },
    {
      name: "Offered",
      id: "",
      text: "Answered + abandoned + callback taken + breakout (left the queue otherwise: dequeued, by the flow, to another queue). Visits after a callback was taken are not offered again.",
    },
    {
      name: "Wait",
      id: "K1",
      text: "From entering the queue to the answer, ringing included; for an abandoned visit to its end.",
    },
    {
      name: "ASA",
      id: "asa",
      text: `${sentence(metricOf("asa").formula.en)} Median and P90 are nearest rank on the sorted waits of answered visits.`,
    },
    {
      name: "Abandon rate",
      id: "abandon_rate",
      text: `${sentence(metricOf("abandon_rate").formula.en)} A short abandon waited less than the queue's short-abandon threshold.`,
    },
    {
      name: "Left out",
      id: "",
      text: "Contacts that are open, unknown, truncated or came without their start enter no rate, service level or wait; their number stands beside. Still waiting: visits nothing has ended yet.",
    },
    {
      name: "Handled",
      id: "",
      text: "Contacts an agent was connected to; a sudden disconnect ended within its threshold of the first connection. Short: not connected and ended within the short-contact threshold of its start.",
    },
    { name: "no data", id: "", text: "There was nothing to divide by. It is not 0 % and not 100 %." },
  ];
}

/** Words of the catalogue with a large first letter and a full stop. */
function sentence(words: string): string {
  return `${words.replace(/[a-z]/, (letter) => letter.toUpperCase())}.`;
}
