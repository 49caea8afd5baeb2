import { join } from "node:path";
import type { Knex } from "knex";
import { readSql, selectRows } from "./db/sql";

/** Local days, from one on, whose reports do not hold what was loaded since their night: a run of that night makes them anew. */
export async function lateDays(db: Knex, from: string): Promise<string[]> {
  const rows = await selectRows<{ day: string }>(db, readSql(join(__dirname, "late-days.sql")), { from_day: from });
  return rows.map(({ day }) => day);
}
