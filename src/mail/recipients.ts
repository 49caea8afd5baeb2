import { readFile } from "node:fs/promises";
import { readCsvLines } from "../base/csv";
import { messageOf, NightdeskError } from "../base/errors";
import { isMailAddress } from "../base/mail-keys";
import { nearestName, settingsError } from "../base/settings";
import { type Audience, LANGUAGES, TIERS } from "./summary";

/** One row of the recipients' file. */
export interface Recipient extends Audience {
  address: string;
  /** How the mail addresses them; empty where the file names nobody. */
  name: string;
  /** `daily`, `weekly`, `monthly`, or names of schedules. */
  schedules: string[];
  /** The line of the file it stands on, 1…; 0 where it comes from none. */
  line: number;
}

/** By how many days a summary spans; each takes the place of every schedule of its kind. */
export const PERIODS = ["daily", "weekly", "monthly"] as const;

const COLUMNS = ["address", "name", "language", "scope", "tier", "schedule"] as const;

type Cells = Record<(typeof COLUMNS)[number], string>;

/**
 * The recipients of a CSV file with the columns `address`, `name`, `language`, `scope`, `tier` and `schedule`; all but the
 * first may be empty or missing: nobody named, `en`, `all`, `aggregates`, `daily`.
 *
 * @param scheduleNames names of the configuration's schedules
 * @throws NightdeskError `recipients` that lists every fault with its line
 */
export async function readRecipients(file: string, scheduleNames: readonly string[]): Promise<Recipient[]> {
  const text = await readFile(file, "utf8").catch((error: unknown) => {
    throw new NightdeskError(
      "recipients",
      `The recipients' file ${file} cannot be read: ${messageOf(error)}. Expected a CSV file with the columns ${COLUMNS.join(",")}. Correct "mail.recipients", or the file's rights.`,
      { cause: error },
    );
  });
  const { recipients, faults } = parseRecipients(text, scheduleNames);
  if (faults.length === 0) return recipients;
  throw settingsError({ file, code: "recipients", described: "the README's part on the mail lists" }, faults);
}

/** What a recipients' file says, and all its faults. */
export function parseRecipients(
  text: string,
  scheduleNames: readonly string[],
): { recipients: Recipient[]; faults: string[] } {
  const [head, ...lines] = readCsvLines(text);
  const names = (head?.cells ?? []).map((cell) => cell.trim().toLowerCase());
  const faults = headFaults(names);
  if (faults.length > 0) return { recipients: [], faults };
  const recipients: Recipient[] = [];
  for (const { line, cells } of lines.filter((row) => row.cells.some((cell) => cell.trim() !== ""))) {
    if (cells[0]?.startsWith("#") ?? false) continue;
    const extra = cells.slice(names.length).filter((cell) => cell.trim() !== "");
    if (extra.length > 0) {
      faults.push(
        `line ${line}: has more cells than the first line has columns. Put text that holds a comma in quotes`,
      );
      continue;
    }
    const row = Object.fromEntries(
      COLUMNS.map((column) => [column, (cells[names.indexOf(column)] ?? "").trim()]),
    ) as Cells;
    const told = rowFaults(row, scheduleNames).map((fault) => `line ${line}: ${fault}`);
    faults.push(...told);
    if (told.length === 0) recipients.push(recipientOf(row, line));
  }
  return { recipients, faults: [...faults, ...repeated(recipients)] };
}

function headFaults(names: readonly string[]): string[] {
  if (!names.includes("address"))
    return [`line 1: no column "address". Expected the columns ${COLUMNS.join(",")} in any order`];
  const unknown = names.filter((name) => name !== "" && !(COLUMNS as readonly string[]).includes(name));
  const twice = names.filter((name, index) => name !== "" && names.indexOf(name) !== index);
  return [
    ...unknown.map((name) => `line 1: unknown column "${name}"${meant(name, COLUMNS)}`),
    ...new Set(twice.map((name) => `line 1: the column "${name}" is there twice`)),
  ];
}

function rowFaults(row: Cells, scheduleNames: readonly string[]): string[] {
  const schedules = [...PERIODS, ...scheduleNames];
  const oneOf = (column: keyof Cells, known: readonly string[]): string[] =>
    row[column] === "" || known.includes(row[column].toLowerCase())
      ? []
      : [`${column} "${row[column]}" is none of ${known.join(", ")}${meant(row[column], known)}`];
  return [
    ...(isMailAddress(row.address) ? [] : [`"${row.address}" is no address such as "ana@example.com"`]),
    ...oneOf("language", LANGUAGES),
    ...oneOf("tier", TIERS),
    ...scopeFaults(row.scope),
    ...listed(row.schedule)
      .filter((name) => !schedules.includes(name))
      .map((name) => `schedule "${name}" is none of ${schedules.join(", ")}${meant(name, schedules)}`),
  ];
}

const PART = /^(queue|team|site):\s*(\S.*)$/i;

function scopeFaults(scope: string): string[] {
  const parts = listed(scope);
  if (parts.length === 0 || (parts.length === 1 && parts[0]?.toLowerCase() === "all")) return [];
  return parts
    .filter((part) => !PART.test(part))
    .map((part) => `scope "${part}" is neither "all" nor queue:NAME, team:NAME or site:NAME, several parted by "|"`);
}

function recipientOf(row: Cells, line: number): Recipient {
  const schedules = listed(row.schedule);
  return {
    address: row.address,
    name: row.name,
    language: LANGUAGES.find((each) => each === row.language.toLowerCase()) ?? "en",
    scope: canonicalScope(row.scope),
    tier: TIERS.find((each) => each === row.tier.toLowerCase()) ?? "aggregates",
    schedules: schedules.length === 0 ? ["daily"] : schedules,
    line,
  };
}

/** A scope as two recipients share it, whatever order they name its places in. */
export function canonicalScope(scope: string): string {
  const parts = listed(scope).flatMap((part) => {
    const [, kind, name] = PART.exec(part) ?? [];
    return kind === undefined || name === undefined ? [] : [`${kind.toLowerCase()}:${name}`];
  });
  return parts.length === 0 ? "all" : [...new Set(parts)].toSorted().join("|");
}

function listed(cell: string): string[] {
  return cell
    .split(/[|;]/)
    .map((part) => part.trim())
    .filter(Boolean);
}

/** Somebody who would get the same mail twice. Letters of an address count as one, large or small: servers hold it so. */
function repeated(recipients: readonly Recipient[]): string[] {
  const seen = new Map<string, Recipient>();
  return recipients.flatMap((recipient) => {
    const { address, scope, language, tier, schedules, line } = recipient;
    const keys = schedules.map((schedule) => [address.toLowerCase(), scope, language, tier, schedule].join("\n"));
    const before = keys.map((key) => seen.get(key)).find((each) => each !== undefined);
    for (const key of keys) seen.set(key, before ?? recipient);
    return before === undefined
      ? []
      : [`line ${line}: ${address} would get the same mail twice, see line ${before.line}. Remove one of the two`];
  });
}

function meant(name: string, known: readonly string[]): string {
  const nearest = nearestName(name, known);
  return nearest === null || known.length <= 3 ? "" : `; did you mean "${nearest}"?`;
}
