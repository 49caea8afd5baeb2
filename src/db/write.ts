import type { Knex } from "knex";
import { NightdeskError } from "../base/errors";

/** Each attempt waits as long as the connection's `busy_timeout` says, which is a minute. */
const ATTEMPTS = 15;

/**
 * A transaction that begins by writing. SQLite lets one process write at a time, and a transaction that reads first and
 * writes later may be refused at once; one that writes first waits until it may. This waits on where that wait ends.
 *
 * @param begin the first statement, a write; asked again where another process did not stop writing meanwhile
 * @param work  what follows, with the answer to the first statement
 * @throws NightdeskError `database-busy` where another process has been writing for a quarter of an hour
 */
export async function writeTransaction<First, Result>(
  db: Knex,
  begin: (trx: Knex.Transaction) => PromiseLike<First>,
  work: (trx: Knex.Transaction, first: First) => Promise<Result>,
): Promise<Result> {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    let hasBegun = false;
    let cause: unknown;
    try {
      return await db.transaction(async (trx) => {
        try {
          const first = await begin(trx);
          hasBegun = true;
          return await work(trx, first);
        } catch (error) {
          cause = error;
          throw error;
        }
      });
    } catch (thrown) {
      // Where SQLite took it back by itself, as on a full disk, knex tells only that it had nothing left to take back.
      const error = cause ?? thrown;
      if (hasBegun || (error as { code?: string }).code !== "SQLITE_BUSY") throw error;
    }
  }
  throw new NightdeskError(
    "database-busy",
    "Another process has been writing to the database for a quarter of an hour. Expected it to come to an end. Nothing was changed. Wait for it, or end it, and try again.",
    { canRetry: true },
  );
}

/** A first statement for a transaction that has nothing to write yet: it waits until it may, and changes no row. */
export async function waitToWrite(trx: Knex.Transaction): Promise<void> {
  await trx("settings").where({ name: "" }).del();
}
