import type { Knex } from "knex";
import { isPostgres } from "./dialect";
import { selectRows } from "./sql";
import { describeTemporary } from "./temporary";

/** Whether several processes can work on one set of keys at once, each on keys that it has claimed. */
export function canShare(db: Knex): boolean {
  return isPostgres(db);
}

/** The least and the greatest of some keys, and how many there are. */
export interface ClaimedKeys {
  from_key: number;
  to_key: number;
  key_count: number;
}

/**
 * Takes keys out of a set for the transaction: nobody else gets them, and where it fails they are in the set again.
 * Until it ends, the set's name means the keys claimed - a temporary table is found before all others -, so that
 * the same select works on a part here and on the whole where there is one writer.
 *
 * @param set   a table of one column, to which keys are added by `addKeys` alone
 * @param limit how many at most; those that others have claimed, or are adding again, are passed over
 * @returns null where there is none to be had
 */
export async function claimKeys(
  trx: Knex.Transaction,
  set: string,
  key: string,
  limit: number,
): Promise<ClaimedKeys | null> {
  const claimed = `claimed_${set}`;
  await trx.raw(`create temporary table ${claimed} (${key} bigint not null primary key) on commit drop`);
  await trx.raw(
    `insert into ${claimed} select ${key} from ${set} order by ${key} limit ${limit} for update skip locked`,
  );
  const [range] = await selectRows<ClaimedKeys>(
    trx,
    `select min(${key}) as from_key, max(${key}) as to_key, count(*) as key_count from ${claimed}`,
  );
  if (range === undefined || range.key_count === 0) return null;
  await trx.raw(`delete from ${set} where ${key} in (select ${key} from ${claimed})`);
  await trx.raw(`alter table ${claimed} rename to ${set}`);
  await describeTemporary(trx, set);
  return range;
}

/**
 * Waits for those who have claimed keys of a set, or are adding them again, to come to an end.
 *
 * @returns whether the set is empty then
 */
export async function waitForClaims(db: Knex, set: string, key: string): Promise<boolean> {
  await db.transaction((trx) => trx.raw(`select ${key} from ${set} order by ${key} limit 1 for update`));
  return (await db(set).first(key)) === undefined;
}
