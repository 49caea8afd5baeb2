import type { Config } from "./base/config";
import { messageOf } from "./base/errors";
import { fault, type Finding, fine, remark } from "./findings";
import { readRecipients } from "./mail/recipients";
import { hasServer, openTransport } from "./mail/transports";

/** The recipients' file, and the server or folder that mails go to; nothing is sent. */
export async function mailFindings(config: Config): Promise<Finding[]> {
  const findings: Finding[] = [];
  try {
    const { recipients: file } = config.mail;
    const names = config.schedules.map(({ name }) => name);
    if (file !== null) {
      const count = (await readRecipients(file, names)).length;
      findings.push(fine("recipients", `${count} in ${file}`));
    } else if (hasServer(config)) {
      const advice = 'Name a CSV file of them in "mail": {"recipients": "recipients.csv"}, or unset SMTP_URL.';
      findings.push(remark("recipients", "none are configured: no mail is sent", advice));
    }
  } catch (error) {
    findings.push(fault("recipients", messageOf(error), "Until it is right, the night ends without its mail."));
  }
  return [...findings, await transportFinding(config)];
}

async function transportFinding(config: Config): Promise<Finding> {
  try {
    const transport = openTransport(config);
    try {
      const wrong = await transport.verify();
      const { kind, shown } = transport;
      if (wrong === null)
        return fine("mail", kind === "outbox" ? `outbox ${shown}: no SMTP_URL is set` : `${shown} answers`);
      const advice =
        kind === "outbox"
          ? "Give the user that runs nightdesk the right to write there."
          : "Correct SMTP_URL (server, port, user, password, ?ca=FILE for a certificate of your own), or the server.";
      return fault("mail", `${shown}: ${wrong}`, advice);
    } finally {
      transport.close();
    }
  } catch (error) {
    return fault("mail", messageOf(error), "Until it is right, the night ends without its mail.");
  }
}
