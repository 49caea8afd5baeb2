import type { Command } from "commander";
import { showMetrics } from "../metrics-print";
import type { Options } from "../options";
import type { Terminal } from "../terminal";
import type { Done } from "./arguments";

/** The commands that say what a figure means and what it is made of. */
export function addMetrics(program: Command, terminal: Terminal, done: Done): void {
  program
    .command("metrics")
    .description("The catalogue of metrics: names, formulas, clocks, thresholds, what is left out. --json exports it.")
    .argument("[id]", "one metric, such as service_level")
    .action((id: string | undefined, options: Options) => {
      showMetrics(terminal, id, options);
      done(true);
    });
}
