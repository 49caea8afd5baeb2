import { agentStates } from "./agent-states";
import { contactSessions } from "./contact-sessions";
import { failureReasons } from "./failure-reasons";
import { managementSummary } from "./management-summary";
import { reconciliation } from "./reconciliation";
import type { Report } from "./report";
import { sequenceViolations } from "./sequence-violations";

/** Every report there is, in the order of the index page. */
export const REPORTS: readonly Report[] = [
  agentStates,
  contactSessions,
  failureReasons,
  sequenceViolations,
  reconciliation,
  managementSummary,
];

/** Begun last, one that takes long would keep its connection busy while the others have nothing left to do. */
const LONGEST_FIRST: readonly Report[] = [
  managementSummary,
  contactSessions,
  failureReasons,
  agentStates,
  sequenceViolations,
  reconciliation,
];

/** Compares two reports: below 0 where the first takes longer. */
export function longestFirst(a: Report, b: Report): number {
  return LONGEST_FIRST.indexOf(a) - LONGEST_FIRST.indexOf(b);
}
