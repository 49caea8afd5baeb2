import { DEFAULT_SCHEMA, runMigrations } from "bullmq";
import { messageOf, NightdeskError } from "../../src/base/errors";
import { ensureFolder } from "../../src/base/folders";
import type { Backend } from "./backend";
import { lockFolder } from "./lock";
import { openEmbeddedPool } from "./pglite-pool";
import { postgresFactory } from "./postgres";

/**
 * The same engine on a PostgreSQL inside this process, in a folder: nothing to install, and one process at a time.
 *
 * @throws NightdeskError `queue-locked` where another process has the folder, `queue-folder` where it cannot be opened
 */
export async function embeddedBackend(folder: string): Promise<Backend> {
  await ensureFolder(folder);
  const lock = lockFolder(folder);
  try {
    const pool = await openEmbeddedPool(`${folder}/store`, DEFAULT_SCHEMA);
    await runMigrations(await pool.connect(), DEFAULT_SCHEMA);
    return {
      kind: "embedded",
      shown: `embedded, in ${folder}`,
      factory: postgresFactory,
      optionsFor: () => ({ connection: pool }),
      close: async () => {
        await pool.shutDown();
        lock.release();
      },
    };
  } catch (error) {
    lock.release();
    throw new NightdeskError(
      "queue-folder",
      `The queue in ${folder} cannot be opened: ${messageOf(error)}. Expected the folder that an earlier service left, or none. Give this user the right to write there; if the disk has damaged it, delete the folder: what was queued and not run is queued again by the schedules.`,
      { cause: error },
    );
  }
}
