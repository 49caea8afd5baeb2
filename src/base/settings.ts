import { readFileSync } from "node:fs";
import { z } from "zod";
import { NightdeskError } from "./errors";

/** How to speak of a file of settings: the code of its error, and where its keys are described. */
export interface SettingsFile {
  file: string;
  code: string;
  described: string;
}

/**
 * A JSON file that somebody writes by hand, checked against its schema.
 *
 * @throws NightdeskError with the file's code that lists every fault at once, unknown keys with the nearest known one
 */
export function readSettings<Schema extends z.ZodType>(schema: Schema, settings: SettingsFile): z.infer<Schema> {
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(settings.file, "utf8"));
  } catch (error) {
    const { message, code } = error as NodeJS.ErrnoException;
    throw new NightdeskError(
      settings.code,
      code === undefined
        ? `${settings.file} is not JSON: ${message}. Correct it at that place.`
        : `${settings.file} cannot be read: ${message}. Correct the path, or the permissions.`,
      { cause: error },
    );
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  throw settingsError(
    settings,
    parsed.error.issues.flatMap((issue) => faultsOf(schema, issue)),
  );
}

/** The error that lists the faults of a file of settings. */
export function settingsError({ file, code, described }: SettingsFile, faults: readonly string[]): NightdeskError {
  return new NightdeskError(
    code,
    `${file} has ${faults.length} ${faults.length === 1 ? "fault" : "faults"}:\n${faults.map((fault) => `  - ${fault}`).join("\n")}\nCorrect the file; ${described} every key.`,
  );
}

/** Of known names the one a misspelt one may have meant, or null. */
export function nearestName(name: string, known: readonly string[]): string | null {
  const ranked = known.map((other) => ({ other, far: editDistance(name.toLowerCase(), other.toLowerCase()) }));
  const best = ranked.toSorted((a, b) => a.far - b.far)[0];
  return best !== undefined && best.far <= Math.max(2, name.length / 2) ? best.other : null;
}

function faultsOf(schema: z.core.$ZodType, issue: z.core.$ZodIssue, above: PropertyKey[] = []): string[] {
  const path = [...above, ...issue.path];
  const place = path.map(String).join(".");
  if (issue.code === "invalid_union") {
    // Of several shapes the one that was meant is the one whose outermost kind fits.
    const meant = issue.errors.find((issues) => issues.every((one) => one.path.length > 0 || !isOfWrongKind(one)));
    return meant === undefined
      ? [`${place || "(the whole file)"}: ${issue.message}`]
      : meant.flatMap((one) => faultsOf(schema, one, path));
  }
  if (issue.code !== "unrecognized_keys") return [`${place || "(the whole file)"}: ${issue.message}`];
  return issue.keys.map((key) => {
    const nearest = nearestName(key, keysAt(schema, path));
    return `${place ? `${place}.` : ""}${key}: unknown key${nearest === null ? "" : `; did you mean "${nearest}"?`}`;
  });
}

function isOfWrongKind(issue: z.core.$ZodIssue): boolean {
  return issue.code === "invalid_type" || issue.code === "invalid_union" || issue.code === "invalid_value";
}

/** The keys a schema knows at a place. */
function keysAt(schema: z.core.$ZodType, path: readonly PropertyKey[]): string[] {
  if (schema instanceof z.ZodOptional) return keysAt(schema.def.innerType, path);
  if (schema instanceof z.ZodPipe) return keysAt(schema.def.out, path);
  if (schema instanceof z.ZodUnion) return schema.options.flatMap((option) => keysAt(option, path));
  const [first, ...rest] = path;
  if (schema instanceof z.ZodObject) {
    if (first === undefined) return Object.keys(schema.shape);
    const inner = (schema.shape as Record<string, z.core.$ZodType>)[String(first)];
    return inner === undefined ? [] : keysAt(inner, rest);
  }
  if (first === undefined) return [];
  if (schema instanceof z.ZodArray) return keysAt(schema.element, rest);
  return schema instanceof z.ZodRecord ? keysAt(schema.valueType, rest) : [];
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(change, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
