import type { Knex } from "knex";
import { isPostgres } from "./dialect";
import { selectRows } from "./sql";

/** A table as a copy of it must be written. */
export interface TableShape {
  table: string;
  /** Columns that are written; what the database computes from them is not among them. */
  columns: string[];
  /** The columns of the primary key, in its order. */
  key: string[];
  /** Whether a column holds bytes, which are not written as text. */
  holds_bytes: boolean;
}

/** Every table of ours in the order in which they were made, without what the migrations keep for themselves. */
export async function tableShapes(db: Knex): Promise<TableShape[]> {
  const tables = await selectRows<{ name: string }>(db, isPostgres(db) ? POSTGRES_TABLES : SQLITE_TABLES);
  const shapes: TableShape[] = [];
  for (const { name: table } of tables) {
    const columns = await selectRows<{ name: string; key_position: number; is_bytes: number }>(
      db,
      isPostgres(db) ? POSTGRES_COLUMNS : SQLITE_COLUMNS,
      { table },
    );
    const key = columns.filter((column) => column.key_position > 0).sort((a, b) => a.key_position - b.key_position);
    shapes.push({
      table,
      columns: columns.map(({ name }) => name),
      key: key.map(({ name }) => name),
      holds_bytes: columns.some(({ is_bytes }) => is_bytes === 1),
    });
  }
  return shapes;
}

const SQLITE_TABLES = `
  select name from sqlite_master
  where type = 'table' and name not like 'sqlite#_%' escape '#' and name not like 'knex#_%' escape '#'
  order by rowid`;

const POSTGRES_TABLES = `
  select cast(relname as text) as name from pg_class
  where relnamespace = to_regnamespace(current_schema()) and relkind = 'r' and relname not like 'knex#_%' escape '#'
  order by oid`;

/** A hidden column is one that is computed. */
const SQLITE_COLUMNS = `
  select name, pk as key_position, case when lower(type) = 'blob' then 1 else 0 end as is_bytes
  from pragma_table_xinfo(:table) where hidden = 0 order by cid`;

const POSTGRES_COLUMNS = `
  select
      cast(attname as text) as name,
      coalesce(array_position(cast(indkey as smallint[]), attnum) + 1, 0) as key_position,
      case when atttypid = cast('bytea' as regtype) then 1 else 0 end as is_bytes
  from pg_attribute
  left join pg_index on indrelid = attrelid and indisprimary
  where attrelid = to_regclass(:table) and attnum > 0 and attgenerated = '' and not attisdropped
  order by attnum`;

/** Sets the counters of the keys a table gives out behind those it holds, as rows written with their keys leave them. */
export async function moveCounter(db: Knex, { table, key }: TableShape): Promise<void> {
  const [column] = key;
  // SQLite keeps its counters by itself.
  if (!isPostgres(db) || key.length !== 1 || column === undefined) return;
  const [counter] = await selectRows<{ name: string | null }>(
    db,
    "select pg_get_serial_sequence(:table, :column) as name",
    { table, column },
  );
  if (counter === undefined || counter.name === null) return;
  await db.raw(`select setval(?, (select coalesce(max(${column}), 0) + 1 from ${table}), false)`, [counter.name]);
}

/** Tells PostgreSQL to look at a table that was just filled: it would do so by itself, but not at once. */
export async function describeTable(db: Knex, table: string): Promise<void> {
  if (isPostgres(db)) await db.raw(`analyze ${table}`);
}
