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

const ALL = { from: null, to: null, all: true };
const READ_AT_MS = Date.UTC(2026, 11, 31);

export async function rebuiltWeek(request: Omit<GenerateRequest, "out">): Promise<Week> {
  const out = mkdtempSync(join(tmpdir(), "nightdesk-week-"));
  await generateDays({ ...request, out });
  const centre = await openCentre({ zone: request.zone });
  const { db, config } = centre;
  const receipt = await loadDumps(db, config, silentLog, [out], READ_AT_MS);
  await loadRules(db, config);
  await rebuildTables(db, config, silentLog, ALL, rulesVersion(config));
  await checkSequences(db, config, silentLog, ALL, sequenceVersion(config));
  const close = async (): Promise<void> => {
    await centre.close();
    rmSync(out, { recursive: true, force: true });
  };
  return { centre, receipt, truth: readTruth(out), close };
}
