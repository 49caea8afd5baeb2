import type { Command } from "commander";
import { printErasure } from "../erase";
import type { Options } from "../options";
import { printPurge } from "../purge";
import type { Terminal } from "../terminal";
import type { Done } from "./arguments";

/** The commands that remove. */
export function addPrivacy(program: Command, terminal: Terminal, done: Done): void {
  program
    .command("purge")
    .description(
      'Remove what "retention" of the configuration keeps no longer: whole contacts and agent sessions, table by table, with a record of what went. Editions keep their figures.',
    )
    .option("--dry-run", "say what would be removed, and remove nothing")
    .action(async (options: Options) => done(await printPurge(terminal, options)));
  program
    .command("erase")
    .description(
      "Erase one caller or agent: every trace in the database, in issued editions and in published reports gets a pseudonym, dumps that name them are removed from the archive, and figures stay as they were.",
    )
    .option("--contact-number <number>", "the caller of this number, with all contacts of it")
    .option("--contact <id>", "the caller of this contact")
    .option("--agent <id>", "the agent of this id, with all names of theirs")
    .option("--dry-run", "say how many places would change, and change nothing")
    .action(async (options: Options) => done(await printErasure(terminal, options)));
}
