import type { Knex } from "knex";
import type { Config } from "../base/config";
import { messageOf } from "../base/errors";
import type { Log } from "../base/log";
import { beginAttempt, endAttempt } from "./ledger";
import { buildNote, messageIdOf } from "./message";
import { outboxTransport } from "./outbox";
import type { Outcome, Transport } from "./transport";
import { outboxFolder } from "./transports";

/** What the owner is told. */
export interface Notice {
  from: string;
  to: string;
  schedule: string | null;
  /** Names what it is about, such as `held` or a hash of what failed: the same is told once. */
  about: string;
  subject: string;
  text: string;
}

/** What telling the owner works with. */
export interface Telling {
  db: Knex;
  config: Config;
  log: Log;
  now: () => number;
  transport: Transport;
}

/**
 * Tells the owner by mail, once; where the server takes nothing the note lies in the outbox. A note that cannot be sent
 * stops nothing: the log has said the same.
 */
export async function tellOwner({ db, config, log, now, transport }: Telling, notice: Notice): Promise<void> {
  const { owner, from } = config.mail;
  if (owner === null) return;
  const { from: first, to: last } = notice;
  const edition_id = ["notice", first, ...(first === last ? [] : [last]), notice.about].join("_");
  const recipient = {
    address: owner,
    name: "",
    scope: "owner",
    language: "en",
    tier: "aggregates",
    schedules: [],
    line: 0,
  } as const;
  try {
    const note = await buildNote(notice.subject, notice.text, {
      from,
      to: { name: "", address: owner },
      owner: null,
      message_id: messageIdOf(edition_id, owner, from.address),
      references: [],
      issued_at_ms: now(),
    });
    const addressed = {
      edition_id,
      from: first,
      to: last,
      schedule: notice.schedule,
      recipient: { ...recipient, schedules: [] },
    };
    const begun = await beginAttempt(db, addressed, note, transport.kind, now());
    if (begun === null) return;
    const sent = await transport.send(note, config.mail.bounces_to).catch(faultOf);
    const isOut = sent.status === "sent" || sent.status === "outbox";
    const outcome = isOut ? sent : await outboxTransport(outboxFolder(config)).send(note, owner).catch(faultOf);
    await endAttempt(
      db,
      begun,
      isOut ? outcome : { ...outcome, answer: `${outcome.answer}, as ${sent.answer}` },
      now(),
    );
  } catch (error) {
    log.warn(`The owner ${owner} could not be told: ${messageOf(error)}`);
  }
}

function faultOf(error: unknown): Outcome {
  return { status: "temporary", answer: messageOf(error), breaks: true };
}
