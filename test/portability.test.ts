import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";

const source = resolve(__dirname, "../src");

/** What runs on one database only, or means something else on the other; see CONTRIBUTING.md. */
const forbidden: [RegExp, string][] = [
  [
    /\bjulianday\b|\bstrftime\b|\bextract\s*\(|\binterval\b|\bdate_trunc\b/i,
    "time functions: time is integer milliseconds",
  ],
  [/\bleast\s*\(|\bgreatest\s*\(/i, "least, greatest: write case"],
  [/\b(?:min|max)\s*\((?:[^()]|\([^()]*\))*,/i, "min or max of two values: write case"],
  [
    /(?<!cast\()(?<!cast\(coalesce\()\bsum\s*(\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\))(?!\s*(?:over|filter))/i,
    "a bare sum: cast(sum(…) as bigint)",
  ],
  [/\b1\.0\s*\*/, "1.0 * a / b: cast(a as double precision) / b"],
  [/\bon\s+conflict\b|\binsert\s+or\b/i, "upserts: delete and insert"],
  [/\bifnull\b|\biif\s*\(|\bgroup_concat\b|\bstring_agg\b|\btotal\s*\(/i, "functions of one database"],
  [/\btrue\b|\bfalse\b/i, "booleans: flags are 0 and 1"],
  [/\bis\s+(?!not\b|null\b|distinct\b)/i, "is between values: write is not distinct from"],
  [/\bglob\b|\bregexp\b|\bilike\b|~\*/i, "matching of one database"],
  [/`|\[/, "quoting of one database"],
];

const files = readdirSync(source, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".sql"));

describe("the SQL runs unchanged on SQLite and PostgreSQL", () => {
  it.each(files)("%s holds no word of one database only", (file) => {
    const sql = readFileSync(join(source, file), "utf8").replace(/'(?:[^']|'')*'|--[^\n]*/g, "''");
    const found = forbidden
      .filter(([word]) => word.test(sql))
      .map(([word, rule]) => `${rule} (${sql.match(word)?.[0]})`);
    expect(found).toEqual([]);
  });
});
