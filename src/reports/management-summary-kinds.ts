import { join } from "node:path";
import { addDays, localDay } from "../base/days";
import { readSql, selectRows } from "../db/sql";
import { metrics } from "../metrics/catalogue";
import { countParts } from "../metrics/parts";
import type { ReasonRule } from "./failure-reasons";
import { ruleCells } from "./failure-reasons-tables";
import { callPlaces, isWhole, type SummaryAsk } from "./management-summary-ask";
import { basicAsk, isAskable } from "./management-summary-tracks";
import { grouped } from "./page";

/** A kind of thing that went wrong - a failure reason, a refused transition - as the period and the weeks before know it. */
export interface Kind {
  /** In words, a code in brackets. */
  title: string;
  /** Who has to act; empty where nobody is named. */
  owner: string;
  count: number;
  contact_count: number;
  /** The first day it was seen within the weeks before and the period. */
  first_day: string;
  /** Not seen once in the weeks before, of which there is something to compare with. */
  is_new: boolean;
  /** Seen on the first of those days already: it may be older. */
  is_old: boolean;
}

/** So many days before the period are looked at to tell what is new. */
export const LOOK_BACK_DAYS = 28;

interface Seen {
  day: string;
  count: number;
  contact_count: number;
}

/** Failure reasons of the period, those that touched most contacts first; null where the catalogue does not tell them. */
export async function readFailureKinds(ask: SummaryAsk): Promise<Kind[] | null> {
  const metric = metrics().find(({ id }) => id === "failures");
  const within = callPlaces(ask);
  if (metric === undefined || !isAskable(metric, "all", within)) return null;
  const { config, period, words, mask } = ask;
  const from = addDays(period.from, -LOOK_BACK_DAYS);
  const columns = ["kind", "reason", "owner"];
  const parts = await countParts(ask.db, metric, { ...basicAsk(ask, within), from, slot: "day" }, columns);
  const rules = await readRules(ask);
  const reasons = grouped(parts, ({ of }) => columns.map((column) => of[column]).join("\t"));
  const told = Array.from(reasons.values(), (seen) => {
    const { kind = "", reason = "" } = seen[0]?.of ?? {};
    const rule = rules.get(`${kind} ${reason}`);
    const cells = ruleCells(words, { kind }, rule);
    const shown = mask.text(reason);
    return {
      title: cells.phrase === "" ? shown : `${cells.phrase} (${shown})`,
      owner: rule === undefined ? words.t("find out what it means") : cells.owner,
      seen: seen.map((part) => ({ ...part, day: localDay(config.zone, part.slot_at_ms ?? 0) })),
    };
  });
  return await kindsOf(ask, told);
}

async function readRules({ db }: SummaryAsk): Promise<ReadonlyMap<string, ReasonRule>> {
  const rules = await selectRows<ReasonRule>(db, readSql(join(__dirname, "failure-reasons-rules.sql")));
  return new Map(rules.map((rule) => [`${rule.kind} ${rule.reason}`, rule]));
}

type PlaceColumn = `${"queue" | "team" | "site"}_${"id" | "name"}`;

interface FindingRow extends Record<PlaceColumn, string | null> {
  day: string;
  kind: string;
  state: string;
  event: string;
  finding_count: number;
  contact_count: number;
}

/** Kinds of refused transitions of the period, those found in most contacts first. */
export async function readSequenceKinds(ask: SummaryAsk): Promise<Kind[]> {
  const { db, period, words } = ask;
  const days = { from_day: addDays(period.from, -LOOK_BACK_DAYS), to_day: period.to };
  const rows = await selectRows<FindingRow>(db, readSql(join(__dirname, "management-summary-findings.sql")), days);
  const places = callPlaces(ask);
  const shown = rows.filter((row) =>
    isWhole(ask) ? true : places.some(({ kind, name }) => [row[`${kind}_id`], row[`${kind}_name`]].includes(name)),
  );
  const kinds = grouped(shown, ({ kind, state, event }) => [kind, state, event].join("\t"));
  const told = Array.from(kinds.values(), (found) => {
    const { kind = "", state = "", event = "" } = found[0] ?? {};
    const transition = `${words.name("event", state)} → ${words.name("event", event)}`;
    return {
      title:
        kind === "no-start"
          ? words.t("does not begin with its start: {event}", { event: words.name("event", event) })
          : transition,
      owner: "",
      seen: found.map((row) => ({
        ...row,
        count: Number(row.finding_count),
        contact_count: Number(row.contact_count),
      })),
    };
  });
  return await kindsOf(ask, told);
}

async function kindsOf(
  ask: SummaryAsk,
  told: readonly { title: string; owner: string; seen: readonly Seen[] }[],
): Promise<Kind[]> {
  const { from } = ask.period;
  const oldest = await firstDayBefore(ask);
  return told
    .flatMap(({ title, owner, seen }) => {
      const days = seen.map(({ day }) => day).toSorted();
      const [first_day = from] = days;
      const within = seen.filter(({ day }) => day >= from);
      const sum = (of: "count" | "contact_count"): number => within.reduce((total, each) => total + each[of], 0);
      const is_new = first_day >= from && oldest !== null;
      const is_old = oldest !== null && first_day < from && first_day <= oldest;
      return within.length === 0
        ? []
        : [{ title, owner, count: sum("count"), contact_count: sum("contact_count"), first_day, is_new, is_old }];
    })
    .toSorted((a, b) => b.contact_count - a.contact_count || b.count - a.count || (a.title < b.title ? -1 : 1));
}

/** The first day with contacts among those looked back at; null where there is none, and then nothing can be called new. */
async function firstDayBefore({ db, period }: SummaryAsk): Promise<string | null> {
  const row = await db("customer_sessions")
    .whereBetween("started_day", [addDays(period.from, -LOOK_BACK_DAYS), addDays(period.from, -1)])
    .min({ first_day: "started_day" })
    .first<{ first_day: string | null } | undefined>();
  return row?.first_day ?? null;
}
