import type { FileReceipt } from "../receipts";
import { contentPath, type Kept } from "./archive";
import type { Gathered } from "./gather";
import { refuse } from "./upkeep";

/** The archive's own copy is damaged: what comes was read to its end when it was kept. */
const DAMAGED = ["dump-cut", "dump-packed"];

/** The bytes themselves are at fault. All else, such as a mapping, can be put right where nightdesk runs. */
const OF_CONTENT = [...DAMAGED, "dump-empty", "dump-format"];

/** What says that nothing usable has come. */
const NOT_DELIVERED = [...OF_CONTENT, "dump-unreadable"];

/**
 * Takes what was kept and is no dump out of the archive's days, so that its source is asked for it anew, and names what
 * failed as its source does. What failed for another reason stays: its source may have nothing any more.
 *
 * @returns the receipts that failed
 */
export async function setAside(
  archive: string,
  kept: readonly Kept[],
  receipts: readonly FileReceipt[],
): Promise<FileReceipt[]> {
  const failed = receipts.filter(({ status }) => status === "failed");
  for (const { file, name, error } of failed) {
    for (const one of kept) {
      if (error === null || one.name !== name || contentPath(archive, one) !== file) continue;
      if (OF_CONTENT.includes(error.code)) await refuse(archive, one, DAMAGED.includes(error.code));
      error.message = error.message.replaceAll(file, `${name} of ${one.source}`);
    }
  }
  return failed;
}

/** What came and is no dump was not delivered either. */
export function tellBroken(gathered: readonly Gathered[], failed: readonly FileReceipt[]): void {
  const broken = failed.filter(({ error }) => error !== null && NOT_DELIVERED.includes(error.code));
  for (const one of gathered) {
    const own = broken.filter(({ file }) => one.files.some(({ path }) => path === file));
    if (own.length > 0) one.absent ??= own.map(({ error, file }) => error?.message ?? file).join("; ");
  }
}
