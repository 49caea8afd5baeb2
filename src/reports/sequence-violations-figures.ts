import type { IssuedFigure } from "../metrics/restatement";
import { figureOf } from "./figures";
import type { SequenceTotals } from "./sequence-violations-headline";
import type { KindRow } from "./sequence-violations-kinds";
import { shareOf } from "./units";

/** Fitness of transitions and contacts, what was judged, and every kind of refused transition. */
export function sequenceFigures(totals: SequenceTotals, kinds: readonly KindRow[]): IssuedFigure[] {
  const { accepted_count: accepted, judged_count: judged, fitting_count: fitting, checked_count: checked } = totals;
  const count = (metric: string, value: number): IssuedFigure => figureOf(metric, "count", value);
  return [
    figureOf("fitness", "share", shareOf(accepted, judged), {}, [accepted, judged]),
    figureOf("session_fitness", "share", shareOf(fitting, checked), {}, [fitting, checked]),
    count("refused_transitions", judged - accepted),
    count("judged_transitions", judged),
    count("accepted_transitions", accepted),
    count("checked_contacts", checked),
    count("unchecked_contacts", totals.contact_count - checked),
    count("sequence_errors", totals.error_count),
    count("sequence_warnings", totals.warning_count),
    count("contacts_without_start", totals.no_start_count),
    count("events_not_in_table", totals.not_in_table_count),
    ...kinds
      .filter(({ example_number }) => example_number === 1)
      .map((kind) =>
        figureOf("findings", "count", kind.finding_count, {
          dimension: "transition",
          scope_id: [kind.kind, kind.state, kind.previous_event, kind.event, kind.severity, kind.confidence].join(" "),
          scope_name: `${kind.state} → ${kind.event}`,
        }),
      ),
  ];
}
