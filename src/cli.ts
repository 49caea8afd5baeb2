import { Argument, Command, CommanderError, InvalidArgumentError, Option } from "commander";
import { type Batch, batchOf } from "./batch";
import { isDay } from "./base/days";
import { messageOf, NightdeskError, UsageError } from "./base/errors";
import { codeVersion } from "./base/version";
import * as commands from "./commands";
import { exportNames } from "./exports/export";
import { FAULTS } from "./generate/generate";
import type { Options } from "./options";
import { sequenceTables } from "./reference/load";
import { showMapped } from "./map";
import { reportNames } from "./reports/render";
import type { Service } from "./service";
import type { Terminal } from "./terminal";
import * as works from "./works";

/** Exit codes: the work is done, it failed, the command was called wrongly. */
const DONE = 0;
const FAILED = 1;
const WRONG_USAGE = 2;

/**
 * Runs one command line.
 *
 * @param args    what follows the program's name
 * @param service the commands of the queue; without them there is none
 * @returns       the exit code: 0 done, 1 failed, 2 wrong usage
 */
export async function runCli(args: readonly string[], terminal: Terminal, service?: Service): Promise<number> {
  let code = DONE;
  const program = buildProgram(terminal, service, (isDone) => {
    code = isDone ? DONE : FAILED;
  });
  try {
    await program.parseAsync([...args], { from: "user" });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? DONE : WRONG_USAGE;
    terminal.stderr.write(`${describe(error)}\n`);
    return error instanceof UsageError ? WRONG_USAGE : FAILED;
  }
}

function describe(error: unknown): string {
  if (error instanceof NightdeskError) return `error: ${error.message}`;
  // Errors of the database hold the whole statement: enough to find the place, not a page of it.
  const text = error instanceof Error ? (error.stack ?? error.message) : messageOf(error);
  return `error: unexpected, please report it: ${text.length > LONGEST_ERROR ? `${text.slice(0, LONGEST_ERROR)} …` : text}`;
}

const LONGEST_ERROR = 1_500;

type Done = (isDone: boolean) => void;

function buildProgram(terminal: Terminal, service: Service | undefined, done: Done): Command {
  const program = new Command("nightdesk")
    .description(
      "Turns a contact centre's raw events into sessions, checked call flows and reports that can be defended.",
    )
    .version(codeVersion())
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void terminal.stdout.write(text),
      writeErr: (text) => void terminal.stderr.write(text),
    })
    .showHelpAfterError("(--help after the command shows how it is called)")
    .addHelpText("after", "\nExit codes: 0 done, 1 failed, 2 wrong usage.");
  addRuns(program, terminal, service, done);
  addTools(program, terminal, service, done);
  if (service !== undefined) addService(program, terminal, service, done);
  for (const command of program.commands) {
    command
      .exitOverride()
      .option("--json", "print the receipt as one JSON object; everything else goes to standard error");
  }
  return program;
}

function day(text: string): string {
  if (!isDay(text)) throw new InvalidArgumentError("Expected a day as YYYY-MM-DD.");
  return text;
}

function count(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError("Expected a whole number.");
  return Number(text);
}

function listOf(known: readonly string[]): (text: string) => string[] {
  return (text) => {
    const names = text
      .split(",")
      .map((name) => name.trim())
      .filter(Boolean);
    const unknown = names.filter((name) => !known.includes(name));
    if (unknown.length > 0) throw new InvalidArgumentError(`"${unknown.join(", ")}" is none of ${known.join(", ")}.`);
    return names;
  };
}

const from = (): Option => new Option("--from <day>", "first local day, YYYY-MM-DD").argParser(day);
const to = (): Option => new Option("--to <day>", "last local day, YYYY-MM-DD").argParser(day);
const out = (): Option => new Option("--out <folder>", "folder for the reports (default: $NIGHTDESK_DATA/reports)");
const single = (): Option =>
  new Option("--day <day>", "one local day, YYYY-MM-DD").argParser(day).conflicts(["from", "to"]);
const view = (): Option =>
  new Option("--view <view>", "agent-states: one clock per person, or each channel")
    .choices(["person", "channel"])
    .default("person");

type Run = (options: Options, work: Partial<Batch> & Pick<Batch, "workflow">) => Promise<void>;

/** The commands that run a workflow: each is a batch and a list of steps. */
function addRuns(program: Command, terminal: Terminal, service: Service | undefined, done: Done): void {
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
    .option("--bom", "begin CSV files with a byte-order mark, for spreadsheets that need one")
    .addOption(out())
    .action((names: string[], options: Options) => run(options, works.reportWork(terminal, names, options)));
  if (hasQueue) report.option("--queue", "let the service make it; this command does not wait for it");
}

/** The commands of the queue: the service, its parts, and what asks it for work. */
function addService(program: Command, terminal: Terminal, service: Service, done: Done): void {
  const concurrency = (): Option =>
    new Option("--concurrency <number>", "steps at once (default: 1 on SQLite, 2 on PostgreSQL)").argParser(count);
  program
    .command("start")
    .description(
      "Run the service: looks every minute what is due by the schedules, and runs it. Ends at Ctrl-C or SIGTERM.",
    )
    .addOption(concurrency())
    .action(async (options: Options) => done(await service.start(terminal, options)));
  program
    .command("worker")
    .description("Run one worker that takes steps from the queue; any number may, on any machine. Needs QUEUE_URL.")
    .addOption(concurrency())
    .action(async (options: Options) => done(await service.worker(terminal, options)));
  program
    .command("scheduler")
    .description("Put on the queue what falls due by the schedules, and run nothing. Needs QUEUE_URL.")
    .action(async (options: Options) => done(await service.scheduler(terminal, options)));
  program
    .command("enqueue")
    .description("Ask for a run: the service or a worker does it. The same run asked for twice is run once.")
    .addArgument(new Argument("<workflow>", "what is run").choices(["nightly", "load", "rebuild", "check", "report"]))
    .argument("[name...]", "names of reports for report, files and folders for load")
    .addOption(single())
    .addOption(from())
    .addOption(to())
    .addOption(new Option("--all", "rebuild and check: everything").conflicts(["day", "from", "to"]))
    .option("--each-day", "one run for each day from --from to --to, in their order")
    .option("--source <path...>", "nightly: files and folders to read")
    .addOption(out())
    .option("--again", "do it although it was done")
    .action(async (workflow: Batch["workflow"], names: string[], options: Options) => {
      const asked = works.queuedWorks(terminal, workflow, names, options);
      done(await service.enqueue(terminal, asked.map(batchOf), options.json ?? false));
    });
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

/** The commands that read or make something without a receipt. */
function addTools(program: Command, terminal: Terminal, service: Service | undefined, done: Done): void {
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
