import type { Command } from "commander";
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
}
