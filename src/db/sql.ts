import { readFileSync } from "node:fs";
import type { Knex } from "knex";
import { NightdeskError } from "../base/errors";

export type Bindings = Readonly<Record<string, string | number | Buffer | null>>;

const cache = new Map<string, string>();

/** The text of a `.sql` file without its comments, which knex would search for bindings, and without a last semicolon. */
export function readSql(path: string): string {
  const known = cache.get(path);
  if (known !== undefined) return known;
  const text = stripComments(readFileSync(path, "utf8")).trim().replace(/;$/, "");
  cache.set(path, text);
  return text;
}

/**
 * SQL ready for knex: every `:name` has a value and every value a `:name`.
 *
 * @throws NightdeskError `sql-binding` for a name without a value, which knex would leave in the text silently
 */
export function bind(db: Knex, sql: string, bindings: Bindings): Knex.Raw {
  const named = new Set(Array.from(withoutLiterals(sql).matchAll(/(?<!:):([a-z_]\w*)/g), (match) => match[1] ?? ""));
  const missing = [...named].filter((name) => !(name in bindings));
  if (missing.length > 0) {
    throw new NightdeskError(
      "sql-binding",
      `SQL names :${missing.join(", :")} and nobody supplied it: ${sql.slice(0, 200)}`,
    );
  }
  const used = Object.fromEntries(Object.entries(bindings).filter(([name]) => named.has(name)));
  return db.raw(sql, used);
}

/** Runs a select and returns its rows, on either database. */
export async function selectRows<Row>(db: Knex, sql: string, bindings: Bindings = {}): Promise<Row[]> {
  const result: unknown = await bind(db, sql, bindings);
  return (Array.isArray(result) ? result : (result as { rows: Row[] }).rows) as Row[];
}

function stripComments(sql: string): string {
  return sql.replace(/'(?:[^']|'')*'|--[^\n]*/g, (found) => (found.startsWith("--") ? "" : found));
}

function withoutLiterals(sql: string): string {
  return sql.replace(/'(?:[^']|'')*'/g, "''");
}
