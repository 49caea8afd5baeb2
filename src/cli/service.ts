import { Argument, type Command, Option } from "commander";
import { type Batch, batchOf } from "../batch";
import type { Options } from "../options";
import type { Service } from "../service";
import type { Terminal } from "../terminal";
import * as works from "../works";
import { count, type Done, from, language, out, single, to } from "./arguments";

/** The commands of the queue: the service, its parts, and what asks it for work. */
export function addService(program: Command, terminal: Terminal, service: Service, done: Done): void {
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
    .addArgument(
      new Argument("<workflow>", "what is run").choices(["nightly", "load", "rebuild", "check", "report", "summary"]),
    )
    .argument("[name...]", "names of reports for report, files and folders for load")
    .addOption(single())
    .addOption(from())
    .addOption(to())
    .addOption(new Option("--all", "rebuild and check: everything").conflicts(["day", "from", "to"]))
    .option("--each-day", "one run for each day from --from to --to, in their order")
    .option("--source <path...>", "nightly: files and folders to read")
    .addOption(out())
    .addOption(language())
    .option("--again", "do it although it was done")
    .action(async (workflow: Batch["workflow"], names: string[], options: Options) => {
      const asked = works.queuedWorks(terminal, workflow, names, options);
      done(await service.enqueue(terminal, asked.map(batchOf), options.json ?? false));
    });
}
