import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { silentLog } from "../../src/base/log";
import { type LoadReceipt, loadDumps } from "../../src/dumps/load";
import { generateDays, type GenerateRequest } from "../../src/generate/generate";
import { checkSequences } from "../../src/models/check";
import { rebuildTables } from "../../src/models/rebuild";
import { loadRules, rulesVersion, sequenceVersion } from "../../src/reference/load";
import { type Centre, openCentre } from "../support/centre";
import { readTruth, type Truth } from "./truth";

/** Days that were generated, loaded, rebuilt and checked, and what must have been found. */
export interface Week {
  centre: Centre;
  receipt: LoadReceipt;
  truth: Truth;
  close(): Promise<void>;
}

const READ_AT_MS = Date.UTC(2026, 11, 31);

/** Everything loaded, rebuilt and checked at once. */
export async function rebuiltWeek(request: Omit<GenerateRequest, "out">): Promise<Week> {
  return lived(request, async (centre, _files, out) => {
    const receipt = await load(centre, [out]);
    await rebuildAndCheck(centre);
    return receipt;
  });
}

/** Each file loaded, rebuilt and checked for itself, the last one first. */
export async function weekFileByFile(request: Omit<GenerateRequest, "out">): Promise<Week> {
  return lived(request, async (centre, files) => {
    const receipts: LoadReceipt[] = [];
    for (const file of files.toReversed()) {
      receipts.push(await load(centre, [file]));
      await rebuildAndCheck(centre);
    }
    return receipts.at(-1) as LoadReceipt;
  });
}

async function lived(
  request: Omit<GenerateRequest, "out">,
  work: (centre: Centre, files: string[], out: string) => Promise<LoadReceipt>,
): Promise<Week> {
  const out = mkdtempSync(join(tmpdir(), "nightdesk-week-"));
  const { files } = await generateDays({ ...request, out });
  const centre = await openCentre({ zone: request.zone });
  const receipt = await work(centre, files, out);
  const close = async (): Promise<void> => {
    await centre.close();
    rmSync(out, { recursive: true, force: true });
  };
  return { centre, receipt, truth: readTruth(out), close };
}

async function load({ db, config }: Centre, paths: string[]): Promise<LoadReceipt> {
  return loadDumps(db, config, silentLog, paths, READ_AT_MS);
}

/** Only what has changed since the last time. */
async function rebuildAndCheck({ db, config }: Centre): Promise<void> {
  const pending = { from: null, to: null, all: false };
  await loadRules(db, config);
  await rebuildTables(db, config, silentLog, pending, rulesVersion(config));
  await checkSequences(db, config, silentLog, pending, sequenceVersion(config));
}
