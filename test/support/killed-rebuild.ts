import { silentLog } from "../../src/base/log";
import { loadConfig } from "../../src/base/config";
import { openDatabase } from "../../src/db/open";
import { rebuildTables } from "../../src/models/rebuild";
import { loadRules } from "../../src/reference/load";

/** A rebuild in a process of its own, killed when its first slice is made. Usage: killed-rebuild.ts FOLDER */
async function main(folder: string): Promise<void> {
  const config = loadConfig({ NIGHTDESK_DATA: folder }, folder);
  const db = await openDatabase(config.database_url);
  const log = { ...silentLog, progress: () => process.kill(process.pid, "SIGKILL") };
  await loadRules(db, config);
  await rebuildTables(db, config, log, { from: null, to: null, all: false }, "rules");
}

void main(process.argv[2] ?? "");
