import type { Words } from "../i18n/words";
import type { Place } from "../metrics/placed";
import type { DataBox } from "./data-box";
import { isInScope } from "./management-summary-ask";

/** What a data box says of no place: dumps, rules and what was read before anything could be parted. */
const OF_NO_PLACE = ["Dumps", "Rejected lines", "Late events", "Not delivered", "Sequence table", "Rules", "nightdesk"];

/**
 * The data box as a reader of some places may see it: no gap, threshold or number of sessions of another place.
 *
 * @param unseen sentences of gaps outside the scope
 */
export function scopedBox(box: DataBox, places: readonly Place[], { t }: Words, unseen: ReadonlySet<string>): DataBox {
  if (places.length === 0) return box;
  const labels = OF_NO_PLACE.map((label) => t(label));
  const isSeen = (gap: string): boolean => !unseen.has(gap);
  const further = box.further_gaps.filter(isSeen);
  return {
    ...box,
    facts: box.facts.filter(({ label }) => labels.includes(label)),
    thresholds: box.thresholds.filter(({ queue }) => queue === "" || isInScope({ places }, "queue", queue)),
    first_gaps: box.first_gaps.filter(isSeen),
    further_gaps: further,
    further_gaps_label: further.length === 0 ? "" : t("{count} more", { count: further.length }),
  };
}
