import type { Knex } from "knex";
import type { Config } from "../base/config";
import { NightdeskError } from "../base/errors";
import { takeTurn } from "../db/turns";
import { agentTables } from "./agents";
import { fillCalendar } from "./calendar";
import { customerTables } from "./customers";
import { makeSlice } from "./make";
import { add, addOpenSessions, addPending, type Period } from "./pending";
import { beginUnder, endUnder, newestRules } from "./rules";
import { emptyTogether, type SharedSet } from "./together";

/** What a run rebuilds, and under what. */
export interface Rebuild {
  config: Config;
  period: Period;
  rules_mark: string;
  /** Writes the rules and describes every name that events have. */
  writeRules: (trx: Knex.Transaction) => Promise<void>;
  slice_sizes: { contact: number; agent: number };
  progress: Progress;
}

/** How far each entity has come; null where all is done. */
export type Progress = (entity: "contact" | "agent" | null, text?: string) => void;

/** Rebuilds what is pending beside other runs that do the same, contacts and agents at once; see the README. */
export async function rebuildTogether(db: Knex, rebuild: Rebuild): Promise<Record<string, number>> {
  const sets = [sharedSet("contact", rebuild), sharedSet("agent", rebuild)];
  let lookedAfter: string | null = null;
  const prepareAfter = async (trx: Knex.Transaction, isFirst: boolean): Promise<void> => {
    await takeTurn(trx, "loads");
    const newest = await newestLoad(trx);
    await prepare(trx, rebuild, isFirst, newest !== lookedAfter);
    lookedAfter = newest;
  };
  const mark = async (trx: Knex.Transaction): Promise<string> =>
    JSON.stringify([await newestLoad(trx), await newestRules(trx)]);
  const counts = await emptyTogether(db, sets, prepareAfter, mark);
  await db.transaction((trx) => endUnder(trx, rebuild.rules_mark));
  rebuild.progress(null);
  return counts;
}

/** While nobody loads: what names, days and contacts there are stays the same until it is prepared for. */
async function prepare(
  trx: Knex.Transaction,
  rebuild: Rebuild,
  isFirst: boolean,
  hasSomethingCome: boolean,
): Promise<void> {
  if (!isFirst && (await newestRules(trx)) !== rebuild.rules_mark) throw othersRules();
  const isNew = isFirst && (await beginUnder(trx, rebuild.rules_mark));
  // Both before the rules are written, which others wait for: this may wait for slices of theirs.
  if (isFirst) {
    await addPending(trx, rebuild.config.zone, isNew ? { ...rebuild.period, all: true } : rebuild.period);
  }
  // By what has come, those rebuilt a moment ago may be stale. Only then: two runs would give each other work for ever.
  if (hasSomethingCome) await addOpenSessions(trx);
  await rebuild.writeRules(trx);
  if (isNew) await trx("calendar_days").del();
  await fillCalendar(trx, rebuild.config.zone);
}

function othersRules(): NightdeskError {
  return new NightdeskError(
    "rules-changed",
    "Another run has begun to make everything anew, or has done so, under another zone, other thresholds or other reference data. Expected all runs on one database to work with the same configuration. Give them the same, and run this again.",
  );
}

/** Changes with every load that ends. */
async function newestLoad(trx: Knex.Transaction): Promise<string> {
  const [newest] = await trx("dumps").max({ dump_key: "dump_key" });
  return String(newest?.dump_key);
}

function sharedSet(entity: "contact" | "agent", { slice_sizes, progress }: Rebuild): SharedSet {
  const set = `${entity}s_to_rebuild`;
  const key = `${entity}_key`;
  let made = 0;
  return {
    set,
    key,
    slice_size: slice_sizes[entity],
    work: async (trx, slice) => {
      const counts = await makeSlice(trx, entity, entity === "contact" ? customerTables : agentTables, slice);
      if (entity === "contact") await add(trx, "contacts_to_check", "contact", `select contact_key from ${set}`);
      made += slice.entity_count;
      progress(entity, `${made} ${entity}s`);
      return counts;
    },
  };
}
