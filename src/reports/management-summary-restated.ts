import { type Restatement, CHANGED_ROWS } from "../metrics/restatement";
import type { Place } from "../metrics/placed";
import { causesInShort, metricName, pairWords, scopeWords } from "./edition-words";
import { isInScope, type Restated } from "./management-summary-ask";
import type { Told } from "./table";

/** A figure of an earlier period that was issued and is another one now. */
export interface EarlierChange extends Restatement {
  from: string;
  to: string;
}

const SHOWN = 8;

/** What changed of earlier periods, in words; only of the whole centre and its queues, or of the reader's places. */
export function restatedWords(changes: readonly EarlierChange[], places: readonly Place[], told: Told): Restated[] {
  const { words } = told;
  const isShown = ({ metric_id, dimension, scope_id, scope_name }: EarlierChange): boolean => {
    if (metric_id === CHANGED_ROWS) return false;
    if (places.length === 0) return dimension === "all" || dimension === "queue";
    const kind = (["queue", "team", "site"] as const).find((each) => each === dimension);
    return kind !== undefined && isInScope({ places }, kind, scope_id, scope_name);
  };
  return changes
    .filter(isShown)
    .slice(0, SHOWN)
    .map((change) => ({
      period: words.period(change.from, change.to),
      figure: [metricName(change.metric_id, words), ...scopeWords(change, told)].join(", "),
      change: pairWords(change.old_value, change.new_value, change.unit, words),
      why: causesInShort(change.causes, words),
    }));
}
