import type { Knex } from "knex";
import { isPostgres } from "./dialect";
import { type Bindings, bind } from "./sql";

/**
 * Adds the keys a select gives to a set of keys that wait for work. On PostgreSQL a key that is there already is locked
 * until the transaction ends: whoever takes work from the set meanwhile passes it over, and does not take it away before
 * what this transaction brings can be seen.
 *
 * @param set a table of one column
 */
export async function addKeys(
  trx: Knex.Transaction,
  set: string,
  key: string,
  select: string,
  bindings: Bindings = {},
): Promise<void> {
  const known = isPostgres(trx) ? `(${key}) do update set ${key} = excluded.${key}` : "do nothing";
  await bind(
    trx,
    // In the order of the keys, so that two that add the same ones wait for each other and never in a circle.
    `insert into ${set} (${key})
    select distinct found.${key} from (${select}) as found where 1 = 1 order by found.${key}
    on conflict ${known}`,
    bindings,
  );
}

/** Adds keys to such a set. */
export async function addKeyList(
  trx: Knex.Transaction,
  set: string,
  key: string,
  keys: readonly number[],
): Promise<void> {
  const listed = isPostgres(trx) ? "cast(json_array_elements_text(cast(:keys_json as json)) as bigint)" : "value";
  const from = isPostgres(trx) ? "" : " from json_each(:keys_json)";
  await addKeys(trx, set, key, `select ${listed} as ${key}${from}`, { keys_json: JSON.stringify(keys) });
}
