import type { Knex } from "knex";

/** Which of the two databases this is: asked only here in `src/db`, everything above has one SQL for both. */
export function isPostgres(db: Knex): boolean {
  return db.client.config.client === "pg";
}
