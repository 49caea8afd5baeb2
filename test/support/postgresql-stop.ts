import { dropDatabases } from "./databases";

/** After the last case on PostgreSQL: ends the tests' own server, or leaves no trace on the one that was named. */
export default async function stop(): Promise<void> {
  if (globalThis.postgresServer !== undefined) await globalThis.postgresServer.stop();
  else if (process.env.NO_TEST_DATABASE === undefined) await dropDatabases();
}
