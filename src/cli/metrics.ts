import { type Command, InvalidArgumentError, Option } from "commander";
import { explain } from "../explain";
import { showFigures } from "../figures";
import { showMetrics } from "../metrics-print";
import type { Options } from "../options";
import type { Terminal } from "../terminal";
import { showWhatIf } from "../what-if";
import { count, type Done, from, single, to } from "./arguments";

/** The commands that say what a figure means, what it is made of, and what it would be. */
export function addMetrics(program: Command, terminal: Terminal, done: Done): void {
  program
    .command("metrics")
    .description("The catalogue of metrics: names, formulas, clocks, thresholds, what is left out. --json exports it.")
    .argument("[id]", "one metric, such as service_level")
    .action((id: string | undefined, options: Options) => {
      showMetrics(terminal, id, options);
      done(true);
    });
  const figures = program
    .command("figures")
    .description("Metrics of any days, by any dimension and slot of time, as CSV; with --json one object.")
    .argument("<metric...>", "metrics, such as service_level asa")
    .addOption(
      new Option("--by <dimension>", "told of").choices([
        "all",
        "queue",
        "entry_point",
        "site",
        "team",
        "agent",
        "channel",
      ]),
    )
    .addOption(new Option("--slot <length>", "minutes or days").choices(["15", "30", "60", "day", "week", "month"]))
    .option("--zone <zone>", "IANA zone of the days (default: the centre's)")
    .option("--week-starts <number>", "weekday a week begins with, 1 is Monday, 7 is Sunday", count)
    .option("--open-hours", "only what lies within the configured opening hours")
    .action(async (ids: string[], options: Options) => done(await showFigures(terminal, ids, options)));
  const explained = program
    .command("explain")
    .description(
      "What a figure is made of: the formula filled in, what is left out, and the contacts, offers or stays.",
    )
    .argument("<metric>", "a metric, such as service_level")
    .option("--contact <id>", "one contact: its activities along the time, with the dump and line of each event")
    .option("--limit <number>", "how many rows to show", count, 50)
    .action(async (id: string, options: Options) => done(await explain(terminal, id, options)));
  const whatIf = program
    .command("what-if")
    .description("Service level and abandonment under other thresholds or another formula, beside what they are.")
    .option("--threshold <seconds>", "of the service level", seconds)
    .option("--short <seconds>", "of a short abandon", seconds)
    .option("--formula <name>", "another formula, such as abandon_negative")
    .action(async (options: Options) => done(await showWhatIf(terminal, options)));
  for (const command of [figures, explained, whatIf]) scoped(command);
}

function scoped(command: Command): void {
  command
    .addOption(single())
    .addOption(from())
    .addOption(to())
    .option("--queue <queue>", "only this queue, by id or name")
    .option("--entry-point <entry>", "only this entry point")
    .option("--site <site>", "only this site")
    .option("--team <team>", "only this team")
    .option("--agent <agent>", "only this agent")
    .option("--channel <channel>", "only this channel, such as telephony")
    .addOption(
      new Option("--clock <clock>", "K1 queue and ringing, K2 queue alone, K3 from the contact's start")
        .choices(["K1", "K2", "K3"])
        .default("K1"),
    )
    .addOption(
      new Option("--attribution <by>", "to the time of entry or of the end").choices(["entry", "end"]).default("entry"),
    );
}

/** Seconds, also a part of one. */
function seconds(text: string): number {
  if (!/^\d{1,6}(\.\d{1,3})?$/.test(text)) throw new InvalidArgumentError("Expected seconds, such as 20 or 2.5.");
  return Number(text);
}
