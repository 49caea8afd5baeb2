import { type Command, Option } from "commander";
import { type Batch, batchOf } from "../batch";
import * as commands from "../commands";
import type { Options } from "../options";
import { sequenceTables } from "../reference/load";
import { reportNames } from "../reports/render";
import type { Service } from "../service";
import type { Terminal } from "../terminal";
import * as works from "../works";
import { type Done, from, language, listOf, out, single, to, view } from "./arguments";

type Run = (options: Options, work: Partial<Batch> & Pick<Batch, "workflow">) => Promise<void>;

/** The commands that run a workflow: each is a batch and a list of steps. */
export function addRuns(program: Command, terminal: Terminal, service: Service | undefined, done: Done): void {
  const run: Run = async (options, work) => {
    const json = options.json ?? false;
    const isQueued = options.queue === true && service !== undefined;
    done(
      isQueued
        ? await service.enqueue(terminal, [batchOf(work)], json)
        : await commands.run(terminal, batchOf(work), json),
    );
  };
  addNight(program, terminal, run);
  addStages(program, terminal, run, done);
  addReport(program, terminal, run, service !== undefined);
}

function addNight(program: Command, terminal: Terminal, run: Run): void {
  program
    .command("nightly")
    .description(
      "The night's work: pull the dumps, rebuild, check, render the reports. Without a day: yesterday in the centre's zone.",
    )
    .addOption(single())
    .addOption(from())
    .addOption(to())
    .option(
      "--source <path...>",
      "files and folders to read (default: the configuration's sources, else $NIGHTDESK_DATA/dumps)",
    )
    .addOption(out())
    .option("--again", "do it although this night was done and nothing new has come")
    .addOption(
      new Option("--replay", "read the dumps kept in the archive instead of their sources").conflicts("source"),
    )
    .action((options: Options) => run(options, works.nightlyWork(terminal, options)));
  program
    .command("replay")
    .description("The night's work over days whose dumps are kept in the archive, without asking any source.")
    .addOption(single())
    .addOption(from())
    .addOption(to())
    .addOption(out())
    .option("--again", "do it although these nights were done and nothing new has come")
    .action((options: Options) => run(options, works.nightlyWork(terminal, { ...options, replay: true })));
  program
    .command("load")
    .description(
      "Load dumps: files or folders, any known format, any days. Prints what was read, new, duplicate, revised, rejected and truncated.",
    )
    .argument("<path...>", "files and folders")
    .option("--mapping <file>", "the mapping that turns these files, foreign tables, into events")
    .action((paths: string[], options: Options) => run(options, works.loadWork(terminal, paths, options)));
}

function addStages(program: Command, terminal: Terminal, run: Run, done: Done): void {
  program
    .command("rebuild")
    .description("Rebuild sessions and activities: what is new, the given days, or everything.")
    .addOption(from())
    .addOption(to())
    .addOption(new Option("--all", "everything").conflicts(["from", "to"]))
    .action((options: Options) => run(options, works.periodWork("rebuild", options)));
  program
    .command("check")
    .description("Check contacts against the event sequence table: what is new, the given days, or everything.")
    .addOption(from())
    .addOption(to())
    .addOption(new Option("--all", "everything").conflicts(["from", "to"]))
    .addOption(
      new Option("--mode <mode>", "another mode than the configured one: prints its findings, stores nothing").choices([
        "overlay",
        "strict",
      ]),
    )
    .addOption(
      new Option("--table <name>", "another sequence table: prints its findings, stores nothing").choices([
        ...sequenceTables(),
      ]),
    )
    .action(async (options: Options) => {
      if (!commands.isOtherCheck(terminal, options)) {
        return run(options, works.periodWork("check", options));
      }
      return done(await commands.printFindings(terminal, options));
    });
}

function addReport(program: Command, terminal: Terminal, run: Run, hasQueue: boolean): void {
  const report = program
    .command("report")
    .description(`Render reports for a day or a range: ${reportNames().join(", ")}.`)
    .argument("<name...>", "reports")
    .addOption(single())
    .addOption(from())
    .addOption(to())
    .addOption(new Option("--format <list>", "html,csv").argParser(listOf(["html", "csv"])))
    .addOption(view())
    .option("--again", "make a new edition where the pages would be others today, although no figure changed")
    .addOption(language())
    .option("--bom", "begin CSV files with a byte-order mark, for spreadsheets that need one")
    .addOption(out())
    .action((names: string[], options: Options) => run(options, works.reportWork(terminal, names, options)));
  if (hasQueue) report.option("--queue", "let the service make it; this command does not wait for it");
}
