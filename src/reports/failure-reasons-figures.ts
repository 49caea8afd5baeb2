import type { IssuedFigure } from "../metrics/restatement";
import type { Failures } from "./failure-reasons";
import { figureOf } from "./figures";
import { shareOf } from "./units";

/** Failures and the contacts they touched, in all and by reason. */
export function failureFigures({ findings, contact_count: all }: Failures): IssuedFigure[] {
  const failed = findings.find(({ level, is_failure }) => level === "total" && is_failure === 1);
  const touched = failed?.contact_count ?? 0;
  return [
    figureOf("failed_contacts", "share", shareOf(touched, all), {}, [touched, all]),
    figureOf("affected_contacts", "count", touched),
    figureOf("begun_contacts", "count", all),
    figureOf("failure_events", "count", failed?.event_count ?? 0),
    ...findings
      .filter(({ level }) => level === "reason")
      .flatMap(({ kind, reason, event_count, contact_count }) => {
        const scope = { dimension: "reason", scope_id: `${kind} ${reason}`, scope_name: reason };
        return [
          figureOf("reason_contacts", "count", contact_count, scope),
          figureOf("reason_events", "count", event_count, scope),
        ];
      }),
  ];
}
