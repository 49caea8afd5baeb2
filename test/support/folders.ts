import { readdirSync, readFileSync, statSync } from "node:fs";
import { join, sep } from "node:path";

/** The files of a folder and of those below it, by name, such as `evidence/contact-sessions-1.html`. */
export function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => statSync(join(folder, name)).isFile())
    .map((name) => name.split(sep).join("/"))
    .sort();
}

/** Their texts by name. */
export function textsIn(folder: string): Record<string, string> {
  return Object.fromEntries(filesIn(folder).map((name) => [name, readFileSync(join(folder, name), "utf8")]));
}
