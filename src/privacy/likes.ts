import { numberDigits, type Trace } from "../base/traces";

/**
 * A condition that finds every row in which one of the traces may stand; which of them do is told by their patterns.
 *
 * @param prefix what the names of its bindings begin with
 */
export function likeOf(
  columns: readonly string[],
  traces: readonly Pick<Trace, "kind" | "text">[],
  prefix = "trace",
): { sql: string; bindings: Record<string, string> } {
  const bindings: Record<string, string> = {};
  const parts = traces.flatMap(({ kind, text }, index) => {
    const digits = kind === "number" ? numberDigits(text) : null;
    const said = digits ?? text;
    bindings[`${prefix}_${index}`] = `%${escaped(said)}%`;
    // JSON and pages write some signs in other ways.
    const written = [escaped(said)];
    const json = escaped(JSON.stringify(said).slice(1, -1));
    if (json !== written[0]) bindings[`${prefix}_${index}_json`] = `%${json}%`;
    return columns.flatMap((column) => [
      `${digits === null ? column : digitsOf(column)} like :${prefix}_${index} escape '#'`,
      ...(`${prefix}_${index}_json` in bindings ? [`${column} like :${prefix}_${index}_json escape '#'`] : []),
    ]);
  });
  return { sql: `(${parts.join(" or ")})`, bindings };
}

/** A column without what stands between the digits of a number. */
function digitsOf(column: string): string {
  return [" ", ".", "-", "/", "(", ")"].reduce((sql, sign) => `replace(${sql}, '${sign}', '')`, column);
}

function escaped(text: string): string {
  return text.replace(/[#%_]/g, "#$&");
}
