import { addDays, dayStartMs } from "../base/days";
import type { Words } from "../i18n/words";
import type { Period } from "./report";

/** The period from a first to a last local day. */
export function periodOf(zone: string, from: string, to: string, words: Words): Period {
  return {
    from,
    to,
    starts_at_ms: dayStartMs(zone, from),
    ends_at_ms: dayStartMs(zone, addDays(to, 1)),
    name: from === to ? from : `${from}_${to}`,
    label: words.period(from, to),
  };
}
