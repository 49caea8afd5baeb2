import { readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { readCsvTable } from "../../src/base/csv";
import { reportNames } from "../../src/reports/render";
import { issueReports } from "../../src/steps/render";
import type { ReportRequest } from "../../src/reports/report";
import type { Centre } from "../support/centre";

/** What a render gave, as a reader sees it. */
export interface Pages {
  names: string[];
  /** The bytes of a file, as text. */
  text: (name: string) => string;
  /** The rows of a CSV file, by their heads. */
  csv: (name: string) => Record<string, string>[];
  /** The words of a page without its tags. */
  words: (name: string) => string;
  /** A table of a page by its caption: one object a row, cells by their heads. */
  table: (name: string, caption: string) => Record<string, string>[];
  /** The headline figures of a page by their labels, with their notes. */
  cards: (name: string) => Record<string, string>;
}

export async function render(
  centre: Centre,
  from: string,
  more: Partial<ReportRequest> & { names?: string[] } = {},
): Promise<Pages> {
  const { names = reportNames(), ...rest } = more;
  const request = { from, to: from, formats: ["html", "csv"] as const, out: join(centre.folder, "reports"), ...rest };
  const { files } = await issueReports(centre.db, centre.config, names, request);
  const nameOf = (file: string): string =>
    basename(dirname(file)) === "evidence" ? `evidence/${basename(file)}` : basename(file);
  const byName = new Map(files.map((file) => [nameOf(file), readFileSync(file, "utf8")]));
  const text = (name: string): string => byName.get(name) ?? `no file ${name} among ${[...byName.keys()].join(", ")}`;
  return {
    names: [...byName.keys()],
    text,
    csv: (name) => readCsvTable(text(name)),
    words: (name) => wordsOf(text(name)),
    table: (name, caption) => tableOf(text(name), caption),
    cards: (name) => cardsOf(text(name)),
  };
}

const ENTITIES: Record<string, string> = {
  amp: "&",
  lt: "<",
  gt: ">",
  quot: '"',
  "#39": "'",
  "#x27": "'",
  "#x3D": "=",
  "#x60": "`",
};

export function wordsOf(html: string): string {
  const body = html.replace(/<style>[\s\S]*?<\/style>/g, " ").replace(/<[^>]*>/g, " ");
  return body
    .replace(/&([#\w]+);/g, (all, name: string) => ENTITIES[name] ?? all)
    .replace(/\s+/g, " ")
    .trim();
}

function tableOf(html: string, caption: string): Record<string, string>[] {
  const tables = html.match(/<table[\s\S]*?<\/table>/g) ?? [];
  const found = tables.find((table) =>
    wordsOf(/<caption[\s\S]*?<\/caption>/.exec(table)?.[0] ?? "").startsWith(caption),
  );
  if (found === undefined) throw new Error(`no table "${caption}"`);
  const [heads = [], ...rows] = (found.match(/<tr[\s\S]*?<\/tr>/g) ?? []).map((row) =>
    (row.match(/<t[hd][\s\S]*?<\/t[hd]>/g) ?? []).map(wordsOf),
  );
  return rows.map((cells) => Object.fromEntries(cells.map((cell, index) => [heads[index] ?? "", cell])));
}

function cardsOf(html: string): Record<string, string> {
  const cards = html.match(/<div class="card">[\s\S]*?<\/div>/g) ?? [];
  return Object.fromEntries(
    cards.map((card) => {
      const [label = "", value = "", note = ""] = (card.match(/<d[td][\s\S]*?<\/d[td]>/g) ?? []).map(wordsOf);
      return [label, `${value} | ${note}`];
    }),
  );
}
