import { resolve } from "node:path";
import { type Command, Option } from "commander";
import { diffEditions, listEditions, writeEdition } from "../issued";
import { printDifference, printEditions } from "../issued-print";
import { daysOf, type Options } from "../options";
import { reportNames } from "../reports/render";
import { configOf, inContext, type Terminal } from "../terminal";
import { type Done, from, single, to } from "./arguments";

/** The commands that read what was issued. */
export function addEditions(program: Command, terminal: Terminal, done: Done): void {
  const editions = program
    .command("editions")
    .description("List the editions of reports that were issued, what they restate and why.")
    .addOption(single())
    .addOption(from())
    .addOption(to())
    .addOption(new Option("--report <name>", "one report only").choices(reportNames()))
    .action(async (options: Options) => done(await list(terminal, options)));
  editions
    .command("show")
    .description("Write an edition's files again, byte for byte as they were issued.")
    .argument("<id>", "such as contact-sessions_2026-03-12_1")
    .requiredOption("--out <folder>", "folder for the files")
    .action(async (id: string, _options: Options, command: Command) =>
      done(await show(terminal, id, command.optsWithGlobals<Options>())),
    );
  program
    .command("diff")
    .description("What differs between two editions: figures, inputs, rules, and the causes that were named.")
    .argument("<a>", "the earlier edition")
    .argument("<b>", "the later one")
    .action(async (a: string, b: string, options: Options) => done(await diff(terminal, a, b, options)));
}

async function list(terminal: Terminal, options: Options): Promise<boolean> {
  const config = configOf(terminal);
  const [first, last] = daysOf(options) ?? ["", "9999-12-31"];
  const asked = { from: first, to: last, report: options.report ?? null };
  const found = await inContext(terminal, config, ({ db }) => listEditions(db, asked));
  terminal.stdout.write(options.json ? `${JSON.stringify({ editions: found })}\n` : printEditions(found, config));
  return true;
}

async function show(terminal: Terminal, id: string, options: Options): Promise<boolean> {
  const folder = resolve(terminal.folder, options.out ?? ".");
  const files = await inContext(terminal, configOf(terminal), ({ db }) => writeEdition(db, id, folder));
  const text = files.map((file) => `${file}\n`).join("");
  terminal.stdout.write(options.json ? `${JSON.stringify({ edition_id: id, files })}\n` : text);
  return true;
}

async function diff(terminal: Terminal, a: string, b: string, options: Options): Promise<boolean> {
  const config = configOf(terminal);
  const found = await inContext(terminal, config, ({ db }) => diffEditions(db, a, b));
  terminal.stdout.write(options.json ? `${JSON.stringify(found)}\n` : printDifference(found, config));
  return true;
}
