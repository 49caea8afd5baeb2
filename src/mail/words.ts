import { createHash } from "node:crypto";
import type { Mailing } from "./groups";
import { daysWords } from "./mailing";
import type { Notice } from "./notice";
import type { Posted } from "./post";

/** Tells the owner that a mail waits. @param until as `untilWords` has it */
export function heldNotice(mailing: Mailing, reasons: readonly string[], until: string): Notice {
  const days = daysWords(mailing);
  return {
    ...mailing,
    about: "held",
    subject: `[nightdesk] The summary of ${days} is held`,
    text: [
      `The summary of ${days} was not sent, as its data are not complete:`,
      ...reasons.map((reason) => `- ${reason}`),
      `It goes as soon as they are, and at ${until} as it is, marked PRELIMINARY.`,
      `To send it now: nightdesk mail send --from ${mailing.from} --to ${mailing.to}`,
      "",
    ].join("\n"),
  };
}

/** Why a step that mails is not at its end, for its receipt; null where it is. */
export function failureOf(
  shown: string,
  tally: Posted["tally"],
  troubles: readonly string[],
): { code: string; message: string; can_retry: boolean } | null {
  const first = troubles[0] ?? "it did not say why";
  if (tally.failed > 0) {
    return {
      code: "mail-server",
      message: `The mail server ${shown} takes nothing from us: ${first}. Expected it to accept our login and sender. Correct SMTP_URL or "mail.from", see "nightdesk doctor", then "nightdesk mail resend --failed".`,
      can_retry: false,
    };
  }
  const open = tally.temporary + tally.elsewhere;
  if (open === 0) return null;
  return {
    code: "mail-temporary",
    message: `${open} ${open === 1 ? "mail has" : "mails have"} not gone out through ${shown}: ${first}. They are tried again; afterwards "nightdesk mail resend --failed" does it.`,
    can_retry: true,
  };
}

/** The same troubles are told once; others of the same days once more. */
export function troubleNotice(mailing: Mailing, troubles: readonly string[]): Notice {
  const days = daysWords(mailing);
  const about = createHash("sha256").update(troubles.toSorted().join("\n")).digest("hex").slice(0, 8);
  return {
    ...mailing,
    about: `failed-${about}`,
    subject: `[nightdesk] ${troubles.length} of the summaries of ${days} did not get through`,
    text: [
      `Of the summary of ${days} these did not get through:`,
      ...troubles.map((trouble) => `- ${trouble}`),
      `What may pass is tried again. Afterwards: nightdesk mail resend --failed --from ${mailing.from} --to ${mailing.to}`,
      "",
    ].join("\n"),
  };
}
