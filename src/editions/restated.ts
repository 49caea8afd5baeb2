import type { Knex } from "knex";
import type { Cause, Restatement } from "./edition";

/** A figure of an earlier period that an edition changed. */
export interface EarlierRestatement extends Restatement {
  from: string;
  to: string;
}

/**
 * Figures of periods before a day that editions issued since an instant restate: of the whole period only, newest period
 * first. Of the same figure in several reports the first is told.
 *
 * @param since_ms epoch ms
 */
export async function restatedBefore(
  db: Knex,
  { day, since_ms, language }: { day: string; since_ms: number; language: string },
): Promise<EarlierRestatement[]> {
  const rows: (Omit<EarlierRestatement, "causes" | "from" | "to"> & {
    causes: string;
    from_day: string;
    to_day: string;
  })[] = await db("restatements")
    .join("editions", "editions.edition_key", "restatements.edition_key")
    .where({ view: "person", language })
    .where("editions.to_day", "<", day)
    .where("editions.issued_at_ms", ">=", since_ms)
    .whereNot("editions.report", "management-summary")
    .whereNull("restatements.slot_at_ms")
    .orderBy([
      { column: "editions.to_day", order: "desc" },
      { column: "editions.edition_key", order: "desc" },
      { column: "restatements.restatement_number", order: "asc" },
    ])
    .select("restatements.*", "editions.from_day", "editions.to_day");
  const seen = new Set<string>();
  return rows.flatMap((row) => {
    const { metric_id, dimension, scope_id, scope_name, channel_type, unit, old_value, new_value, from_day, to_day } =
      row;
    const key = [from_day, to_day, metric_id, dimension, scope_id, channel_type].join("\t");
    if (seen.has(key)) return [];
    seen.add(key);
    const of = { metric_id, dimension, scope_id, scope_name, channel_type, slot_at_ms: null, unit };
    return [{ ...of, old_value, new_value, causes: JSON.parse(row.causes) as Cause[], from: from_day, to: to_day }];
  });
}
