import { writeCsvRows } from "./base/csv";
import { isZone, localTime } from "./base/days";
import { UsageError } from "./base/errors";
import { maskOf } from "./base/mask";
import { askOf } from "./metrics-ask";
import { metricOf } from "./metrics/catalogue";
import { measure } from "./metrics/measure";
import { requireRules } from "./models/rebuild";
import type { Options } from "./options";
import { rulesVersion } from "./reference/load";
import { configOf, inContext, type Terminal } from "./terminal";

const COLUMNS = [
  ...(["metric_id", "dimension", "scope_id", "scope_name", "channel_type", "slot"] as const),
  ...(["numerator", "denominator", "value", "unit", "entered_count", "left_out_count"] as const),
];

/** Prints figures as CSV, or with --json as one object. Shares are 0 to 1, durations ms, an empty cell is no data. */
export async function showFigures(terminal: Terminal, ids: readonly string[], options: Options): Promise<boolean> {
  const config = configOf(terminal);
  const wanted = ids.map(metricOf);
  if (options.zone !== undefined && !isZone(options.zone)) {
    throw new UsageError(`"${options.zone}" is no IANA time zone such as "Asia/Seoul".`);
  }
  if (options.openHours && config.opening_hours === null) {
    throw new UsageError('No opening hours are configured. Name them under "opening_hours" in nightdesk.json.');
  }
  const mask = maskOf(config.masking);
  return await inContext(terminal, config, async ({ db }) => {
    await requireRules(db, config, rulesVersion(config));
    const ask = await askOf(db, config, options);
    const found = await measure(db, wanted, ask);
    const figures = found.map((figure) => ({
      ...figure,
      scope_name: figure.dimension === "agent" ? mask.name(figure.scope_name) : figure.scope_name,
      slot: figure.slot_at_ms === null ? "" : localTime(ask.zone, figure.slot_at_ms),
    }));
    terminal.stdout.write(
      options.json
        ? `${JSON.stringify({ from: ask.from, to: ask.to, zone: ask.zone, figures })}\n`
        : writeCsvRows([COLUMNS, ...figures.map((figure) => COLUMNS.map((column) => figure[column]))]),
    );
    return true;
  });
}
