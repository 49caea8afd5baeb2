import { localTime } from "../base/days";
import type { Words } from "../i18n/words";
import type { ShownVisit } from "../metrics/evidence-shown";
import type { TimelineRow } from "../metrics/timeline";
import type { Visits } from "./contact-sessions-visits";
import type { Counted } from "./evidence-figures";
import type { Ask } from "./report";
import { type Column, pageTable, type PageTable } from "./table";

/** What a page knows beside its visits. */
export interface Beside {
  /** Contacts whose activities stand on the page. */
  keys: readonly number[];
  counted: readonly Counted[];
  /** How many visits there are, shown or not. */
  visits: number;
  isAll: boolean;
  queues: readonly Visits[];
}

/** The visits, each with the letters of what it counts as. */
export function visitTable(rows: readonly ShownVisit[], beside: Beside, ask: Ask): PageTable {
  const { words } = ask;
  const { t } = words;
  const places = new Map(beside.keys.map((key, index) => [key, index + 1]));
  const names = new Map(beside.queues.map((queue) => [queue.queue_key, queue.queue]));
  const yes = (flag: number, of: ShownVisit): string => (of.wait_ms === null ? "" : flag === 1 ? t("yes") : "–");
  const columns: Column[] = [
    { key: "contact_id", label: "Contact", unit: "text", href: (row) => contactHref(places, row.contact_key) },
    ...(beside.isAll ? [{ key: "queue", label: "Queue", unit: "text" } as const] : []),
    { key: "entered_at_ms", label: "Entered", unit: "instant" },
    { key: "wait_ms", label: "Wait", unit: "duration", empty: "–" },
    { key: "outcome", label: "Outcome", unit: "text" },
    { key: "in_time", label: "In time", unit: "text" },
    { key: "short", label: "Short", unit: "text" },
    { key: "counts_as", label: "Counts as", unit: "text", hint: "by the letters of the figures above" },
  ];
  const note =
    rows.length < beside.visits
      ? t("The first {shown} of {count} visits.", { shown: rows.length, count: beside.visits })
      : words.many(beside.visits, "All of {count} visit.", "All of {count} visits.");
  return pageTable(
    t("Visits"),
    columns,
    rows.map((row) => ({
      ...row,
      queue: names.get(row.scope_id) ?? row.scope_id,
      outcome: outcomeText(row.outcome, words),
      in_time: yes(row.is_in_time, row),
      short: row.outcome === "abandoned" ? yes(row.is_short, row) : "",
      counts_as: beside.counted
        .filter((_one, index) => Number(row[`gives_${index}`]) !== 0)
        .map(({ letter }) => letter)
        .join(" "),
    })),
    ask,
    note,
  );
}

function contactHref(places: ReadonlyMap<number, number>, key: unknown): string {
  const place = places.get(Number(key));
  return place === undefined ? "" : `#contact-${place}`;
}

function outcomeText(outcome: string, { t }: Words): string {
  const told: Record<string, string> = {
    answered: t("answered"),
    abandoned: t("abandoned"),
    callback: t("callback taken"),
    breakout: t("breakout"),
    waiting: t("still waiting"),
  };
  return told[outcome] ?? outcome;
}

/** What happened to a contact, for the page's `<details>`. */
export interface ActivityList {
  contact_id: string;
  activities: { at: string; event: string; lasted: string; line: string; beside: string }[];
}

/** @param files the dumps of the page: an activity names its own by number */
export function activityList(
  key: number,
  rows: readonly ShownVisit[],
  activities: readonly TimelineRow[],
  files: readonly string[],
  { config, mask, words }: Ask,
): ActivityList {
  return {
    contact_id: rows.find(({ contact_key }) => contact_key === key)?.contact_id ?? "",
    activities: activities.map((row) => ({
      at: localTime(config.zone, row.started_at_ms),
      event: `${row.leg === "consult" ? `${words.t("consult")}: ` : ""}${words.name("event", row.event)}`,
      lasted: row.duration_ms === null ? words.t("open") : row.duration_ms === 0 ? "" : words.duration(row.duration_ms),
      line: `${files.indexOf(row.dump_file) + 1}:${row.dump_line}`,
      beside: [row.queue_name, mask.name(row.agent_name), row.reason_code === null ? null : mask.text(row.reason_code)]
        .filter((text) => text !== null && text !== "")
        .join(", "),
    })),
  };
}
