import { type Command, InvalidArgumentError, Option } from "commander";
import { batchOf } from "../batch";
import { UsageError } from "../base/errors";
import { isMailAddress } from "../base/mail-keys";
import * as commands from "../commands";
import { LANGUAGES, TIERS } from "../mail/summary";
import * as mails from "../mail-commands";
import type { Options } from "../options";
import type { Terminal } from "../terminal";
import { summaryWork } from "../works";
import { day, type Done, from, single, to } from "./arguments";

function address(text: string): string {
  if (!isMailAddress(text)) throw new InvalidArgumentError('Expected an address such as "ana@example.com".');
  return text;
}

const days = (command: Command): Command => command.addOption(single()).addOption(from()).addOption(to());

const audience = (command: Command): Command =>
  command
    .option("--scope <scope>", "all, or queue:NAME, team:NAME, site:NAME, several parted by | (default: all)")
    .addOption(new Option("--language <language>", "in which language (default: en)").choices([...LANGUAGES]))
    .addOption(new Option("--tier <tier>", "what of agents it shows (default: aggregates)").choices([...TIERS]));

/** The commands of the mail: who gets what, how it looks, what became of it, and sending it again. */
export function addMail(program: Command, terminal: Terminal, done: Done): void {
  const mail = program
    .command("mail")
    .description("The summary by mail: preview, who gets what, what became of it, sending it again, and its linter.")
    .option("--lint <file...>", "check .eml files, as mail lint does")
    .action(async (options: Options) => {
      if (options.lint === undefined) mail.help({ error: true });
      else done(await mails.lintFiles(terminal, options.lint, options));
    });
  addSending(mail, terminal, done);
  addLooking(mail, terminal, done);
  for (const command of mail.commands) {
    command.exitOverride().option("--json", "print one JSON object; everything else goes to standard error");
  }
}

function addSending(mail: Command, terminal: Terminal, done: Done): void {
  days(mail.command("send"))
    .description(
      "Send the summary of some days to those who have not got it, whatever the gate says and however old they are.",
    )
    .action(async (options: Options, command: Command) => {
      const work = summaryWork(options, { despite_gate: true });
      done(await commands.run(terminal, batchOf(work), isJson(command)));
    });
  days(mail.command("resend"))
    .description("Send editions again as they were issued, only to those who did not get them.")
    .addOption(new Option("--failed", "who was refused, or not reached").conflicts("unknown"))
    .option("--unknown", "also those of whom nobody knows: they may get it twice")
    .action(async (options: Options, command: Command) => {
      if (options.failed !== true && options.unknown !== true) {
        throw new UsageError("Mails are sent again by what became of them. Say which: --failed, or --unknown.");
      }
      const resend = options.unknown === true ? "unknown" : "failed";
      const work = summaryWork(options, { resend, despite_gate: true });
      done(await commands.run(terminal, batchOf(work), isJson(command)));
    });
  audience(mail.command("send-test"))
    .description("Send one mail to yourself, marked TEST, as those of an audience would get it.")
    .requiredOption("--to <address>", "where it goes", address)
    .option("--day <day>", "the local day it is of (default: yesterday)", day)
    .action(async (options: Options, command: Command) =>
      done(await mails.sendTest(terminal, { ...options, json: isJson(command) })),
    );
}

function addLooking(mail: Command, terminal: Terminal, done: Done): void {
  days(audience(mail.command("preview")))
    .description("Write the summary as .html, .txt and .eml without sending it.")
    .addOption(
      new Option("--recipient <address>", "as this recipient gets it").conflicts(["scope", "language", "tier"]),
    )
    .requiredOption("--out <folder>", "folder for the three files")
    .action(async (options: Options, command: Command) =>
      done(await mails.preview(terminal, { ...options, json: isJson(command) })),
    );
  days(mail.command("recipients"))
    .description("Who would get what, and why. Sends nothing.")
    .option("--dry-run", "the same: this command never sends")
    .option("--schedule <name>", "as if this schedule ran (default: any of such days)")
    .action(async (options: Options, command: Command) =>
      done(await mails.showRecipients(terminal, { ...options, json: isJson(command) })),
    );
  days(mail.command("ledger"))
    .description("Every attempt to send the mails of some days, and what the server said.")
    .action(async (options: Options, command: Command) =>
      done(await mails.showLedger(terminal, { ...options, json: isJson(command) })),
    );
  mail
    .command("lint")
    .description("Check .eml files: what mail programs would remove, what readers could not read.")
    .argument("<file...>", "messages")
    .action(async (files: string[], _options: Options, command: Command) =>
      done(await mails.lintFiles(terminal, files, { json: isJson(command) })),
    );
}

/** `--json` may stand before or after the name of the command. */
function isJson(command: Command): boolean {
  return command.optsWithGlobals<Options>().json ?? false;
}
