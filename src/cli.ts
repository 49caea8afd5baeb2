import { Command, CommanderError } from "commander";
import { messageOf, NightdeskError, UsageError } from "./base/errors";
import { codeVersion } from "./base/version";
import type { Done } from "./cli/arguments";
import { addEditions } from "./cli/editions";
import { addPrivacy } from "./cli/privacy";
import { addMetrics } from "./cli/metrics";
import { addMail } from "./cli/mail";
import { addRuns } from "./cli/runs";
import { addService } from "./cli/service";
import { addTools } from "./cli/tools";
import type { Service } from "./service";
import type { Terminal } from "./terminal";

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
  addEditions(program, terminal, done);
  addPrivacy(program, terminal, done);
  addMetrics(program, terminal, done);
  addMail(program, terminal, done);
  if (service !== undefined) addService(program, terminal, service, done);
  for (const command of program.commands) {
    command
      .exitOverride()
      .option("--json", "print the receipt as one JSON object; everything else goes to standard error");
  }
  return program;
}
