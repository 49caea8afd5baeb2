import type { Config } from "./base/config";
import { loadConfig } from "./base/config";
import { openLog } from "./base/log";
import { type Context, closeContext, openContext } from "./context";

/** What a command line lives in: the process, or what a test puts in its place. */
export interface Terminal {
  env: NodeJS.ProcessEnv;
  folder: string;
  stdout: NodeJS.WritableStream & { columns?: number };
  stderr: NodeJS.WritableStream & { isTTY?: boolean; columns?: number };
  now: () => number;
}

export function configOf(terminal: Terminal): Config {
  return loadConfig(terminal.env, terminal.folder);
}

/** Opens what the work needs and closes it, whatever becomes of the work. */
export async function inContext<Result>(
  terminal: Terminal,
  config: Config,
  work: (context: Context) => Promise<Result>,
): Promise<Result> {
  const context = await openContext(config, openLog(terminal.stderr), terminal.now);
  try {
    return await work(context);
  } finally {
    await closeContext(context);
  }
}
