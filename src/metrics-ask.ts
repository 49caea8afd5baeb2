import type { Knex } from "knex";
import type { Config } from "./base/config";
import { UsageError } from "./base/errors";
import { type MetricAsk, plainAsk } from "./metrics/placed";
import { daysOf, type Options } from "./options";

/** What a command line asks of metrics: days, scope, clock, slots. @throws UsageError without days */
export async function askOf(db: Knex, config: Config, options: Options): Promise<MetricAsk> {
  const days = daysOf(options);
  if (days === null) throw new UsageError("A figure needs its days. Give --day D, or --from D --to D.");
  const [newest]: { at: number | string | null }[] = await db("dumps").max("newest_at_ms as at");
  const { slot } = options;
  return {
    ...plainAsk(options.zone ?? config.zone, days[0], days[1]),
    stored_zone: config.zone,
    slot: slot === undefined ? null : slot === "15" || slot === "30" || slot === "60" ? SLOTS[slot] : slot,
    week_starts_on: options.weekStarts ?? 1,
    opening_hours: options.openHours ? config.opening_hours : null,
    calendar: config.calendar,
    dimension: options.by ?? "all",
    only: onlyOf(options),
    clock: options.clock ?? "K1",
    attribution: options.attribution ?? "entry",
    horizon_at_ms: newest?.at === null || newest === undefined ? null : Number(newest.at),
  };
}

const SLOTS = { "15": 15, "30": 30, "60": 60 } as const;

function onlyOf(options: Options): MetricAsk["only"] {
  const { queue, entryPoint: entry_point, site, team, agent, channel } = options;
  const named = { queue: typeof queue === "string" ? queue : undefined, entry_point, site, team, agent, channel };
  return Object.fromEntries(Object.entries(named).filter(([, value]) => value !== undefined));
}
