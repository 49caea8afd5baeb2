/** A file as one look at a folder found it. */
export interface Seen {
  path: string;
  byte_count: number;
  changed_at_ms: number;
}

export interface SettlingRule {
  settle_ms: number;
  marker: string | null;
}

/**
 * Parts the files of a folder into those that are complete and those that are still being written. Complete is what its
 * marker says; without one, what has not changed for `settle_ms` by its own time, or between two looks so far apart (on a
 * mount whose clock is ahead, a file's own time says nothing).
 *
 * @param again takes the second look, and is asked only where the first left something open
 */
export async function settledFiles(
  seen: readonly Seen[],
  rule: SettlingRule,
  means: { now: () => number; wait: (ms: number) => Promise<unknown>; hasMarker: (path: string) => Promise<boolean> },
  again: () => Promise<Seen[]>,
): Promise<{ settled: Seen[]; unsettled: Seen[] }> {
  if (rule.marker !== null) return await marked(seen, means.hasMarker);
  const isOld = ({ changed_at_ms }: Seen): boolean => {
    const age = means.now() - changed_at_ms;
    return rule.settle_ms === 0 || age >= rule.settle_ms;
  };
  const young = seen.filter((file) => !isOld(file));
  if (young.length === 0) return { settled: [...seen], unsettled: [] };
  await means.wait(rule.settle_ms);
  const later = new Map((await again()).map((file) => [file.path, file]));
  const isStill = (file: Seen): boolean => {
    const now = later.get(file.path);
    return now !== undefined && now.byte_count === file.byte_count && now.changed_at_ms === file.changed_at_ms;
  };
  return {
    settled: seen.filter((file) => isOld(file) || isStill(file)),
    unsettled: young.filter((file) => !isStill(file)),
  };
}

async function marked(
  seen: readonly Seen[],
  hasMarker: (path: string) => Promise<boolean>,
): Promise<{ settled: Seen[]; unsettled: Seen[] }> {
  const settled: Seen[] = [];
  const unsettled: Seen[] = [];
  for (const file of seen) ((await hasMarker(file.path)) ? settled : unsettled).push(file);
  return { settled, unsettled };
}

/** The name of the file that says another is complete. @param name the other's name, without its folder */
export function markerName(marker: string, name: string): string {
  return marker.replaceAll("{file}", name);
}
