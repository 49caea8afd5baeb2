import { type Centre, type Fields, load, ndjson, openCentre } from "./centre";
import { rebuildAndCheck } from "./rebuilt";

type Row = Record<string, unknown>;

const DAY = "2026-03-02";

/**
 * Events from a table: a head of column names, then a row per event, `-` for nothing. `at` is a time of day on
 * 2026-03-02 UTC, or a whole instant; without `contactId` all belong to `c-1`.
 */
export function events(table: string): Fields[] {
  const [head = [], ...rows] = table
    .trim()
    .split("\n")
    .map((line) => line.trim().split(/\s{2,}/));
  return rows.map((cells) => {
    const named = head.map((name, index) => [name, cells[index] ?? "-"] as const).filter(([, cell]) => cell !== "-");
    const fields: Fields = Object.fromEntries(named);
    const instant = (name: string): Fields =>
      fields[name] === undefined ? {} : { [name]: instantOf(String(fields[name])) };
    return { contactId: "c-1", ...fields, ...instant("at"), ...instant("endedAt") };
  });
}

/** A time of day on the test's day, with `+1` for the day after, or an instant, as epoch milliseconds. */
export function instantOf(text: string): number {
  if (text.includes("T")) return Date.parse(text);
  const [clock = "", later = "0"] = text.split("+");
  return Date.parse(`${DAY}T${clock}Z`) + Number(later) * 86_400_000;
}

/** A centre whose events are loaded, rebuilt and checked. */
export async function given(table: string, settings: Partial<Centre["config"]> = {}): Promise<Centre> {
  const centre = await openCentre(settings);
  await load(centre, { [`contact-events-${DAY}.ndjson`]: ndjson(events(table)) });
  await rebuildAndCheck(centre);
  return centre;
}

/** The one session of a contact. */
export async function sessionOf(centre: Centre, contactId = "c-1"): Promise<Row> {
  return { ...((await centre.db("customer_sessions").where({ contact_id: contactId }).first()) as Row) };
}

/** Rows of a contact's table in order of their number, only the columns asked for. */
export async function rowsOf(centre: Centre, table: string, columns: string[], contactId = "c-1"): Promise<Row[]> {
  const number = table === "queue_visits" ? "visit_number" : "activity_number";
  const rows: Row[] = await centre
    .db(table)
    .whereIn("contact_key", centre.db("contacts").where({ contact_id: contactId }).select("contact_key"))
    .orderBy(number)
    .select(columns);
  return rows.map((row) => ({ ...row }));
}
