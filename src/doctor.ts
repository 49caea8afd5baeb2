import { constants } from "node:fs";
import { access, statfs } from "node:fs/promises";
import type { Knex } from "knex";
import { type Config, loadConfig } from "./base/config";
import { dayStartMs, yesterday } from "./base/days";
import { messageOf } from "./base/errors";
import { ensureFolder } from "./base/folders";
import { shortened, withoutPassword } from "./base/text";
import { databaseFault, databaseVersion, openDatabase } from "./db/open";
import { readMapping } from "./dumps/formats/mapped/mapping";
import { silentLog } from "./base/log";
import { examineSource, tryArchive } from "./dumps/sources/examine";
import { fetchingOf } from "./dumps/sources/fetching";
import { verifyFiles } from "./editions/read";
import { mailFindings } from "./doctor-mail";
import { fault, type Finding, fine, remark } from "./findings";
import { rulesOf, rulesVersion, sequenceTables, sequenceVersion } from "./reference/load";
import { reportNames } from "./reports/render";
import type { Terminal } from "./terminal";

export type { Finding } from "./findings";

/** One million events and what is rebuilt from them take about this much; below it the next night may fill the disk. */
const FREE_BYTES_WANTED = 2 * 1024 ** 3;

/**
 * Examines what a night needs, goes on after each fault, and says what to do about it. Where the data folder or the
 * database is missing it is made, and the rules are written into it, as every command does.
 */
export async function examine(
  terminal: Terminal,
  examineQueue: (config: Config) => Promise<Finding[]> = () => Promise.resolve([]),
): Promise<Finding[]> {
  let config: Config;
  try {
    config = loadConfig(terminal.env, terminal.folder);
  } catch (error) {
    return [
      nodeFinding(),
      fault("configuration", messageOf(error), "Correct the configuration; the rest is examined once it can be read."),
    ];
  }
  return [
    nodeFinding(),
    fine("configuration", config.file ?? "no nightdesk.json: defaults"),
    ...zoneFindings(config),
    ...configFindings(config),
    ...mappingFindings(config),
    ...(await folderFindings(config)),
    ...(await sourceFindings(config, terminal.now)),
    ...(await databaseFindings(config)),
    ...(await mailFindings(config)),
    ...(await examineQueue(config)),
  ];
}

const TOPIC_COLUMNS = 17;

/** The findings as lines for a terminal, advice below its finding. */
export function printExamination(findings: readonly Finding[]): string {
  const marks = { fine: "ok    ", remark: "remark", fault: "FAULT " };
  const lines = findings.map(({ topic, level, found, advice }) => {
    const body = found.split("\n").join("\n                           ");
    return `${marks[level]}  ${topic.padEnd(TOPIC_COLUMNS)}  ${body}${advice === null ? "" : `\n                           → ${advice}`}`;
  });
  const faults = findings.filter((finding) => finding.level === "fault").length;
  const end =
    faults === 0
      ? "Nothing stands in the way of the night."
      : `${faults} ${faults === 1 ? "fault stands" : "faults stand"} in the way of the night.`;
  return `${lines.join("\n")}\n\n${end}\n`;
}

function ruleFinding(config: Config): Finding {
  const topic = "reference data";
  try {
    rulesOf(config);
    const { table, mode } = config.sequence;
    return fine(
      topic,
      `rules ${rulesVersion(config)}, sequence table ${table} ${sequenceVersion(config)}, mode ${mode}`,
    );
  } catch (error) {
    return fault(topic, messageOf(error), "Correct the file the message names.");
  }
}

function nodeFinding(): Finding {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  const isRight = major > 20 || (major === 20 && minor >= 17);
  return isRight
    ? fine("node", process.version)
    : fault("node", process.version, "nightdesk needs Node 20.17 or later: install a newer one.");
}

function zoneFindings(config: Config): Finding[] {
  // Seoul kept summer time in 1988: a Node built without full zone data gets this instant wrong.
  const isWhole =
    dayStartMs("Asia/Seoul", "1988-07-01") === Date.UTC(1988, 5, 30, 14) &&
    dayStartMs("Europe/Berlin", "2026-07-01") === Date.UTC(2026, 5, 30, 22);
  return [
    config.is_zone_set
      ? fine("zone", config.zone)
      : remark(
          "zone",
          "no zone is configured: days are cut in UTC",
          `Set "zone" in nightdesk.json, for example {"zone": "Asia/Seoul"}.`,
        ),
    isWhole
      ? fine("zone data", `${process.versions.tz ?? "built in"}, complete`)
      : fault(
          "zone data",
          "incomplete: local days would be wrong",
          "Use a Node with full ICU data (the official builds have it).",
        ),
  ];
}

function configFindings(config: Config): Finding[] {
  const unknown = config.reports.filter((name) => !reportNames().includes(name));
  const hidden = config.masking.names === "hash" || config.masking.numbers === "hash";
  return [
    ...(unknown.length === 0
      ? []
      : [
          fault(
            "reports",
            `unknown: ${unknown.join(", ")}`,
            `Name reports of ${reportNames().join(", ")} in "reports".`,
          ),
        ]),
    ...(sequenceTables().includes(config.sequence.table)
      ? []
      : [
          fault(
            "sequence table",
            `"${config.sequence.table}" is unknown`,
            `Set sequence.table to one of ${sequenceTables().join(", ")}.`,
          ),
        ]),
    ...(hidden && config.masking.key === ""
      ? [
          remark(
            "masking",
            "hash without a key: numbers could be found out by trying",
            "Set NIGHTDESK_MASK_KEY to a long random text and keep it.",
          ),
        ]
      : []),
  ];
}

function mappingFindings({ mappings, zone }: Config): Finding[] {
  return mappings.map(({ files, mapping }) => {
    try {
      const { name, sha256 } = readMapping(mapping, zone);
      return fine("mapping", `${files} under ${name} ${sha256.slice(0, 12)}`);
    } catch (error) {
      return fault("mapping", messageOf(error), `Until it is right, no file named like ${files} is loaded.`);
    }
  });
}

async function folderFindings(config: Config): Promise<Finding[]> {
  const topic = "data folder";
  try {
    await ensureFolder(config.data_dir);
    await access(config.data_dir, constants.W_OK);
    const { bavail, bsize } = await statfs(config.data_dir);
    const gigabytes = `${((bavail * bsize) / 1024 ** 3).toFixed(1)} GB free`;
    return bavail * bsize >= FREE_BYTES_WANTED
      ? [fine(topic, `${config.data_dir}, ${gigabytes}`)]
      : [
          remark(
            topic,
            `${config.data_dir}, only ${gigabytes}`,
            "Free space, or point NIGHTDESK_DATA at a larger disk: a million events need about 2 GB.",
          ),
        ];
  } catch (error) {
    return [
      fault(
        topic,
        `${config.data_dir}: ${messageOf(error)}`,
        "Give the user that runs nightdesk the right to write there, or set NIGHTDESK_DATA.",
      ),
    ];
  }
}

/** Each source of the configuration, and the archive that keeps what comes from them. */
async function sourceFindings(config: Config, now: () => number): Promise<Finding[]> {
  const fetching = fetchingOf(config, silentLog, now, false);
  const findings: Finding[] = [];
  const day = yesterday(config.zone, now());
  for (const source of config.sources) {
    findings.push({
      topic: shortened(`source ${source.name}`, TOPIC_COLUMNS),
      ...(await examineSource(fetching, source, day)),
    });
  }
  if (config.sources.every((source) => source.type === "folder" && !source.is_kept)) return findings;
  const advice = "Give the user that runs nightdesk the right to write there.";
  const archive = await tryArchive(fetching).then(
    () => fine("archive", fetching.archive),
    (error: unknown) => fault("archive", messageOf(error), advice),
  );
  return [...findings, archive];
}

const isServer = (config: Config): boolean => !config.database_url.startsWith("sqlite:");

/** Of so many files of editions the hashes are looked at: those of the newest, about three months of nights. */
const FILES_VERIFIED = 1_500;

async function editionFinding(db: Knex): Promise<Finding> {
  const topic = "editions";
  const { verified, damaged } = await verifyFiles(db, FILES_VERIFIED);
  const count = `${verified.toLocaleString("en-US")} newest files`;
  if (damaged.length === 0) return fine(topic, `${count} are what was issued`);
  return fault(
    topic,
    `${damaged.length} of the ${count} are not what was issued: ${damaged.slice(0, FILES_NAMED).join(", ")}`,
    "Restore the database from a backup of before.",
  );
}

const FILES_NAMED = 5;

async function databaseFindings(config: Config): Promise<Finding[]> {
  const shown = withoutPassword(config.database_url);
  try {
    const db = await openDatabase(config.database_url);
    try {
      const broken = await databaseFault(db);
      const version = await databaseVersion(db);
      const advice = "Restore the file from a backup, or delete it and load the dumps again.";
      const state =
        broken === null
          ? fine("database", `${shown}, ${version}, ${isServer(config) ? "reachable" : "sound"}`)
          : fault("database", `${shown}: ${broken}`, advice);
      return [state, ruleFinding(config), await editionFinding(db)];
    } finally {
      await db.destroy();
    }
  } catch (error) {
    return [
      fault(
        "database",
        `${shown}: ${messageOf(error)}`,
        isServer(config)
          ? "Correct DATABASE_URL or the server, then ask again."
          : "Correct what the message names: the path, its rights, the disk, or the reference files.",
      ),
    ];
  }
}
