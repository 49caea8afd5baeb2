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
