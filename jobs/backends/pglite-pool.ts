import { EventEmitter } from "node:events";
import type { PgPool, PgPoolClient, PgQueryResult } from "bullmq";

/** BullMQ reads bigint columns as `pg` gives them, as text. */
const PARSERS = { 20: (value: string): string => value };

/** Channels on which BullMQ's PostgreSQL backend tells of jobs and events. */
const CHANNELS = ["bullmq_jobs", "bullmq_events"] as const;

/** An in-process PostgreSQL that passes for a pool of connections to one. */
export interface EmbeddedPool extends PgPool {
  /** Closes the database; `end` only says that one of its users is done. */
  shutDown(): Promise<void>;
}

/**
 * Opens PostgreSQL in this process, in a folder of its own, and shows it as the pool that BullMQ expects. There is one
 * connection: statements run one after the other, whoever asks.
 */
export async function openEmbeddedPool(folder: string, schema: string): Promise<EmbeddedPool> {
  // Loaded only where it is wanted: it is the largest thing in the house.
  const { PGlite } = await import("@electric-sql/pglite");
  const database = await PGlite.create(folder);
  await database.exec(`set search_path to ${schema}, public`);
  const listeners = new Set<ListenClient>();
  for (const channel of CHANNELS) {
    await database.listen(channel, (payload) => {
      for (const listener of listeners) listener.notify({ channel, payload });
    });
  }
  const query = <Row>(text: string, params?: readonly unknown[]): Promise<PgQueryResult<Row>> =>
    ask<Row>(database, text, params);
  // Each of BullMQ's objects listens for faults of the pool, and workers come and go.
  const pool = Object.assign(new EventEmitter().setMaxListeners(0), {
    // As a real pool says whether its connections notice that the other side is gone: this one has no other side.
    options: { keepAlive: true },
    query,
    connect: (): Promise<PgPoolClient> => {
      const client = listenClient(query, (gone) => listeners.delete(gone));
      listeners.add(client);
      return Promise.resolve(client);
    },
    end: (): Promise<void> => Promise.resolve(),
    shutDown: () => database.close(),
  });
  return pool;
}

/** What is used of the database. */
interface Database {
  query<Row>(text: string, params: unknown[], options: { parsers: typeof PARSERS }): Promise<Answer<Row>>;
  exec(text: string, options: { parsers: typeof PARSERS }): Promise<Answer<object>[]>;
}

interface Answer<Row> {
  rows: Row[];
  affectedRows?: number;
}

async function ask<Row>(
  database: Database,
  text: string,
  params: readonly unknown[] = [],
): Promise<PgQueryResult<Row>> {
  const statement = text.replace(/^(\s*--[^\n]*\n)+/, "").trim();
  // All that is told is heard from the beginning.
  if (/^listen /i.test(statement)) return { rows: [] };
  if (params.length > 0) {
    const result = await database.query<Row>(statement, [...params], { parsers: PARSERS });
    return { rows: result.rows, rowCount: result.affectedRows ?? result.rows.length };
  }
  const results = await database.exec(statement, { parsers: PARSERS });
  return { rows: (results.at(-1)?.rows ?? []) as Row[], rowCount: results.at(-1)?.affectedRows ?? 0 };
}

interface Notification {
  channel: string;
  payload: string;
}

type ListenClient = PgPoolClient & { notify(notification: Notification): void };

/**
 * A client that keeps what it is told while nobody listens and tells it to the first who does: BullMQ listens only while it
 * waits, and what came just before would else be noticed seconds later.
 */
function listenClient(query: PgPoolClient["query"], forget: (client: ListenClient) => void): ListenClient {
  const emitter = new EventEmitter();
  const missed = new Map<string, Notification>();
  const replay = (): void => {
    if (emitter.listenerCount("notification") === 0) return;
    const told = [...missed.values()];
    missed.clear();
    for (const notification of told) emitter.emit("notification", notification);
  };
  const client: ListenClient = Object.assign(emitter, {
    query,
    notify: (notification: Notification): void => {
      missed.set(`${notification.channel} ${notification.payload}`, notification);
      replay();
    },
    release: (): void => forget(client),
  });
  emitter.on("newListener", (name) => void (name === "notification" && setImmediate(replay)));
  return client;
}
