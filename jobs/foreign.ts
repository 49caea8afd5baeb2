import { DelayedError, type Job, UnrecoverableError } from "bullmq";
import { MINUTE } from "../src/base/days";
import type { Log } from "../src/base/log";
import type { DatabaseIdentity } from "../src/db/identity";
import type { StepJob, StepReturn } from "./flow";

/** How long a step of another database rests before a worker takes it again, and how long until it is given up. */
const RESTS_MS = MINUTE;
const REFUSED_FOR_MS = 60 * MINUTE;

/**
 * Refuses a step of another database: here it would find an empty day, and report it as done. It goes back to the queue, for
 * a worker on its own database may be there too and must not lose the night to one that is set up wrongly; only where none
 * has come for an hour does it fail for good. Its scheduler asks for a night again that left no receipt.
 *
 * @throws DelayedError while it goes back, UnrecoverableError once it is given up
 */
export async function refuseForeign(
  log: Log,
  job: Job<StepJob, StepReturn>,
  token: string,
  own: DatabaseIdentity,
): Promise<never> {
  const { data } = job;
  const now = Date.now();
  const since = data.refused_since_ms ?? now;
  const isGivenUp = now - since >= REFUSED_FOR_MS;
  const text = foreignText(job.id ?? "", data.database, own);
  if (isGivenUp) throw new UnrecoverableError(`${text} No worker of its own database has come for an hour.`);
  log.error(`${text} It goes back to the queue for a minute.`);
  await job.updateData({ ...data, refused_since_ms: since });
  await job.moveToDelayed(now + RESTS_MS, token);
  throw new DelayedError();
}

function foreignText(id: string, its: DatabaseIdentity, own: DatabaseIdentity): string {
  return `${id} is a step of another database, ${named(its)}; this worker is on ${named(own)}, and has not run it. Expected one database behind a queue. Set DATABASE_URL and NIGHTDESK_DATA (a folder that all share) as they are where the run was asked for, or give this service a QUEUE_URL of its own.`;
}

function named({ id, address }: DatabaseIdentity): string {
  return `${address} (${id.slice(0, 8)})`;
}
