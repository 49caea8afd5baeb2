import type { Language } from "./base/language";
import { addDays } from "./base/days";
import { UsageError } from "./base/errors";
import type { Fault } from "./generate/generate";

/** The options of all commands, as the command line gives them: checked, and absent where not given. */
export interface Options {
  day?: string;
  from?: string;
  to?: string;
  all?: boolean;
  again?: boolean;
  replay?: boolean;
  json?: boolean;
  source?: string[];
  out?: string;
  format?: ("html" | "csv")[] | "csv" | "ndjson";
  view?: "person" | "channel";
  language?: Language;
  mode?: "overlay" | "strict";
  table?: string;
  html?: string;
  bom?: boolean;
  spreadsheet?: boolean;
  days?: number;
  contacts?: number;
  agents?: number;
  seed?: number;
  mapping?: string;
  sample?: number;
  faults?: Fault[];
  concurrency?: number;
  /** Of `report`: let the service make it. Of `explain` and `what-if`: the queue's id or name. */
  queue?: boolean | string;
  eachDay?: boolean;
  recipient?: string;
  scope?: string;
  tier?: "aggregates" | "agent-ids" | "full";
  schedule?: string;
  report?: string;
  dryRun?: boolean;
  failed?: boolean;
  unknown?: boolean;
  lint?: string[];
  contactNumber?: string;
  contact?: string;
  agent?: string;
  team?: string;
  site?: string;
  entryPoint?: string;
  channel?: string;
  limit?: number;
  clock?: "K1" | "K2" | "K3";
  attribution?: "entry" | "end";
  zone?: string;
  by?: "all" | "queue" | "entry_point" | "site" | "team" | "agent" | "channel";
  slot?: "15" | "30" | "60" | "day" | "week" | "month";
  weekStarts?: number;
  openHours?: boolean;
  threshold?: number;
  short?: number;
  formula?: string;
}

/** The first and last day asked for, or null where none is. */
export function daysOf(options: Options): [string, string] | null {
  if (options.day !== undefined) return [options.day, options.day];
  if (options.from === undefined && options.to === undefined) return null;
  if (options.from === undefined || options.to === undefined) {
    throw new UsageError("A period needs both its ends. Give --from D and --to D.");
  }
  if (options.from > options.to) {
    throw new UsageError(
      `The period ends before it begins: from ${options.from} to ${options.to}. Give the earlier day first.`,
    );
  }
  if (addDays(options.from, LONGEST_PERIOD_DAYS) <= options.to) {
    throw new UsageError(
      `From ${options.from} to ${options.to} is more than ${LONGEST_PERIOD_DAYS} days. Ask for a shorter period.`,
    );
  }
  return [options.from, options.to];
}

/** Ten years: longer is a slip of the finger, and would be counted day by day. */
const LONGEST_PERIOD_DAYS = 3_660;
