import { setTimeout } from "node:timers/promises";
import type { Knex } from "knex";
import { SECOND } from "../base/days";
import { messageOf } from "../base/errors";
import type { MailEdition } from "./editions";
import { type Addressed, beginAttempt, earlierMessages, endAttempt, giveUpUnknown, lastAttempts } from "./ledger";
import { buildMessage, messageIdOf, type Mailbox } from "./message";
import type { Transport } from "./transport";

/** What sending works with: the clock, the waiting and the dice are handed in, so that tests need none of them. */
export interface Posting {
  db: Knex;
  transport: Transport;
  now: () => number;
  wait: (ms: number) => Promise<unknown>;
  /** 0…1. */
  random: () => number;
  from: Mailbox;
  owner: string | null;
  /** The envelope's sender. */
  bounces_to: string;
  /** Beside those who never got it: who was refused, or those too of whom nobody knows whether they got it. */
  resend: "failed" | "unknown" | null;
}

export const waitFor = (ms: number): Promise<unknown> => setTimeout(ms);

/** One recipient's mail of an edition. */
export interface Letter extends Addressed {
  edition: MailEdition;
}

/** How many letters came to what; `had` got it before, `elsewhere` are being sent by another process. */
export type Tally = Record<
  "sent" | "outbox" | "refused" | "temporary" | "failed" | "unknown" | "had" | "elsewhere",
  number
>;

/** What became of some letters, and the first words of each kind of trouble. */
export interface Posted {
  tally: Tally;
  /** `ana@example.com: 550 no such user`, of letters that did not go. */
  troubles: string[];
}

type Fate = { kind: keyof Tally; answer: string; breaks: boolean };

/** How often a letter is tried within one step; the step itself is tried again later. */
const ROUNDS = 3;

/**
 * Sends letters, each at most once: what a recipient got is noted as soon as the server has said so, and is passed over
 * from then on. One who is refused, or not taken now, never keeps the others from theirs.
 */
export async function postAll(posting: Posting, letters: readonly Letter[]): Promise<Posted> {
  const tally: Tally = { sent: 0, outbox: 0, refused: 0, temporary: 0, failed: 0, unknown: 0, had: 0, elsewhere: 0 };
  const troubles: string[] = [];
  let left = await stillToSend(posting, letters, tally);
  for (let round = 1; left.length > 0; round++) {
    const fates = await postRound(posting, left);
    const isLast = round >= ROUNDS || [...fates.values()].some(({ kind }) => kind === "failed");
    const again: Letter[] = [];
    for (const letter of left) {
      const fate = fates.get(letter) ?? UNTRIED;
      if (fate.kind === "temporary" && !isLast) {
        again.push(letter);
        continue;
      }
      tally[fate.kind] += 1;
      if (fate.answer !== "" && fate.kind !== "sent" && fate.kind !== "outbox" && fate.kind !== "had")
        troubles.push(`${letter.recipient.address}: ${fate.answer}`);
    }
    left = again;
    if (left.length > 0) await posting.wait(pauseMs(round, posting.random()));
  }
  return { tally, troubles };
}

/** Not tried, since the server would have taken nothing from anybody. */
const UNTRIED: Fate = { kind: "temporary", answer: "", breaks: true };

/** 5 s, 15 s, …: half of it certain, half by the dice. */
function pauseMs(round: number, dice: number): number {
  return Math.round((5 * SECOND * 3 ** (round - 1) * (1 + dice)) / 2);
}

/** Letters whose recipients have not got them; what was refused, and what nobody knows of, only where that is wanted. */
async function stillToSend(posting: Posting, letters: readonly Letter[], tally: Tally): Promise<Letter[]> {
  const { db, resend } = posting;
  const known = new Map<string, Awaited<ReturnType<typeof lastAttempts>>>();
  const left: Letter[] = [];
  for (const letter of letters) {
    const attempts = known.get(letter.edition_id) ?? (await lastAttempts(db, letter.edition_id));
    known.set(letter.edition_id, attempts);
    const last = attempts.get(letter.recipient.address.toLowerCase());
    const status = last?.status;
    if (last !== undefined && status === "unknown" && resend === "unknown") await giveUpUnknown(db, last.attempt_key);
    const isOver = status === "sent" || status === "outbox";
    if (isOver) tally.had += 1;
    else if (status === "sending") tally.elsewhere += 1;
    else if (status === "refused" && resend === null) tally.had += 1;
    else if (status === "unknown" && resend !== "unknown") tally.had += 1;
    else left.push(letter);
  }
  return left;
}

/** Every letter once, as many at a time as the transport has lanes, until one meets what would stop all of them. */
async function postRound(posting: Posting, letters: readonly Letter[]): Promise<Map<Letter, Fate>> {
  const fates = new Map<Letter, Fate>();
  const waiting = letters.values();
  let isBroken = false;
  const lanes = Array.from({ length: Math.min(posting.transport.lanes, letters.length) }, async () => {
    for (const letter of waiting) {
      if (isBroken) return;
      const fate = await postOne(posting, letter);
      fates.set(letter, fate);
      isBroken ||= fate.breaks;
    }
  });
  // The first fault is thrown once all have come to rest: what another lane had accepted is noted by then.
  for (const lane of await Promise.allSettled(lanes)) if (lane.status === "rejected") throw lane.reason;
  return fates;
}

async function postOne(posting: Posting, letter: Letter): Promise<Fate> {
  const { db, transport, now, from, owner } = posting;
  const { edition, recipient } = letter;
  const message = await buildMessage(edition.content, {
    from,
    to: { name: recipient.name, address: recipient.address },
    owner,
    message_id: messageIdOf(edition.edition_id, recipient.address, from.address),
    references: edition.number > 1 ? await earlierMessages(db, letter) : [],
    issued_at_ms: edition.issued_at_ms,
  });
  const begun = await beginAttempt(db, letter, message, transport.kind, now());
  if (begun === null) return { kind: "elsewhere", answer: "another process has it in hand", breaks: false };
  const outcome = await transport.send(message, posting.bounces_to).catch(async (error: unknown) => {
    await endAttempt(db, begun, { status: "temporary", answer: messageOf(error), breaks: true }, now());
    throw error;
  });
  await endAttempt(db, begun, outcome, now());
  const breaks = outcome.status === "failed" || (outcome.status === "temporary" && outcome.breaks);
  return { kind: outcome.status, answer: outcome.answer, breaks };
}
