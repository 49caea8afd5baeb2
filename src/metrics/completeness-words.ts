import type { Config } from "../base/config";
import type { Gap, MissingDelivery } from "./completeness";

const WEEKDAYS = ["Sundays", "Mondays", "Tuesdays", "Wednesdays", "Thursdays", "Fridays", "Saturdays"];
const NUMBERS = ["no", "one", "two", "three", "four"];

/** `source wxcc has not delivered 2026-03-02` */
export function missingWords({ source, day }: MissingDelivery): string {
  return `source ${source} has not delivered ${day}`;
}

/** `Received 31 % of what four Mondays before brought between 10:00 and 11:00 on 2026-03-30 (queue Billing: 12 of about 39 visits)` */
export function gapWords(gap: Gap): string {
  const { day, kind, name, received_count: received, expected_count: expected } = gap;
  const part = received === 0 ? "Received nothing" : `Received ${percent(received, expected)}`;
  const whole = gap.from === "00:00" && gap.to === "24:00";
  const when = whole ? `on the whole of ${day}` : `between ${gap.from} and ${gap.to} on ${day}`;
  const weekday = WEEKDAYS[new Date(`${day}T00:00:00Z`).getUTCDay()] ?? "";
  const scope = kind === "visit" ? "queue" : "source";
  const unit = kind === "visit" ? "visits" : `${kind} events`;
  return `${part} of what ${NUMBERS[gap.compared_count] ?? gap.compared_count} ${weekday} before brought ${when} (${scope} ${name}: ${counted(received)} of about ${counted(expected)} ${unit})`;
}

/** The rule by which something counts as a gap, with the thresholds in force. */
export function ruleWords({ completeness: rule }: Config): string {
  return `a gap is an hour with less than ${Math.round(rule.received_share * 100)} % of the median of up to four same weekdays before, where that is at least ${counted(rule.expected_events)} events (source) or ${counted(rule.expected_visits)} visits (queue); where no hour is, the day`;
}

/** What came at all never reads 0 %. */
function percent(received: number, expected: number): string {
  const share = Math.floor((received / expected) * 100);
  return share === 0 ? "less than 1 %" : `${share} %`;
}

function counted(count: number): string {
  return count.toLocaleString("en-US");
}
