import type { Batch } from "./batch";
import type { Config } from "./base/config";
import type { Options } from "./options";
import type { Upcoming } from "./status";
import type { Finding } from "./doctor";
import type { Terminal } from "./terminal";

/** The commands of the queue, which `jobs/` hands to the command line. Each tells whether all went well. */
export interface Service {
  /** Scheduler and one worker in this process, until it is asked to stop. */
  start(terminal: Terminal, options: Options): Promise<boolean>;
  worker(terminal: Terminal, options: Options): Promise<boolean>;
  scheduler(terminal: Terminal, options: Options): Promise<boolean>;
  /** What the schedules will begin next. */
  next(terminal: Terminal): Promise<Upcoming[]>;
  /** Puts runs on the queue and says what became of each. */
  enqueue(terminal: Terminal, batches: Batch[], json: boolean): Promise<boolean>;
  /** What the doctor finds of the queue. */
  examine: (config: Config) => Promise<Finding[]>;
}
