import type { BackendFactory, QueueBaseOptions } from "bullmq";

/** Where a queue lives: what BullMQ's classes are opened with, and how it is shown and closed. */
export interface Backend {
  kind: "redis" | "postgres" | "embedded";
  /** The address as people may see it, without its password. */
  shown: string;
  /**
   * Options for one of BullMQ's objects; each gets its own connection.
   *
   * @param role a command gives up soon where nobody answers, a service waits until somebody does
   */
  optionsFor(role: "command" | "service"): QueueBaseOptions;
  /** BullMQ's other engine; undefined for Redis. */
  factory: BackendFactory | undefined;
  /** After all of BullMQ's objects are closed. */
  close(): Promise<void>;
}
