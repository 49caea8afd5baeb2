import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import type { Knex } from "knex";
import { MINUTE } from "../base/days";
import type { Message } from "./message";
import type { Recipient } from "./recipients";
import type { Outcome, Transport } from "./transport";

/** `sending` before the message is handed over, then what became of it; `again` for an attempt that somebody had repeated. */
export type AttemptStatus = Outcome["status"] | "sending" | "again";

/** One attempt to send an edition to a recipient. */
export interface Attempt {
  attempt_key: number;
  edition_id: string;
  from_day: string;
  to_day: string;
  schedule: string | null;
  address: string;
  scope: string;
  language: string;
  tier: string;
  message_id: string;
  message_sha256: string;
  transport: Transport["kind"];
  status: AttemptStatus;
  answer: string | null;
  began_at_ms: number;
  ended_at_ms: number | null;
  sender: string;
}

/** An attempt that this process has under way. */
export interface BegunAttempt {
  key: number;
  sender: string;
}

/** What is sent to whom. */
export interface Addressed {
  edition_id: string;
  from: string;
  to: string;
  schedule: string | null;
  recipient: Recipient;
}

/** Attempts that this process has under way, by their `sender`. */
const underWay = new Set<string>();

/** No message of another machine is under way for longer than the server's longest silences together. */
const LONGEST_SENDING_MS = 30 * MINUTE;

/**
 * Notes that a message is about to be handed over. The database takes no second one of an edition for a recipient.
 *
 * @returns the attempt; null where the recipient has it, or another process is sending it
 */
export async function beginAttempt(
  db: Knex,
  { edition_id, from, to, schedule, recipient }: Addressed,
  message: Message,
  transport: Transport["kind"],
  nowMs: number,
): Promise<BegunAttempt | null> {
  const { address, scope, language, tier } = recipient;
  const sender = `${hostname()} ${process.pid} ${randomUUID()}`;
  const row = {
    edition_id,
    from_day: from,
    to_day: to,
    schedule,
    address: address.toLowerCase(),
    scope,
    language,
    tier,
    message_id: message.message_id,
    message_sha256: message.sha256,
    transport,
    status: "sending",
    began_at_ms: nowMs,
    sender,
  };
  underWay.add(sender);
  try {
    const [inserted] = await db("mail_attempts").insert(row).returning<{ attempt_key: number }[]>("attempt_key");
    return { key: Number(inserted?.attempt_key), sender };
  } catch (error) {
    underWay.delete(sender);
    if (isTwice(error)) return null;
    throw error;
  }
}

/** The codes by which the two databases say that a row may be there once only. */
function isTwice(error: unknown): boolean {
  const { code, message = "" } = error as { code?: string; message?: string };
  return code === "23505" || (code === "SQLITE_CONSTRAINT" && message.includes("UNIQUE"));
}

/** Notes what became of an attempt, as soon as it is known. */
export async function endAttempt(
  db: Knex,
  { key, sender }: BegunAttempt,
  { status, answer }: Outcome,
  nowMs: number,
): Promise<void> {
  try {
    await db("mail_attempts").where({ attempt_key: key }).update({ status, answer, ended_at_ms: nowMs });
  } finally {
    underWay.delete(sender);
  }
}

/**
 * Settles attempts whose process came to its end before it could say what became of them. What was on its way to a server
 * may have been accepted: it counts as `unknown` and is not sent again by itself. A file is simply written again.
 */
export async function settleLeftOver(db: Knex, editions: readonly string[], nowMs: number): Promise<number> {
  const rows = await db("mail_attempts")
    .whereIn("edition_id", editions)
    .where({ status: "sending" })
    .select<Attempt[]>("attempt_key", "transport", "sender", "began_at_ms");
  const left = rows.filter((row) => !mayStillSend(row, nowMs));
  for (const { attempt_key: key, transport, sender } of left) {
    const unwritten: Outcome = { status: "temporary", answer: LEFT_UNWRITTEN, breaks: false };
    const outcome: Outcome = transport === "smtp" ? { status: "unknown", answer: LEFT_UNKNOWN } : unwritten;
    await endAttempt(db, { key, sender }, outcome, nowMs);
  }
  return left.length;
}

const LEFT_UNKNOWN =
  "The process that sent it came to its end before the server's answer was noted: accepted or not. It is not sent again unless asked for with --unknown.";
const LEFT_UNWRITTEN = "The process that wrote it came to its end before it was noted; it is written again.";

function mayStillSend({ sender, began_at_ms }: Pick<Attempt, "sender" | "began_at_ms">, nowMs: number): boolean {
  const [host, pid] = sender.split(" ");
  if (host === hostname() && Number(pid) === process.pid) return underWay.has(sender);
  const isYoung = nowMs - Number(began_at_ms) < LONGEST_SENDING_MS;
  return isYoung && (host !== hostname() || isAlive(Number(pid)));
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** The last attempt of each recipient, by address in small letters; `again` ones count as none. */
export async function lastAttempts(db: Knex, edition_id: string): Promise<Map<string, Attempt>> {
  const rows = await db("mail_attempts")
    .where({ edition_id })
    .whereNot({ status: "again" })
    .orderBy("attempt_key")
    .select<Attempt[]>();
  return new Map(rows.map((row) => [row.address, row]));
}

/** Makes room for another attempt although nobody knows whether this one came through. */
export async function giveUpUnknown(db: Knex, key: number): Promise<void> {
  await db("mail_attempts").where({ attempt_key: key }).update({ status: "again" });
}

/** Message-IDs of the editions before one that a recipient got, the first one first. */
export async function earlierMessages(db: Knex, { from, to, edition_id, recipient }: Addressed): Promise<string[]> {
  const { scope, language, tier } = recipient;
  const rows = await db("mail_attempts")
    .where({ from_day: from, to_day: to, scope, language, tier, address: recipient.address.toLowerCase() })
    .whereIn("status", ["sent", "outbox", "unknown"])
    .whereNot({ edition_id })
    .orderBy("attempt_key")
    .pluck("message_id");
  return [...new Set(rows as string[])];
}

/** Every attempt of mails whose period lies within some days, in the order they were made. */
export async function listAttempts(db: Knex, from: string, to: string): Promise<Attempt[]> {
  return await db("mail_attempts")
    .where("from_day", ">=", from)
    .andWhere("to_day", "<=", to)
    .orderBy("attempt_key")
    .select<Attempt[]>();
}
