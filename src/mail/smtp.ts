import type { Readable } from "node:stream";
import { createTransport } from "nodemailer";
import { isError, messageOf } from "../base/errors";
import { readable } from "../base/text";
import type { SmtpServer } from "./smtp-url";
import type { Outcome, Transport } from "./transport";

/** More of an answer nobody reads. */
const MOST_LETTERS = 500;

/** Sends over connections that stay open from one message to the next. */
export function smtpTransport(server: SmtpServer): Transport {
  const pool = poolOf(server);
  /** The message's own stream, by its Message-ID: once it was read, the server may have taken what it read. */
  const streams = new Map<string, Readable>();
  pool.use("stream", (mail, done) => {
    const { message } = mail as unknown as { message: { processFunc(watch: (stream: Readable) => Readable): void } };
    const id = (mail.data as { messageId?: string }).messageId ?? "";
    message.processFunc((stream) => {
      streams.set(id, stream);
      return stream;
    });
    done();
  });
  const hide = (text: string): string => readable(withoutLogin(text, server), MOST_LETTERS);
  return {
    kind: "smtp",
    shown: server.shown,
    lanes: server.connections,
    send: async ({ message_id, to, bytes }, sender) => {
      try {
        const mail = { messageId: message_id, envelope: { from: sender, to: [to] }, raw: bytes };
        const info = await pool.sendMail(mail);
        return { status: "sent", answer: hide(info.response) };
      } catch (error) {
        return outcomeOf(error, streams.get(message_id)?.readableDidRead === true, hide);
      } finally {
        streams.delete(message_id);
      }
    },
    verify: async () => {
      try {
        await pool.verify();
        return null;
      } catch (error) {
        return hide(messageOf(error));
      }
    },
    close: () => pool.close(),
  };
}

function poolOf({ host, port, is_tls, starttls, login, ca, connections, timeout_ms }: SmtpServer) {
  return createTransport({
    pool: true,
    host,
    port,
    secure: is_tls,
    requireTLS: starttls === "required" && !is_tls,
    ignoreTLS: starttls === "off",
    ...(login === null ? {} : { auth: { user: login.user, pass: login.password } }),
    tls: { minVersion: "TLSv1.2", ...(ca === null ? {} : { ca }) },
    maxConnections: connections,
    maxMessages: 100,
    // What is tried again, and when, is decided where it is written down.
    maxRequeues: 0,
    connectionTimeout: Math.min(timeout_ms, 30_000),
    greetingTimeout: timeout_ms,
    socketTimeout: timeout_ms,
    disableFileAccess: true,
    disableUrlAccess: true,
  } as Parameters<typeof createTransport>[0] & { pool: true });
}

interface SmtpError {
  code?: string;
  /** The server's three digits, where it answered. */
  responseCode?: number;
  /** What it was asked last. */
  command?: string;
}

/** What an error of a server means for the message, and for those after it. */
function outcomeOf(error: unknown, wasRead: boolean, hide: (text: string) => string): Outcome {
  const { code = "", responseCode, command = "" } = (isError(error) ? error : {}) as SmtpError;
  const answer = hide(messageOf(error));
  if (responseCode !== undefined) {
    // 421 takes leave of the whole connection; what is said before the recipient's turn is about all of them.
    const isOfRecipient = /^(RCPT TO|DATA)$/.test(command) && responseCode !== 421;
    if (responseCode < 500) return { status: "temporary", answer, breaks: !isOfRecipient };
    return { status: isOfRecipient ? "refused" : "failed", answer };
  }
  if (code === "EAUTH" || code === "ETLS" || code === "ENOAUTH" || /certificate/i.test(answer))
    return { status: "failed", answer };
  if (code === "EENVELOPE" || code === "EMESSAGE") return { status: "refused", answer };
  if (wasRead) return { status: "unknown", answer: `${answer}: the whole message was handed over and no answer came` };
  return { status: "temporary", answer, breaks: true };
}

/** Whatever a server says, also where it repeats what it was told. */
function withoutLogin(text: string, { login }: SmtpServer): string {
  if (login === null) return text;
  const { user, password } = login;
  const packed = [password, `\0${user}\0${password}`].map((part) => Buffer.from(part).toString("base64"));
  return [password, encodeURIComponent(password), ...packed]
    .filter((secret) => secret.length >= 3)
    .toSorted((a, b) => b.length - a.length)
    .reduce((shown, secret) => shown.replaceAll(secret, "…"), text);
}
