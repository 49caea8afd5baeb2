import { UsageError } from "./base/errors";
import { nearestName } from "./base/settings";
import { printable, shortened } from "./base/text";
import { askOf } from "./metrics-ask";
import { metricOf, presets } from "./metrics/catalogue";
import type { Figure } from "./metrics/figure";
import { measure } from "./metrics/measure";
import type { Thresholds } from "./metrics/placed";
import { requireRules } from "./models/rebuild";
import type { Options } from "./options";
import { table } from "./print";
import { rulesVersion } from "./reference/load";
import { formatCount, formatShare } from "./reports/units";
import { configOf, inContext, type Terminal } from "./terminal";

/** A figure as it is, and as it would be. */
export interface WhatIf {
  now: Figure;
  other: Figure;
}

const WANTED = ["service_level", "abandon_rate"];

/** Prints service level and abandonment of each queue under other thresholds, beside what they are. */
export async function showWhatIf(terminal: Terminal, options: Options): Promise<boolean> {
  const config = configOf(terminal);
  const thresholds = thresholdsOf(options);
  return await inContext(terminal, config, async ({ db }) => {
    await requireRules(db, config, rulesVersion(config));
    const ask = await askOf(db, config, options);
    const found: WhatIf[] = [];
    for (const dimension of ["queue", "all"] as const) {
      const now = await measure(db, WANTED.map(metricOf), { ...ask, dimension });
      const other = await measure(db, WANTED.map(metricOf), { ...ask, dimension, thresholds });
      // The same visits in the same scopes, in the same order: only what they count as differs.
      found.push(
        ...now.flatMap((figure, index) => (other[index] === undefined ? [] : [{ now: figure, other: other[index] }])),
      );
    }
    terminal.stdout.write(
      options.json
        ? `${JSON.stringify({ from: ask.from, to: ask.to, zone: ask.zone, clock: ask.clock, thresholds, figures: found })}\n`
        : whatIfText(found, thresholds, `${ask.from === ask.to ? ask.from : `${ask.from} to ${ask.to}`} (${ask.zone})`),
    );
    return true;
  });
}

/** @throws UsageError where nothing is to be different, or no formula has the name */
function thresholdsOf({ threshold, short, formula }: Options): Thresholds {
  if (threshold === undefined && short === undefined && formula === undefined) {
    throw new UsageError("What would be different? Give --threshold S, --short S or --formula NAME.");
  }
  const names = [...presets().keys()];
  if (formula !== undefined && !names.includes(formula)) {
    const nearest = nearestName(formula, names);
    throw new UsageError(
      `There is no formula "${formula}". ${nearest === null ? `There are ${names.join(", ")}.` : `Did you mean "${nearest}"?`}`,
    );
  }
  const ms = (seconds: number | undefined): number | null =>
    seconds === undefined ? null : Math.round(seconds * 1000);
  return { service_level_ms: ms(threshold), short_abandon_ms: ms(short), formula: formula ?? null };
}

function whatIfText(found: readonly WhatIf[], thresholds: Thresholds, days: string): string {
  const changed = [
    ...(thresholds.service_level_ms === null ? [] : [`answered within ${thresholds.service_level_ms / 1000} s`]),
    ...(thresholds.short_abandon_ms === null ? [] : [`short below ${thresholds.short_abandon_ms / 1000} s`]),
    ...(thresholds.formula === null ? [] : [thresholds.formula]),
  ];
  const levels = found.filter(({ now }) => now.metric_id === "service_level");
  const rows = levels.map((level) => {
    const rate = found.find(({ now }) => now.metric_id === "abandon_rate" && scopeOf(now) === scopeOf(level.now));
    const name =
      level.now.dimension === "all" ? `All of ${level.now.channel_type}` : (level.now.scope_name ?? "(no queue named)");
    return [shortened(printable(name), 24), formatCount(level.now.entered_count), ...pair(level), ...pair(rate)];
  });
  const head = ["queue", "visits", "SL now", "then", "points", "abandon", "then", "points"];
  return `${days}; what if: ${changed.join(", ")}\n\n${table(head, rows)}`;
}

function scopeOf({ dimension, scope_id, channel_type }: Figure): string {
  return `${dimension}\t${scope_id}\t${channel_type}`;
}

function pair(figures: WhatIf | undefined): string[] {
  const [now, other] = [figures?.now.value ?? null, figures?.other.value ?? null];
  return [formatShare(now), formatShare(other), now === null || other === null ? "" : pointsText(other - now)];
}

/** `+1.3`, in percentage points. */
function pointsText(difference: number): string {
  const points = Math.round(difference * 1000) / 10;
  return points === 0 ? "0.0" : `${points > 0 ? "+" : "−"}${Math.abs(points).toFixed(1)}`;
}
