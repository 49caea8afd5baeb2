import { silentLog } from "../../src/base/log";
import { checkSequences } from "../../src/models/check";
import { rebuildTables } from "../../src/models/rebuild";
import { loadRules } from "../../src/reference/load";
import type { Centre } from "./centre";

const PENDING = { from: null, to: null, all: false };

/** Loads the rules and rebuilds and checks what is pending. */
export async function rebuildAndCheck(centre: Centre): Promise<void> {
  const { db, config } = centre;
  await loadRules(db, config);
  await rebuildTables(db, config, silentLog, PENDING, "rules");
  await checkSequences(db, config, silentLog, PENDING, "sequence");
}

/** Rows by what they have in common, in their order. */
export function grouped<Row>(rows: readonly Row[], keyOf: (row: Row) => string): Map<string, Row[]> {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const group = groups.get(keyOf(row));
    if (group === undefined) groups.set(keyOf(row), [row]);
    else group.push(row);
  }
  return groups;
}
