import type { Knex } from "knex";
import { addKeys } from "../db/keys";
import { bind, selectRows } from "../db/sql";
import { indexTemporary } from "../db/temporary";
import { settleConflicts } from "./conflicts";
import { dropRepeats } from "./repeats";
import type { Store } from "./store";
import { EVENT_TABLES, type EventTables } from "./tables";

/** How the events a dump repeats turned out. */
export interface Settled {
  duplicate: number;
  revised: number;
}

/**
 * Ends the story of the events a dump repeats. A copy with known content moves the event to its later stamp; one with
 * other content revises it; the dump with the earliest stamp becomes the one that first held it.
 *
 * @param stamp day and hash of the dump; its row in `dumps` has them already
 */
export async function settle(store: Store, stamp: { stamp_day: string; sha256: string }): Promise<Settled> {
  const sum = { duplicate: 0, revised: 0 };
  for (const kind of ["contact", "agent"] as const) {
    if (!store.has_repeats[kind]) continue;
    const settled = await settleKind(store, EVENT_TABLES[kind], stamp);
    sum.duplicate += settled.duplicate;
    sum.revised += settled.revised;
  }
  return sum;
}

async function settleKind(
  store: Store,
  tables: EventTables,
  stamp: { stamp_day: string; sha256: string },
): Promise<Settled> {
  const { trx } = store;
  await indexTemporary(trx, tables.repeats, "event_key");
  const [{ repeat_count: repeated } = { repeat_count: 0 }] = await selectRows<{ repeat_count: number }>(
    trx,
    `select count(*) as repeat_count from ${tables.repeats}`,
  );
  await moveFirst(trx, tables, store.dump_key, stamp);
  await moveLatest(trx, tables, store.dump_key, stamp);
  const revised = await settleConflicts(store, tables);
  await dropRepeats(trx, tables);
  return { duplicate: Number(repeated) - revised, revised };
}

/** Where this dump's stamp is the earliest, it is the dump that first held the event: which may make it late, or not. */
async function moveFirst(
  trx: Knex.Transaction,
  tables: EventTables,
  dumpKey: number,
  stamp: { stamp_day: string; sha256: string },
): Promise<void> {
  const later = `first_dump_key in (select dump_key from dumps where (stamp_day, sha256) > (:stamp_day, :sha256))
    and event_key in (select event_key from ${tables.repeats})`;
  const owners = `select distinct ${tables.owner} from ${tables.events} where ${later}`;
  await addKeys(trx, tables.to_rebuild, tables.owner, owners, stamp);
  await bind(trx, `update ${tables.events} set first_dump_key = ${dumpKey} where ${later}`, stamp);
}

/** Where every copy says the same, only the place the event is read from moves: to the latest stamp. */
async function moveLatest(
  trx: Knex.Transaction,
  tables: EventTables,
  dumpKey: number,
  stamp: { stamp_day: string; sha256: string },
): Promise<void> {
  await bind(
    trx,
    `update ${tables.events} set dump_key = ${dumpKey}, dump_line = latest.line
     from (
         select event_key, max(line) as line
         from ${tables.repeats}
         group by event_key
         having min(is_same) = 1
     ) as latest
     where ${tables.events}.event_key = latest.event_key and (
         (${tables.events}.dump_key = ${dumpKey} and ${tables.events}.dump_line < latest.line)
         or ${tables.events}.dump_key in (
             select dump_key from dumps where (stamp_day, sha256) < (:stamp_day, :sha256)
         )
     )`,
    stamp,
  );
}
