import { createHash } from "node:crypto";
import { type Cell, sendRows } from "../db/bulk";
import { bind } from "../db/sql";
import type { Erased } from "./erased";
import { type DeliveredList, isTruncated } from "./formats/webex/lists";
import { type ListPlace, openReported, type Reported, type ReportedTable } from "./reported";
import type { Store } from "./store";

/** What a page has reported so far; the first part of it may have been set aside in the database. */
export interface Gathered extends Reported {
  is_set_aside: boolean;
  /** How many elements and lists were set aside. */
  aside_count: number;
}

/** So many elements and lists stay in memory, more than an ordinary page has. */
const MOST_HELD = 2_000;
const TABLES: readonly ReportedTable[] = ["reported_contacts", "reported_agent_sessions", "reported_legs"];
const COLUMNS = ["place", "kind", "fingerprint", "owner", "line", "content"];

export function openGathered(erased: Erased | null = null): Gathered {
  return { ...openReported(erased), is_set_aside: false, aside_count: 0 };
}

/** Sets aside what is in memory, once that is much: a huge page reports more than memory holds. */
export async function limitHeld(store: Store, gathered: Gathered): Promise<void> {
  const { elements, lists } = gathered;
  if (TABLES.reduce((sum, table) => sum + elements[table].size, lists.length) >= MOST_HELD) {
    await setAside(store, gathered);
  }
}

/** All a page has reported, in parts that memory holds; an element that is repeated as it is stands in one of them. */
export async function* partsOf(store: Store, gathered: Gathered): AsyncGenerator<Reported> {
  if (!gathered.is_set_aside) {
    yield gathered;
    return;
  }
  await setAside(store, gathered);
  for (let after = 0; ;) {
    const rows = (await store
      .trx("reported_aside")
      .where("place", ">", after)
      .orderBy("place")
      .limit(MOST_HELD)) as AsideRow[];
    if (rows.length === 0) break;
    after = rows.at(-1)?.place ?? after;
    yield partOf(rows);
  }
  await store.trx.raw("drop table reported_aside");
}

/** How many contacts and channels the lists of a page, all of an owner taken together, deliver incompletely. */
export async function countTruncated(store: Store, gathered: Gathered): Promise<number> {
  const lists = new Map<string, DeliveredList[]>();
  let count = 0;
  const close = (): void => {
    for (const some of lists.values()) if (isTruncated(some)) count += 1;
    lists.clear();
  };
  const add = (owner: string, list: DeliveredList): void => {
    const known = lists.get(owner);
    if (known === undefined) lists.set(owner, [list]);
    else known.push(list);
  };
  if (gathered.is_set_aside) {
    await setAside(store, gathered);
    for await (const { owner, content } of asideLists(store)) {
      if (!lists.has(owner)) close();
      add(owner, (JSON.parse(content) as Reported["lists"][number]).list);
    }
  }
  for (const one of gathered.lists) add(ownerOf(one), one.list);
  close();
  return count;
}

/** The lists set aside, those of one owner after each other. */
async function* asideLists({ trx }: Store): AsyncGenerator<AsideRow> {
  let after = { owner: "", place: 0 };
  for (;;) {
    const rows = (await trx("reported_aside")
      .where({ kind: "list" })
      .whereRaw("(owner, place) > (?, ?)", [after.owner, after.place])
      .orderBy(["owner", "place"])
      .limit(MOST_HELD)) as AsideRow[];
    yield* rows;
    const last = rows.at(-1);
    if (last === undefined) return;
    after = last;
  }
}

type Element = Reported["elements"][ReportedTable] extends Map<string, infer Value> ? Value : never;

interface AsideRow {
  place: number;
  kind: ReportedTable | "list";
  fingerprint: string;
  /** Whose list it is; of elements empty. */
  owner: string;
  line: number;
  content: string;
}

async function setAside({ trx }: Store, gathered: Gathered): Promise<void> {
  if (!gathered.is_set_aside) {
    await trx.raw(
      "create temporary table reported_aside (place bigint primary key, kind text not null, fingerprint text not null, owner text not null, line bigint not null, content text not null, unique (kind, fingerprint))",
    );
    await trx.raw("create index reported_aside_owner on reported_aside (kind, owner)");
  }
  gathered.is_set_aside = true;
  const rows = rowsOf(gathered);
  gathered.aside_count += rows.length;
  for (const table of TABLES) gathered.elements[table].clear();
  gathered.lists.length = 0;
  const fresh = await sendRows(trx, "reported_aside", COLUMNS, JSON.stringify(rows));
  await bind(
    trx,
    `insert into reported_aside (${COLUMNS.join(", ")})
     select ${COLUMNS.join(", ")} from ${fresh.from} as fresh where 1 = 1
     on conflict (kind, fingerprint) do update set line = excluded.line`,
    fresh.bindings,
  );
}

/** One row each, numbered on from what was set aside before; the same list told twice is one. */
function rowsOf({ elements, lists, aside_count }: Gathered): Cell[][] {
  const rows = TABLES.flatMap((table) =>
    Array.from(elements[table], ([key, element]) => [
      table,
      fingerprint(key),
      "",
      element.line,
      JSON.stringify(element),
    ]),
  );
  for (const [content, one] of new Map(lists.map((list) => [JSON.stringify(list), list]))) {
    rows.push(["list", fingerprint(content), ownerOf(one), 0, content]);
  }
  return rows.map((row, index) => [aside_count + index + 1, ...row]);
}

function ownerOf({ kind, owner, channel }: ListPlace): string {
  return JSON.stringify([kind, owner, channel]);
}

function partOf(rows: AsideRow[]): Reported {
  const part = openReported();
  for (const { kind, fingerprint: key, line, content } of rows) {
    if (kind === "list") part.lists.push(JSON.parse(content) as Reported["lists"][number]);
    else part.elements[kind].set(key, { ...(JSON.parse(content) as Element), line });
  }
  return part;
}

function fingerprint(text: string): string {
  return createHash("sha256").update(text).digest("base64");
}
