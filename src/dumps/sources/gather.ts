import { messageOf, NightdeskError } from "../../base/errors";
import { type Source, WEEKDAYS } from "../../base/sources";
import type { FoundFile } from "../files";
import { contentPath, heldCopy, type Kept, keep, keptFile } from "./archive";
import { type Fetching, withPart } from "./fetching";
import { lookIntoFolder } from "./folder";
import { lookBehindUrls } from "./http";
import { type Errand, type Look, type Offer, withDay } from "./offer";
import { withRetries } from "./retry";
import { lookIntoBucket } from "./s3";
import { withoutSecrets } from "./secrets";
import { lookOverSftp } from "./sftp";
import { lookAtWebex } from "./webex/look";

/** What one source came to for one day. */
export interface Gathered {
  source: Source;
  day: string;
  files: FoundFile[];
  /** Those of the files that lie in the archive. */
  kept: Kept[];
  byte_count: number;
  /** Why something that was expected is not here; null where everything is. */
  absent: string | null;
  /** Whether something must come on this day at all. */
  is_expected: boolean;
}

/**
 * Fetches what a source has for a day. Nothing it does or says is an error here: what did not come is told with its
 * reason, and what came is kept.
 */
export async function gather(fetching: Fetching, source: Source, day: string): Promise<Gathered> {
  const gathered: Gathered = {
    source,
    day,
    files: [],
    kept: [],
    byte_count: 0,
    absent: null,
    is_expected: isExpected(source, day),
  };
  const reasons: string[] = [];
  const told = (error: unknown): void => void reasons.push(withoutSecrets(messageOf(error), source, fetching));
  try {
    const look = await lookAt({ source, day, fetching });
    try {
      gathered.files.push(...look.files);
      gathered.byte_count += look.byte_count;
      reasons.push(...look.absent);
      for (const offer of look.offers) {
        const fault = await take({ source, day, fetching }, offer, gathered, reasons).then(() => null, asError);
        if (fault === null) continue;
        told(fault);
        if (isRefusal(fault)) break;
      }
    } finally {
      await look.close();
    }
  } catch (error) {
    told(error);
  }
  fetching.log.progress("");
  reasons.push(...lacking(gathered));
  return { ...gathered, absent: reasons.length === 0 ? null : reasons.join("; ") };
}

function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}

/** Who shows a wrong password again and again is locked out. */
function isRefusal(error: Error): boolean {
  return error instanceof NightdeskError && ["webex-token", "source-refused", "source-secret"].includes(error.code);
}

async function lookAt({ source, ...rest }: Errand): Promise<Look> {
  switch (source.type) {
    case "folder":
      return await lookIntoFolder({ source, ...rest });
    case "http":
      return await lookBehindUrls({ source, ...rest });
    case "s3":
      return await lookIntoBucket({ source, ...rest });
    case "sftp":
      return await lookOverSftp({ source, ...rest });
    default:
      return await lookAtWebex({ source, ...rest });
  }
}

/** Fetches one file into the archive, or finds it there unchanged. */
async function take(
  { source, day, fetching }: Errand,
  offer: Offer,
  gathered: Gathered,
  reasons: string[],
): Promise<void> {
  const { archive, now } = fetching;
  const about = { source: source.name, day, name: offer.name };
  const held = await heldCopy(archive, about);
  const kept = await withRetries(fetching, source.attempts, () =>
    withPart(archive, async (part) => {
      const taken = await offer.fetch(part, held?.mark ?? null);
      if (taken.status === "absent") return taken.reason;
      if (taken.status === "unchanged" && held !== null) return held;
      const mark = taken.status === "taken" ? taken.mark : "";
      return await keep(archive, part, { ...about, mark, kept_at_ms: now() });
    }),
  );
  if (typeof kept === "string") return void reasons.push(kept);
  gathered.kept.push(kept);
  gathered.files.push(keptFile(archive, kept));
  gathered.byte_count += kept.byte_count;
}

/** What the source was expected to deliver and did not. */
function lacking({ source, day, files }: Gathered): string[] {
  const names = files.map(nameOf);
  const missing = source.expects
    .map((part) => withDay(part, day))
    .filter((part) => !names.some((name) => name.includes(part)));
  if (missing.length > 0) return [`no file with ${missing.join(", ")} in its name`];
  return files.length === 0 ? [`nothing for ${day}`] : [];
}

function nameOf({ path, delivered }: FoundFile): string {
  return delivered?.name ?? path.slice(path.lastIndexOf("/") + 1);
}

function isExpected({ weekdays }: Source, day: string): boolean {
  const weekday = WEEKDAYS[(new Date(`${day}T00:00:00Z`).getUTCDay() + 6) % 7];
  return weekday !== undefined && weekdays.includes(weekday);
}

/** The error of a file that was kept and could not be loaded, in the words of who delivered it. */
export function inWordsOfSource(archive: string, kept: Kept, message: string): string {
  return message.replaceAll(contentPath(archive, kept), `${kept.name} of ${kept.source}`);
}
