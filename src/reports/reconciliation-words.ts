import type { Words } from "../i18n/words";
import type { Definition } from "./page";

/** Why a figure of the vendor's is another than the rebuilt one, in the order the causes are tested. */
export type Cause =
  | "equal"
  | "rounding"
  | "vendor-rule"
  | "later-events"
  | "open-at-export"
  | "list-incomplete"
  | "unknown-rule"
  | "unexplained"
  | "only-reported"
  | "vendor-empty";

/** Causes that are differences: both sides say something, and not the same. */
export const DIFFERENCES: readonly Cause[] = [
  "rounding",
  "vendor-rule",
  "later-events",
  "open-at-export",
  "list-incomplete",
  "unknown-rule",
  "unexplained",
];

export const CAUSES: Record<Cause, { label: string; meaning: string }> = {
  equal: { label: "Equal", meaning: "The same, times to the millisecond." },
  rounding: {
    label: "Rounding",
    meaning:
      "The vendor gives all times of the session in whole seconds and differs by less than one for each activity; or it differs by a millisecond at most for each.",
  },
  "vendor-rule": {
    label: "Known rule",
    meaning: "The vendor's value is exactly what another, known way of counting gives; the rule is named.",
  },
  "later-events": {
    label: "Later events",
    meaning:
      "The vendor's figures are older than events loaded since, and these account for at least what the rebuilt value has more.",
  },
  "open-at-export": {
    label: "Open at export",
    meaning:
      "The session is still open, and what goes on accounts for the difference: the vendor's clock ran until the export, here it counts once it has ended.",
  },
  "list-incomplete": {
    label: "List incomplete",
    meaning:
      "Activities are missing, and can account for what the vendor has more: the list is known to be cut, or the vendor's session holds time of which no activity was delivered.",
  },
  "unknown-rule": {
    label: "Unknown rule",
    meaning:
      "The rebuilt value rests on something nobody told - an end that was not delivered, an event that the reference does not know - and the vendor's lies within what that leaves open.",
  },
  unexplained: { label: "Unexplained", meaning: "None of these holds. Each is listed below." },
  "only-reported": {
    label: "Only reported",
    meaning:
      "Delivered without activities: there is nothing to rebuild. Its total was compared with its own beginning and end, and agrees.",
  },
  "vendor-empty": {
    label: "Empty",
    meaning: "The vendor delivered other figures of the session and leaves this one empty.",
  },
};

/** What the rules behind a known or unknown rule say, by their ids in the SQL. */
export const RULES: Record<string, string> = {
  "own-threshold":
    "The vendor's service-level threshold of this queue is another: its flags part the waits at one point.",
  "own-instants": "The vendor's total runs from its own beginning to its own end, which lie within the events.",
  "with-talk-after-hold": "The vendor counts talk after a hold as connected.",
  "with-hold": "The vendor counts talk after a hold, and the hold, as connected.",
  "with-ringing": "The vendor counts ringing as time in the queue.",
  "every-parked": "The vendor counts every entry into the queue, also that of an offer that came back.",
  "blind-and-consult": "The vendor's transfers are its blind and consult transfers.",
  "customer-leg-only": "The vendor leaves the consult leg out.",
  "not-populated": "The vendor does not fill this figure: it is 0 whatever happened.",
  "inbound-only": "The vendor's plain figure is of inbound calls, and it says nothing of outdial calls.",
  "with-other-states": "The vendor counts further states of the same kind, such as ringing for a consult.",
  "threshold-not-told": "The vendor's flags of this queue are all alike: they say nothing of where its threshold lies.",
  "unknown-event": "The contact has events that the reference does not know.",
  "unknown-state": "The channel has states that the reference does not know.",
  "wrapup-without-beginning": "No event tells when the wrap-up began.",
  "end-derived": "The dump gives no end of an activity; the first event that can end it is taken.",
};

/** What is compared, by the names of the SQL. */
export const MEASURES: Record<string, string> = {
  total: "Total",
  ivr: "IVR",
  queue: "Queue",
  ringing: "Ringing",
  outdial_ringing: "Outdial ringing",
  connected: "Connected",
  hold: "Hold",
  consult: "Consult",
  conference: "Conference",
  wrapup: "Wrap-up",
  idle: "Idle",
  available: "Available",
  not_responding: "Not responding",
  transfer: "Transfers",
  blind_transfer: "Blind transfers",
  consult_transfer: "Consult transfers",
  disconnected: "Disconnects",
  is_within_service_level: "Within service level",
};

/** A measure as a reader calls it: `Hold, time`, `Outdial hold, number`, `Transfers`. */
export function measureLabel(measure: string, { t }: Words): string {
  const [, outdial, name = measure, unit] = /^(outdial_(?!ringing))?(.+?)(?:_(count|ms))?$/.exec(measure) ?? [];
  const plain = t(MEASURES[name] ?? name);
  const label = outdial === undefined ? plain : t("Outdial {measure}", { measure: plain.toLowerCase() });
  if (unit === undefined || isOfOneUnit(name)) return label;
  return unit === "ms" ? t("{measure}, time", { measure: label }) : t("{measure}, number", { measure: label });
}

/** A total is a time, transfers and disconnects are numbers. */
function isOfOneUnit(name: string): boolean {
  return name === "total" || name === "disconnected" || name.endsWith("transfer");
}

export function reconciliationDefinitions({ t }: Words): Definition[] {
  return [
    {
      name: t("Session"),
      id: "",
      text: t(
        "A contact, or one channel of an agent's session, that began in the period and of which the vendor delivered a figure.",
      ),
    },
    {
      name: t("Agrees"),
      id: "reconciliation_agreement",
      text: t(
        "Sessions whose every figure that both sides tell is the same, times to the millisecond / sessions of which both sides tell a figure.",
      ),
    },
    ...([...DIFFERENCES, "only-reported", "vendor-empty"] as const).map((cause) => ({
      name: t(CAUSES[cause].label),
      id: cause,
      text: t(CAUSES[cause].meaning),
    })),
  ];
}
