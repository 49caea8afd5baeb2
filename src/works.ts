import { resolve } from "node:path";
import type { Batch } from "./batch";
import { daysBetween, yesterday } from "./base/days";
import { NightdeskError, UsageError } from "./base/errors";
import { readMapping } from "./dumps/formats/mapped/mapping";
import { daysOf, type Options } from "./options";
import { sequenceTables } from "./reference/load";
import { reportNames } from "./reports/render";
import { configOf, type Terminal } from "./terminal";

/** What a command line asks for: a batch with only that in it. */
export type Work = Partial<Batch> & Pick<Batch, "workflow">;

export function nightlyWork(terminal: Terminal, options: Options): Work {
  const config = configOf(terminal);
  const unknown = config.reports.filter((name) => !reportNames().includes(name));
  if (unknown.length > 0) {
    throw new NightdeskError(
      "config",
      `${config.file ?? "The configuration"} names reports that do not exist: ${unknown.join(", ")}. Expected some of ${reportNames().join(", ")}. Correct "reports".`,
    );
  }
  if (!sequenceTables().includes(config.sequence.table)) {
    throw new NightdeskError(
      "config",
      `${config.file ?? "The configuration"} names a sequence table that does not exist: ${config.sequence.table}. Expected one of ${sequenceTables().join(", ")}. Correct "sequence.table".`,
    );
  }
  const days = daysOf(options) ?? [yesterday(config.zone, terminal.now())];
  return {
    workflow: "nightly",
    from: days[0] ?? null,
    to: days.at(-1) ?? null,
    sources: absolute(terminal, options.source ?? []),
    again: options.again ?? false,
    out: options.out === undefined ? null : resolve(terminal.folder, options.out),
    options: options.replay ? { replay: true } : {},
  };
}

/** @throws NightdeskError `mapping` before anything is read, where the mapping asked for has faults */
export function loadWork(terminal: Terminal, paths: readonly string[], options: Options): Work {
  const sources = absolute(terminal, paths);
  if (options.mapping === undefined) return { workflow: "load", sources };
  const mapping = resolve(terminal.folder, options.mapping);
  readMapping(mapping, configOf(terminal).zone);
  return { workflow: "load", sources, options: { mapping } };
}

export function periodWork(workflow: "rebuild" | "check", options: Options): Work {
  const days = daysOf(options);
  return { workflow, from: days?.[0] ?? null, to: days?.at(-1) ?? null, all: options.all ?? false };
}

export function reportWork(terminal: Terminal, names: string[], options: Options): Work {
  const days = daysOf(options);
  if (days === null) throw new UsageError("A report needs its days. Give --day D, or --from D --to D.");
  return {
    workflow: "report",
    from: days[0] ?? null,
    to: days.at(-1) ?? null,
    reports: names,
    formats: Array.isArray(options.format) ? options.format : [],
    out: options.out === undefined ? null : resolve(terminal.folder, options.out),
    again: options.again ?? false,
    options: { view: options.view ?? "person", bom: options.bom ?? false, ...languageOf(options) },
  };
}

function languageOf({ language }: Options): Pick<Options, "language"> {
  return language === undefined ? {} : { language };
}

/** The mails of some days: those that are due, those that did not get through, or all whatever the gate says. */
export function summaryWork(options: Options, mail: Batch["options"] = {}): Work {
  const days = daysOf(options);
  if (days === null) throw new UsageError("A mail needs its days. Give --day D, or --from D --to D.");
  return { workflow: "summary", from: days[0] ?? null, to: days.at(-1) ?? null, options: mail };
}

/** The runs that are put on the queue: one, or with `--each-day` one for each day. */
export function queuedWorks(
  terminal: Terminal,
  workflow: Batch["workflow"],
  names: string[],
  options: Options,
): Work[] {
  const days = options.eachDay === true ? daysOf(options) : null;
  if (options.eachDay === true && days === null) throw new UsageError("--each-day needs --from D and --to D.");
  const asked = days === null ? [options] : daysBetween(...days).map((day) => ({ ...options, day }));
  return asked.map((each) => ({ ...queuedWork(terminal, workflow, names, each), again: options.again ?? false }));
}

function queuedWork(terminal: Terminal, workflow: Batch["workflow"], names: string[], options: Options): Work {
  const takesNames = workflow === "report" || workflow === "load";
  if (!takesNames && names.length > 0) throw new UsageError(`${workflow} takes no names: "${names.join(" ")}".`);
  if (workflow === "load" && names.length === 0) throw new UsageError("load needs files or folders. Name them.");
  if (workflow === "load") return loadWork(terminal, names, options);
  if (workflow === "report") return reportWork(terminal, names, options);
  if (workflow === "summary") return summaryWork(options);
  return workflow === "nightly" ? nightlyWork(terminal, options) : periodWork(workflow, options);
}

function absolute(terminal: Terminal, paths: readonly string[]): string[] {
  if (paths.includes(""))
    throw new UsageError("A path is empty. Name a file or a folder (an unset variable of a script?).");
  return paths.map((path) => resolve(terminal.folder, path));
}
