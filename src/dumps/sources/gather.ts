import { NightdeskError } from "../../base/errors";
import { type Source, WEEKDAYS } from "../../base/sources";
import type { FoundFile } from "../files";
import { heldCopy, type Kept, keep, keptFile, keptOf } from "./archive";
import { type Fetching, withPart } from "./fetching";
import { lookIntoFolder } from "./folder";
import { lookBehindUrls } from "./http";
import { type Errand, type Look, type Offer, withDay } from "./offer";
import { PassingError, withRetries } from "./retry";
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
  /** Everything the source offered, by its place. */
  places: string[];
  /** Why something that was expected is not here; null where everything is. */
  absent: string | null;
  /** What went wrong, as a part of `absent`. */
  faults: string[];
  /** How long the source asked to be left alone, ms; null where it did not. */
  retry_after_ms: number | null;
  /** Whether the source could be looked into, and neither refused what it was shown nor asked to be left alone. */
  is_open: boolean;
  /** Whether something must come on this day at all. */
  is_expected: boolean;
}

/**
 * Fetches what a source has for a day. Nothing it does or says is an error here: what did not come is told with its
 * reason, what came is kept, and what was kept before is taken where the source cannot be asked about it.
 *
 * @param elsewhere places of files that say no day and were taken for another; null where the day is the one pulled
 * @throws NightdeskError `archive` where the archive cannot be written: that is nothing the source could help
 */
export async function gather(
  fetching: Fetching,
  source: Source,
  day: string,
  elsewhere: ReadonlySet<string> | null = null,
): Promise<Gathered> {
  const gathered = nothingOf(source, day);
  const reasons: string[] = [];
  const told = (error: Error): void => {
    throwIfOurs(error, fetching.archive);
    const reason = withoutSecrets(error.message, source, fetching);
    gathered.faults.push(reason);
    if (error instanceof PassingError && error.retryAfterMs !== null)
      gathered.retry_after_ms = Math.max(gathered.retry_after_ms ?? 0, error.retryAfterMs);
    reasons.push(reason);
  };
  const before = await keptOf(fetching, day, source.name);
  try {
    const look = await lookAt({ source, day, fetching });
    try {
      const offers = look.offers.filter(({ place }) => elsewhere?.has(place) !== true);
      gathered.is_open = true;
      gathered.files.push(...look.files.filter(({ path }) => elsewhere?.has(path) !== true));
      gathered.byte_count += look.byte_count;
      gathered.places.push(...gathered.files.map(({ path }) => path), ...offers.map(({ place }) => place));
      reasons.push(...look.absent);
      const taking = { before, gathered, told, is_late: elsewhere !== null };
      reasons.push(...(await takeAll({ source, day, fetching }, offers, taking)));
    } finally {
      await look.close();
    }
  } catch (error) {
    told(asError(error));
  }
  fetching.log.progress("");
  if (reasons.length > 0) await takeHeld(fetching.archive, before, gathered);
  reasons.push(...lacking(gathered, reasons.length > 0));
  return { ...gathered, absent: reasons.length === 0 ? null : reasonsText(reasons) };
}

function nothingOf(source: Source, day: string): Gathered {
  const nothing = { files: [], kept: [], byte_count: 0, places: [], absent: null, faults: [], retry_after_ms: null };
  return { source, day, ...nothing, is_open: false, is_expected: isExpected(source, day) };
}

/** What offers are taken with: what is kept already, where they go, and who is told. */
interface Taking {
  before: readonly Kept[];
  gathered: Gathered;
  told: (error: Error) => void;
  is_late: boolean;
}

/** @returns why some are not here yet */
async function takeAll(errand: Errand, offers: readonly Offer[], taking: Taking): Promise<string[]> {
  const absent: string[] = [];
  for (const offer of offers) {
    const fault = await take(errand, offer, taking).catch(asError);
    if (typeof fault === "string") absent.push(fault);
    if (!(fault instanceof Error)) continue;
    taking.told(fault);
    if (!isRefusal(fault) && !(fault instanceof PassingError && fault.isThrottled)) continue;
    taking.gathered.is_open = false;
    break;
  }
  return absent;
}

const MOST_REASONS = 5;

function reasonsText(reasons: readonly string[]): string {
  const told = [...new Set(reasons.map((reason) => reason.replace(/\.$/, "")))];
  const more = told.length - MOST_REASONS;
  return `${told.slice(0, MOST_REASONS).join("; ")}${more > 0 ? `; and ${more} more` : ""}`;
}

function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}

/** A full disk, or an archive that may not be written, is not the source's fault: the night has to stop and say so. */
function throwIfOurs(error: Error, archive: string): void {
  const { code, path, cause } = error as NodeJS.ErrnoException;
  const isFull = ["ENOSPC", "EDQUOT", "EROFS"].includes(code ?? "");
  const isRefused = ["EACCES", "EPERM", "ENOTDIR"].includes(code ?? "") && (path?.startsWith(archive) ?? false);
  if (isFull || isRefused || code === "folder") {
    throw new NightdeskError(
      "archive",
      `The archive ${archive} cannot be written: ${error.message}. Expected room and the right to write. Free space, or correct the rights, and run the night again.`,
      { canRetry: true, cause: error },
    );
  }
  if (cause instanceof Error) throwIfOurs(cause, archive);
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

/** Fetches one file into the archive, or finds it there unchanged. @returns why it is not here yet; null where it is */
async function take(
  { source, day, fetching }: Errand,
  offer: Offer,
  { before, gathered, is_late }: Taking,
): Promise<string | null> {
  const { archive, now } = fetching;
  const held = fetching.is_again && !is_late ? null : await heldCopy(archive, before, offer.place);
  if (is_late && held?.mark === "") {
    // Its source never says whether it changed: asked again, it would come whole every night.
    add(archive, held, gathered);
    return null;
  }
  const about = { source: source.name, day, place: offer.place, name: offer.name };
  const kept = await withRetries(fetching, offer.asks_again === true ? 1 : source.attempts, () =>
    withPart(archive, async (part) => {
      const taken = await offer.fetch(part, held?.mark ?? null);
      if (taken.status === "absent") return taken.reason;
      if (taken.status === "unchanged" && held !== null) return held;
      return await keep(archive, part, {
        ...about,
        mark: taken.status === "taken" ? taken.mark : "",
        kept_at_ms: now(),
      });
    }),
  );
  if (typeof kept === "string") return kept;
  add(archive, kept, gathered);
  return null;
}

/** Takes what came before from places that now give nothing: a run that was killed may not have loaded it yet. */
async function takeHeld(archive: string, before: readonly Kept[], gathered: Gathered): Promise<void> {
  const taken = new Set(gathered.kept.map(({ place }) => place));
  for (const place of new Set(before.map((one) => one.place))) {
    const held = taken.has(place) ? null : await heldCopy(archive, before, place);
    if (held !== null) add(archive, held, gathered);
  }
}

function add(archive: string, kept: Kept, gathered: Gathered): void {
  gathered.kept.push(kept);
  gathered.files.push(keptFile(archive, kept));
  gathered.byte_count += kept.byte_count;
}

/** What the source was expected to deliver and did not; where nothing came for a reason, that reason says enough. */
function lacking({ source, day, files }: Gathered, isExplained: boolean): string[] {
  const names = files.map(nameOf);
  const missing = source.expects
    .map((part) => withDay(part, day))
    .filter((part) => !names.some((name) => name.includes(part)));
  if (missing.length > 0) return [`no file with ${missing.join(", ")} in its name`];
  return files.length === 0 && !isExplained ? [`nothing for ${day}`] : [];
}

function nameOf({ path, delivered }: FoundFile): string {
  return delivered?.name ?? path.slice(path.lastIndexOf("/") + 1);
}

function isExpected({ weekdays }: Source, day: string): boolean {
  const weekday = WEEKDAYS[(new Date(`${day}T00:00:00Z`).getUTCDay() + 6) % 7];
  return weekday !== undefined && weekdays.includes(weekday);
}
