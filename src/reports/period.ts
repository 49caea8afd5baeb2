import { addDays, dayStartMs } from "../base/days";
import type { Period } from "./report";

/** The period from a first to a last local day. */
export function periodOf(zone: string, from: string, to: string): Period {
  const isDay = from === to;
  return {
    from,
    to,
    starts_at_ms: dayStartMs(zone, from),
    ends_at_ms: dayStartMs(zone, addDays(to, 1)),
    name: isDay ? from : `${from}_${to}`,
    label: isDay ? from : `${from} to ${to}`,
  };
}
