import { join } from "node:path";
import type { Config } from "../base/config";
import { NightdeskError } from "../base/errors";
import { outboxTransport } from "./outbox";
import { smtpTransport } from "./smtp";
import { parseSmtpUrl } from "./smtp-url";
import type { Transport } from "./transport";

/** Where mails go without a server. */
export function outboxFolder({ data_dir }: Pick<Config, "data_dir">): string {
  return join(data_dir, "outbox");
}

/** Whether a server is named; the address itself, with its password, stays in the environment. */
export function hasServer({ environment }: Pick<Config, "environment">): boolean {
  return (environment("SMTP_URL") ?? "") !== "";
}

/**
 * The server of `SMTP_URL`, or without one the outbox. The caller closes it.
 *
 * @throws NightdeskError `smtp-url`, `mail-from` before anything is sent
 */
export function openTransport(config: Config): Transport {
  const url = config.environment("SMTP_URL") ?? "";
  if (url === "") return outboxTransport(outboxFolder(config));
  const server = parseSmtpUrl(url);
  if (config.mail.is_from_set) return smtpTransport(server);
  throw new NightdeskError(
    "mail-from",
    `SMTP_URL names a server, and ${config.file ?? "the configuration"} does not say whom the mails are from. Expected "mail": {"from": "Contact centre <reports@example.com>"}. Set it to an address the server takes.`,
  );
}
