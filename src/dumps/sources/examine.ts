import { randomUUID } from "node:crypto";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { MINUTE } from "../../base/days";
import { messageOf } from "../../base/errors";
import { ensureFolder } from "../../base/folders";
import type { FolderSource, HttpSource, Source, WebexSource } from "../../base/sources";
import type { Fetching } from "./fetching";
import { lookIntoFolder } from "./folder";
import { send } from "./http-request";
import { type Errand, withDay } from "./offer";
import { lookIntoBucket } from "./s3";
import { filled, shownAddress, unsetVariables, withoutSecrets } from "./secrets";
import { lookOverSftp } from "./sftp";
import { search } from "./webex/client";
import { pageQuery } from "./webex/queries";

/** What was found out about a source without fetching anything; `advice` is null where all is well. */
export interface Examined {
  level: "fine" | "remark" | "fault";
  found: string;
  advice: string | null;
}

/** Nobody waits longer than this for a doctor. */
const PATIENCE_MS = 10_000;

/** Whether a source's secrets are set and it can be reached. @param day a day it may have delivered */
export async function examineSource(fetching: Fetching, source: Source, day: string): Promise<Examined> {
  const unset = unsetVariables(source, fetching);
  if (unset.length > 0) {
    const advice = `Set ${unset.join(", ")} in the environment of the user that runs nightdesk.`;
    return { level: "fault", found: `${unset.join(", ")}: not set in the environment`, advice };
  }
  const hasty = { ...source, attempts: 1, timeout_ms: Math.min(source.timeout_ms, PATIENCE_MS) };
  try {
    const found = await reach({ source: hasty, day, fetching });
    const bare = sendsSecretsBare(source);
    const advice = bare ? "Use https: everyone on the way can read the secret." : null;
    return { level: bare ? "remark" : "fine", found, advice };
  } catch (error) {
    const advice = "Do what the message says; until then nothing of this source is loaded.";
    return { level: "fault", found: withoutSecrets(messageOf(error), source, fetching), advice };
  }
}

/** Whether the archive can be written to. @throws whatever stands in the way */
export async function tryArchive({ archive }: Fetching): Promise<void> {
  const folder = join(archive, "part");
  await ensureFolder(folder);
  const file = join(folder, randomUUID());
  await writeFile(file, "");
  await rm(file, { force: true });
}

async function reach({ source, ...rest }: Errand): Promise<string> {
  switch (source.type) {
    case "folder":
      return await reachFolder({ source, ...rest });
    case "http":
      return await reachUrls({ source, ...rest });
    case "s3": {
      const look = await lookIntoBucket({ source, ...rest });
      await look.close();
      return `${source.bucket}/${withDay(source.prefix, rest.day)}: ${countOf(look.offers.length)}`;
    }
    case "sftp": {
      const means = { ...rest.fetching, wait: async (): Promise<void> => {} };
      const look = await lookOverSftp({ source, ...rest, fetching: means });
      await look.close();
      return `${source.host}:${withDay(source.path, rest.day)}: ${countOf(look.offers.length)}`;
    }
    default:
      return await reachWebex({ source, ...rest });
  }
}

async function reachFolder(errand: Errand<FolderSource>): Promise<string> {
  const { source } = errand;
  const path = withDay(source.path, errand.day);
  const means = { ...errand.fetching, wait: async (): Promise<void> => {} };
  const look = await lookIntoFolder({ ...errand, fetching: means });
  const [absent] = look.absent;
  if (absent !== undefined && !source.path.includes("{day}") && look.files.length + look.offers.length === 0) {
    throw new Error(absent);
  }
  return `${path}: ${countOf(look.files.length + look.offers.length)}`;
}

/** Asks for the head of each file: that it is not there yet is no fault, that nobody may read it is one. */
async function reachUrls({ source, day, fetching }: Errand<HttpSource>): Promise<string> {
  const told: string[] = [];
  for (const template of source.urls) {
    const address = withDay(template, day);
    const shown = shownAddress(address);
    const headers = Object.entries(source.headers).map(([name, value]) => [name, filled(value, source, fetching)]);
    const answer = await send({
      method: "GET",
      url: filled(address, source, fetching),
      shown,
      headers: Object.fromEntries(headers) as Record<string, string>,
      timeout_ms: source.timeout_ms,
      now: fetching.now,
    });
    answer.drop();
    if (answer.status === 401 || answer.status === 403) {
      throw new Error(
        `${shown} refuses what the source shows for itself (HTTP ${answer.status}). Correct its "headers".`,
      );
    }
    told.push(`${shown}: HTTP ${answer.status}`);
  }
  return told.join("; ");
}

async function reachWebex(errand: Errand<WebexSource>): Promise<string> {
  const { source, fetching } = errand;
  const window = { from_ms: fetching.now() - MINUTE, to_ms: fetching.now() };
  const [kind = "tasks"] = source.kinds;
  await search(errand, { pages: 0, records: 0, token: null }, kind, pageQuery(kind, window, null, source.leave_out));
  return `${source.base}/search answers, and takes the token`;
}

function sendsSecretsBare(source: Source): boolean {
  const addresses =
    source.type === "http" && Object.keys(source.headers).length > 0
      ? source.urls
      : source.type === "webex"
        ? [source.base]
        : [];
  return addresses.some((url) => /^http:\/\/(?!127\.|localhost|\[::1\])/i.test(url));
}

function countOf(count: number): string {
  return `reachable, ${count} ${count === 1 ? "file" : "files"} of the day before`;
}
