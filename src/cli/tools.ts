import { type Command, Option } from "commander";
import * as commands from "../commands";
import { exportNames } from "../exports/export";
import { FAULTS } from "../generate/generate";
import { showMapped } from "../map";
import type { Options } from "../options";
import type { Service } from "../service";
import type { Terminal } from "../terminal";
import { count, day, type Done, from, listOf, to } from "./arguments";

/** The commands that read or make something without a receipt. */
export function addTools(program: Command, terminal: Terminal, service: Service | undefined, done: Done): void {
  program
    .command("export")
    .description(
      `Write a table as data: ${exportNames().join(", ")}. Null is an empty cell, instants are epoch milliseconds, rows come in the order of their key.`,
    )
    .argument("<table>", "table")
    .addOption(from())
    .addOption(to())
    .addOption(new Option("--format <format>", "csv or ndjson").choices(["csv", "ndjson"]).default("csv"))
    .option("--spreadsheet", "make text harmless that a spreadsheet would take for a formula")
    .option("--out <file>", "file to write (default: standard output)")
    .action(async (table: string, options: Options) => done(await commands.writeExport(terminal, table, options)));
  addMap(program, terminal, done);
  program
    .command("generate")
    .description("Make believable days of a contact centre, with known truth beside them.")
    .requiredOption("--day <day>", "first local day", day)
    .option("--days <number>", "how many days", count, 1)
    .requiredOption("--contacts <number>", "contacts a day", count)
    .requiredOption("--agents <number>", "agents", count)
    .requiredOption("--seed <number>", "the same seed gives the same bytes", count)
    .addOption(new Option("--faults <list>", `faults to inject, of ${FAULTS.join(", ")}`).argParser(listOf(FAULTS)))
    .requiredOption("--out <folder>", "folder for the dumps and truth.json")
    .action(async (options: Options) => done(await commands.generate(terminal, options)));
  program
    .command("demo")
    .description(
      "A believable week, the whole night over it, and the files to open. Keeps everything in $NIGHTDESK_DATA/demo.",
    )
    .action(async (options: Options) => done(await commands.demo(terminal, options)));
  program
    .command("status")
    .description("What was pulled, rebuilt, checked and rendered, day by day, and what is missing: a grid of days.")
    .addOption(from())
    .addOption(to())
    .option("--html <file>", "write it as a page of its own instead")
    .action(async (options: Options) =>
      done(await commands.status(terminal, options, (await service?.next(terminal)) ?? [])),
    );
  program
    .command("copy-database")
    .description(
      "Copy a database into an empty one, from SQLite to PostgreSQL or back, and count every table on both sides. The addresses are as in DATABASE_URL.",
    )
    .argument("<from>", "sqlite:FILE or postgres://…")
    .argument("<to>", "sqlite:FILE or postgres://…, empty")
    .action(async (source: string, target: string, options: Options) =>
      done(await commands.copy(terminal, source, target, options)),
    );
  program
    .command("doctor")
    .description(
      "Examine configuration, zone data, database, disk, reference data and queue, and say what to do about each fault.",
    )
    .action(async (options: Options) => done(await commands.doctor(terminal, options, service)));
}

/** What a mapping makes of a table, before anything is loaded. */
function addMap(program: Command, terminal: Terminal, done: Done): void {
  program
    .command("map")
    .description(
      "Show which events a mapping makes of a foreign table, what it rejects and which names nobody knows. Loads nothing.",
    )
    .argument("<file>", "a CSV or NDJSON table")
    .option("--mapping <file>", "the mapping (default: the one the configuration has for the file)")
    .option("--sample <number>", "how many events and rejected lines to show", count, 20)
    .action(async (file: string, options: Options) => done(await showMapped(terminal, file, options)));
}
