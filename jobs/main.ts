#!/usr/bin/env node
import { runCli } from "../src/cli";
import type { Service } from "../src/service";
import { configOf } from "../src/terminal";

/** The executable: the one place that asks what time it is and hands it down. */
async function main(): Promise<void> {
  for (const stream of [process.stdout, process.stderr]) stream.on("error", onClosed);
  const args = process.argv.slice(2);
  process.exitCode = await runCli(
    args,
    {
      env: process.env,
      folder: process.cwd(),
      stdout: process.stdout,
      stderr: process.stderr,
      now: Date.now,
    },
    SERVICE,
  );
  // A step that was handed back may still hold its database, and would keep a stopped service from ending.
  if (["start", "worker", "scheduler"].includes(args[0] ?? "")) process.exit();
}

/** The queue's packages are loaded by the commands that use them: the others begin in half the time. */
const SERVICE: Service = {
  start: async (terminal, options) => (await service()).start(terminal, options),
  worker: async (terminal, options) => (await service()).worker(terminal, options),
  scheduler: async (terminal, options) => (await service()).scheduler(terminal, options),
  next: async (terminal) => (await import("./upcoming.js")).upcomingRuns(configOf(terminal), terminal.now()),
  enqueue: async (terminal, batches, json) => (await service()).enqueue(terminal, batches, json),
  examine: async (config) => (await service()).examine(config),
};

async function service(): Promise<Service> {
  const { openService, openPort, untilSignal } = await import("./service.js");
  return openService({ stopped: untilSignal, openHttp: openPort });
}

/** `nightdesk export … | head` closes the pipe early: that is the reader's wish, and the work goes on without a reader. */
function onClosed(error: NodeJS.ErrnoException): void {
  if (error.code === "EPIPE") return;
  process.stderr.write(`error: The output cannot be written: ${error.message}.\n`);
  process.exit(1);
}

void main();
