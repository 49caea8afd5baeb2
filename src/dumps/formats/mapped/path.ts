import type { Raw } from "../../fields";

/** Paths cut at their dots: every row asks for the same few. */
const steps = new Map<string, string[]>();

/**
 * What an object holds at a path such as `Queue.Name` or `Contacts.0.State`. A name that holds the dots itself comes
 * first. Undefined where the path leads nowhere.
 */
export function pathIn(value: Raw, path: string): Raw {
  if (isObject(value) && Object.hasOwn(value, path)) return value[path];
  const names = steps.get(path) ?? path.split(".");
  steps.set(path, names);
  let found: Raw = value;
  for (const name of names) {
    if (!isObject(found) || !Object.hasOwn(found, name)) return undefined;
    found = found[name];
  }
  return found;
}

function isObject(value: Raw): value is Record<string, Raw> {
  return typeof value === "object" && value !== null;
}
