import { readFileSync } from "node:fs";
import { join } from "node:path";
import { readCsvTable } from "../base/csv";

/** What a rule of the reference is called, and what it means; the meaning is empty where the name says it all. */
export interface RuleWords {
  name: string;
  meaning: string;
}

let texts: ReadonlyMap<string, string> | undefined;
let rules: ReadonlyMap<string, RuleWords> | undefined;

/** English texts of the program and what they are in Korean: `ko.json`, and those of the summary, `ko-summary.json`. */
export function koreanTexts(): ReadonlyMap<string, string> {
  texts ??= new Map(["ko.json", "ko-summary.json"].flatMap(readTexts));
  return texts;
}

function readTexts(file: string): [string, string][] {
  return Object.entries(JSON.parse(readFileSync(join(__dirname, file), "utf8")) as Record<string, string>);
}

/** The rows of `rules-ko.csv` by kind and name, with a tab between: names and meanings of what stands in `src/reference`. */
export function koreanRules(): ReadonlyMap<string, RuleWords> {
  rules ??= new Map(
    readCsvTable(readFileSync(join(__dirname, "rules-ko.csv"), "utf8")).map(({ kind, name, korean, meaning }) => [
      `${kind}\t${name}`,
      { name: korean ?? "", meaning: meaning ?? "" },
    ]),
  );
  return rules;
}
