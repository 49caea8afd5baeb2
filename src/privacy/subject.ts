import { randomBytes } from "node:crypto";
import type { Knex } from "knex";
import { fingerprintOf, numberDigits, patternOf, type Trace, type TraceKind } from "../base/traces";
import { selectRows } from "../db/sql";
import { likeOf } from "./likes";

/** Whom to erase, as somebody asks for it. */
export interface Subject {
  kind: "contact-number" | "contact" | "agent";
  id: string;
}

/** What names the person in the database, each with its pseudonym; none where nobody is found. */
export async function tracesOf(trx: Knex, subject: Subject): Promise<Trace[]> {
  const key = await erasureKey(trx);
  const found = subject.kind === "agent" ? await agentTexts(trx, subject.id) : await callerTexts(trx, subject);
  const texts = found.length > 0 ? found : await erasedBefore(trx, key, subject);
  const traces: Trace[] = [];
  for (const [kind, text] of texts) {
    const trace: Trace = { kind, text, pseudonym: await pseudonymFor(trx, key, kind, text) };
    traces.push(kind === "name" ? { ...trace, namesakes: await namesakesOf(trx, text, subject.id) } : trace);
  }
  return traces;
}

/** Who was erased before may have come back since in files, such as a dump fetched again. */
async function erasedBefore(trx: Knex, key: string, { kind, id }: Subject): Promise<Texts> {
  const trace: TraceKind = kind === "contact-number" ? "number" : kind;
  const known = await trx("erased_ids")
    .where({ fingerprint: fingerprintOf(key, trace, id) })
    .first();
  return known === undefined ? [] : [[trace, id]];
}

/** Remembers by a keyed hash who was erased, so that they are not taken again under their name. */
export async function rememberErased(trx: Knex, traces: readonly Trace[]): Promise<void> {
  const key = await erasureKey(trx);
  for (const { kind, text, pseudonym } of traces) {
    const fingerprint = fingerprintOf(key, kind, text);
    await trx("erased_ids").where({ fingerprint }).del();
    await trx("erased_ids").insert({ fingerprint, pseudonym });
  }
}

/** The secret of the hashes, made once. */
async function erasureKey(trx: Knex): Promise<string> {
  const row: { value: string } | undefined = await trx("settings").where({ name: "erasure_key" }).first("value");
  if (row !== undefined) return row.value;
  const value = randomBytes(32).toString("hex");
  await trx("settings").insert({ name: "erasure_key", value });
  return value;
}

async function pseudonymFor(trx: Knex, key: string, kind: TraceKind, text: string): Promise<string> {
  const fingerprint = fingerprintOf(key, kind, text);
  const known: { pseudonym: string } | undefined = await trx("erased_ids").where({ fingerprint }).first("pseudonym");
  // Letters only: a run of digits would be taken for a telephone number.
  const letters = [...randomBytes(10)].map((byte) => String.fromCharCode(97 + (byte % 26))).join("");
  return known?.pseudonym ?? `erased-${kind}-${letters}`;
}

type Texts = [kind: TraceKind, text: string][];

/** An agent's id, and every name it went by. */
async function agentTexts(trx: Knex, id: string): Promise<Texts> {
  const found = await selectRows<{ name: string | null }>(
    trx,
    `select agent_name as name from event_contexts where agent_id = :id
    union select reported.agent_name from reported_agent_sessions as reported
      join agents on agents.agent_key = reported.agent_key where agents.agent_id = :id
    union select agent_name from agent_sessions where agent_id = :id
    union select last_agent_name from reported_contacts where last_agent_id = :id
    union select last_agent_name from reported_sessions where last_agent_id = :id
    union select last_agent_name from customer_sessions where last_agent_id = :id
    union select agent_name from reported_legs where agent_id = :id
    union select null from agents where agent_id = :id`,
    { id },
  );
  if (found.length === 0) return [];
  const names = found.flatMap(({ name }): Texts => (name === null || name === id ? [] : [["name", name]]));
  // The longest first: a name may begin with a shorter one.
  return [["agent", id], ...names.toSorted((a, b) => b[1].length - a[1].length)];
}

async function namesakesOf(trx: Knex, name: string, id: string): Promise<string[]> {
  const found = await selectRows<{ agent_id: string }>(
    trx,
    `select agent_id from event_contexts where agent_name = :name and agent_id <> :id
    union select agent_id from agent_sessions where agent_name = :name and agent_id <> :id`,
    { name, id },
  );
  return found.map(({ agent_id }) => agent_id);
}

/** A caller's number and all contacts that came from it or went to it. */
async function callerTexts(trx: Knex, subject: Subject): Promise<Texts> {
  const numbers = subject.kind === "contact-number" ? [subject.id] : await numbersOf(trx, subject.id);
  const contacts = new Set<string>();
  for (const number of numbers) for (const contact of await contactsOf(trx, number)) contacts.add(contact);
  if (subject.kind === "contact" && (await trx("contacts").where({ contact_id: subject.id }).first()) !== undefined) {
    contacts.add(subject.id);
  }
  const ids = [...contacts].map((contact): [TraceKind, string] => ["contact", contact]);
  if (subject.kind === "contact-number" && ids.length === 0) return [];
  return [
    ...numbers.map((number): [TraceKind, string] => ["number", number]),
    ...ids.toSorted((a, b) => b[1].length - a[1].length),
  ];
}

/** The customer's number of a contact: where it went, if an agent or a campaign called, else where it came from. */
async function numbersOf(trx: Knex, contactId: string): Promise<string[]> {
  const rows = await selectRows<{ number: string | null }>(
    trx,
    `select case when coalesce(lower(sessions.direction), '') in ('outbound', 'outdial') or sessions.is_outdial = 1
        then sessions.destination else sessions.origin end as number
    from customer_sessions as sessions where sessions.contact_id = :contact_id
    union select case when coalesce(lower(reported.direction), '') in ('outbound', 'outdial') or reported.is_outdial = 1
        then reported.destination else reported.origin end
    from reported_contacts as reported
    join contacts on contacts.contact_key = reported.contact_key where contacts.contact_id = :contact_id`,
    { contact_id: contactId },
  );
  // "anonymous" is nobody's: all who withhold their number would go with it.
  return rows.flatMap(({ number }) =>
    number === null || (numberDigits(number) === null && !number.includes("@")) ? [] : [number],
  );
}

async function contactsOf(trx: Knex, number: string): Promise<string[]> {
  const trace = { kind: "number" as const, text: number };
  const pattern = patternOf(trace);
  const rows: { contact_id: string; origin: string | null; destination: string | null }[] = [];
  for (const table of [
    "contact_events",
    "contact_event_copies",
    "reported_contacts",
    "reported_sessions",
    "customer_sessions",
  ]) {
    const like = likeOf(["t.origin", "t.destination"], [trace]);
    rows.push(
      ...(await selectRows<(typeof rows)[number]>(
        trx,
        `select distinct contacts.contact_id, t.origin, t.destination
        from ${table} as t join contacts on contacts.contact_key = t.contact_key where ${like.sql}`,
        like.bindings,
      )),
    );
  }
  const isTheirs = (text: string | null): boolean => text !== null && text.search(pattern) >= 0;
  return rows
    .filter(({ origin, destination }) => isTheirs(origin) || isTheirs(destination))
    .map((row) => row.contact_id);
}
