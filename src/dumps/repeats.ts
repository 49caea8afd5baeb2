import type { Knex } from "knex";
import { rowAsJson, sendRows } from "../db/bulk";
import { addKeys } from "../db/keys";
import { bind } from "../db/sql";
import { contentColumns, eventColumns, type EventTables } from "./tables";

/**
 * Notes which of a batch's events were stored before, by this dump or another, and whether with the same content; and
 * notes the owners of the others for the rebuild. What a repeat means is known only at the end of its dump.
 *
 * @param rowsJson the batch, after `bulkInsertNew` has stored what is new
 */
export async function noteRepeats(
  trx: Knex.Transaction,
  tables: EventTables,
  dumpKey: number,
  rowsJson: Buffer,
): Promise<void> {
  const columns = eventColumns(tables);
  const sent = await sendRows(trx, tables.events, columns, rowsJson);
  const content = rowAsJson(
    trx,
    columns.map((column) => `batch.${column}`),
  );
  const isOwn = `stored.dump_key = ${dumpKey} and stored.dump_line = batch.dump_line`;
  const matched = `${sent.from} as batch cross join ${tables.events} as stored
    where stored.${tables.owner} = batch.${tables.owner} and stored.identity = batch.identity`;
  const isSame = contentColumns(tables).map((column) => `stored.${column} is not distinct from batch.${column}`);
  await bind(
    trx,
    `insert into ${tables.repeats} (event_key, line, is_same, content)
     select event_key, line, is_same, case when is_same = 1 then null else content end
     from (
         select
             stored.event_key,
             batch.dump_line as line,
             case when stored.is_revised = 0 and ${isSame.join(" and ")} then 1 else 0 end as is_same,
             ${content} as content
         from ${matched} and not (${isOwn})
     ) as repeated`,
    sent.bindings,
  );
  const owners = `select stored.${tables.owner} from ${matched} and ${isOwn}`;
  await addKeys(trx, tables.to_rebuild, tables.owner, owners, sent.bindings);
}

/** Makes room for the repeats of one dump. */
export async function createRepeats(trx: Knex.Transaction, tables: EventTables): Promise<void> {
  await trx.raw(
    `create temporary table ${tables.repeats} (event_key bigint not null, line bigint not null, is_same bigint not null, content text)`,
  );
}

export async function dropRepeats(trx: Knex.Transaction, tables: EventTables): Promise<void> {
  await trx.raw(`drop table ${tables.repeats}`);
}
