import type { Knex } from "knex";
import { CHANGED_ROWS } from "../metrics/restatement";
import { explained, findCauses } from "./causes";
import { type Change, changedFigures, changedSettings, countChangedRows } from "./compare";
import type { Basis, Draft, Edition, EditionFile, EditionNote } from "./edition";
import { bytesOf, figuresOf, filesOf, newestEdition } from "./read";

/** What becomes of a draft: the newest edition stands, or it is issued under the note. */
export interface Decision {
  newest: Edition | null;
  stands: boolean;
  /** Of the edition that stands, or of the one to be issued. */
  note: EditionNote;
  /** The files of the newest edition. */
  files: EditionFile[];
}

/**
 * Compares what a report would say with the newest edition of it. The edition stands where every figure, every row of its
 * CSV files and every rule is the same, whatever else has happened; else the next one restates it.
 */
export async function decide(db: Knex, draft: Draft, basis: Basis): Promise<Decision> {
  const { data_up_to_ms } = basis.inputs;
  const newest = await newestEdition(db, draft);
  if (newest === null) {
    const note = { number: 1, data_up_to_ms, restates: null, restatements: [], causes: [] };
    return { newest, stands: false, note, files: [] };
  }
  const files = await filesOf(db, newest.edition_key);
  const changes = [
    ...changedFigures(await figuresOf(db, newest.edition_key), draft.figures),
    ...(await changedTables(db, newest, files, draft)),
  ];
  const settings = changedSettings(newest.configuration, basis.configuration);
  if (changes.length + settings.length === 0) return { newest, stands: true, note: newest, files };
  const causes = await findCauses(db, draft, newest, basis);
  const restatements = changes.map((change) => explained(change, causes));
  const isUnexplained = causes.all.length === 0;
  return {
    newest,
    stands: false,
    note: {
      ...nextNote(newest, data_up_to_ms),
      restatements,
      causes: isUnexplained ? [{ kind: "unexplained" }] : causes.all,
    },
    files,
  };
}

/** What an edition that is made again by wish says: nothing but its pages is another. */
export function wishedNote(newest: Edition, { inputs }: Basis): EditionNote {
  return { ...nextNote(newest, inputs.data_up_to_ms), restatements: [], causes: [{ kind: "wish" }] };
}

function nextNote(newest: Edition, data_up_to_ms: number | null): Omit<EditionNote, "restatements" | "causes"> {
  const { number, data_up_to_ms: before } = newest;
  return { number: number + 1, data_up_to_ms, restates: { number, data_up_to_ms: before } };
}

/** CSV files with other bytes than were issued, each as one change: how many of its rows are others. */
async function changedTables(
  db: Knex,
  newest: Edition,
  files: readonly EditionFile[],
  { tables }: Draft,
): Promise<Change[]> {
  const changes: Change[] = [];
  for (const table of tables) {
    const known = files.find(({ name }) => name === table.name);
    if (known?.sha256 === table.sha256) continue;
    const before = known === undefined ? "" : (await bytesOf(db, newest, known.name)).toString();
    const count = countChangedRows(before, textOf(table.parts));
    // The same rows in another order, such as after somebody was erased, restate nothing.
    if (count > 0) changes.push(rowsChanged(table.name, count));
  }
  const kept = new Set(tables.map(({ name }) => name));
  const gone = files.filter(({ name }) => name.endsWith(".csv") && !name.endsWith(RESTATED) && !kept.has(name));
  for (const { name } of gone) {
    changes.push(rowsChanged(name, countChangedRows((await bytesOf(db, newest, name)).toString(), "")));
  }
  return changes;
}

/** How the file ends that lists what an edition restates; it is no table of the report. */
const RESTATED = "-restatements.csv";

function rowsChanged(name: string, count: number): Change {
  const scope = { dimension: "table", scope_id: name, scope_name: null, channel_type: null, slot_at_ms: null };
  return { metric_id: CHANGED_ROWS, ...scope, unit: "count", old_value: null, new_value: count };
}

function textOf(parts: readonly (string | Uint8Array)[]): string {
  return parts.map((part) => (typeof part === "string" ? part : Buffer.from(part).toString())).join("");
}
