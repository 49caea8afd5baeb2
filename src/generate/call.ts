import type { Contact } from "./contact";
import type { Channel, Session } from "./session";

/** A contact and the agent and channel that have it. */
export interface Call {
  contact: Contact;
  session: Session;
  channel: Channel;
}

/** What an agent's channel says of its contact: ready JSON. */
export function aboutContact({ contact }: Pick<Call, "contact">): string {
  return `,"contactId":"${contact.id}"${contact.queue?.fields ?? ""}`;
}
