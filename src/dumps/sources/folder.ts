import { access, copyFile, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { FolderSource } from "../../base/sources";
import { findFiles, type FoundFile } from "../files";
import { tooLarge } from "./http-request";
import { datedNameIn, type Errand, isOfDay, type Look, NOTHING_TO_CLOSE, type Offer, withDay } from "./offer";
import { PassingError } from "./retry";
import { markerName, type Seen, settledFiles } from "./settling";

/** The dumps of a day in a folder or on a mount, without those that are still being written. */
export async function lookIntoFolder(errand: Errand<FolderSource>): Promise<Look> {
  const { source, day, fetching } = errand;
  const path = withDay(source.path, day);
  const isDaysOwn = source.path.includes("{day}");
  const found = (await findFiles([path], fetching.is_dump)).filter(
    ({ path: file }) => file === path || isDaysOwn || isOfDay(basename(file), day),
  );
  const readable = found.filter(({ error }) => error === null);
  const unreadable = found.filter(({ error }) => error !== null);
  const seen = await looks(readable);
  const hasMarker = (file: string): Promise<boolean> => isThere(markerOf(source, file));
  const { settled, unsettled } = await settledFiles(seen, source, { ...fetching, hasMarker }, () => looks(readable));
  const absent = [
    ...unsettled.map((file) => `${file.path} is still being written`),
    ...unreadable.filter((file) => file.path === path).map(({ error }) => error?.message ?? path),
  ];
  const broken = unreadable.filter((file) => file.path !== path);
  const files = settled.map((file): FoundFile => ({ path: file.path, error: null }));
  return {
    files: source.is_kept ? broken : [...files, ...broken],
    byte_count: source.is_kept ? 0 : settled.reduce((sum, file) => sum + file.byte_count, 0),
    offers: source.is_kept ? settled.map((file) => offerOf(errand, file)) : [],
    absent,
    close: NOTHING_TO_CLOSE,
  };
}

async function looks(files: readonly FoundFile[]): Promise<Seen[]> {
  const seen: Seen[] = [];
  for (const { path } of files) {
    const found = await stat(path).catch(() => null);
    if (found !== null) seen.push({ path, byte_count: found.size, changed_at_ms: Math.floor(found.mtimeMs) });
  }
  return seen;
}

function offerOf({ source, day }: Errand<FolderSource>, file: Seen): Offer {
  const mark = `${file.byte_count}-${file.changed_at_ms}`;
  return {
    place: file.path,
    name: datedNameIn(source.path, basename(file.path), day),
    fetch: async (part, held) => {
      if (held === mark) return { status: "unchanged" };
      if (file.byte_count > source.largest_bytes) throw tooLarge(file.path, source.largest_bytes);
      await copyFile(file.path, part);
      const [after] = await looks([{ path: file.path, error: null }]);
      if (after?.byte_count === file.byte_count && after.changed_at_ms === file.changed_at_ms)
        return { status: "taken", mark };
      throw new PassingError("source-changing", `${file.path} changed while it was read. Expected it at rest.`);
    },
  };
}

function markerOf({ marker }: FolderSource, file: string): string {
  return join(dirname(file), markerName(marker ?? "", basename(file)));
}

async function isThere(path: string): Promise<boolean> {
  return await access(path).then(
    () => true,
    () => false,
  );
}
