import { silentLog } from "../../src/base/log";
import { rebuildTables } from "../../src/models/rebuild";
import { loadRules, rulesVersion } from "../../src/reference/load";
import { type Centre, type Fields, load, ndjson } from "../support/centre";

/** Loads agent events as one dump and rebuilds what they touch. */
export async function rebuiltFrom(
  centre: Centre,
  events: readonly Fields[],
  name = "agent-events.ndjson",
): Promise<void> {
  await load(centre, { [name]: ndjson(events.map((event) => ({ type: "agent", ...event }))) });
  await rebuilt(centre);
}

export async function rebuilt(centre: Centre): Promise<void> {
  await loadRules(centre.db, centre.config);
  const period = { from: null, to: null, all: false };
  await rebuildTables(centre.db, centre.config, silentLog, period, rulesVersion(centre.config));
}

/**
 * Agent events of 2026-03-02 (UTC) from a text table whose heads are field names, columns two or more spaces apart;
 * `-` is an unknown value, `at` and `endedAt` are times of day, `A` is the agent where the table names none.
 */
export function agentEvents(table: string): Fields[] {
  const [head = [], ...lines] = cellsOf(table);
  return lines.map((cells) => {
    const fields = head.map((name, index) => [name, valueOf(name, cells[index] ?? "-")] as const);
    return { agentId: "A", ...Object.fromEntries(fields.filter(([, value]) => value !== null)) };
  });
}

/** Rows of the database as a text table would give them, for the columns the table names. */
export function rows(table: string): Record<string, string | number | null>[] {
  const [head = [], ...lines] = cellsOf(table);
  return lines.map((cells) =>
    Object.fromEntries(head.map((name, index) => [name, valueOf(name, cells[index] ?? "-")])),
  );
}

/** The instant of a time of day on 2026-03-02 (UTC). */
export function at(time: string): number {
  return Date.parse(`2026-03-02T${time.length === 5 ? `${time}:00` : time}Z`);
}

function cellsOf(table: string): string[][] {
  const lines = table.split("\n").map((line) => line.trim());
  return lines.filter((line) => line !== "").map((line) => line.split(/\s{2,}/));
}

function valueOf(name: string, text: string): string | number | null {
  if (text === "-") return null;
  if (/^\d\d:\d\d/.test(text)) return at(text);
  return /(_count|_ms|number|sequence)$/.test(name) || name.startsWith("is_") ? Number(text) : text;
}
