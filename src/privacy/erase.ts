import type { Knex } from "knex";
import type { Trace } from "../base/traces";
import { isPostgres } from "../db/dialect";
import { addKeys } from "../db/keys";
import { takeTurn } from "../db/turns";
import { waitToWrite, writeTransaction } from "../db/write";
import { sweepEditionFiles, sweepMails } from "./edition-files";
import { noteKeysRemoved } from "./keys";
import { rememberErased, type Subject, tracesOf } from "./subject";
import { type FingerprintOf, sweepContexts, sweepTables } from "./sweep";

/** What an erasure has changed: rows by table, files by place. */
export type Places = Record<string, number>;

/** The person's traces, for what lies outside the database. */
export async function findTraces(db: Knex, subject: Subject): Promise<Trace[]> {
  return await writeTransaction(db, waitToWrite, (trx) => tracesOf(trx, subject));
}

/**
 * Replaces every trace of a person in the database by a pseudonym, in one transaction, and remembers by keyed hashes
 * whom to replace at the door. No row is added or removed, so that every aggregate stays what it was.
 *
 * @param elsewhere what was changed outside the database, for the record
 * @returns rows and files changed, by place; a dry run changes none
 */
export async function eraseRows(
  db: Knex,
  subject: Subject,
  traces: readonly Trace[],
  fingerprintOf: FingerprintOf,
  about: { now_ms: number; is_dry_run: boolean; elsewhere: Places },
): Promise<Places> {
  const { now_ms, is_dry_run, elsewhere } = about;
  const places: Places = {};
  const begin = async (trx: Knex.Transaction): Promise<void> => {
    await takeTurn(trx, "loads");
    await waitToWrite(trx);
  };
  const work = async (trx: Knex.Transaction): Promise<void> => {
    await waitForSlices(trx, traces);
    Object.assign(places, await sweepTables(trx, traces));
    const contexts = await sweepContexts(trx, traces, fingerprintOf);
    const files = await sweepEditionFiles(trx, traces, now_ms);
    const mail_editions = await sweepMails(trx, traces);
    Object.assign(places, told({ event_contexts: contexts, edition_files: files, mail_editions }), elsewhere);
    if (is_dry_run) throw new TakenBack();
    await rememberErased(trx, traces);
    await noteKeysRemoved(trx);
    const place_count = Object.values(places).reduce((sum, count) => sum + count, 0);
    const row = { kind: subject.kind, erased_at_ms: now_ms, place_count, places: JSON.stringify(places) };
    await trx("erasures").insert(row);
  };
  await writeTransaction(db, begin, work).catch((error: unknown) => {
    if (!(error instanceof TakenBack)) throw error;
  });
  return places;
}

/**
 * On PostgreSQL rebuilds go on beside this: who has one of these in hand is waited for, and all of them are made anew
 * afterwards, so that no row is written of what was read before.
 */
async function waitForSlices(trx: Knex.Transaction, traces: readonly Trace[]): Promise<void> {
  if (!isPostgres(trx)) return;
  for (const { kind, text } of traces) {
    if (kind === "contact")
      await addKeys(
        trx,
        "contacts_to_rebuild",
        "contact_key",
        "select contact_key from contacts where contact_id = :text",
        { text },
      );
    if (kind !== "agent") continue;
    await addKeys(trx, "agents_to_rebuild", "agent_key", "select agent_key from agents where agent_id = :text", {
      text,
    });
    await addKeys(trx, "contacts_to_rebuild", "contact_key", THEIR_CONTACTS, { text });
  }
}

const THEIR_CONTACTS = `
  select contact_key from contact_events
  where context_key in (select context_key from event_contexts where agent_id = :text)
  union select contact_key from reported_contacts where last_agent_id = :text`;

/** Ends the transaction of a dry run. */
class TakenBack extends Error {}

function told(places: Places): Places {
  return Object.fromEntries(Object.entries(places).filter(([, count]) => count > 0));
}
