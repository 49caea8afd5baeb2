import { join } from "node:path";
import type { Config } from "../src/base/config";
import { messageOf } from "../src/base/errors";
import { ensureFolder } from "../src/base/folders";
import type { Finding } from "../src/doctor";
import { lockFolder } from "./backends/lock";
import { redisFacts, type RedisFacts } from "./backends/redis";
import { openQueue, queueKind } from "./queue";

const topic = "queue";
const fine = (found: string): Finding => ({ topic, level: "fine", found, advice: null });
const remark = (found: string, advice: string): Finding => ({ topic, level: "remark", found, advice });
const fault = (found: string, advice: string): Finding => ({ topic, level: "fault", found, advice });

/** Examines where the service's queue lives: whether it can be reached, and whether it would lose anything. */
export async function examineQueue(config: Config): Promise<Finding[]> {
  try {
    const kind = queueKind(config.queue_url);
    if (kind === "embedded") return [await embeddedFinding(join(config.data_dir, "queue"))];
    const night = await openQueue(config, { role: "command", onError: () => {} });
    await night.close();
    if (kind === "postgres") return [fine(`${night.shown}, reached`)];
    return redisFindings(night.shown, await redisFacts(config.queue_url));
  } catch (error) {
    return [fault(messageOf(error), "Do what the message says; one-shot commands such as nightly need no queue.")];
  }
}

async function embeddedFinding(folder: string): Promise<Finding> {
  await ensureFolder(folder);
  try {
    lockFolder(folder).release();
    return fine(`embedded, in ${folder}; no service runs`);
  } catch (error) {
    return fine(`embedded. ${messageOf(error).split(". ")[0]}.`);
  }
}

/** @param facts what the server says of itself */
export function redisFindings(shown: string, facts: RedisFacts): Finding[] {
  const [major = 0, minor = 0] = facts.version.split(".").map(Number);
  const isOld = major < 6 || (major === 6 && minor < 2);
  return [
    isOld
      ? fault(`${shown}, Redis ${facts.version}`, "Redis 6.2 or later is needed: install a newer one.")
      : fine(`${shown}, Redis ${facts.version}`),
    ...(facts.maxmemory_policy === "noeviction"
      ? []
      : [
          fault(
            `maxmemory-policy is ${facts.maxmemory_policy}: when memory runs short Redis throws steps away`,
            'Set "maxmemory-policy noeviction" in redis.conf.',
          ),
        ]),
    ...(facts.is_persistent
      ? []
      : [
          remark(
            "nothing is written to the disk: a restart of Redis forgets what is queued, and the schedules queue it again",
            'Set "appendonly yes" in redis.conf.',
          ),
        ]),
  ];
}
