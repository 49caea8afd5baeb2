import type { Words } from "../i18n/words";
import { metricOf, presets } from "../metrics/catalogue";
import { isAbandoned, isHandled, sumContacts, type ContactRow } from "./contact-sessions-contacts";
import { type AllVisits, formulaName, type Visits } from "./contact-sessions-visits";
import type { Card, Definition } from "./page";
import { shareOf } from "./units";

/** The figures a manager looks for first: inbound calls, and the visits they made to telephone queues. */
export function contactCards(words: Words, contacts: readonly ContactRow[], visits: Visits): Card[] {
  const { t } = words;
  const of = (...types: string[]): number => sumContacts(contacts.filter((row) => types.includes(row.handle_type)));
  const all = sumContacts(contacts);
  const share = (count: number): string =>
    all === 0 ? "" : t("{share} of inbound calls", { share: words.share(shareOf(count, all)) });
  const handled = sumContacts(contacts.filter(isHandled));
  const lost = sumContacts(contacts.filter((row) => isAbandoned(row) && row.handle_type === "abandoned"));
  const truncated = sumContacts(contacts, "truncated_count");
  const assumed = sumContacts(contacts.filter(({ is_assumed }) => is_assumed === 1));
  return [
    {
      label: t("Inbound calls"),
      value: words.count(all),
      note: assumed === 0 ? t("contacts begun") : t("{count} without a direction", { count: assumed }),
    },
    {
      label: t("Handled"),
      value: words.count(handled),
      note: joined(share(handled), t("{count} sudden disconnects", { count: of("sudden_disconnect") })),
    },
    { label: t("Abandoned"), value: words.count(lost), note: joined(share(lost), abandonedPlaces(words, contacts)) },
    {
      label: t("Service level"),
      value: words.share(visits.service_level_share),
      note: serviceLevelNote(words, visits),
    },
    {
      label: t("Abandon rate"),
      value: words.share(visits.abandon_rate_share),
      note: t("of {count} offered visits, short ones left out", { count: visits.offered_count }),
    },
    { label: t("ASA"), value: words.duration(visits.asa_ms), note: t("mean wait of the answered, clock K1") },
    {
      label: t("Median wait"),
      value: words.duration(visits.median_wait_ms),
      note: t("P90 {wait}", { wait: words.duration(visits.p90_wait_ms) }),
    },
    { label: t("Longest wait"), value: words.duration(visits.longest_wait_ms), note: t("answered or abandoned") },
    { label: t("Short"), value: words.count(of("short")), note: t("ended before they could be served") },
    { label: t("Self-service"), value: words.count(of("self_service")), note: t("ended in IVR, outcome unknown") },
    {
      label: t("Callbacks"),
      value: words.count(visits.callback_count),
      note: t("taken instead of waiting; {count} contacts not reached again", { count: of("callback") }),
    },
    {
      label: t("Open or unknown"),
      value: words.count(of("open", "unknown", "not told")),
      note: t("{unknown} open for too long, {untold} not told; {truncated} truncated", {
        unknown: of("unknown"),
        untold: of("not told"),
        truncated,
      }),
    },
  ];
}

/** The cards that show a metric of visits. */
const CARD_METRICS: Readonly<Record<string, string>> = {
  "Service level": "service_level",
  "Abandon rate": "abandon_rate",
  ASA: "asa",
  "Median wait": "median_wait",
  "Longest wait": "longest_wait",
  Callbacks: "callback_taken_visits",
};

/**
 * The cards with links to what their figures are made of.
 *
 * @param evidence the page of the visits they tell of; empty for none
 */
export function linkedCards({ t }: Words, cards: readonly Card[], evidence: string): Card[] {
  const metrics = new Map(Object.entries(CARD_METRICS).map(([label, metric]) => [t(label), metric]));
  return cards.map((card) => {
    const metric = metrics.get(card.label);
    return metric === undefined || evidence === "" ? card : { ...card, href: `${evidence}#${metric}` };
  });
}

function joined(...notes: string[]): string {
  return notes.filter((note) => note !== "").join("; ");
}

function abandonedPlaces({ t }: Words, contacts: readonly ContactRow[]): string {
  const at = (place: string): number =>
    sumContacts(contacts.filter((row) => row.handle_type === "abandoned" && row.abandoned_type === place));
  const places = { queue: at("queue"), ringing: at("agent-connect"), ivr: at("treatment") };
  return t("queue {queue}, ringing {ringing}, IVR {ivr}", places);
}

/** Names the formula, and says in words on which side of the goal the figure lies. */
function serviceLevelNote(
  words: Words,
  { formula: used, threshold_ms: threshold, goal_share: goal, service_level_share: level }: Visits,
): string {
  const { t } = words;
  const formula = formulaName(words, used);
  const within =
    threshold === null ? t("threshold by queue") : t("within {threshold}", { threshold: words.threshold(threshold) });
  if (goal === null) return t("{formula}, {within}; goals differ by queue", { formula, within });
  const verdict = level === null ? "" : level >= goal ? t(": ▲ reached") : t(": ▼ missed");
  return t("{formula}, {within}; goal {goal}{verdict}", { formula, within, goal: words.share(goal), verdict });
}

/** Every formula the page uses, in words. */
export function contactDefinitions({ t, language }: Words, { queues, telephony }: AllVisits): Definition[] {
  const formulas = [...new Set([telephony, ...queues].map(({ formula }) => formula))].filter(
    (each) => each !== "mixed",
  );
  return [
    ...formulas.toSorted().map((formula) => ({
      name: t("Service level"),
      id: formula,
      text: `${presets().get(formula)?.formula[language] ?? formula}. ${t("In time: the wait was no longer than the queue's threshold.")}`,
    })),
    {
      name: t("Visit"),
      id: "",
      text: t(
        "One stay of an inbound contact in one queue, told on the day and in the half-hour it entered. An offer that came back to the same queue belongs to the same visit; another queue is another visit.",
      ),
    },
    {
      name: t("Offered"),
      id: "",
      text: t(
        "Answered + abandoned + callback taken + breakout (left the queue otherwise: dequeued, by the flow, to another queue). Visits after a callback was taken are not offered again.",
      ),
    },
    {
      name: t("Wait"),
      id: "K1",
      text: t("From entering the queue to the answer, ringing included; for an abandoned visit to its end."),
    },
    {
      name: t("ASA"),
      id: "asa",
      text: `${sentence(metricOf("asa").formula[language])} ${t("Median and P90 are nearest rank on the sorted waits of answered visits.")}`,
    },
    {
      name: t("Abandon rate"),
      id: "abandon_rate",
      text: `${sentence(metricOf("abandon_rate").formula[language])} ${t("A short abandon waited less than the queue's short-abandon threshold.")}`,
    },
    {
      name: t("Left out"),
      id: "",
      text: t(
        "Contacts that are open, unknown, truncated or came without their start enter no rate, service level or wait; their number stands beside. Still waiting: visits nothing has ended yet.",
      ),
    },
    {
      name: t("Handled"),
      id: "",
      text: t(
        "Contacts an agent was connected to; a sudden disconnect ended within its threshold of the first connection. Short: not connected and ended within the short-contact threshold of its start.",
      ),
    },
    { name: t("no data"), id: "", text: t("There was nothing to divide by. It is not 0 % and not 100 %.") },
  ];
}

/** Words of the catalogue with a large first letter and a full stop. */
function sentence(words: string): string {
  return `${words.replace(/[a-z]/, (letter) => letter.toUpperCase())}.`;
}
