import { resolve } from "node:path";
import { z } from "zod";

/**
 * An address as this program sends to: plain letters on both sides of the @, so that nothing in it can be taken for more
 * than an address. A domain in another script is written in its `xn--` form.
 */
const ADDRESS = /^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?=.{1,253}$)[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*$/;

export function isMailAddress(text: string): boolean {
  return ADDRESS.test(text);
}

const IF_INCOMPLETE = /^(?:send|banner|hold until ([01]\d|2[0-3]):([0-5]\d))$/;

/** What becomes of a mail whose data are not complete, as a schedule or the mail's own keys say it. */
export const ifIncompleteKey = z.string().regex(IF_INCOMPLETE, {
  error: 'expected "send", "banner" (sent and marked PRELIMINARY) or "hold until HH:MM" such as "hold until 09:00"',
});

const address = z.string().refine(isMailAddress, {
  error: (issue) => `"${String(issue.input)}" is no address such as "ops@example.com"`,
});

const NAMED = /^(.*?)\s*<([^<>]+)>$/;

const sender = z.string().refine((text) => isMailAddress(NAMED.exec(text)?.[2] ?? text), {
  error: (issue) => `"${String(issue.input)}" is no sender such as "Contact centre <reports@example.com>"`,
});

const share = z.number().min(0).max(1);

/** The key `mail` of the configuration. */
export const mailKeys = z.strictObject({
  recipients: z.string().min(1).optional(),
  from: sender.optional(),
  owner: address.optional(),
  bounces_to: address.optional(),
  if_incomplete: ifIncompleteKey.optional(),
  rejected_share: share.optional(),
  truncated_share: share.optional(),
  send_within_days: z.number().int().min(1).max(366).optional(),
});

/** What the gate does where the data are not complete; `hold_until_min` is minutes after midnight of the day after. */
export type IfIncomplete = { kind: "send" | "banner" } | { kind: "hold"; hold_until_min: number };

export interface MailSettings {
  /** The CSV file of who gets what, absolute; null where there is none. */
  recipients: string | null;
  from: { name: string; address: string };
  is_from_set: boolean;
  /** Who is told when a mail is held or fails. */
  owner: string | null;
  /** The envelope's sender, to whom other servers send back what they cannot deliver. */
  bounces_to: string;
  if_incomplete: IfIncomplete;
  /** More rejected lines, or truncated contacts, than this share 0…1 are a reason for the gate. */
  rejected_share: number;
  truncated_share: number;
  /** Days that ended longer ago are not mailed by themselves. */
  send_within_days: number;
}

/** @param base the folder that relative paths start from */
export function mailSettingsOf(given: z.infer<typeof mailKeys> | undefined, base: string): MailSettings {
  const [, name, named] = NAMED.exec(given?.from ?? "") ?? [];
  const from = { name: name ?? "nightdesk", address: named ?? given?.from ?? "nightdesk@localhost" };
  return {
    recipients: given?.recipients === undefined ? null : resolve(base, given.recipients),
    from: { ...from, name: from.name.replace(/^"(.*)"$/, "$1") },
    is_from_set: given?.from !== undefined,
    owner: given?.owner ?? null,
    bounces_to: given?.bounces_to ?? from.address,
    if_incomplete: ifIncompleteOf(given?.if_incomplete ?? "banner"),
    rejected_share: given?.rejected_share ?? 0.01,
    truncated_share: given?.truncated_share ?? 0.01,
    send_within_days: given?.send_within_days ?? 7,
  };
}

export function ifIncompleteOf(text: string): IfIncomplete {
  const [, hours, minutes] = IF_INCOMPLETE.exec(text) ?? [];
  if (hours !== undefined) return { kind: "hold", hold_until_min: Number(hours) * 60 + Number(minutes) };
  return { kind: text === "send" ? "send" : "banner" };
}
