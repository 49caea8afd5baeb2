import type { Card, Definition } from "./page";
import { formatCount, formatMany, formatShare, shareOf } from "./units";

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

export function sequenceCards(totals: SequenceTotals): Card[] {
  const { judged_count: judged, accepted_count: accepted, checked_count: checked, fitting_count: fitting } = totals;
  const unchecked = totals.contact_count - checked;
  return [
    {
      label: "Fitness",
      value: formatShare(shareOf(accepted, judged)),
      note: `${formatCount(accepted)} of ${formatCount(judged)} transitions accepted`,
    },
    {
      label: "Contacts without a finding",
      value: formatShare(shareOf(fitting, checked)),
      note: `${formatCount(fitting)} of ${formatCount(checked)} checked`,
    },
    {
      label: "Refused transitions",
      value: formatCount(judged - accepted),
      note: "in a state that does not take the event",
    },
    { label: "Errors", value: formatCount(totals.error_count), note: "where the table is certain" },
    { label: "Warnings", value: formatCount(totals.warning_count), note: "where it is not, and missing starts" },
    {
      label: "Without a start",
      value: formatCount(totals.no_start_count),
      note: `contacts; ${formatCount(totals.no_start_truncated_count)} of them truncated`,
    },
    {
      label: "Not in the table",
      value: formatCount(totals.not_in_table_count),
      note: "events, no finding against the contact",
    },
    {
      label: "Not checked",
      value: formatCount(unchecked),
      note: unchecked === 0 ? "every contact was" : `${formatCount(totals.reported_count)} came without events`,
    },
  ];
}

/** Why a contact that came in part is no proof of a wrong flow. */
export function truncatedWords(totals: SequenceTotals): string {
  const { truncated_count: truncated, truncated_finding_count: withFinding } = totals;
  if (truncated === 0)
    return "No contact of the period is truncated: what is found here happened, or was delivered, so.";
  return `${formatMany(truncated, "contact is", "contacts are")} truncated: fewer events were delivered than the source says there are. ${formatCount(withFinding)} of them ${withFinding === 1 ? "has" : "have"} a finding, which the missing events may explain; ${formatCount(totals.no_start_truncated_count)} of the ${formatMany(totals.no_start_count, "contact")} without a start are truncated.`;
}

export function sequenceDefinitions(): Definition[] {
  return [
    {
      name: "Fitness",
      id: "fitness",
      text: "Accepted transitions / judged transitions. Events the table does not hold, missing starts and what follows a missing start are not judged.",
    },
    {
      name: "Contacts without a finding",
      id: "",
      text: "Checked contacts with no refused transition and no missing start / checked contacts.",
    },
    {
      name: "State",
      id: "",
      text: "What the contact was in when the event came: no-contact at first, then the last event that moved it. In overlay mode recordings, attributes, monitoring and an early wrap-up are checked and move nothing; in strict mode every event of the table does.",
    },
    {
      name: "Refused (not-accepted)",
      id: "",
      text: "The table does not take the event in this state. An error where the table is certain of the cell, else a warning.",
    },
    {
      name: "Without a start (no-start)",
      id: "",
      text: "The first event the table knows is not new: the beginning was not delivered. One warning, and nothing more until the contact has moved.",
    },
    {
      name: "Not in the table",
      id: "",
      text: "Events the sequence table has no row and column for. They are counted and judge nobody.",
    },
  ];
}
