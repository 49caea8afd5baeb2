import { contactSessions } from "./contact-sessions";
import { failureReasons } from "./failure-reasons";
import type { Report } from "./report";

/** Every report there is, in the order of the index page. */
export const REPORTS: readonly Report[] = [contactSessions, failureReasons];
