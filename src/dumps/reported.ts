import { bulkInsert, type Cell } from "../db/bulk";
import { bind } from "../db/sql";
import { type Erased, figuresWithoutErased, ownerWithoutErased, scrubbed } from "./erased";
import type { Figures } from "./formats/webex/elements";
import type { DeliveredList } from "./formats/webex/lists";
import { intern, keyOf } from "./intern";
import { type Store, touch } from "./store";

export type ReportedTable = "reported_contacts" | "reported_agent_sessions" | "reported_legs";

interface Element {
  owner: string;
  line: number;
  figures: Figures;
}

/** The vendor's own figures a page has brought, waiting to be stored. */
export interface Reported {
  /** By table, then by owner and content: an element that is repeated as it is counts once, at its last place. */
  elements: Record<ReportedTable, Map<string, Element>>;
  lists: (ListPlace & { list: DeliveredList })[];
  newest_at_ms: number | null;
  /** Who is only taken under a pseudonym; null where nobody was erased. */
  erased: Erased | null;
}

/** Whose activities a list holds: a contact's, or those of one channel of an agent. */
export interface ListPlace {
  kind: "contact" | "agent";
  owner: string;
  channel: string | null;
}

export function openReported(erased: Erased | null = null): Reported {
  return {
    erased,
    elements: { reported_contacts: new Map(), reported_agent_sessions: new Map(), reported_legs: new Map() },
    lists: [],
    newest_at_ms: null,
  };
}

export function addReported(
  reported: Reported,
  table: ReportedTable,
  named: string,
  line: number,
  said: Figures,
): void {
  const { erased } = reported;
  const kind = table === "reported_agent_sessions" ? "agent" : "contact";
  const owner = erased === null ? named : ownerWithoutErased(erased, kind, named);
  const figures = erased === null ? said : figuresWithoutErased(erased, said);
  reported.elements[table].set(JSON.stringify([owner, figures]), { owner, line, figures });
  for (const at of [figures.started_at_ms, figures.ended_at_ms]) {
    if (typeof at === "number" && (reported.newest_at_ms ?? 0) < at) reported.newest_at_ms = at;
  }
}

export function addList(reported: Reported, place: ListPlace, list: DeliveredList): void {
  const { erased } = reported;
  if (erased === null) return void reported.lists.push({ ...place, list });
  const owner = ownerWithoutErased(erased, place.kind, place.owner);
  const channel = place.channel === null ? null : scrubbed(erased, place.channel);
  reported.lists.push({ ...place, owner, channel, list });
}

/**
 * Stores what a page reports. An element stored before with the same content is kept once, under the later stamp, so
 * that the order of loads never shows.
 *
 * @param stamp day and hash of the dump; its row in `dumps` has them already
 */
export async function storeReported(
  store: Store,
  reported: Reported,
  stamp: { stamp_day: string; sha256: string },
): Promise<void> {
  await storeElements(store, reported, "reported_contacts", "contact", stamp);
  await storeElements(store, reported, "reported_agent_sessions", "agent", stamp);
  await storeElements(store, reported, "reported_legs", "contact", stamp);
  await storeLists(store, reported, "contact");
  await storeLists(store, reported, "agent");
}

async function storeElements(
  store: Store,
  reported: Reported,
  table: ReportedTable,
  kind: "contact" | "agent",
  stamp: { stamp_day: string; sha256: string },
): Promise<void> {
  const elements = [...reported.elements[table].values()];
  if (elements.length === 0) return;
  const owners = await ownerKeys(store, kind, elements);
  const [last] = (await store.trx(table).max({ reported_key: "reported_key" })) as { reported_key: number | null }[];
  const content = Object.keys(elements[0]?.figures ?? {});
  const columns = [`${kind}_key`, "dump_key", "dump_line", ...content];
  const rows = elements.map(({ owner, line, figures }): Cell[] => {
    const head = [owners.get(owner) ?? null, store.dump_key, line];
    return [...head, ...content.map((column) => figures[column] ?? null)];
  });
  for (let from = 0; from < rows.length; from += 5_000) {
    await bulkInsert(store.trx, table, columns, rows.slice(from, from + 5_000));
  }
  const same = content.map((column) => `fresh.${column} is not distinct from stored.${column}`);
  await bind(
    store.trx,
    `delete from ${table} where reported_key in (
         select case
             when (coalesce(dump.stamp_day, ''), dump.sha256) > (:stamp_day, :sha256) then fresh.reported_key
             else stored.reported_key
         end
         from ${table} as fresh
         join ${table} as stored
             on stored.${kind}_key = fresh.${kind}_key and stored.dump_key <> fresh.dump_key and ${same.join(" and ")}
         join dumps as dump on dump.dump_key = stored.dump_key
         where fresh.reported_key > ${last?.reported_key ?? 0}
     )`,
    stamp,
  );
}

async function storeLists(store: Store, reported: Reported, kind: "contact" | "agent"): Promise<void> {
  const lists = reported.lists.filter((one) => one.kind === kind);
  if (lists.length === 0) return;
  const owners = await ownerKeys(store, kind, lists);
  const columns = [
    `${kind}_key`,
    "channel_id",
    "dump_key",
    "node_count",
    "total_count",
    "has_next_page",
    "oldest_at_ms",
    "newest_at_ms",
  ];
  const rows = lists.map(({ owner, channel, list }): Cell[] => {
    const { node_count, total_count, has_next_page, oldest_at_ms, newest_at_ms } = list;
    const place = [owners.get(owner) ?? null, channel, store.dump_key];
    return [...place, node_count, total_count, has_next_page, oldest_at_ms, newest_at_ms];
  });
  const distinct = new Map(rows.map((row) => [JSON.stringify(row), row]));
  await bulkInsert(store.trx, "delivered_lists", columns, [...distinct.values()]);
}

/** Keys of the owners, which are noted for the rebuild. */
async function ownerKeys(
  store: Store,
  kind: "contact" | "agent",
  of: { owner: string }[],
): Promise<Map<string, number>> {
  const interner = store.interners[kind === "contact" ? "contacts" : "agents"];
  const keys = new Map<string, number>();
  const owners = [...new Set(of.map(({ owner }) => owner))];
  for (let from = 0; from < owners.length; from += 5_000) {
    const some = owners.slice(from, from + 5_000);
    await intern(store.trx, interner, some);
    for (const owner of some) keys.set(owner, keyOf(interner, owner) ?? 0);
  }
  await touch(store, kind, keys.values());
  return keys;
}
