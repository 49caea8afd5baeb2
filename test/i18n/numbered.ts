import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { FAULTS, generateDays } from "../../src/generate/generate";
import { silentLog } from "../../src/base/log";
import { loadDumps } from "../../src/dumps/load";
import { type Centre, openCentre, READ_AT_MS } from "../support/centre";
import { rebuildAndCheck } from "../support/rebuilt";

export const FIRST_DAY = "2026-03-02";
export const LAST_DAY = "2026-03-03";

/** Fields whose values the centre chooses; codes and names of the platform are not among them. */
const NAMES = new Set(
  [
    "contactId agentId agentSessionId channelId eventId agentName queueId queueName siteId siteName teamId teamName",
    "entryPointId entryPointName flowId flowName routingStrategyId routingStrategyName idleCode wrapupCode origin destination",
  ].flatMap((names) => names.split(" ")),
);

/**
 * Generated days of a centre that calls everything by a number: what its pages spell in letters are words of the program, or
 * codes of the platform.
 */
export async function openNumberedCentre(): Promise<Centre> {
  const made = mkdtempSync(join(tmpdir(), "nightdesk-numbered-"));
  const request = { day: FIRST_DAY, days: 2, contacts: 400, agents: 16, seed: 5, zone: "Asia/Seoul" };
  const { files } = await generateDays({ ...request, faults: [...FAULTS], out: made });
  const centre = await openCentre({ zone: "Asia/Seoul" });
  const folder = join(centre.folder, "dumps");
  mkdirSync(folder, { recursive: true });
  const numberOf = numbers();
  const paths = files.map((file) => {
    const path = join(folder, basename(file));
    writeFileSync(
      path,
      readFileSync(file, "utf8")
        .split("\n")
        .map((line) => numbered(line, numberOf))
        .join("\n"),
    );
    return path;
  });
  rmSync(made, { recursive: true, force: true });
  await loadDumps(centre.db, centre.config, silentLog, paths, READ_AT_MS);
  await rebuildAndCheck(centre);
  return centre;
}

function numbers(): (name: string) => string {
  const known = new Map<string, string>();
  return (name) => {
    const number = known.get(name) ?? String(known.size + 1);
    known.set(name, number);
    return number;
  };
}

/** A line with its names as numbers; one that is no JSON stays as it is, and will be rejected. */
function numbered(line: string, numberOf: (name: string) => string): string {
  try {
    const event = JSON.parse(line) as Record<string, unknown>;
    const entries = Object.entries(event).map(([field, value]) => [
      field,
      NAMES.has(field) && typeof value === "string" ? numberOf(value) : value,
    ]);
    return JSON.stringify(Object.fromEntries(entries));
  } catch {
    return line;
  }
}
