import type { Knex } from "knex";
import { selectRows } from "./sql";

/** The file that further connections can read while one writes to it; null where the database is no such file. */
export async function sharedFile(db: Knex): Promise<string | null> {
  if (db.client.config.client !== "sqlite3") return null;
  const [main] = await selectRows<{ file: string; journal_mode: string }>(
    db,
    "select file, journal_mode from pragma_database_list, pragma_journal_mode where name = 'main'",
  );
  return main === undefined || main.file === "" || main.journal_mode !== "wal" ? null : main.file;
}
