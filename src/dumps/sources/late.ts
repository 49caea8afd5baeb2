import { stat } from "node:fs/promises";
import { basename } from "node:path";
import type { Knex } from "knex";
import { addDays } from "../../base/days";
import type { FoundFile } from "../files";
import type { FileReceipt } from "../receipts";
import type { Fetching } from "./fetching";
import { gather, type Gathered } from "./gather";

/** What a source has of a day before those pulled, and which of it no night has loaded. */
export interface Late {
  gathered: Gathered;
  unknown: FoundFile[];
}

/**
 * Looks for what came, or changed, after the night of its day: each source as far back as it says. The Search API looks back
 * by itself.
 *
 * @param pulled what the sources had for the days pulled; one that is not open is not asked again
 * @param from   the first of these days
 */
export async function gatherLate(
  fetching: Fetching,
  db: Knex,
  pulled: readonly Gathered[],
  from: string,
): Promise<Late[]> {
  const found: Late[] = [];
  for (const { source } of pulled.filter(({ day }) => day === from)) {
    const own = pulled.filter((one) => one.source.name === source.name);
    if (source.type === "webex") continue;
    const elsewhere = new Set(own.flatMap(({ places }) => places));
    let isOpen = own.every(({ is_open }) => is_open);
    for (let back = 1; isOpen && back <= source.look_back_days; back++) {
      const gathered = await gather(fetching, source, addDays(from, -back), elsewhere);
      isOpen = gathered.is_open;
      for (const place of gathered.places) elsewhere.add(place);
      for (const fault of gathered.faults)
        fetching.log.warn(`The source ${source.name}, looked into again for ${gathered.day}: ${fault}`);
      found.push({ gathered, unknown: await unknownOf(db, gathered.files) });
    }
  }
  return found;
}

/** Files that no dump of the database is. Of those that are not kept, name and size have to say it. */
async function unknownOf(db: Knex, files: readonly FoundFile[]): Promise<FoundFile[]> {
  const unknown: FoundFile[] = [];
  for (const file of files) {
    if (file.error !== null) continue;
    const { path, delivered } = file;
    const size = delivered === undefined ? (await stat(path).catch(() => null))?.size : undefined;
    const known = delivered ? { sha256: delivered.sha256 } : { name: basename(path), byte_count: size ?? 0 };
    if ((await db("dumps").where(known).first("dump_key")) === undefined) unknown.push(file);
  }
  return unknown;
}

/**
 * Says what came late and was loaded, and whose reports that makes others. That a day is delivered now is noted by its own
 * night, run once more: until then its reports do not hold it.
 *
 * @returns the receipts of late files that failed: their day's night is over, and this one goes on
 */
export async function tellLate(
  db: Knex,
  { log }: Pick<Fetching, "log">,
  late: readonly Late[],
  receipts: readonly FileReceipt[],
): Promise<FileReceipt[]> {
  const failed: FileReceipt[] = [];
  for (const { gathered, unknown } of late) {
    const paths = new Set(unknown.map(({ path }) => path));
    const own = receipts.filter(({ file }) => paths.has(file));
    const loaded = own.filter(({ status }) => status === "loaded");
    failed.push(...own.filter(({ status }) => status === "failed"));
    if (loaded.length > 0 && (await wasRendered(db, gathered.day))) log.warn(lateText(gathered, loaded));
  }
  for (const { error, file } of failed)
    log.warn(`A file that came late could not be loaded: ${error?.message ?? file}`);
  return failed;
}

function lateText({ source, day }: Gathered, loaded: readonly FileReceipt[]): string {
  const names = loaded.map(({ name }) => name).join(", ");
  return `The source ${source.name} has given ${names} after the night of ${day}, and it is loaded now. This night makes new editions of the reports of ${day} that it changes.`;
}

async function wasRendered(db: Knex, day: string): Promise<boolean> {
  const rendered = db("receipts").where({ workflow: "nightly", step: "render", status: "done" });
  return (
    (await rendered.andWhere("from_day", "<=", day).andWhere("to_day", ">=", day).first("receipt_key")) !== undefined
  );
}
