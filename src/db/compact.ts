import type { Knex } from "knex";
import { isPostgres } from "./dialect";

/** Writes the database anew without what was removed or replaced, which else lies in its file until something takes the place. */
export async function compact(db: Knex): Promise<void> {
  if (isPostgres(db)) {
    await db.raw("vacuum");
    return;
  }
  await db.raw("vacuum");
  await db.raw("pragma wal_checkpoint(truncate)");
}
