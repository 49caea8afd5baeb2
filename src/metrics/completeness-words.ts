import type { Config } from "../base/config";
import type { Words } from "../i18n/words";
import type { Gap, MissingDelivery } from "./completeness";

const WEEKDAYS = ["Sundays", "Mondays", "Tuesdays", "Wednesdays", "Thursdays", "Fridays", "Saturdays"];
const NUMBERS = ["no", "one", "two", "three", "four"];
const UNITS = {
  contact: "source {name}: {received} of about {expected} contact events",
  agent: "source {name}: {received} of about {expected} agent events",
  visit: "queue {name}: {received} of about {expected} visits",
};

/** `source wxcc has not delivered 2026-03-02` */
export function missingWords({ t }: Words, { source, day }: MissingDelivery): string {
  return t("source {source} has not delivered {day}", { source, day });
}

/** `Received 31 % of what four Mondays before brought between 10:00 and 11:00 on 2026-03-30 (queue Billing: 12 of about 39 visits)` */
export function gapWords({ t }: Words, gap: Gap): string {
  const { day, kind, name, received_count: received, expected_count: expected } = gap;
  const weekday = WEEKDAYS[new Date(`${day}T00:00:00Z`).getUTCDay()] ?? "";
  const before = t("{number} {weekday} before", {
    number: t(NUMBERS[gap.compared_count] ?? String(gap.compared_count)),
    weekday: t(weekday),
  });
  const isWhole = gap.from === "00:00" && gap.to === "24:00";
  const when = isWhole
    ? t("on the whole of {day}", { day })
    : t("between {from} and {to} on {day}", { from: gap.from, to: gap.to, day });
  const scope = t(UNITS[kind], { name, received, expected });
  return received === 0
    ? t("Received nothing of what {before} brought {when} ({scope})", { before, when, scope })
    : t("Received {part} of what {before} brought {when} ({scope})", {
        part: percent(t, received, expected),
        before,
        when,
        scope,
      });
}

/** The rule by which something counts as a gap, with the thresholds in force. */
export function ruleWords({ t }: Words, { completeness: rule }: Config): string {
  return t(
    "a gap is an hour with less than {percent} % of the median of up to four same weekdays before, where that is at least {events} events (source) or {visits} visits (queue); where no hour is, the day",
    { percent: Math.round(rule.received_share * 100), events: rule.expected_events, visits: rule.expected_visits },
  );
}

/** What came at all never reads 0 %. */
function percent(t: Words["t"], received: number, expected: number): string {
  const share = Math.floor((received / expected) * 100);
  return share === 0 ? t("less than 1 %") : t("{percent} %", { percent: share });
}
