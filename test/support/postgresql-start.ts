import { openDatabase } from "../../src/db/open";
import { databaseUrl, onServer, templateName } from "./databases";
import { type PostgresServer, startPostgres } from "./postgresql";

declare global {
  // oxlint-disable-next-line no-var
  var postgresServer: PostgresServer | undefined;
}

/**
 * Before the first case on PostgreSQL: a server, and in it a database with all tables that every case copies.
 * `TEST_DATABASE_URL` may name a server instead, or be `none`: then these cases are skipped.
 */
export default async function start(): Promise<void> {
  const given = process.env.TEST_DATABASE_URL;
  if (given === "none") {
    process.env.NO_TEST_DATABASE = "TEST_DATABASE_URL is none";
    return;
  }
  if (given === undefined) {
    const server = await startPostgres();
    if (typeof server === "string") {
      process.env.NO_TEST_DATABASE = server;
      return;
    }
    globalThis.postgresServer = server;
    process.env.TEST_DATABASE_URL = server.url;
  }
  // Named here, before there are workers, which then all know it.
  const template = templateName();
  await onServer(
    `drop database if exists ${template}`,
    `create database ${template} encoding 'UTF8' template template0`,
  );
  const db = await openDatabase(databaseUrl(template));
  await db.destroy();
}
