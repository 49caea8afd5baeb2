#!/usr/bin/env node
import { runCli } from "../src/cli";

/** The executable: the one place that asks what time it is and hands it down. */
async function main(): Promise<void> {
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    // `nightdesk export … | head` closes the pipe early: that is the reader's wish, no fault.
    if (error.code === "EPIPE") process.exit(0);
    process.stderr.write(`error: Standard output cannot be written: ${error.message}.\n`);
    process.exit(1);
  });
  process.exitCode = await runCli(process.argv.slice(2), {
    env: process.env,
    folder: process.cwd(),
    stdout: process.stdout,
    stderr: process.stderr,
    now: Date.now,
  });
}

void main();
