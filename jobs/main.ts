#!/usr/bin/env node
import { runCli } from "../src/cli";

/** The executable: the one place that asks what time it is and hands it down. */
async function main(): Promise<void> {
  for (const stream of [process.stdout, process.stderr]) stream.on("error", onClosed);
  process.exitCode = await runCli(process.argv.slice(2), {
    env: process.env,
    folder: process.cwd(),
    stdout: process.stdout,
    stderr: process.stderr,
    now: Date.now,
  });
}

/** `nightdesk export … | head` closes the pipe early: that is the reader's wish, and the work goes on without a reader. */
function onClosed(error: NodeJS.ErrnoException): void {
  if (error.code === "EPIPE") return;
  process.stderr.write(`error: The output cannot be written: ${error.message}.\n`);
  process.exit(1);
}

void main();
