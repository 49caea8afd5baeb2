import { extname } from "node:path";
import type { Source } from "../../base/sources";
import { type FoundFile, namedDay } from "../files";
import type { Fetching } from "./fetching";

/** Something a source has for a day, before its bytes are here. */
export interface Offer {
  /** Where it lies at its source: two files of one name are two. */
  place: string;
  /** The name it is loaded and kept under. */
  name: string;
  /** Whether it asks again by itself where a request fails that may pass: then the whole file is not begun anew as well. */
  asks_again?: boolean;
  /**
   * Writes its bytes to a file.
   *
   * @param part a file that does not exist yet
   * @param held the mark of the copy that is here already; null where there is none
   */
  fetch(part: string, held: string | null): Promise<Taken>;
}

/** What became of an offer: its mark tells whether it changed since. */
export type Taken = { status: "taken"; mark: string } | { status: "unchanged" } | { status: "absent"; reason: string };

/** What a source has for a day. */
export interface Look {
  /** Files that are loaded where they lie. */
  files: FoundFile[];
  /** Of these files. */
  byte_count: number;
  offers: Offer[];
  /** Why something is not here yet that will come; empty where nothing is known to be missing. */
  absent: string[];
  close(): Promise<void>;
}

/** One source and one day of it. */
export interface Errand<Kind extends Source = Source> {
  source: Kind;
  day: string;
  fetching: Fetching;
}

export const NOTHING_TO_CLOSE = async (): Promise<void> => {};

/** A template with its day put in. */
export function withDay(template: string, day: string): string {
  return template.replaceAll("{day}", day);
}

/** A name that carries its day: `export.ndjson.gz` of 2026-03-02 becomes `export-2026-03-02.ndjson.gz`. */
export function datedName(name: string, day: string): string {
  if (namedDay(name) === day) return name;
  const packed = /\.(gz|zst)$/i.exec(name)?.[0] ?? "";
  const plain = name.slice(0, name.length - packed.length);
  const extension = extname(plain);
  return `${plain.slice(0, plain.length - extension.length)}-${day}${extension}${packed}`;
}

/** Where the day stands in the folder alone, the name gets it too: what a dump is called says of which day it is. */
export function datedNameIn(folder: string, name: string, day: string): string {
  return folder.includes("{day}") ? datedName(name, day) : name;
}

/** Whether a name is of a day, or says none and may hold anything. */
export function isOfDay(name: string, day: string): boolean {
  const named = namedDay(name);
  return named === null || named === day;
}

/** A line that counts bytes while they come. */
export function byteTick({ source, fetching }: Errand, name: string): (bytes: number) => void {
  return (bytes) => fetching.log.progress(`${source.name}: ${name}, ${(bytes / 1024 / 1024).toFixed(1)} MiB`);
}
