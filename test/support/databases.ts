import { join } from "node:path";
import knex from "knex";
import { knexConfig } from "../../knexfile";

export type Dialect = "sqlite" | "postgresql";

/** The database this round of the suite is on: the same files run once for each. */
export const dialect: Dialect =
  (globalThis as { DATABASE_OF_TESTS?: Dialect }).DATABASE_OF_TESTS === "postgresql" ? "postgresql" : "sqlite";

/** A database of one test's own. */
export interface TestDatabase {
  url: string;
  /** Ends its use. */
  release(): void;
}

/** @param folder where SQLite's file goes; it is left to the caller to remove */
export async function givenDatabase(folder: string, on: Dialect = dialect): Promise<TestDatabase> {
  if (on === "sqlite") return { url: `sqlite:${join(folder, "nightdesk.sqlite")}`, release: () => {} };
  let place = 1;
  while (inUse.has(place)) place += 1;
  inUse.add(place);
  const name = `${templateName()}_${process.env.JEST_WORKER_ID}_${place}`;
  await emptyOrCreate(name);
  return { url: databaseUrl(name), release: () => inUse.delete(place) };
}

/** The databases of this worker that its test file uses now; a file before it may have left more. */
const inUse = new Set<number>();

/** The database with all tables and no rows that the others are copied from; their names begin with its own. */
export function templateName(): string {
  return (process.env.TEST_TEMPLATE ??= `nightdesk_tests_${process.pid}`);
}

/** The address of a database on the tests' server. */
export function databaseUrl(name: string): string {
  const url = new URL(process.env.TEST_DATABASE_URL ?? "");
  url.pathname = `/${name}`;
  return url.href;
}

/** Runs statements on the tests' server, outside of every test's database. */
export async function onServer(...statements: string[]): Promise<void> {
  await runOn(process.env.TEST_DATABASE_URL ?? "", statements);
}

async function runOn(url: string, statements: readonly string[]): Promise<void> {
  const db = knex(knexConfig(url));
  try {
    for (const statement of statements) await db.raw(statement);
  } finally {
    await db.destroy();
  }
}

/** Drops what the tests made on a server that is not theirs alone. */
export async function dropDatabases(): Promise<void> {
  const db = knex(knexConfig(process.env.TEST_DATABASE_URL ?? ""));
  try {
    const names: string[] = await db("pg_database").where("datname", "like", `${templateName()}%`).pluck("datname");
    for (const name of names) await db.raw(`drop database ${name} with (force)`);
  } finally {
    await db.destroy();
  }
}

/** A database made before is emptied, which takes a tenth of the time of making one. */
async function emptyOrCreate(name: string): Promise<void> {
  try {
    await runOn(databaseUrl(name), [EMPTY]);
  } catch (error) {
    if ((error as { code?: string }).code !== "3D000") throw error;
    await onServer(`create database ${name} template ${templateName()}`);
  }
}

const EMPTY = `
  do $$
  declare one record; is_filled boolean;
  begin
    perform pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and pid <> pg_backend_pid();
    for one in select relname from pg_class
      where relnamespace = 'public'::regnamespace and relkind = 'r' and relname not like 'knex_%'
    loop
      execute format('select exists (select 1 from %I)', one.relname) into is_filled;
      if is_filled then execute format('truncate %I', one.relname); end if;
    end loop;
    perform setval(oid::regclass, 1, false) from pg_class
      where relnamespace = 'public'::regnamespace and relkind = 'S' and relname not like 'knex_%';
  end $$`;
