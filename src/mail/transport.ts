import type { Message } from "./message";

/** What became of one message, as the other side said it. */
export type Outcome =
  /** Accepted: from here on it is the server's. */
  | { status: "sent" | "outbox"; answer: string }
  /** The server will never take it for this recipient. */
  | { status: "refused"; answer: string }
  /** Not now; `breaks` where no other message would fare better on this server. */
  | { status: "temporary"; answer: string; breaks: boolean }
  /** The server takes nothing from us: wrong login, sender refused, no encryption. Nobody gets anything before that is mended. */
  | { status: "failed"; answer: string }
  /** All of it was handed over and no answer came: accepted or not, nobody knows. */
  | { status: "unknown"; answer: string };

/** A way for messages to leave: a server, or a folder. */
export interface Transport {
  kind: "smtp" | "outbox";
  /** As it may be shown: never with a password. */
  shown: string;
  /** How many messages may be under way at once. */
  lanes: number;
  /** @param sender the envelope's sender */
  send(message: Message, sender: string): Promise<Outcome>;
  /** Whether it could send: null, or the fault in words. */
  verify(): Promise<string | null>;
  close(): void;
}
