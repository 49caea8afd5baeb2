import { HOUR, SECOND } from "../base/days";
import type { Contact } from "./contact";
import type { World } from "./world";

/** The thresholds the truth is told with: those a centre has without a configuration of its own. */
export const THRESHOLDS = {
  short_contact_ms: 10 * SECOND,
  sudden_disconnect_ms: 5 * SECOND,
  stale_after_ms: { telephony: 24 * HOUR, chat: 48 * HOUR, email: 720 * HOUR } as Record<string, number>,
};

/**
 * The contact is over: what became of it is entered into the book. One that never ended waits for the last day to end,
 * one whose agents still make their notes waits for those.
 */
export function closeContact(world: World, contact: Contact, isLastDayOver = false): void {
  const { truth } = contact;
  if ((truth.ended_at_ms === null || contact.wrappers > 0) && !isLastDayOver) return;
  if (!world.contacts.delete(contact)) return;
  for (const running of contact.running) world.pending.delete(running);
  if (truth.ended_at_ms === null || truth.started_at_ms === null) {
    truth.is_open = 1;
    truth.is_stale = isStale(world, contact) ? 1 : 0;
    truth.handle_type = truth.is_stale === 1 ? "unknown" : "open";
  } else {
    truth.is_open = 0;
    truth.total_ms = truth.ended_at_ms - truth.started_at_ms;
    truth.handle_type = handleType(contact, truth.total_ms, truth.ended_at_ms);
    if (["short", "abandoned"].includes(truth.handle_type)) truth.abandoned_type = contact.stage;
  }
  world.book.contact(truth);
}

function handleType(contact: Contact, totalMs: number, endedAtMs: number): string {
  if (contact.firstConnectedAt !== null) {
    const isSudden = endedAtMs - contact.firstConnectedAt <= THRESHOLDS.sudden_disconnect_ms;
    return isSudden ? "sudden_disconnect" : "normal";
  }
  if (contact.hasOptOut) return "callback";
  if (totalMs <= THRESHOLDS.short_contact_ms) return "short";
  const isSelfService = contact.wasInIvr && !contact.wasParked && !contact.wasOffered;
  return isSelfService ? "self_service" : "abandoned";
}

function isStale(world: World, contact: Contact): boolean {
  const age = THRESHOLDS.stale_after_ms[contact.truth.channel_type] ?? 24 * HOUR;
  return contact.lastAt < world.newestMs - age;
}
