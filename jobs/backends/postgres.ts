import { type BackendFactory, createPostgresBackend } from "bullmq";
import { withoutPassword } from "../../src/base/text";
import type { Backend } from "./backend";

/** The queue's own namespace, so that it may lie in the same database as the tables, or beside another BullMQ. */
const SCHEMA = "nightdesk_queue";

/** BullMQ names its engines by the connection they take; here it is told which one it gets. */
export const postgresFactory = createPostgresBackend as unknown as BackendFactory;

/** BullMQ's PostgreSQL engine on a server; BullMQ loads the driver itself. */
export function postgresBackend(url: string): Backend {
  const connection = {
    connectionString: url,
    schema: SCHEMA,
    migrate: true,
    max: 4,
    application_name: "nightdesk queue",
    connectionTimeoutMillis: 10_000,
  };
  return {
    kind: "postgres",
    shown: withoutPassword(url),
    factory: postgresFactory,
    optionsFor: () => ({ connection }),
    close: () => Promise.resolve(),
  };
}
