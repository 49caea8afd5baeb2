import { join } from "node:path";
import {
  FlowProducer,
  type IQueueBackend,
  type Processor,
  Queue,
  type QueueBaseOptions,
  Worker,
  type WorkerOptions,
} from "bullmq";
import type { Config } from "../src/base/config";
import { messageOf, NightdeskError } from "../src/base/errors";
import { withoutPassword } from "../src/base/text";
import type { Backend } from "./backends/backend";
import { embeddedBackend } from "./backends/embedded";
import { postgresBackend } from "./backends/postgres";
import { redisBackend } from "./backends/redis";
import { QUEUE_NAME, type StepJob, type StepReturn } from "./flow";

export type StepQueue = Queue<StepJob, StepReturn, string, StepJob, StepReturn, string, IQueueBackend>;
export type StepWorker = Worker<StepJob, StepReturn, string, IQueueBackend>;

/** The queue of steps, wherever it lives. */
export interface NightQueue {
  kind: Backend["kind"];
  shown: string;
  queue: StepQueue;
  flows: FlowProducer<IQueueBackend>;
  openWorker(processor: Processor<StepJob, StepReturn>, options: Omit<WorkerOptions, "connection">): StepWorker;
  close(): Promise<void>;
}

export interface QueueOptions {
  /** A command gives up soon where the queue's server does not answer; a service waits until it does. */
  role: "command" | "service";
  /** Told of every fault of a connection, as often as it happens. */
  onError: (error: Error) => void;
  /** BullMQ's hook for traces. */
  telemetry?: QueueBaseOptions["telemetry"];
}

/** Where the queue lives, by its address alone. @throws NightdeskError `queue-url` */
export function queueKind(url: string): Backend["kind"] {
  if (url === "") return "embedded";
  if (/^rediss?(\+(sentinel|cluster))?:\/\//.test(url)) return "redis";
  if (/^postgres(ql)?:\/\//.test(url)) return "postgres";
  throw new NightdeskError(
    "queue-url",
    `QUEUE_URL is "${withoutPassword(url)}". Expected redis://HOST:PORT, rediss://…, postgres://USER@HOST/DATABASE, or nothing for the queue in the data folder. Correct it or unset it.`,
  );
}

/**
 * Opens the queue that the configuration names.
 *
 * @throws NightdeskError `queue-url`, `queue-locked`, `queue-folder`, or `queue-unreachable` where nobody answers
 */
export async function openQueue(config: Config, options: QueueOptions): Promise<NightQueue> {
  const backend = await openBackend(config);
  const base = { ...backend.optionsFor(options.role), ...(options.telemetry ? { telemetry: options.telemetry } : {}) };
  const queue = new Queue(QUEUE_NAME, base, backend.factory as never) as unknown as StepQueue;
  const flows = new FlowProducer(
    { ...base, ...backend.optionsFor(options.role) },
    backend.factory as never,
  ) as unknown as FlowProducer<IQueueBackend>;
  let last = "";
  queue.on("error", (error) => {
    last = messageOf(error);
    options.onError(error);
  });
  flows.on("error", options.onError);
  const close = async (): Promise<void> => {
    await Promise.all([queue.close(), flows.close()]);
    await backend.close();
  };
  await reach(backend, Promise.all([queue.waitUntilReady(), flows.waitUntilReady()]), close, () => last);
  return {
    kind: backend.kind,
    shown: backend.shown,
    queue,
    flows,
    openWorker: (processor, worker) =>
      new Worker(
        QUEUE_NAME,
        processor,
        { ...base, ...backend.optionsFor("service"), ...worker },
        backend.factory as never,
      ),
    close,
  };
}

async function openBackend({ queue_url, data_dir }: Config): Promise<Backend> {
  const kind = queueKind(queue_url);
  if (kind === "redis") return redisBackend(queue_url);
  if (kind === "postgres") return postgresBackend(queue_url);
  return await embeddedBackend(join(data_dir, "queue"));
}

const REACH_WITHIN_MS = 10_000;

async function reach(
  backend: Backend,
  ready: Promise<unknown>,
  close: () => Promise<void>,
  lastError: () => string,
): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${REACH_WITHIN_MS / 1000} s`)), REACH_WITHIN_MS);
  });
  try {
    await Promise.race([ready, late]);
  } catch (error) {
    // What cannot be reached cannot be closed either; it is not waited for.
    void close().catch(() => {});
    throw new NightdeskError(
      "queue-unreachable",
      `The queue ${backend.shown} cannot be reached: ${lastError() || messageOf(error)}. Expected the server that QUEUE_URL names. Start it, correct QUEUE_URL, or unset it to keep the queue in the data folder.`,
      { canRetry: true, cause: error },
    );
  } finally {
    clearTimeout(timer);
  }
}
