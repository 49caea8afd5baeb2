import type { Knex } from "knex";
import { isPostgres } from "./dialect";

/** Whose turn it is: numbers that every process of every release agrees on. */
const TURNS = { migrations: 1, loads: 2, rules: 3, checks: 4, editions: 5 } as const;
const NIGHTDESK = 0x6e69_6768;

/**
 * Waits until no other transaction has this turn, and keeps it until the transaction ends. On SQLite, where one
 * transaction writes at a time, there is nothing to wait for.
 */
export async function takeTurn(trx: Knex.Transaction, turn: keyof typeof TURNS): Promise<void> {
  if (isPostgres(trx)) await trx.raw("select pg_advisory_xact_lock(?, ?)", [NIGHTDESK, TURNS[turn]]);
}
