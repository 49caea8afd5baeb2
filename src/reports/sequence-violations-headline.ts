import type { Words } from "../i18n/words";
import type { Card, Definition } from "./page";
import { shareOf } from "./units";

/** Contacts of the period and what the check made of them. */
export interface SequenceTotals {
  contact_count: number;
  checked_count: number;
  reported_count: number;
  judged_count: number;
  accepted_count: number;
  not_in_table_count: number;
  /** Checked contacts without a finding. */
  fitting_count: number;
  error_count: number;
  warning_count: number;
  no_start_count: number;
  no_start_truncated_count: number;
  truncated_count: number;
  truncated_finding_count: number;
}

export function sequenceCards(words: Words, totals: SequenceTotals): Card[] {
  const { t } = words;
  const { judged_count: judged, accepted_count: accepted, checked_count: checked, fitting_count: fitting } = totals;
  const unchecked = totals.contact_count - checked;
  return [
    {
      label: t("Fitness"),
      value: words.share(shareOf(accepted, judged)),
      note: t("{accepted} of {judged} transitions accepted", { accepted, judged }),
    },
    {
      label: t("Contacts without a finding"),
      value: words.share(shareOf(fitting, checked)),
      note: t("{fitting} of {checked} checked", { fitting, checked }),
    },
    {
      label: t("Refused transitions"),
      value: words.count(judged - accepted),
      note: t("in a state that does not take the event"),
    },
    { label: t("Errors"), value: words.count(totals.error_count), note: t("where the table is certain") },
    { label: t("Warnings"), value: words.count(totals.warning_count), note: t("where it is not, and missing starts") },
    {
      label: t("Without a start"),
      value: words.count(totals.no_start_count),
      note: t("contacts; {count} of them truncated", { count: totals.no_start_truncated_count }),
    },
    {
      label: t("Not in the table"),
      value: words.count(totals.not_in_table_count),
      note: t("events, no finding against the contact"),
    },
    {
      label: t("Not checked"),
      value: words.count(unchecked),
      note:
        unchecked === 0 ? t("every contact was") : t("{count} came without events", { count: totals.reported_count }),
    },
  ];
}

/** Why a contact that came in part is no proof of a wrong flow. */
export function truncatedWords(words: Words, totals: SequenceTotals): string {
  const { truncated_count: truncated, truncated_finding_count: withFinding } = totals;
  if (truncated === 0) {
    return words.t("No contact of the period is truncated: what is found here happened, or was delivered, so.");
  }
  return [
    words.many(
      truncated,
      "{count} contact is truncated: fewer events were delivered than the source says there are.",
      "{count} contacts are truncated: fewer events were delivered than the source says there are.",
    ),
    words.many(
      withFinding,
      "{count} of them has a finding, which the missing events may explain;",
      "{count} of them have a finding, which the missing events may explain;",
    ),
    words.many(
      totals.no_start_count,
      "{truncated} of the {count} contact without a start are truncated.",
      "{truncated} of the {count} contacts without a start are truncated.",
      { truncated: totals.no_start_truncated_count },
    ),
  ].join(" ");
}

export function sequenceDefinitions({ t }: Words): Definition[] {
  return [
    {
      name: t("Fitness"),
      id: "fitness",
      text: t(
        "Accepted transitions / judged transitions. Events the table does not hold, missing starts and what follows a missing start are not judged.",
      ),
    },
    {
      name: t("Contacts without a finding"),
      id: "",
      text: t("Checked contacts with no refused transition and no missing start / checked contacts."),
    },
    {
      name: t("State"),
      id: "",
      text: t(
        "What the contact was in when the event came: no-contact at first, then the last event that moved it. In overlay mode recordings, attributes, monitoring and an early wrap-up are checked and move nothing; in strict mode every event of the table does.",
      ),
    },
    {
      name: t("Refused (not-accepted)"),
      id: "",
      text: t(
        "The table does not take the event in this state. An error where the table is certain of the cell, else a warning.",
      ),
    },
    {
      name: t("Without a start (no-start)"),
      id: "",
      text: t(
        "The first event the table knows is not new: the beginning was not delivered. One warning, and nothing more until the contact has moved.",
      ),
    },
    {
      name: t("Not in the table"),
      id: "",
      text: t("Events the sequence table has no row and column for. They are counted and judge nobody."),
    },
  ];
}
